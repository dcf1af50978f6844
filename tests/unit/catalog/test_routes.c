/* SPDX-License-Identifier: MIT */
/* Who gets in: sizes, forms, and the download of the whole catalog. */
#include "tests/unit/catalog/site_harness.h"

#include "fcgi-catalog/site/download.h"

#include "fcgi-catalog/site/handlers.h"

/* "NAME=xxx…" of `length` bytes behind the sign, in the exchange's arena of before: until the next request. */
static char *of_length(const char *name, size_t length)
{
    static char text[16384];
    size_t used = (size_t)snprintf(text, sizeof text, "%s=", name);

    assert_true(used + length < sizeof text);
    memset(text + used, 'x', length);
    text[used + length] = '\0';
    return text;
}

/* ---- Sizes ------------------------------------------------------------------------------------------------------- */

static void a_long_path_is_refused(void **state)
{
    char *path = of_length("SCRIPT_NAME", ROUTES_PATH_MAX);

    (void)state;
    path[strlen("SCRIPT_NAME=")] = '/';
    HANDLE("REQUEST_METHOD=GET", path, LOCAL);
    assert_refused(404, "There is nothing at this address.");
    path = of_length("SCRIPT_NAME", ROUTES_PATH_MAX + 1);
    path[strlen("SCRIPT_NAME=")] = '/';
    HANDLE("REQUEST_METHOD=GET", path, LOCAL);
    assert_refused(414, "urn:catalog:problem:address-too-long");
}

static void a_long_query_is_refused(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, of_length("QUERY_STRING", QUERY_STRING_MAX));
    assert_refused(400, "wrong-parameter");
    HANDLE(GET_PRODUCTS, of_length("QUERY_STRING", QUERY_STRING_MAX + 1));
    assert_refused(414, "4096");
}

static void a_long_header_is_refused(void **state)
{
    static const char *const names[] = {"HTTP_ACCEPT", "HTTP_X_USER_ID", "HTTP_IF_NONE_MATCH",
                                        "HTTP_IF_MODIFIED_SINCE"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        HANDLE(GET_PRODUCTS, of_length(names[i], ROUTES_HEADER_MAX + 1));
        assert_refused(431, "urn:catalog:problem:header-too-large");
        assert_header("Status: 431 Request Header Fields Too Large\r\n");
    }
    HANDLE(GET_PRODUCTS, of_length("HTTP_IF_NONE_MATCH", ROUTES_HEADER_MAX));
    assert_answer(200, LIST_PRICES);
    HANDLE(GET_PRODUCTS, of_length("HTTP_COOKIE", ROUTES_HEADER_MAX + 1)); /* not read here */
    assert_answer(200, LIST_PRICES);
}

/* ---- Forms ------------------------------------------------------------------------------------------------------- */

static void whoever_takes_no_form_of_it_is_told_which_there_are(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_ACCEPT=image/png");
    assert_refused(406, "urn:catalog:problem:not-acceptable");
    assert_refused(406, "application/json");
    HANDLE(GET("/products.csv"), "HTTP_ACCEPT=application/json");
    assert_refused(406, "\"allowed\":\"text/csv\"");
    HANDLE(GET("/categories"), "HTTP_ACCEPT=text/csv");
    assert_refused(406, "application/json");
}

static void a_sign_of_life_is_for_whoever_asks(void **state)
{
    (void)state;
    HANDLE(GET("/"), "HTTP_ACCEPT=image/png");
    assert_answer(200, "It is working.");
    revision_status = STORE_BUSY;
    HANDLE(GET("/"), "HTTP_ACCEPT=image/png");
    assert_answer(200, "It is working.");
}

static void without_a_database_there_is_no_sign_of_life(void **state)
{
    (void)state;
    revision_status = STORE_FAILED;
    HANDLE(GET("/"));
    assert_refused(503, "The catalog cannot be read right now.");
}

static void a_wrong_customer_is_told_before_the_form(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_ACCEPT=text/plain", "HTTP_X_USER_ID=x");
    assert_answer(400, "Customer ID is not a number.\n");
}

