/* SPDX-License-Identifier: MIT */
/* Why a price is what it is: explain=1, for administrators. */
#include "tests/unit/catalog/site_harness.h"

#define EXPLAIN "QUERY_STRING=explain=1"

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
    static const char *const queries[] = {"QUERY_STRING=", "QUERY_STRING=limit=3", "QUERY_STRING=q=explain=1"};

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
    site.identity.proxies = proxies;
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
        "QUERY_STRING=q=b&explain", "QUERY_STRING=explain=1&explain=2", "QUERY_STRING=explain=11",
        "QUERY_STRING=%65xplain=01"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(queries); i++) {
        HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", queries[i]);
        assert_refused(400, "The parameter explain");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
