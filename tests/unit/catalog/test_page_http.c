/* SPDX-License-Identifier: MIT */
/* Pages as people ask for them: links that others changed, filters that do not go together, addresses with a slash too
 * many, and what caches know them by. */
#include "fcgi-catalog/site/handlers.h"
#include "tests/unit/catalog/site_harness.h"

#define PEOPLE "HTTP_ACCEPT=text/html,application/xhtml+xml,*/*;q=0.8"
#define PAGE(path) GET(path), PEOPLE

static void assert_page(int status, const char *part)
{
    assert_answer(status, NULL);
    assert_header("Content-Type: text/html; charset=utf-8\r\n");
    if (strstr(body_text(), part) == NULL)
        fail_msg("no %s in %s", part, body_text());
}

static void assert_redirected(int status, const char *location)
{
    char line[256];

    snprintf(line, sizeof line, "\r\nLocation: %s\r\n", location);
    assert_answer(status, NULL);
    assert_header(line);
    assert_int_equal(http_exchange_body_length(&exchange), 0);
    assert_header("Content-Length: 0\r\n");
}

/* ---- Links that others changed ----------------------------------------------------------------------------------- */

static void people_who_follow_a_counted_link_come_to_what_it_means(void **state)
{
    (void)state;
    HANDLE(PAGE("/products/a"), "QUERY_STRING=utm_source=newsletter");
    assert_redirected(302, "/products/a");
    assert_header("Cache-Control: private, no-store\r\n");
    HANDLE(PAGE("/products"), "QUERY_STRING=sort=price&fbclid=IwAR0&q=caf%C3%A9+a%20b&gclid=1&limit=5");
    assert_redirected(302, "/products?sort=price&q=caf%C3%A9+a%20b&limit=5");
    HANDLE(PAGE("/"), "QUERY_STRING=utm_campaign=x");
    assert_redirected(302, "/");
    HANDLE(PAGE("/categories"), "QUERY_STRING=_gl=x");
    assert_redirected(302, "/categories");
    HANDLE(PAGE("/categories/c"), "QUERY_STRING=mc_eid=1&tag=t");
    assert_redirected(302, "/categories/c?tag=t");
    HANDLE("REQUEST_METHOD=HEAD", "SCRIPT_NAME=/shop/x.fcgi", "PATH_INFO=/products/a", LOCAL, PEOPLE,
           "REQUEST_URI=/shop/products/a?msclkid=1", "QUERY_STRING=msclkid=1");
    assert_redirected(302, "/shop/products/a");
}

static void programs_are_refused_what_people_are_led_past(void **state)
{
    static const char *const accepts[] = {"HTTP_ACCEPT=", "HTTP_ACCEPT=application/json", "HTTP_ACCEPT=*/*"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(accepts); i++) {
        HANDLE(GET_PRODUCTS, "QUERY_STRING=utm_source=x", accepts[i]);
        assert_refused(400, "\"parameter\":\"utm_source\"");
        HANDLE(GET("/products/a"), "QUERY_STRING=fbclid=x", accepts[i]);
        assert_refused(400, "\"parameter\":\"fbclid\"");
    }
    HANDLE(GET("/products.csv"), "QUERY_STRING=fbclid=x", "HTTP_ACCEPT=text/csv, application/problem+json;q=0.1");
    assert_refused(400, "\"parameter\":\"fbclid\"");
}

static void people_are_refused_what_nobody_appends(void **state)
{
    (void)state;
    HANDLE(PAGE("/products"), "QUERY_STRING=utm_source=x&page=2");
    assert_page(400, "is no parameter of this address");
    HANDLE(PAGE("/products/a"), "QUERY_STRING=ref=1&utm_source=x");
    assert_page(400, "is no parameter of this address");
}

static void a_counted_link_cannot_lead_elsewhere(void **state)
{
    (void)state;
    HANDLE(PAGE("/products"), "QUERY_STRING=q=\r\nX: y&utm_source=x");
    assert_no_header("\r\nX: y");
    HANDLE(PAGE("/products"), "QUERY_STRING=tag=\"<>\x80\x20&utm_source=x");
    assert_no_header("<");
    HANDLE("REQUEST_METHOD=GET", "SCRIPT_NAME=//evil.example", "REQUEST_URI=//evil.example/products?fbclid=1",
           "PATH_INFO=/products", LOCAL, PEOPLE, "QUERY_STRING=fbclid=1");
    assert_no_header("Location: //");
}

