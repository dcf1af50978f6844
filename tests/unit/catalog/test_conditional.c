/* SPDX-License-Identifier: MIT */
/* Who may keep an answer, for how long, and who has it already. */
#include "tests/unit/catalog/site_harness.h"

/* "Name: value" for HANDLE(), in memory that stays until the next but one. */
static const char *with(const char *name, const char *value)
{
    static char texts[2][256];
    static int at;

    at = !at;
    snprintf(texts[at], sizeof texts[at], "%s=%s", name, value);
    return texts[at];
}

static const char *if_none_match(void)
{
    return with("HTTP_IF_NONE_MATCH", answered_tag());
}

static void assert_not_modified(void)
{
    assert_answer(304, NULL);
    assert_header("Status: 304 Not Modified\r\n");
    assert_header("ETag: ");
    assert_header("Vary: Accept, X-USER-ID\r\n");
    assert_no_header("\r\nContent-");
    assert_null(exchange.response.body);
}

/* ---- If-None-Match ----------------------------------------------------------------------------------------------- */

static void who_has_the_list_is_told_so(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS);
    const char *known = if_none_match();
    HANDLE(GET_PRODUCTS, known);
    assert_not_modified();
    assert_header("Cache-Control: public, max-age=60, must-revalidate\r\n");
    HANDLE("REQUEST_METHOD=HEAD", "SCRIPT_NAME=/products", LOCAL, known);
    assert_not_modified();
}

static void a_list_that_is_known_is_not_read(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS);
    const char *known = if_none_match();
    pages_free(site.pages);
    site.pages = pages_new(PAGES_BYTES_MAX, PAGES_COUNT_MAX);
    times_listed = 0;
    HANDLE(GET_PRODUCTS, known);
    assert_not_modified();
    assert_int_equal(times_listed, 0);
}

static void a_change_of_the_shop_makes_it_new(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS);
    const char *known = if_none_match();
    revision = 2;
    HANDLE(GET_PRODUCTS, known);
    assert_answer(200, LIST_PRICES);
}

static void another_query_is_another_answer(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS);
    const char *known = if_none_match();
    HANDLE(GET_PRODUCTS, known, "QUERY_STRING=limit=7");
    assert_answer(200, NULL);
    HANDLE(GET("/products/a"), known);
    assert_answer(200, NULL);
    HANDLE(GET("/categories"), known);
    assert_answer(200, NULL);
    HANDLE(GET_PRODUCTS, known, "QUERY_STRING=limit=100"); /* says nothing */
    assert_not_modified();
}

static void a_customer_who_has_it_is_told_when_the_prices_are_known(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1");
    discount_answers(QUOTES_OK);
    const char *known = if_none_match();
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", known);
    assert_int_equal(times_finished, 0);
    discount_answers(QUOTES_OK);
    assert_not_modified();
    assert_header("Cache-Control: private, no-cache\r\n");
}

static void new_rules_and_new_prices_make_it_new(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1");
    discount_answers(QUOTES_OK);
    const char *known = if_none_match();
    rules_revision = 6;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", known);
    discount_answers(QUOTES_OK);
    assert_answer(200, CUSTOMER_PRICES);
    rules_revision = 5;
    customer_price = 899;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", known);
    discount_answers(QUOTES_OK);
    assert_answer(200, NULL);
}

static void nobodys_tag_is_no_customers(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS);
    const char *known = if_none_match();
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", known);
    discount_answers(QUOTES_OK);
    assert_answer(200, CUSTOMER_PRICES);
    known = if_none_match();
    HANDLE(GET_PRODUCTS, known);
    assert_answer(200, LIST_PRICES);
}

static void explained_and_degraded_prices_have_no_tag_and_are_never_kept(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", "HTTP_IF_NONE_MATCH=*");
    discount_answers(QUOTES_DEGRADED);
    assert_answer(200, LIST_PRICES);
    assert_no_header("ETag");
    assert_header("Cache-Control: private, no-store\r\n");
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", "QUERY_STRING=explain=1", "HTTP_IF_NONE_MATCH=*");
    discount_answers(QUOTES_OK);
    assert_answer(200, NULL);
    assert_no_header("ETag");
    assert_header("Cache-Control: private, no-store\r\n");
}

/* ---- Last-Modified ----------------------------------------------------------------------------------------------- */

#define CHANGED 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */

static void who_has_it_since_its_last_change_is_told_so(void **state)
{
    (void)state;
    changed_at = CHANGED;
    HANDLE(GET_PRODUCTS);
    assert_header("Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    HANDLE(GET_PRODUCTS, "HTTP_IF_MODIFIED_SINCE=Sun, 06 Nov 1994 08:49:37 GMT");
    assert_not_modified();
    HANDLE(GET_PRODUCTS, "HTTP_IF_MODIFIED_SINCE=Sun, 06 Nov 1994 08:49:36 GMT");
    assert_answer(200, LIST_PRICES);
    HANDLE(GET_PRODUCTS, "HTTP_IF_MODIFIED_SINCE=yesterday");
    assert_answer(200, LIST_PRICES);
}

static void a_tag_counts_more_than_a_date(void **state)
{
    (void)state;
    changed_at = CHANGED;
    HANDLE(GET_PRODUCTS, "HTTP_IF_NONE_MATCH=\"x\"", "HTTP_IF_MODIFIED_SINCE=Sun, 06 Nov 1994 08:49:37 GMT");
    assert_answer(200, LIST_PRICES);
}

static void a_change_of_this_second_has_no_date_yet(void **state)
{
    (void)state;
    changed_at = (int64_t)time(NULL);
    HANDLE(GET_PRODUCTS);
    assert_no_header("Last-Modified");
    HANDLE(GET_PRODUCTS, "HTTP_IF_MODIFIED_SINCE=Sun, 06 Nov 2094 08:49:37 GMT");
    assert_answer(200, LIST_PRICES);
}

static void a_customers_prices_have_no_date(void **state)
{
    (void)state;
    changed_at = CHANGED;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", "HTTP_IF_MODIFIED_SINCE=Sun, 06 Nov 1994 08:49:37 GMT");
    discount_answers(QUOTES_OK);
    assert_answer(200, CUSTOMER_PRICES);
    assert_no_header("Last-Modified");
}

/* ---- How long ---------------------------------------------------------------------------------------------------- */

static int told_max_age(void)
{
    int seconds = -1;
    const char *line = strstr(head_text(), "Cache-Control: ");

    assert_non_null(line);
    assert_int_equal(sscanf(line, "Cache-Control: public, max-age=%d,", &seconds), 1);
    return seconds;
}

static void nothing_is_kept_past_the_next_change_of_a_price(void **state)
{
    (void)state;
    int64_t before = (int64_t)time(NULL);
    steady_until = before + 20;
    HANDLE(GET_PRODUCTS);
    assert_in_range(told_max_age(), 16 - ((int64_t)time(NULL) - before), 18);
    steady_until = (int64_t)time(NULL) + 2;
    HANDLE(GET_PRODUCTS);
    assert_int_equal(told_max_age(), 0);
    steady_until = (int64_t)time(NULL) + 2000;
    HANDLE(GET_PRODUCTS);
    assert_int_equal(told_max_age(), 60);
}

static void a_change_that_is_past_is_kept_by_nobody(void **state)
{
    (void)state;
    steady_until = (int64_t)time(NULL) - 1;
    HANDLE(GET_PRODUCTS);
    assert_int_equal(told_max_age(), 0);
}

static void an_answer_to_somebody_named_is_never_public(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=77");
    assert_header("Cache-Control: private, no-cache\r\n");
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", "HTTP_X_FORWARDED_FOR=203.0.113.9");
    assert_answer(200, LIST_PRICES);
    assert_header("Cache-Control: private, no-cache\r\n");
    HANDLE(GET("/products/old"), "HTTP_X_USER_ID=77");
    assert_header("Cache-Control: private, no-cache\r\n");
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=");
    assert_header("Cache-Control: public, max-age=60, must-revalidate\r\n");
}

static void a_sign_of_life_is_never_kept(void **state)
{
    (void)state;
    HANDLE(GET("/"));
    assert_answer(200, "It is working.");
    assert_header("Cache-Control: private, no-store\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_has_the_list_is_told_so),
        TEST(a_list_that_is_known_is_not_read),
        TEST(a_change_of_the_shop_makes_it_new),
        TEST(another_query_is_another_answer),
        TEST(a_customer_who_has_it_is_told_when_the_prices_are_known),
        TEST(new_rules_and_new_prices_make_it_new),
        TEST(nobodys_tag_is_no_customers),
        TEST(explained_and_degraded_prices_have_no_tag_and_are_never_kept),
        TEST(who_has_it_since_its_last_change_is_told_so),
        TEST(a_tag_counts_more_than_a_date),
        TEST(a_change_of_this_second_has_no_date_yet),
        TEST(a_customers_prices_have_no_date),
        TEST(nothing_is_kept_past_the_next_change_of_a_price),
        TEST(a_change_that_is_past_is_kept_by_nobody),
        TEST(an_answer_to_somebody_named_is_never_public),
        TEST(a_sign_of_life_is_never_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