static void the_list_as_csv_is_the_whole_catalog(void **state)
{
    (void)state;
    HANDLE(GET_PRODUCTS, "HTTP_ACCEPT=text/csv");
    assert_non_null(exchange.response.source);
    exchange.response.source->release(exchange.response.source);
    HANDLE(GET_PRODUCTS, "HTTP_ACCEPT=text/csv", "QUERY_STRING=limit=5");
    assert_refused(406, "application/json");
    HANDLE(GET_PRODUCTS, "HTTP_ACCEPT=text/csv, */*;q=0.1", "QUERY_STRING=limit=5");
    assert_answer(200, LIST_PRICES);
}

/* ---- The download ------------------------------------------------------------------------------------------------ */

/* All pieces, in static storage. */
static const char *download(void)
{
    static char text[1024 * 1024];
    struct http_source *source = exchange.response.source;
    struct http_piece piece;
    size_t used = 0;

    assert_non_null(source);
    do {
        assert_true(http_source_next(source, &piece));
        assert_true(used + piece.length < sizeof text);
        memcpy(text + used, piece.bytes, piece.length);
        used += piece.length;
    } while (source->left > 0);
    text[used] = '\0';
    source->release(source);
    return text;
}

static size_t count_rows(const char *text)
{
    size_t count = 0;

    while ((text = strstr(text, "\r\n")) != NULL) {
        count++;
        text += 2;
    }
    return count;
}

static void a_download_has_a_header_and_every_product_once(void **state)
{
    static const int lengths[] = {0, 1, 31, 32, 33, 5000};
    char line[64];

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
        walk_length = lengths[i];
        HANDLE(GET("/products.csv"));
        assert_answer(200, NULL);
        assert_header("Content-Type: text/csv; charset=utf-8\r\n");
        assert_header("Content-Disposition: attachment; filename=\"products.csv\"\r\n");
        snprintf(line, sizeof line, "X-Total-Count: %d\r\n", lengths[i]);
        assert_header(line);
        snprintf(line, sizeof line, "Content-Length: %d\r\n", (int)exchange.response.source->left);
        assert_header(line);
        const char *text = download();
        assert_int_equal(strtol(strchr(line, ':') + 1, NULL, 10), strlen(text));
        assert_memory_equal(text, "id,sku,slug,", 12);
        assert_int_equal(count_rows(text), lengths[i] + 1);
        assert_int_equal(open_walks, 0);
        assert_null(site.downloads);
    }
}

static void a_download_is_everybodys(void **state)
{
    (void)state;
    HANDLE(GET("/products.csv"), "HTTP_X_USER_ID=x");
    assert_answer(200, NULL);
    assert_header("Cache-Control: public, max-age=60, must-revalidate\r\n");
    assert_header("Vary: Accept, X-USER-ID\r\n");
    assert_null(asked);
    (void)download();
}

static void who_has_the_download_is_told_so(void **state)
{
    char known[128];

    (void)state;
    HANDLE(GET("/products.csv"));
    snprintf(known, sizeof known, "HTTP_IF_NONE_MATCH=%s", answered_tag());
    (void)download();
    HANDLE(GET("/products.csv"), known);
    assert_answer(304, NULL);
    assert_null(exchange.response.source);
    assert_int_equal(open_walks, 0);
}

static void a_download_that_cannot_be_read_on_breaks_off(void **state)
{
    struct http_piece piece;

    (void)state;
    walk_length = 100000;
    HANDLE(GET("/products.csv"));
    struct http_source *source = exchange.response.source;
    assert_true(http_source_next(source, &piece));
    list_status = STORE_FAILED;
    assert_false(http_source_next(source, &piece));
    assert_false(source->is_wrong);
    source->release(source);
    assert_int_equal(open_walks, 0);
}

static void a_catalog_that_cannot_be_read_is_told_before_the_download_begins(void **state)
{
    (void)state;
    walk_length = 100000;
    list_status = STORE_FAILED;
    HANDLE(GET("/products.csv"));
    assert_refused(503, "The catalog cannot be read right now.");
    assert_int_equal(open_walks, 0);
    list_status = STORE_OK;
    walk_fails_at = 99000; /* it is measured first */
    HANDLE(GET("/products.csv"));
    assert_refused(503, "The catalog cannot be read right now.");
    assert_int_equal(open_walks, 0);
    assert_null(site.downloads);
}

