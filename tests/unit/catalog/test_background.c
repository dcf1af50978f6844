/* SPDX-License-Identifier: MIT */
/* What takes long is done beside what does not: pages that take long to read, the length of downloads. */
#include <poll.h>
#include <semaphore.h>

#include "fcgi-catalog/site/background.h"
#include "fcgi-catalog/site/handlers.h"
#include "tests/unit/catalog/site_harness.h"

#define SEARCH(text)                                                                                                   \
    "REQUEST_METHOD=GET", "SCRIPT_NAME=/products", "REQUEST_URI=/products?q=" text, "QUERY_STRING=q=" text, LOCAL

static int open_with_readings(void **state)
{
    open_site(state);
    is_slow = true;
    site.background = background_new(make_patient_store());
    return site.background == NULL;
}

static int close_with_readings(void **state)
{
    background_free(site.background);
    return close_site(state);
}

/* Waits for one to be done, and goes on with it. */
static void resume(void)
{
    struct pollfd event = {.fd = background_event_fd(site.background), .events = POLLIN};

    assert_int_equal(poll(&event, 1, 20000), 1);
    background_resume(site.background);
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

static void a_first_page_that_takes_long_comes_later(void **state)
{
    list_length = HOME_PRODUCTS;
    HANDLE(GET("/"), "HTTP_ACCEPT=text/html");
    assert_int_equal(times_finished, 0);
    resume();
    assert_answer(200, NULL);
    release_exchange(state);
    revision = 2;
    is_slow = false;
    category_status = STORE_LIMITED; /* its pictures alone */
    HANDLE(GET("/"), "HTTP_ACCEPT=text/html");
    assert_int_equal(times_finished, 0);
    resume();
    assert_answer(200, NULL);
}

static void a_product_whose_like_take_long_to_find_comes_later(void **state)
{
    (void)state;
    has_category = true;
    HANDLE(GET("/products/a"), "HTTP_ACCEPT=text/html");
    assert_int_equal(times_finished, 0);
    resume();
    assert_answer(200, NULL);
    answered_tag(); /* nothing is missing */
    release_exchange(state);
    HANDLE(GET("/products/a"), "HTTP_ACCEPT=text/html"); /* it is kept */
    assert_answer(200, NULL);
    release_exchange(state);
    revision = 2;
    patient_status = STORE_LIMITED;
    HANDLE(GET("/products/a"), "HTTP_ACCEPT=text/html");
    resume();
    assert_answer(200, NULL);
    assert_no_header("\r\nETag: ");
    release_exchange(state);
    HANDLE(GET("/products/a"), "HTTP_ACCEPT=text/html"); /* for a short time nobody waits for it again */
    assert_answer(200, NULL);
    assert_no_header("\r\nETag: ");
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

/* A later request may find words: the list is not tagged, and kept for a short time. */
static void nearest_words_that_take_too_long_to_find_leave_an_empty_list(void **state)
{
    (void)state;
    is_slow = false;
    list_length = 0;
    site.finds_nearest = true;
    for (int listed_so_far = 2; listed_so_far <= 4; listed_so_far += 2) {
        HANDLE(SEARCH("a"));
        assert_int_equal(times_finished, 0);
        resume();
        assert_answer(200, NULL);
        assert_header("Cache-Control: private, no-store\r\n");
        release_exchange(state);
        HANDLE(SEARCH("a"));
        assert_answer(200, NULL);
        assert_header("Cache-Control: private, no-store\r\n");
        assert_int_equal(times_listed, listed_so_far);
        release_exchange(state);
        site.limited_until_ns = 0;
    }
}

static void a_database_that_fails_meanwhile_is_told(void **state)
{
    (void)state;
    patient_status = STORE_FAILED;
    HANDLE(GET_PRODUCTS);
    resume();
    assert_refused(503, "The catalog cannot be read right now.");
}

/* ---- Tasks ---- */

/* A task of some turns. Whose turns there were, and whose ends, in their order. */
struct counted {
    struct background_task task; /* first */
    int turns;
    char name;
};

static char turns[128], ends[64];
static sem_t may_work; /* a turn waits for it */

static void note(char *list, char name)
{
    size_t length = strlen(list);

    list[length] = name;
    list[length + 1] = '\0';
}

static bool work(struct background_task *task, struct store *store)
{
    struct counted *counted = (struct counted *)task;

    (void)store;
    sem_wait(&may_work);
    note(turns, counted->name);
    return --counted->turns == 0;
}

static void done(struct background_task *task)
{
    note(ends, ((struct counted *)task)->name);
}

static void drop(struct background_task *task)
{
    (void)task;
    note(ends, '-');
}

static struct counted counted(char name, int count)
{
    return (struct counted){.task = {.work = work, .done = done, .drop = drop}, .turns = count, .name = name};
}

static int open_with_tasks(void **state)
{
    turns[0] = ends[0] = '\0';
    sem_init(&may_work, 0, 0);
    return open_with_readings(state);
}

static void let_work(int count)
{
    while (count-- > 0)
        sem_post(&may_work);
}

static void resume_until(char name)
{
    while (strchr(ends, name) == NULL)
        resume();
}

static void tasks_take_turns(void **state)
{
    struct counted tasks[] = {counted('a', 3), counted('b', 1), counted('c', 2)};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(tasks); i++)
        assert_true(background_add(site.background, &tasks[i].task));
    let_work(6);
    resume_until('a');
    assert_string_equal(turns, "abcaca");
    assert_string_equal(ends, "bca");
}

static void so_many_may_wait_and_others_come_again(void **state)
{
    struct counted tasks[BACKGROUND_TASKS_MAX], one_more = counted('b', 1);

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(tasks); i++) {
        tasks[i] = counted('a', 1);
        assert_true(background_add(site.background, &tasks[i].task));
    }
    assert_false(background_add(site.background, &one_more.task));
    let_work(BACKGROUND_TASKS_MAX + 1);
    resume_until('a');
    assert_true(background_add(site.background, &one_more.task));
    resume_until('b');
}