/* ---- Filters that do not go together ----------------------------------------------------------------------------- */

static void people_keep_their_form_when_prices_are_the_wrong_way_round(void **state)
{
    (void)state;
    HANDLE(PAGE("/products"), "QUERY_STRING=q=lamp&category=c&min_price=5000&max_price=2000", "HTTP_X_USER_ID=1");
    assert_page(400, "The lowest list price, 50.00, is above the highest, 20.00.");
    assert_page(400, "<option value=\"5000\" selected>");
    assert_page(400, "<option value=\"c\" selected>");
    assert_page(400, "value=\"lamp\"");
    assert_header("Cache-Control: private, no-store\r\n");
    assert_header("Content-Security-Policy: ");
    assert_int_equal(times_listed, 0);
    HANDLE(PAGE("/categories/c"), "QUERY_STRING=max_price=x");
    assert_page(400, "action=\"/categories/c\"");
    HANDLE(PAGE("/categories/nowhere"), "QUERY_STRING=max_price=x");
    assert_page(404, "There is no such category.");
}

static void whoever_rather_has_a_problem_gets_it(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "QUERY_STRING=min_price=5000&max_price=2000",
           "HTTP_ACCEPT=application/problem+json, text/html;q=0.5");
    assert_refused(400, "\"parameter\":\"min_price\"");
}

/* ---- A slash too many -------------------------------------------------------------------------------------------- */

static void a_slash_too_many_leads_to_the_address_without_it(void **state)
{
    (void)state;
    HANDLE(PAGE("/products/a/"), "QUERY_STRING=fields=slug");
    assert_redirected(301, "/products/a?fields=slug");
    assert_header("Cache-Control: public, max-age=60, must-revalidate\r\n");
    HANDLE(GET("/categories/c/"), "HTTP_X_USER_ID=1");
    assert_redirected(301, "/categories/c");
    assert_header("Cache-Control: private, no-cache\r\n");
    HANDLE(GET("/products/"), "QUERY_STRING=limit=2");
    assert_redirected(301, "/products?limit=2");
    HANDLE(GET("/categories/"));
    assert_redirected(301, "/categories");
    HANDLE("REQUEST_METHOD=POST", "SCRIPT_NAME=/products/a/");
    assert_answer(405, NULL);
}

static void an_id_is_written_in_one_way(void **state)
{
    static const char *const paths[] = {"SCRIPT_NAME=/products/01",  "SCRIPT_NAME=/products/+1",
                                        "SCRIPT_NAME=/products/001", "SCRIPT_NAME=/products/-1",
                                        "SCRIPT_NAME=/products/ 1",  "SCRIPT_NAME=/products/1.0"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        HANDLE("REQUEST_METHOD=GET", paths[i], LOCAL);
        assert_refused(404, "There is no such product.");
    }
}

/* ---- The shop's name --------------------------------------------------------------------------------------------- */

static const char *find_tag(const char *path, const char *name)
{
    static char tags[4][80];
    static size_t next;
    char variable[64];

    snprintf(variable, sizeof variable, "SCRIPT_NAME=%s", path);
    begin((const char *const[]){"REQUEST_METHOD=GET", variable, LOCAL, PEOPLE, NULL});
    site.shop_name = name;
    site_refresh(&site);
    routes_handle(&site, &exchange);
    site.shop_name = "Catalog";
    assert_answer(200, NULL);
    snprintf(tags[next % 4], sizeof tags[0], "%s", answered_tag());
    return tags[next++ % 4];
}

static void the_shops_name_is_on_every_page_and_part_of_its_tag(void **state)
{
    static const char *const paths[] = {"/", "/categories", "/products", "/products/a", "/categories/c"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        const char *tag = find_tag(paths[i], "Catalog");
        assert_page(200, "Catalog</title>");
        assert_string_not_equal(find_tag(paths[i], "<Bob>"), tag);
        assert_page(200, "&lt;Bob&gt;</title>");
    }
}

