/* SPDX-License-Identifier: MIT */
/* What each address answers, with a store and a Discount service that the test plays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/clock.h"
#include "fcgi-catalog/http/routes.h"
#include "tests/unit/catalog/fixture.h"

#define LOCAL "REMOTE_ADDR=127.0.0.1"
#define GET_PRODUCTS "REQUEST_METHOD=GET", "SCRIPT_NAME=/products", LOCAL
#define LIST_PRICES "[{\"id\":1,\"slug\":\"a\",\"description\":\"b\",\"price_in_cents\":1000}]\n"
#define CUSTOMER_PRICES                                                                                                \
    "[{\"id\":1,\"slug\":\"a\",\"description\":\"b\",\"price_in_cents\":1000,"                                         \
    "\"discount_value\":{\"pct\":0.1,\"value_in_cents\":900}}]\n"

/* ---- The store that the test plays ------------------------------------------------------------------------------- */

static enum store_status revision_status, list_status, customer_status;
static int64_t revision;
static int times_listed;
static int32_t price_cents = 1000;

enum store_status store_revision(struct store *store, int64_t *current)
{
    (void)store;
    if (revision_status == STORE_OK)
        *current = revision;
    return revision_status;
}

enum store_status store_list_products(struct store *store, struct arena *arena, struct product_list *products)
{
    (void)store;
    times_listed++;
    if (list_status == STORE_OK) {
        struct product *item = arena_get(arena, sizeof *item);
        *item = (struct product){.id = 1, .price_cents = price_cents, .slug = "a", .description = "b"};
        *products = (struct product_list){.items = item, .count = 1};
    }
    return list_status;
}

enum store_status store_find_customer(struct store *store, int32_t id, struct arena *arena, struct customer *customer)
{
    (void)store;
    if (customer_status == STORE_OK && id != 1)
        return STORE_NOT_FOUND;
    if (customer_status == STORE_OK)
        *customer = (struct customer){.id = id, .first_name = arena_print(arena, "John"), .last_name = "Snow"};
    return customer_status;
}

/* ---- The Discount service that the test plays -------------------------------------------------------------------- */

static struct quote_ask *asked;

void quotes_ask(struct quotes *quotes, struct quote_ask *ask)
{
    (void)quotes;
    asked = ask;
}

void quotes_flush(struct quotes *quotes)
{
    (void)quotes;
}

static size_t rule_count; /* how many it knows of the rules that made a price */

static void discount_answers(enum quotes_result result)
{
    static const struct applied_rule rule = {
        .key = "k", .label = "l", .lane = "contract", .before_cents = 1000, .after_cents = 900};
    struct quote_ask *ask = asked;

    assert_non_null(ask);
    asked = NULL;
    if (result == QUOTES_OK)
        ask->quotes[0] = (struct quote){.pct = 0.1f, .value_cents = 900};
    if (result == QUOTES_OK && ask->applied != NULL)
        ask->applied[0] = (struct applied_rules){&rule, rule_count};
    ask->done(ask, result);
}

/* ---- The site ---------------------------------------------------------------------------------------------------- */

static struct site site;

static int open_site(void **state)
{
    (void)state;
    revision_status = list_status = customer_status = STORE_OK;
    revision = 1;
    times_listed = 0;
    price_cents = 1000;
    asked = NULL;
    rule_count = 1;
    site = (struct site){.deadline_ns = 1000 * CLOCK_NS_PER_MS};
    return 0;
}

static int close_site(void **state)
{
    shelf_drop(site.shelf);
    return release_exchange(state);
}

static void handle(const char *const *variables)
{
    begin(variables);
    site_refresh(&site);
    routes_handle(&site, &exchange);
}

#define HANDLE(...) handle((const char *const[]){__VA_ARGS__, NULL})

static void assert_answer(int status, const char *body)
{
    assert_int_equal(times_finished, 1);
    assert_int_equal(exchange.response.status, status);
    if (body != NULL)
        assert_string_equal(body_text(), body);
}

static void assert_header(const char *line)
{
    if (strstr(head_text(), line) == NULL)
        fail_msg("no %s in %s", line, head_text());
}

/* ---- Tests ------------------------------------------------------------------------------------------------------- */

static void home_says_that_it_is_working(void **state)
{
    (void)state;
    HANDLE("REQUEST_METHOD=GET", "SCRIPT_NAME=/");
    assert_answer(200, "It is working.");
    assert_header("Content-Type: text/plain\r\n");
}

static void anonymous_gets_list_prices_at_once(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS);
    assert_answer(200, LIST_PRICES);
    assert_header("Content-Type: application/json\r\n");
    assert_header("Vary: X-USER-ID\r\n");
    assert_header("Cache-Control: no-cache\r\n");
    assert_null(asked);
}

