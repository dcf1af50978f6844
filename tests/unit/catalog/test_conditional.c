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
    cache_clear(site.pages);
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

/* ---- Conditions (RFC 9110, 13.2.2) ------------------------------------------------------------------------------- */

static void assert_unwanted(void)
{
    assert_int_equal(exchange.response.status, 412);
    assert_header("Status: 412 Precondition Failed\r\n");
    assert_header("Content-Type: application/problem+json\r\n");
    assert_header("Cache-Control: private, no-store\r\n");
    assert_no_header("ETag: ");
    assert_non_null(strstr(body_text(), "urn:catalog:problem:precondition-failed"));
}

static const char *if_match(void)
{
    return with("HTTP_IF_MATCH", answered_tag());
}

static void whoever_wants_another_one_is_told_so(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS);
    const char *wanted = if_match();
    HANDLE(GET_PRODUCTS, wanted);
    assert_answer(200, LIST_PRICES);
    HANDLE(GET_PRODUCTS, "HTTP_IF_MATCH=\"x\"", wanted); /* two lines are one list */
    assert_answer(200, LIST_PRICES);
    HANDLE(GET_PRODUCTS, "HTTP_IF_MATCH=*");
    assert_answer(200, LIST_PRICES);
    HANDLE(GET_PRODUCTS, "HTTP_IF_MATCH=");
    assert_answer(200, LIST_PRICES);
    HANDLE(GET_PRODUCTS, "HTTP_IF_MATCH=\"x\"");
    assert_unwanted();
    revision = 2;
    HANDLE(GET_PRODUCTS, wanted);
    assert_unwanted();
    HANDLE("REQUEST_METHOD=HEAD", "SCRIPT_NAME=/products", LOCAL, wanted);
    assert_unwanted();
    HANDLE(GET("/"), wanted); /* has no tag */
    assert_unwanted();
    HANDLE(GET("/"), "HTTP_IF_MATCH=*");
    assert_answer(200, "It is working.");
}

static void a_condition_on_another_answer_than_200_is_not_looked_at(void **state)
{
    (void)state;
    HANDLE(GET("/nothing"), "HTTP_IF_MATCH=\"x\"");
    assert_int_equal(exchange.response.status, 404);
    HANDLE(GET("/products/old"), "HTTP_IF_MATCH=\"x\"");
    assert_int_equal(exchange.response.status, 301);
    HANDLE("REQUEST_METHOD=OPTIONS", "SCRIPT_NAME=/products", LOCAL, "HTTP_IF_MATCH=\"x\"");
    assert_int_equal(exchange.response.status, 204);
}

static void what_is_wanted_comes_before_what_is_known(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS);
    const char *known = if_none_match();
    HANDLE(GET_PRODUCTS, known, "HTTP_IF_MATCH=\"x\"");
    assert_unwanted();
    HANDLE(GET_PRODUCTS, known, "HTTP_IF_MATCH=*");
    assert_not_modified();
}

static void a_customers_condition_is_looked_at_when_the_prices_are_known(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1");
    discount_answers(QUOTES_OK);
    const char *wanted = if_match();
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", wanted);
    discount_answers(QUOTES_OK);
    assert_answer(200, CUSTOMER_PRICES);
    rules_revision = 6;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", wanted);
    discount_answers(QUOTES_OK);
    assert_unwanted();
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=1", wanted);
    discount_answers(QUOTES_DEGRADED); /* list prices are not what was named */
    assert_unwanted();
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

static void whoever_wants_it_as_it_was_is_told_that_it_changed(void **state)
{
    (void)state;
    changed_at = CHANGED;
    HANDLE(GET_PRODUCTS, "HTTP_IF_UNMODIFIED_SINCE=Sun, 06 Nov 1994 08:49:37 GMT");
    assert_answer(200, LIST_PRICES);
    HANDLE(GET_PRODUCTS, "HTTP_IF_UNMODIFIED_SINCE=Sun, 06 Nov 1994 08:49:36 GMT");
    assert_unwanted();
    HANDLE(GET_PRODUCTS, "HTTP_IF_UNMODIFIED_SINCE=yesterday");
    assert_answer(200, LIST_PRICES);
    HANDLE(GET_PRODUCTS, "HTTP_IF_MATCH=*", "HTTP_IF_UNMODIFIED_SINCE=Sun, 06 Nov 1994 08:49:36 GMT");
    assert_answer(200, LIST_PRICES); /* If-Match counts alone */
    changed_at = 0;
    revision = 2;
    HANDLE(GET_PRODUCTS, "HTTP_IF_UNMODIFIED_SINCE=Sun, 06 Nov 1994 08:49:36 GMT");
    assert_answer(200, LIST_PRICES); /* nobody knows */
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

/* RFC 9111, 3.5: a shared cache keeps what is public, whatever was shown to get it. */
static void an_answer_to_somebody_who_showed_who_they_are_is_never_public(void **state)
{
    static const char *const shown[] = {"HTTP_AUTHORIZATION=Basic eDp5", "REMOTE_USER=jo"};
    static const char *const paths[] = {"SCRIPT_NAME=/products", "SCRIPT_NAME=/products/old", "SCRIPT_NAME=/categories",
                                        "SCRIPT_NAME=/openapi.json"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(shown); i++) {
        for (size_t k = 0; k < ARRAY_LENGTH(paths); k++) {
            HANDLE("REQUEST_METHOD=GET", paths[k], LOCAL, shown[i]);
            assert_header("Cache-Control: private, no-cache\r\n");
        }
        HANDLE(GET("/pictures/tent.svg"), shown[i]);
        assert_header("Cache-Control: private, max-age=86400\r\n");
    }
    HANDLE(GET("/pictures/tent.svg"), "HTTP_AUTHORIZATION=", "REMOTE_USER=");
    assert_header("Cache-Control: public, max-age=86400\r\n");
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
        TEST(whoever_wants_another_one_is_told_so),
        TEST(a_condition_on_another_answer_than_200_is_not_looked_at),
        TEST(what_is_wanted_comes_before_what_is_known),
        TEST(a_customers_condition_is_looked_at_when_the_prices_are_known),
        TEST(whoever_wants_it_as_it_was_is_told_that_it_changed),
        TEST(an_answer_to_somebody_who_showed_who_they_are_is_never_public),
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