static void an_error_has_the_shops_name_too(void **state)
{
    (void)state;
    begin((const char *const[]){PAGE("/nowhere"), NULL});
    site.shop_name = "Ann";
    routes_handle(&site, &exchange);
    site.shop_name = "Catalog";
    assert_page(404, " – Ann</title>");
}

/* ---- The language ------------------------------------------------------------------------------------------------ */

static void ask_in(const char *languages, const char *path, const char *accept_language, const char *accept)
{
    static char variables[2][80];

    snprintf(variables[0], sizeof variables[0], "SCRIPT_NAME=%s", path);
    snprintf(variables[1], sizeof variables[1], "HTTP_ACCEPT_LANGUAGE=%s", accept_language);
    begin((const char *const[]){"REQUEST_METHOD=GET", LOCAL, variables[0], variables[1], accept, NULL});
    if (!language_list_read(languages, &site.languages))
        fail_msg("%s", languages);
    site_refresh(&site);
    routes_handle(&site, &exchange);
}

static void each_page_is_in_the_language_that_its_visitor_prefers(void **state)
{
    static const char *const paths[] = {"/", "/categories", "/products", "/products/a", "/categories/c"};
    char tag[80];

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        ask_in("en, de, fr", paths[i], "de-AT, fr;q=0.5", PEOPLE);
        assert_page(200, "<html lang=\"de\">");
        assert_page(200, ">Alle Kategorien<");
        assert_non_null(strstr(exchange.response.headers, ", Accept-Language\r\n"));
        snprintf(tag, sizeof tag, "%s", answered_tag());
        ask_in("en, de, fr", paths[i], "fr", PEOPLE);
        assert_page(200, "<html lang=\"fr\">");
        assert_string_not_equal(answered_tag(), tag);
        ask_in("en, de, fr", paths[i], "ru", PEOPLE);
        assert_page(200, "<html lang=\"en\">");
    }
}

static void an_error_is_in_that_language_too_but_for_its_detail(void **state)
{
    (void)state;
    ask_in("auto", "/nowhere", "pl", PEOPLE);
    assert_page(404, "<html lang=\"pl\">");
    assert_page(404, "<h1>Nie znaleziono</h1>\n<p lang=\"en\"");
    assert_header("Vary: Accept, X-USER-ID, Accept-Language\r\n");
    ask_in("auto", "/products/nothing", "pl", PEOPLE);
    assert_page(404, "<html lang=\"pl\">");
    assert_header("Vary: Accept, X-USER-ID, Accept-Language\r\n"); /* the header once */
}

static void a_shop_of_one_language_does_not_look_at_what_visitors_prefer(void **state)
{
    (void)state;
    ask_in("sv", "/products", "de", PEOPLE);
    assert_page(200, "<html lang=\"sv\">");
    assert_null(strstr(exchange.response.headers, "Accept-Language"));
}

static void what_programs_get_does_not_vary_by_language(void **state)
{
    (void)state;
    ask_in("auto", "/products", "de", "HTTP_ACCEPT=application/json");
    assert_header("Vary: Accept, X-USER-ID\r\n");
}

/* ---- Addresses and files ----------------------------------------------------------------------------------------- */

static void a_list_is_known_by_one_address(void **state)
{
    (void)state;
    HANDLE(PAGE("/products"), "QUERY_STRING=count=1&limit=5&fields=slug&q=a");
    assert_page(200, "<link rel=\"canonical\" href=\"/products?q=a&amp;limit=5\">");
}

static void a_picture_that_is_known_is_not_sent_again(void **state)
{
    char known[128];

    (void)state;
    HANDLE(GET("/pictures/tent.svg"));
    assert_answer(200, NULL);
    snprintf(known, sizeof known, "HTTP_IF_NONE_MATCH=%s", answered_tag());
    HANDLE(GET("/pictures/tent.svg"), known);
    assert_answer(304, NULL);
    assert_header("Cache-Control: public, max-age=86400\r\n");
    assert_int_equal(http_exchange_body_length(&exchange), 0);
    HANDLE(GET("/pictures/icon.svg"), known);
    assert_answer(200, NULL);
}