static void a_customer_waits_for_their_prices(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1");
    assert_int_equal(times_finished, 0);
    assert_int_equal(asked->customer.id, 1);
    assert_string_equal(asked->customer.first_name, "John");
    assert_int_equal(asked->products->count, 1);
    assert_true(asked->deadline_ns == exchange.arrived_ns + site.deadline_ns);
    discount_answers(QUOTES_OK);
    assert_answer(200, CUSTOMER_PRICES);
    assert_header("Vary: X-USER-ID\r\n");
    assert_header("Cache-Control: private, no-store\r\n");
    assert_null(strstr(head_text(), "X-Discount-Status"));
}

static void without_discount_a_customer_gets_list_prices_and_is_told(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1");
    discount_answers(QUOTES_DEGRADED);
    assert_answer(200, LIST_PRICES);
    assert_header("X-Discount-Status: degraded\r\n");
    assert_header("Cache-Control: private, no-store\r\n");
    assert_header("Vary: X-USER-ID\r\n");
}

static void an_unknown_customer_is_anonymous(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=77");
    assert_answer(200, LIST_PRICES);
    assert_header("Cache-Control: no-cache\r\n");
    assert_null(asked);
}

static void a_wrong_customer_number_is_refused(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=x");
    assert_answer(400, NULL);
    assert_non_null(strstr(body_text(), "\"detail\":\"Customer ID is not a number.\""));
    assert_header("Vary: X-USER-ID\r\n");
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=2147483648");
    assert_answer(400, NULL);
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", "HTTP_X_USER_ID=1");
    assert_answer(400, NULL);
    assert_null(asked);
}

static void a_store_that_cannot_find_customers_degrades_the_answer(void **state)
{
    (void)state;
    customer_status = STORE_BUSY;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1");
    assert_answer(200, LIST_PRICES);
    assert_header("X-Discount-Status: degraded\r\n");
}

static void without_a_store_there_is_no_list(void **state)
{
    (void)state;
    revision_status = STORE_FAILED;
    HANDLE(GET_PRODUCTS);
    assert_answer(503, NULL);
    assert_header("Retry-After: 1\r\n");
}

static void the_list_is_read_once_per_revision(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS);
    price_cents = 2000;
    HANDLE(GET_PRODUCTS);
    assert_int_equal(times_listed, 1);
    assert_answer(200, LIST_PRICES);
    revision = 2;
    HANDLE(GET_PRODUCTS);
    assert_int_equal(times_listed, 2);
    assert_non_null(strstr(body_text(), "\"price_in_cents\":2000"));
}

static void the_old_list_serves_while_the_store_cannot_be_read(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS);
    revision_status = STORE_BUSY;
    HANDLE(GET_PRODUCTS);
    assert_answer(200, LIST_PRICES);
    assert_int_equal(site.shelf_status, STORE_BUSY);
    revision_status = STORE_OK;
    list_status = STORE_FAILED;
    revision = 2;
    HANDLE(GET_PRODUCTS);
    assert_answer(200, LIST_PRICES);
}

static void an_answer_keeps_the_list_it_was_asked_for(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1");
    revision = 2;
    price_cents = 2000;
    site_refresh(&site);
    discount_answers(QUOTES_OK);
    assert_answer(200, CUSTOMER_PRICES);
}

static void an_unknown_address_is_not_found(void **state)
{
    static const char *const paths[] = {"SCRIPT_NAME=/product", "SCRIPT_NAME=/products/", "SCRIPT_NAME=/products/1"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        HANDLE("REQUEST_METHOD=GET", paths[i]);
        assert_answer(404, NULL);
    }
}

static void another_method_is_not_allowed(void **state)
{
    static const char *const methods[] = {"REQUEST_METHOD=POST", "REQUEST_METHOD=DELETE", "REQUEST_METHOD=BREW"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(methods); i++) {
        HANDLE(methods[i], "SCRIPT_NAME=/products");
        assert_answer(405, NULL);
        assert_header("Allow: GET, HEAD, OPTIONS\r\n");
    }
}

static void options_tells_what_is_allowed(void **state)
{
    (void)state;
    HANDLE("REQUEST_METHOD=OPTIONS", "SCRIPT_NAME=/products");
    assert_answer(204, NULL);
    assert_header("Allow: GET, HEAD, OPTIONS\r\n");
}

static void head_is_answered_like_get(void **state)
{
    (void)state;
    HANDLE("REQUEST_METHOD=HEAD", "SCRIPT_NAME=/products", LOCAL);
    assert_answer(200, LIST_PRICES);
    assert_int_equal(http_exchange_body_length(&exchange), 0);
}

/* ---- Why a price is what it is ----------------------------------------------------------------------------------- */

#define EXPLAIN "QUERY_STRING=explain=1"

static void assert_refused(int status, const char *detail)
{
    assert_answer(status, NULL);
    if (strstr(body_text(), detail) == NULL)
        fail_msg("no %s in %s", detail, body_text());
    assert_header("Cache-Control: no-store\r\n");
    assert_header("Content-Type: application/problem+json\r\n");
    assert_null(asked);
}