/* Read once, by the thread that serves everybody, and then not again for a short time. */
static void where_too_many_wait_a_product_is_shown_without_those_like_it(void **state)
{
    struct counted tasks[BACKGROUND_TASKS_MAX];
    const int times[] = {2, 2, 4}; /* the product, and the list that takes too long */

    has_category = true;
    for (size_t i = 0; i < ARRAY_LENGTH(tasks); i++) {
        tasks[i] = counted(i + 1 < BACKGROUND_TASKS_MAX ? 'a' : 'z', 1);
        assert_true(background_add(site.background, &tasks[i].task));
    }
    for (size_t i = 0; i < ARRAY_LENGTH(times); i++) {
        if (i == 2)
            site.limited_until_ns = 0;
        HANDLE(GET("/products/a"), "HTTP_ACCEPT=text/html");
        assert_answer(200, NULL);
        assert_header("Cache-Control: private, no-store\r\n");
        assert_int_equal(times_listed, times[i]);
        release_exchange(state);
    }
    revision = 2; /* what was kept is of another catalog */
    HANDLE(GET("/products/a"), "HTTP_ACCEPT=text/html");
    assert_int_equal(times_listed, 6);
    let_work(BACKGROUND_TASKS_MAX);
    resume_until('z');
}

static void tasks_that_nobody_waits_for_any_more_are_dropped(void **state)
{
    struct counted tasks[] = {counted('a', 100), counted('b', 1)};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(tasks); i++)
        assert_true(background_add(site.background, &tasks[i].task));
    let_work(1000);
    background_free(site.background);
    site.background = NULL;
    assert_string_equal(ends, "--");
}

/* ---- Downloads ---- */

static void a_download_is_measured_beside_other_requests(void **state)
{
    (void)state;
    walk_length = 20000;
    HANDLE(GET("/products.csv"));
    assert_int_equal(times_finished, 0);
    resume();
    assert_answer(200, NULL);
    assert_header("X-Total-Count: 20000\r\n");
    exchange.response.source->release(exchange.response.source);
    release_exchange(state);
    HANDLE(GET("/products.csv"));
    assert_answer(200, NULL);
    exchange.response.source->release(exchange.response.source);
    assert_int_equal(open_walks, 0);
}

static void a_download_that_nobody_waits_for_any_more_is_dropped(void **state)
{
    (void)state;
    walk_length = 20000;
    HANDLE(GET("/products.csv"));
    background_free(site.background);
    site.background = NULL;
    assert_int_equal(open_walks, 0);
    assert_null(site.downloads);
}

static void a_download_that_cannot_be_measured_is_refused(void **state)
{
    (void)state;
    walk_length = 20000;
    walk_fails_at = 19000;
    HANDLE(GET("/products.csv"));
    resume();
    assert_refused(503, "The catalog cannot be read right now.");
    assert_int_equal(open_walks, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define READINGS_TEST(name) cmocka_unit_test_setup_teardown(name, open_with_readings, close_with_readings)
        READINGS_TEST(a_page_that_takes_long_comes_later),
        READINGS_TEST(of_searches_that_come_together_one_is_tried),
        READINGS_TEST(it_is_kept),
        READINGS_TEST(a_first_page_that_takes_long_comes_later),
        READINGS_TEST(a_product_whose_like_take_long_to_find_comes_later),
        READINGS_TEST(a_customer_gets_their_prices_then),
        READINGS_TEST(what_is_too_much_says_what_to_narrow),
        READINGS_TEST(nearest_words_that_take_too_long_to_find_leave_an_empty_list),
        READINGS_TEST(a_database_that_fails_meanwhile_is_told),
        READINGS_TEST(a_download_is_measured_beside_other_requests),
        READINGS_TEST(a_download_that_nobody_waits_for_any_more_is_dropped),
        READINGS_TEST(a_download_that_cannot_be_measured_is_refused),
#define TASKS_TEST(name) cmocka_unit_test_setup_teardown(name, open_with_tasks, close_with_readings)
        TASKS_TEST(tasks_take_turns),
        TASKS_TEST(so_many_may_wait_and_others_come_again),
        TASKS_TEST(where_too_many_wait_a_product_is_shown_without_those_like_it),
        TASKS_TEST(tasks_that_nobody_waits_for_any_more_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