static void a_catalog_is_measured_once_for_each_revision_and_form(void **state)
{
    (void)state;
    walk_length = 5000;
    HANDLE(GET("/products.csv"));
    (void)download();
    HANDLE(GET("/products.csv"), "QUERY_STRING=for=spreadsheet");
    (void)download();
    walk_fails_at = 4000; /* whoever walked to the end would meet that */
    HANDLE(GET("/products.csv"));
    assert_answer(200, NULL);
    exchange.response.source->release(exchange.response.source);
    revision++;
    HANDLE(GET("/products.csv"));
    assert_answer(503, NULL);
}

static void head_tells_the_length(void **state)
{
    char line[64];

    (void)state;
    walk_length = 5000;
    HANDLE(GET("/products.csv"));
    snprintf(line, sizeof line, "Content-Length: %zu\r\n", strlen(download()));
    HANDLE("REQUEST_METHOD=HEAD", "SCRIPT_NAME=/products.csv", "REQUEST_URI=/products.csv", LOCAL);
    assert_header(line);
    exchange.response.source->release(exchange.response.source);
}

/* Somebody put other products under a revision that was there before. */
static void another_length_than_was_promised_breaks_off_and_is_measured_anew(void **state)
{
    static const int lengths[] = {4999, 5001, 10000};
    struct http_piece piece;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
        walk_length = 5000;
        HANDLE(GET("/products.csv"));
        (void)download();
        walk_length = lengths[i];
        HANDLE(GET("/products.csv"));
        struct http_source *source = exchange.response.source;
        while (http_source_next(source, &piece))
            assert_true(source->left > 0);
        assert_true(source->is_wrong);
        source->release(source);
        HANDLE(GET("/products.csv"));
        assert_int_equal(count_rows(download()), lengths[i] + 1);
        revision++;
    }
}

static void pieces_are_small(void **state)
{
    struct http_piece piece;

    (void)state;
    walk_length = 100000;
    HANDLE(GET("/products.csv"));
    struct http_source *source = exchange.response.source;
    for (int i = 0; i < 10; i++) {
        assert_true(http_source_next(source, &piece));
        assert_in_range(piece.length, 32 * 1024, 64 * 1024);
    }
    source->release(source);
}

#define DOWNLOAD_TO(address) "REQUEST_METHOD=GET", "SCRIPT_NAME=/products.csv", "REQUEST_URI=/products.csv", address

static void there_are_only_so_many_downloads_at_once(void **state)
{
    struct http_source *sources[DOWNLOADS_MAX];

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(sources); i++) {
        char address[32];
        snprintf(address, sizeof address, "REMOTE_ADDR=10.0.0.%zu", i);
        HANDLE(DOWNLOAD_TO(address));
        sources[i] = exchange.response.source;
    }
    HANDLE(DOWNLOAD_TO("REMOTE_ADDR=10.0.1.1"));
    assert_refused(503, "Too many downloads");
    assert_header("Retry-After: 10\r\n");
    for (size_t i = 0; i < ARRAY_LENGTH(sources); i++)
        sources[i]->release(sources[i]);
    HANDLE(GET("/products.csv"));
    assert_answer(200, NULL);
    (void)download();
    assert_int_equal(open_walks, 0);
}

static void one_address_leaves_places_for_others(void **state)
{
    struct http_source *sources[DOWNLOADS_OF_ONE_MAX + 1];

    (void)state;
    for (size_t i = 0; i < DOWNLOADS_OF_ONE_MAX; i++) {
        HANDLE(DOWNLOAD_TO("REMOTE_ADDR=10.0.0.1"));
        sources[i] = exchange.response.source;
    }
    HANDLE(DOWNLOAD_TO("REMOTE_ADDR=10.0.0.1"));
    assert_refused(503, "Too many downloads");
    HANDLE(DOWNLOAD_TO("REMOTE_ADDR=10.0.0.2"));
    assert_answer(200, NULL);
    sources[DOWNLOADS_OF_ONE_MAX] = exchange.response.source;
    for (size_t i = 0; i < ARRAY_LENGTH(sources); i++)
        sources[i]->release(sources[i]);
    assert_int_equal(open_walks, 0);
}

