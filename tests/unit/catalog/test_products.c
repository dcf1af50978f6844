/* SPDX-License-Identifier: MIT */
/* What each address answers, with a store and a Discount service that the test plays. */
#include "tests/unit/catalog/site_harness.h"

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
    assert_header("Vary: Accept, X-USER-ID\r\n");
    assert_header("Cache-Control: public, max-age=60, must-revalidate\r\n");
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
    assert_header("Vary: Accept, X-USER-ID\r\n");
    assert_header("Cache-Control: private, no-cache\r\n");
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
    assert_header("Vary: Accept, X-USER-ID\r\n");
}

static void an_unknown_customer_is_anonymous(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=77");
    assert_answer(200, LIST_PRICES);
    assert_header("Cache-Control: private, no-cache\r\n"); /* they may exist tomorrow */
    assert_null(asked);
}

static void a_wrong_customer_number_is_refused(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_X_USER_ID=x");
    assert_answer(400, NULL);
    assert_non_null(strstr(body_text(), "\"detail\":\"Customer ID is not a number.\""));
    assert_header("Vary: Accept, X-USER-ID\r\n");
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
    revision_status = STORE_OK;
    list_status = STORE_FAILED;
    revision = 2;
    for (int i = 0; i < 2; i++) {
        HANDLE(GET_PRODUCTS, "QUERY_STRING=limit=3");
        assert_refused(503, "cannot be read right now");
        assert_header("Retry-After: 1\r\n");
        HANDLE(GET_PRODUCTS);
        assert_answer(200, LIST_PRICES);
    }
    list_status = STORE_OK;
    price_cents = 2000;
    HANDLE(GET_PRODUCTS);
    assert_non_null(strstr(body_text(), "\"price_in_cents\":2000"));
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
    static const char *const paths[] = {
        "SCRIPT_NAME=/product",       "SCRIPT_NAME=/products/1/2",       "SCRIPT_NAME=/openapi.json/",
        "SCRIPT_NAME=/products.csv/", "SCRIPT_NAME=/pictures/tent.svg/", "SCRIPT_NAME=/products/1/2/"};

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

/* ---- Pages ------------------------------------------------------------------------------------------------------- */

static void a_query_is_read_and_asked_of_the_store(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "QUERY_STRING=limit=5&sort=-price&category=c");
    assert_answer(200, LIST_PRICES);
    assert_int_equal(listed.limit, 5);
    assert_int_equal(listed.sort, SORT_PRICE_DOWN);
    assert_string_equal(listed.category, "c");
}

static void equal_queries_are_read_once(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "QUERY_STRING=limit=5&sort=price");
    HANDLE(GET_PRODUCTS, "QUERY_STRING=sort=price&limit=5");
    assert_int_equal(times_listed, 1);
    HANDLE(GET_PRODUCTS, "QUERY_STRING=sort=price&limit=6");
    assert_int_equal(times_listed, 2);
}

static void a_wrong_parameter_is_named_with_what_is_allowed(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "QUERY_STRING=limit=251");
    assert_refused(400, "\"type\":\"urn:catalog:problem:wrong-parameter\"");
    assert_refused(400, "\"parameter\":\"limit\"");
    assert_refused(400, "1 to 250\"");
    HANDLE(GET_PRODUCTS, "QUERY_STRING=page=2");
    assert_refused(400, "\"parameter\":\"page\"");
    assert_int_equal(times_listed, 0);
}

static void the_pages_beside_it_are_linked_below_the_base(void **state)
{
    (void)state;
    has_next = true;
    HANDLE("REQUEST_METHOD=GET", "SCRIPT_NAME=/shop/x.fcgi", "PATH_INFO=/products",
           "REQUEST_URI=/shop/products?limit=1", LOCAL, "QUERY_STRING=limit=1");
    assert_header("Link: </shop/products?limit=1>; rel=\"first\"\r\n");
    assert_header("Link: </shop/products?limit=1&after=");
    assert_header("rel=\"next\"\r\n");
    assert_no_header("rel=\"prev\"");
    has_next = false;
    has_previous = true;
    HANDLE(GET_PRODUCTS, "QUERY_STRING=limit=2");
    assert_header("Link: </products?limit=2>; rel=\"first\"\r\n");
    assert_header("Link: </products?limit=2&before=");
    assert_header("rel=\"prev\"\r\n");
    assert_no_header("rel=\"next\"");
}

static void a_total_is_told_when_it_is_asked_for(void **state)
{
    (void)state;
    has_next = true;
    HANDLE(GET_PRODUCTS);
    assert_no_header("X-Total-Count");
    assert_int_equal(times_counted, 0);
    HANDLE(GET_PRODUCTS, "QUERY_STRING=count=1");
    assert_header("X-Total-Count: 77\r\n");
}