static void csv_with_parameters_is_told_why_there_is_none(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "QUERY_STRING=limit=5", "HTTP_ACCEPT=text/csv");
    assert_refused(406, "As text/csv there is the whole catalog alone, which takes no parameters");
    HANDLE(GET_PRODUCTS, "QUERY_STRING=limit=5", "HTTP_ACCEPT=image/png");
    assert_refused(406, "This address can be had as application/json, text/html.");
}

/* ---- Pages with further products --------------------------------------------------------------------------------- */

/* A page without its further products has no tag; they can be read from here on. */
static void assert_partial_then_whole(void **state)
{
    assert_answer(200, NULL);
    assert_no_header("\r\nETag: ");
    assert_header("Cache-Control: private, no-store\r\n");
    release_exchange(state);
    category_status = STORE_OK;
}

static void a_product_without_those_like_it_is_not_kept(void **state)
{
    has_category = true;
    category_status = STORE_FAILED;
    HANDLE(PAGE("/products/a"));
    assert_partial_then_whole(state);
    HANDLE(PAGE("/products/a"));
    answered_tag();
    release_exchange(state);
    int before = times_listed;
    HANDLE(PAGE("/products/a"));
    answered_tag();
    assert_int_equal(times_listed, before);
}

static void a_first_page_without_its_pictures_is_not_kept(void **state)
{
    list_length = HOME_PRODUCTS;
    category_status = STORE_FAILED;
    HANDLE(PAGE("/"));
    assert_partial_then_whole(state);
    HANDLE(PAGE("/"));
    answered_tag();
    release_exchange(state);
    int before = times_listed;
    HANDLE(PAGE("/"));
    answered_tag();
    assert_int_equal(times_listed, before);
}

/* The list is of a later revision than the categories that were read before. */
static void a_first_page_with_the_categories_of_another_revision_is_not_kept(void **state)
{
    list_length = HOME_PRODUCTS;
    HANDLE(PAGE("/categories"));
    release_exchange(state);
    begin((const char *const[]){PAGE("/"), NULL});
    revision = 2;
    routes_handle(&site, &exchange);
    assert_partial_then_whole(state);
    HANDLE(PAGE("/"));
    answered_tag();
}

static void the_first_page_begins_with_the_largest_id(void **state)
{
    (void)state;
    HANDLE(PAGE("/"));
    assert_answer(200, NULL);
    assert_true(listed.position.is_backwards);
    assert_false(listed.position.is_set);
    assert_no_header("X-Total-Count");
    assert_no_header("rel=\"prev\"");
}

static void prices_are_asked_for_what_shows_them(void **state)
{
    (void)state;
    list_length = HOME_PRODUCTS;
    HANDLE(PAGE("/"), "HTTP_X_USER_ID=1");
    assert_int_equal(times_listed, 2);
    assert_non_null(asked);
    assert_int_equal(asked->products->count, HOME_PRODUCTS);
    discount_answers(QUOTES_OK);
    assert_answer(200, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_product_without_those_like_it_is_not_kept),
        TEST(a_first_page_without_its_pictures_is_not_kept),
        TEST(a_first_page_with_the_categories_of_another_revision_is_not_kept),
        TEST(the_first_page_begins_with_the_largest_id),
        TEST(prices_are_asked_for_what_shows_them),
        TEST(people_who_follow_a_counted_link_come_to_what_it_means),
        TEST(programs_are_refused_what_people_are_led_past),
        TEST(people_are_refused_what_nobody_appends),
        TEST(a_counted_link_cannot_lead_elsewhere),
        TEST(people_keep_their_form_when_prices_are_the_wrong_way_round),
        TEST(whoever_rather_has_a_problem_gets_it),
        TEST(a_slash_too_many_leads_to_the_address_without_it),
        TEST(an_id_is_written_in_one_way),
        TEST(the_shops_name_is_on_every_page_and_part_of_its_tag),
        TEST(an_error_has_the_shops_name_too),
        TEST(each_page_is_in_the_language_that_its_visitor_prefers),
        TEST(an_error_is_in_that_language_too_but_for_its_detail),
        TEST(a_shop_of_one_language_does_not_look_at_what_visitors_prefer),
        TEST(what_programs_get_does_not_vary_by_language),
        TEST(a_list_is_known_by_one_address),
        TEST(a_picture_that_is_known_is_not_sent_again),
        TEST(csv_with_parameters_is_told_why_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