static void an_administrator_sees_which_rules_made_the_price(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", EXPLAIN);
    assert_non_null(asked->applied);
    assert_ptr_equal(asked->arena, &exchange.arena);
    discount_answers(QUOTES_OK);
    assert_answer(200, "[{\"id\":1,\"slug\":\"a\",\"description\":\"b\",\"price_in_cents\":1000,"
                       "\"discount_value\":{\"pct\":0.1,\"value_in_cents\":900,\"applied\":[{\"rule\":\"k\","
                       "\"label\":\"l\",\"lane\":\"contract\",\"price_before\":1000,\"price_after\":900}]}}]\n");
    assert_header("Cache-Control: private, no-store\r\n");
}

static void a_service_that_does_not_know_why_gives_the_price_alone(void **state)
{
    (void)state;
    rule_count = 0;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", EXPLAIN);
    discount_answers(QUOTES_OK);
    assert_answer(200, CUSTOMER_PRICES);
}

static void without_discount_there_is_nothing_to_explain(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", EXPLAIN);
    discount_answers(QUOTES_DEGRADED);
    assert_answer(200, LIST_PRICES);
    assert_header("X-Discount-Status: degraded\r\n");
    assert_header("Cache-Control: private, no-store\r\n");
}

static void whoever_does_not_ask_why_is_not_told(void **state)
{
    static const char *const queries[] = {"QUERY_STRING=", "QUERY_STRING=a=1&explained=1&EXPLAIN=1",
                                          "QUERY_STRING=q=explain=1"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(queries); i++) {
        HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", queries[i]);
        assert_null(asked->applied);
        discount_answers(QUOTES_OK);
        assert_answer(200, CUSTOMER_PRICES);
    }
}

static void nobody_but_an_administrator_may_ask_why(void **state)
{
    (void)state;
    HANDLE("REQUEST_METHOD=GET", "SCRIPT_NAME=/products", "REMOTE_ADDR=203.0.113.9", "HTTP_X_USER_ID=1", EXPLAIN);
    assert_refused(403, "administrators");
    HANDLE(GET_PRODUCTS, "HTTP_X_FORWARDED_FOR=203.0.113.9", "HTTP_X_USER_ID=1", EXPLAIN);
    assert_refused(403, "administrators");
    HANDLE("REQUEST_METHOD=GET", "SCRIPT_NAME=/products", "HTTP_X_USER_ID=1", EXPLAIN);
    assert_refused(403, "administrators");
}

static void a_listed_proxy_names_the_customer_and_may_not_ask_why(void **state)
{
    const char *wrong;

    (void)state;
    struct identity_proxies *proxies = identity_proxies_new("203.0.113.9, 127.0.0.1", &wrong);
    site.proxies = proxies;
    HANDLE("REQUEST_METHOD=GET", "SCRIPT_NAME=/products", "REMOTE_ADDR=203.0.113.9", "HTTP_X_USER_ID=1", EXPLAIN);
    assert_refused(403, "administrators");
    HANDLE(GET_PRODUCTS, "HTTP_VIA=1.1 proxy", "HTTP_X_USER_ID=1", EXPLAIN);
    assert_refused(403, "administrators");
    identity_proxies_free(proxies);
}

static void another_value_of_explain_is_refused(void **state)
{
    static const char *const queries[] = {
        "QUERY_STRING=explain=0",   "QUERY_STRING=explain=true",        "QUERY_STRING=explain=",
        "QUERY_STRING=a=b&explain", "QUERY_STRING=explain=1&explain=2", "QUERY_STRING=explain=11",
        "QUERY_STRING=%65xplain=01"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(queries); i++) {
        HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", queries[i]);
        assert_refused(400, "explain=1");
    }
}

static void the_prices_of_nobody_are_not_explained(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, EXPLAIN);
    assert_refused(400, "X-USER-ID");
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=77", EXPLAIN);
    assert_refused(400, "X-USER-ID");
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=x", EXPLAIN);
    assert_refused(400, "Customer ID is not a number.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(home_says_that_it_is_working),
        TEST(anonymous_gets_list_prices_at_once),
        TEST(a_customer_waits_for_their_prices),
        TEST(without_discount_a_customer_gets_list_prices_and_is_told),
        TEST(an_unknown_customer_is_anonymous),
        TEST(a_wrong_customer_number_is_refused),
        TEST(a_store_that_cannot_find_customers_degrades_the_answer),
        TEST(without_a_store_there_is_no_list),
        TEST(the_list_is_read_once_per_revision),
        TEST(the_old_list_serves_while_the_store_cannot_be_read),
        TEST(an_answer_keeps_the_list_it_was_asked_for),
        TEST(an_unknown_address_is_not_found),
        TEST(another_method_is_not_allowed),
        TEST(options_tells_what_is_allowed),
        TEST(head_is_answered_like_get),
        TEST(an_administrator_sees_which_rules_made_the_price),
        TEST(a_service_that_does_not_know_why_gives_the_price_alone),
        TEST(without_discount_there_is_nothing_to_explain),
        TEST(whoever_does_not_ask_why_is_not_told),
        TEST(nobody_but_an_administrator_may_ask_why),
        TEST(a_listed_proxy_names_the_customer_and_may_not_ask_why),
        TEST(another_value_of_explain_is_refused),
        TEST(the_prices_of_nobody_are_not_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