static void a_total_is_told_when_one_page_has_all(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS);
    assert_header("X-Total-Count: 1\r\n");
    HANDLE(GET_PRODUCTS, "QUERY_STRING=count=1");
    assert_header("X-Total-Count: 1\r\n");
    assert_int_equal(times_counted, 0);
}

/* ---- One product, categories ------------------------------------------------------------------------------------- */

static void one_product_is_an_object(void **state)
{
    (void)state;
    HANDLE(GET("/products/a"));
    assert_answer(200, ONE "\n");
    HANDLE(GET("/products/1"));
    assert_answer(200, ONE "\n");
    HANDLE(GET("/products/a"), "QUERY_STRING=fields=slug");
    assert_answer(200, "{\"id\":1,\"slug\":\"a\"}\n");
}

static void one_product_has_the_customers_price(void **state)
{
    (void)state;
    HANDLE(GET("/products/a"), "HTTP_X_USER_ID=1");
    assert_int_equal(asked->products->count, 1);
    discount_answers(QUOTES_OK);
    assert_answer(200, ONE_OF_CUSTOMER "\n");
}

static void a_product_that_is_not_there_is_not_found(void **state)
{
    static const char *const paths[] = {"SCRIPT_NAME=/products/b", "SCRIPT_NAME=/products/0", "SCRIPT_NAME=/products/2",
                                        "SCRIPT_NAME=/products/99999999999999999999", "SCRIPT_NAME=/products/%"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        HANDLE("REQUEST_METHOD=GET", paths[i], LOCAL);
        assert_refused(404, "There is no such product.");
    }
}

static void an_old_slug_leads_to_todays(void **state)
{
    (void)state;
    HANDLE("REQUEST_METHOD=GET", "SCRIPT_NAME=/c/x.fcgi", "PATH_INFO=/products/old", "REQUEST_URI=/c/products/old",
           LOCAL, "QUERY_STRING=fields=slug");
    assert_answer(301, NULL);
    assert_header("Location: /c/products/a?fields=slug\r\n");
    assert_int_equal(http_exchange_body_length(&exchange), 0);
}

static void a_query_cannot_break_out_of_a_location(void **state)
{
    (void)state;
    HANDLE(GET("/products/old"), "QUERY_STRING=fields=slug&explain=1\r\nX: y");
    assert_int_equal(times_finished, 1);
    assert_no_header("\r\nX: y");
    HANDLE(GET("/products/old"), "QUERY_STRING=fields=\"slug\"<>\x80\n");
    assert_int_equal(times_finished, 1);
    assert_no_header("\"slug\"");
}

static void a_store_that_fails_says_when_to_come_again(void **state)
{
    (void)state;
    list_status = STORE_BUSY;
    HANDLE(GET("/products/a"));
    assert_refused(503, "cannot be read right now");
    assert_header("Retry-After: 1\r\n");
    HANDLE(GET("/categories"));
    assert_refused(503, "cannot be read right now");
    HANDLE(GET("/products.csv"));
    assert_refused(503, "cannot be read right now");
    assert_int_equal(open_walks, 0);
}

static void categories_are_a_list_and_a_tree(void **state)
{
    (void)state;
    HANDLE(GET("/categories"));
    assert_answer(200, "[{\"slug\":\"c\",\"name\":\"C\",\"product_count\":2},"
                       "{\"slug\":\"d\",\"parent\":\"c\",\"product_count\":1}]\n");
    HANDLE(GET("/categories/c"));
    assert_answer(200, "{\"slug\":\"c\",\"name\":\"C\",\"product_count\":2,\"children\":"
                       "[{\"slug\":\"d\",\"parent\":\"c\",\"product_count\":1}]}\n");
    HANDLE(GET("/categories/e"));
    assert_refused(404, "There is no such category.");
    HANDLE(GET("/categories"), "QUERY_STRING=a=b");
    assert_refused(400, "\"parameter\":\"a\"");
}

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
        TEST(a_query_is_read_and_asked_of_the_store),
        TEST(equal_queries_are_read_once),
        TEST(a_wrong_parameter_is_named_with_what_is_allowed),
        TEST(the_pages_beside_it_are_linked_below_the_base),
        TEST(a_total_is_told_when_it_is_asked_for),
        TEST(a_total_is_told_when_one_page_has_all),
        TEST(one_product_is_an_object),
        TEST(one_product_has_the_customers_price),
        TEST(a_product_that_is_not_there_is_not_found),
        TEST(an_old_slug_leads_to_todays),
        TEST(a_query_cannot_break_out_of_a_location),
        TEST(a_store_that_fails_says_when_to_come_again),
        TEST(categories_are_a_list_and_a_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
