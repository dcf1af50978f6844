/* SPDX-License-Identifier: MIT */
/* Pages that take long to read are read beside those that do not, and only so many of them. */
#include <poll.h>

#include "fcgi-catalog/site/products.h"
#include "fcgi-catalog/site/readings.h"
#include "tests/unit/catalog/site_harness.h"

#define SEARCH(text)                                                                                                   \
    "REQUEST_METHOD=GET", "SCRIPT_NAME=/products", "REQUEST_URI=/products?q=" text, "QUERY_STRING=q=" text, LOCAL

static int open_with_readings(void **state)
{
    static char patient; /* something that it can be told apart by */

    open_site(state);
    is_slow = true;
    site.readings = readings_new((struct store *)&patient);
    return site.readings == NULL;
}

static int close_with_readings(void **state)
{
    readings_free(site.readings);
    return close_site(state);
}

/* Waits for one to be done, and goes on with it. */
static void resume(void)
{
    struct pollfd event = {.fd = readings_event_fd(site.readings), .events = POLLIN};

    assert_int_equal(poll(&event, 1, 20000), 1);
    products_resume(&site);
}

static void a_page_that_takes_long_comes_later(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS);
    assert_int_equal(times_finished, 0);
    resume();
    assert_answer(200, LIST_PRICES);
    assert_int_equal(times_listed, 2);
}

/* Four searches that take long would hold everybody four times as long as one. */
static void of_searches_that_come_together_one_is_tried(void **state)
{
    (void)state;
    HANDLE(SEARCH("a"));
    resume();
    assert_answer(200, LIST_PRICES);
    release_exchange(state);
    is_slow = false; /* from here on they would be there at once */
    begin((const char *const[]){SEARCH("b"), NULL});
    routes_handle(&site, &exchange);
    assert_int_equal(times_finished, 0);
    resume();
    assert_answer(200, LIST_PRICES);
    release_exchange(state);
    HANDLE(SEARCH("c"));
    assert_answer(200, LIST_PRICES);
}

static void it_is_kept(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS);
    resume();
    assert_answer(200, LIST_PRICES);
    release_exchange(state);
    HANDLE(GET_PRODUCTS);
    assert_answer(200, LIST_PRICES);
    assert_int_equal(times_listed, 2);
}

static void a_customer_gets_their_prices_then(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1");
    assert_null(asked);
    resume();
    discount_answers(QUOTES_OK);
    assert_answer(200, CUSTOMER_PRICES);
}

static void what_is_too_much_says_what_to_narrow(void **state)
{
    (void)state;
    patient_status = STORE_LIMITED;
    HANDLE(SEARCH("a"));
    resume();
    assert_refused(503, "leave out words that most products have");
    assert_non_null(strstr(body_text(), "too-much-work"));
    assert_non_null(strstr(body_text(), "\"parameter\":\"q\""));
    assert_header("Retry-After: ");
}

static void a_database_that_fails_meanwhile_is_told(void **state)
{
    (void)state;
    patient_status = STORE_FAILED;
    HANDLE(GET_PRODUCTS);
    resume();
    assert_refused(503, "The catalog cannot be read right now.");
}

static void so_many_may_wait_and_others_come_again(void **state)
{
    struct reading waiting[READINGS_MAX + 2];
    const struct product_query query = query_default();
    size_t added = 0, done = 0;

    (void)state;
    /* The thread takes some of them meanwhile, so that there is room for more, but each is taken from `done` only. */
    for (size_t i = 0; i < ARRAY_LENGTH(waiting); i++) {
        waiting[i] = (struct reading){.query = &query};
        if (readings_add(site.readings, &waiting[i]))
            added++;
    }
    assert_true(added >= READINGS_MAX);
    while (done < added) {
        struct pollfd event = {.fd = readings_event_fd(site.readings), .events = POLLIN};
        assert_int_equal(poll(&event, 1, 20000), 1);
        for (struct reading *each = readings_take(site.readings); each != NULL; each = each->next) {
            assert_ptr_equal(each, &waiting[done]);
            shelf_drop(each->shelf);
            done++;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define READINGS_TEST(name) cmocka_unit_test_setup_teardown(name, open_with_readings, close_with_readings)
        READINGS_TEST(a_page_that_takes_long_comes_later),
        READINGS_TEST(of_searches_that_come_together_one_is_tried),
        READINGS_TEST(it_is_kept),
        READINGS_TEST(a_customer_gets_their_prices_then),
        READINGS_TEST(what_is_too_much_says_what_to_narrow),
        READINGS_TEST(a_database_that_fails_meanwhile_is_told),
        READINGS_TEST(so_many_may_wait_and_others_come_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