static void a_slow_download_is_given_up_when_it_keeps_the_log_from_being_used_again(void **state)
{
    struct http_piece piece;

    (void)state;
    walk_length = 100000;
    site.answer_ns = CLOCK_NS_PER_S;
    HANDLE(GET("/products.csv"));
    struct http_source *source = exchange.response.source;
    log_growth = DOWNLOAD_LOG_MAX + 1;
    assert_true(http_source_next(source, &piece)); /* it is young */
    site.answer_ns = 0;
    log_growth = DOWNLOAD_LOG_MAX;
    assert_true(http_source_next(source, &piece));
    log_growth++;
    assert_false(http_source_next(source, &piece));
    source->release(source);
    assert_int_equal(open_walks, 0);
}

static void a_download_takes_no_parameters(void **state)
{
    (void)state;
    HANDLE(GET("/products.csv"), "QUERY_STRING=limit=5");
    assert_refused(400, "is no parameter of this address");
}

/* ---- For search engines ------------------------------------------------------------------------------------------ */

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (; (text = strstr(text, part)) != NULL; text++)
        count++;
    return count;
}

static void a_sitemap_has_the_first_page_categories_and_products(void **state)
{
    (void)state;
    site.public_url = "https://shop.example/a&b";
    walk_length = 40;
    HANDLE(GET("/sitemap.xml"), "HTTP_X_USER_ID=1");
    assert_answer(200, NULL);
    assert_header("Content-Type: application/xml\r\n");
    assert_header("Cache-Control: public, max-age=60, must-revalidate\r\n");
    assert_header("Vary: Accept\r\n");
    assert_header("ETag: ");
    assert_no_header("X-Total-Count");
    const char *text = download();
    assert_int_equal(count_of(text, "<loc>https://shop.example/a&amp;b/products/a</loc>"), 40);
    assert_int_equal(count_of(text, "<loc>"), 43);
    assert_non_null(strstr(text, "<loc>https://shop.example/a&amp;b/</loc>"));
    assert_non_null(strstr(text, "<loc>https://shop.example/a&amp;b/categories/d</loc>"));
    assert_non_null(strstr(text, "</urlset>\n"));
    assert_int_equal(open_walks, 0);
}

static void a_large_shop_has_an_index_of_sitemaps(void **state)
{
    (void)state;
    site.public_url = "https://shop.example";
    walk_length = 49997; /* with the first page and two categories, as many as one sitemap may have */
    HANDLE(GET("/sitemap.xml"));
    exchange.response.source->release(exchange.response.source);
    HANDLE(GET("/sitemap.xml"));
    struct http_piece piece;
    assert_true(http_source_next(exchange.response.source, &piece));
    assert_non_null(strstr(piece.bytes, "<urlset"));
    exchange.response.source->release(exchange.response.source);
    walk_length = 100001;
    revision++;
    HANDLE(GET("/sitemap.xml"));
    const char *text = download();
    assert_non_null(strstr(text, "<sitemapindex"));
    assert_int_equal(count_of(text, "<sitemap><loc>https://shop.example/sitemap-"), 4);
    assert_non_null(strstr(text, "/sitemap-3.xml</loc></sitemap>\n</sitemapindex>\n"));
    HANDLE(GET("/sitemap-3.xml"));
    text = download();
    assert_int_equal(count_of(text, "<url><loc>"), 1);
    assert_non_null(strstr(text, "<urlset"));
    HANDLE(GET("/sitemap-0.xml"));
    assert_int_equal(count_of(download(), "<url><loc>"), 3);
    HANDLE(GET("/sitemap-2.xml"), "HTTP_IF_NONE_MATCH=*");
    assert_answer(304, NULL);
    assert_int_equal(open_walks, 0);
}

static void there_is_no_other_sitemap(void **state)
{
    (void)state;
    site.public_url = "https://shop.example";
    HANDLE(GET("/sitemap-4.xml"));
    assert_refused(404, "nothing at this address");
    HANDLE(GET("/sitemap-01.xml"));
    assert_refused(404, "nothing at this address");
    HANDLE(GET("/sitemap--0.xml"));
    assert_refused(404, "nothing at this address");
    HANDLE(GET("/sitemap-99999999999999999999.xml"));
    assert_refused(404, "nothing at this address");
    HANDLE(GET("/sitemap-1.xml.gz"));
    assert_refused(404, "nothing at this address");
    HANDLE(GET("/sitemap.xml"), "QUERY_STRING=a=b");
    assert_refused(400, "is no parameter");
    site.public_url = NULL;
    HANDLE(GET("/sitemap.xml"), "HTTP_HOST=evil.example");
    assert_refused(404, "CATALOG_PUBLIC_URL");
    assert_int_equal(open_walks, 0);
}

static void a_customer_on_an_address_with_prices_is_expected_to_ask(void **state)
{
    static const struct {
        const char *path;
        bool will;
    } cases[] = {{"PATH_INFO=/", true}, {"PATH_INFO=/products/a", true}, {"PATH_INFO=/openapi.json", false}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        begin((const char *const[]){"REQUEST_METHOD=GET", "SCRIPT_NAME=", cases[i].path, LOCAL, "HTTP_X_USER_ID=1",
                                    "HTTP_ACCEPT=text/html", NULL});
        assert_int_equal(routes_will_ask(&site, &exchange.request), cases[i].will);
        exchange.request = (struct http_request){0};
    }
}

static void robots_read_pages_but_no_searches(void **state)
{
    (void)state;
    HANDLE(GET("/robots.txt"), "HTTP_ACCEPT=text/html");
    assert_answer(200, NULL);
    assert_header("Content-Type: text/plain");
    assert_non_null(strstr(body_text(), "User-agent: *\nDisallow: /products.csv\nDisallow: /*?q=\nDisallow: /*&q=\n"));
    assert_null(strstr(body_text(), "Sitemap:"));
    site.public_url = "https://shop.example/s";
    HANDLE(GET("/robots.txt"), "HTTP_ACCEPT=text/html");
    assert_non_null(strstr(body_text(), "Disallow: /s/*?sort=\n"));
    assert_non_null(strstr(body_text(), "\nSitemap: https://shop.example/s/sitemap.xml\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_long_path_is_refused),
        TEST(a_long_query_is_refused),
        TEST(a_long_header_is_refused),
        TEST(whoever_takes_no_form_of_it_is_told_which_there_are),
        TEST(a_sign_of_life_is_for_whoever_asks),
        TEST(without_a_database_there_is_no_sign_of_life),
        TEST(a_wrong_customer_is_told_before_the_form),
        TEST(the_list_as_csv_is_the_whole_catalog),
        TEST(a_download_has_a_header_and_every_product_once),
        TEST(a_download_is_everybodys),
        TEST(who_has_the_download_is_told_so),
        TEST(a_download_that_cannot_be_read_on_breaks_off),
        TEST(a_catalog_that_cannot_be_read_is_told_before_the_download_begins),
        TEST(a_catalog_is_measured_once_for_each_revision_and_form),
        TEST(head_tells_the_length),
        TEST(another_length_than_was_promised_breaks_off_and_is_measured_anew),
        TEST(pieces_are_small),
        TEST(there_are_only_so_many_downloads_at_once),
        TEST(a_sitemap_has_the_first_page_categories_and_products),
        TEST(a_large_shop_has_an_index_of_sitemaps),
        TEST(there_is_no_other_sitemap),
        TEST(robots_read_pages_but_no_searches),
        TEST(a_customer_on_an_address_with_prices_is_expected_to_ask),
        TEST(one_address_leaves_places_for_others),
        TEST(a_slow_download_is_given_up_when_it_keeps_the_log_from_being_used_again),
        TEST(a_download_takes_no_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
