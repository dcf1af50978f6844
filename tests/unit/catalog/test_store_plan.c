/* SPDX-License-Identifier: MIT */
/* What a page is made of, and that no query reads more than it needs. */
#include "tests/unit/catalog/store_random.h"

#include "fcgi-catalog/store/sqlite/handle.h"
#include "fcgi-catalog/store/sqlite/listing/plan.h"
#include "fcgi-catalog/store/sqlite/listing/plan_sql.h"

static struct product_page read_page(const struct product_query *query)
{
    struct product_page page;

    assert_int_equal(store->methods->list(store, query, &arena, &page), STORE_OK);
    return page;
}

/* ---- How it is read ---- */

static void explain(const char *sql)
{
    sqlite3_stmt *row;
    char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);

    if (sqlite3_prepare_v2(store->state->db, text, -1, &row, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sqlite3_errmsg(store->state->db), sql);
    sqlite3_free(text);
    while (sqlite3_step(row) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(row, 3);
        bool is_scan = strncmp(step, "SCAN", 4) == 0 && strstr(step, "VIRTUAL TABLE") == NULL &&
                       strstr(step, "INDEX") == NULL && strcmp(step, "SCAN p") != 0;
        if (is_scan || strstr(step, "TEMP B-TREE") != NULL)
            fail_msg("%s: %s", step, sql);
    }
    sqlite3_finalize(row);
}

static void explain_plan(const struct plan *plan)
{
    const struct key key = {.number = 50, .text = "cedar", .id = 100};

    for (enum part part = PART_ALL; part <= PART_BEYOND; part++) {
        bool is_keyed = plan->sort != SORT_ID;
        struct range range = {.limit = 10, .is_backwards = draw(2) == 0};
        range.after = part == PART_ALL && is_keyed ? NULL : &key;
        if (part == PART_ALL || is_keyed)
            explain(plan_print(plan, &range, part, plan->query->sort == SORT_RANK, &arena));
    }
    explain(plan_print_one(plan, false, &arena));
    explain(plan_print_count(plan, &arena));
}

/* As it is at first, and when all filters are known. */
static void no_query_scans_or_sorts(void **state)
{
    (void)state;
    open_catalog(4500);
    for (int round = 0; round < 300; round++) {
        struct product_query query = draw_query((enum sort)(round % 6));
        struct plan plan = {.db = store->state->db,
                            .statements = store->state->statements,
                            .cache = &store->state->queries,
                            .tokenizer = &store->state->tokenizer,
                            .query = &query};
        query_cache_begin(&store->state->queries, 1);
        assert_int_equal(plan_begin(&plan, &arena), SQLITE_DONE);
        explain_plan(&plan);
        for (enum filter filter = 0; filter < FILTER_COUNT && !plan.is_empty; filter++)
            assert_int_equal(plan_find_set(&plan, filter, EFFORT_ALL, &arena), SQLITE_DONE);
        explain_plan(&plan);
        arena_reset(&arena);
    }
    for (enum filter filter = 0; filter < FILTER_COUNT; filter++)
        explain(plan_print_ids(filter));
}

/* ---- How much is read ---- */

static int thousands_of_steps;

static int count_step(void *data)
{
    (void)data;
    return ++thousands_of_steps < 0; /* never given up */
}

/* All that SQLite does for a page, in thousands of steps of its virtual machine. One that is tried has a handler of its
 * own, which takes TRY in plan.c at most. */
static int measure_page(const struct product_query *query)
{
    thousands_of_steps = 0;
    sqlite3_progress_handler(store->state->db, 1000, count_step, NULL);
    read_page(query);
    sqlite3_progress_handler(store->state->db, 0, NULL, NULL);
    return thousands_of_steps;
}

/* Two filters of half the products each that have none in common, or only at the end of the order; and what a page of
 * each takes in every order when it was asked for before: at most a walk along the sort's index, past what is not in
 * the intersection. */
static void filters_that_have_little_in_common_are_read_once(void **state)
{
    static const char seldom[] =
        "UPDATE product SET sort_name = char(97 + id % 2) || 'x' || sort_name, price_in_cents = 1000 + id % 2 * 1000;"
        "DELETE FROM product_tag; DELETE FROM product_category;"
        "INSERT INTO product_tag SELECT id, CASE id % 2 WHEN 0 THEN 't0' ELSE 't1' END FROM product;"
        "INSERT INTO product_category SELECT id, CASE id % 2 WHEN 0 THEN 'c4' ELSE 'c3' END FROM product;";
    static const struct product_query queries[] = {
        {.tag = "t0", .category = "c3", .min_price = -1, .max_price = -1, .limit = 50},
        {.tag = "t0", .min_price = 2000, .max_price = -1, .limit = 50},
        {.tag = "t1", .min_price = -1, .max_price = -1, .limit = 50},
        {.tag = "t1", .min_price = -1, .max_price = 5000, .limit = 50},
        {.category = "c3", .min_price = -1, .max_price = -1, .limit = 50},
    };

    (void)state;
    open_catalog(6000);
    assert_int_equal(change(seldom), SQLITE_OK);
    for (size_t i = 0; i < ARRAY_LENGTH(queries); i++) {
        for (enum sort sort = SORT_ID; sort < SORT_RANK; sort++) {
            struct product_query query = queries[i];
            query.sort = sort;
            read_page(&query);
            /* 6,000 products, each looked at, would be 60 and more. */
            if (measure_page(&query) > 10)
                fail_msg("query %zu, sort %d: %d", i, (int)sort, thousands_of_steps);
        }
    }
}

/* What was found out is of one state of the database. */
static void what_is_kept_goes_when_the_database_changes(void **state)
{
    struct product_query query = {.tag = "t0", .category = "c0", .min_price = -1, .max_price = -1, .limit = 250};
    int64_t before, after;

    (void)state;
    open_catalog(6000);
    query.sort = SORT_NAME;
    read_page(&query);
    assert_int_equal(store->methods->count(store, &query, &before), STORE_OK);
    assert_true(before > 250);
    assert_int_equal(change("DELETE FROM product WHERE id IN (SELECT product_id FROM product_tag WHERE tag = 't0')"),
                     SQLITE_OK);
    assert_int_equal(read_page(&query).products.count, 0);
    assert_int_equal(store->methods->count(store, &query, &after), STORE_OK);
    assert_int_equal(after, 0);
}

static void what_is_kept_has_a_limit(void **state)
{
    (void)state;
    open_catalog(4500);
    for (int round = 0; round < 400; round++) {
        struct product_query query = draw_query((enum sort)(round % 6));
        read_page(&query);
        assert_true(cache_bytes(store->state->queries.results) <= QUERY_CACHE_MAX);
        arena_reset(&arena);
    }
    assert_true(cache_bytes(store->state->queries.results) > 0);
}

/* Where ids are high, what is known of a filter takes much room however few it leaves. */
static void what_is_kept_of_high_ids_has_a_limit(void **state)
{
    struct product_query query = {.tag = "t0", .category = "c0", .max_price = 150, .limit = 10};
    size_t largest = 0;
    int64_t count;

    (void)state;
    open_catalog(1);
    add_products(INT32_MAX - 100, 100);
    for (query.min_price = 0; query.min_price < 20; query.min_price++) {
        read_page(&query);
        assert_true(cache_bytes(store->state->queries.results) <= QUERY_CACHE_MAX);
        assert_int_equal(store->methods->count(store, &query, &count), STORE_OK);
        assert_true(cache_bytes(store->state->queries.results) <= QUERY_CACHE_MAX);
        largest =
            cache_bytes(store->state->queries.results) > largest ? cache_bytes(store->state->queries.results) : largest;
    }
    assert_true(largest > QUERY_CACHE_MAX / 2);
}

/* ---- What comes of it ---- */

static void the_page_says_which_revision_it_is_of(void **state)
{
    struct product_query query = {.sort = SORT_ID, .min_price = -1, .max_price = -1, .limit = 10};
    struct shop shop;

    (void)state;
    open_catalog(20);
    struct product_page page = read_page(&query);
    assert_int_equal(store->methods->shop(store, &shop), STORE_OK);
    assert_int_equal(page.shop_revision, shop.revision);
    assert_int_equal(page.shop_changed_at, shop.changed_at);
    assert_int_equal(change("UPDATE product SET price_in_cents = price_in_cents + 1 WHERE id = 3"), SQLITE_OK);
    assert_true(read_page(&query).shop_revision > shop.revision);
}

static void pages_have_whole_products(void **state)
{
    struct product_query query = {.sort = SORT_ID, .min_price = -1, .max_price = -1, .limit = 1};

    (void)state;
    open_catalog(1);
    assert_int_equal(change("UPDATE product SET sku = 'S-1', stock = 'low', name = 'N', created_at = 5, updated_at = 6;"
                            "DELETE FROM product_category; INSERT INTO product_category VALUES (1, 'c2'), (1, 'c5');"
                            "DELETE FROM product_tag; INSERT INTO product_tag VALUES (1, 'b'), (1, 'a');"
                            "INSERT INTO product_image VALUES (1, 2, '/b', ''), (1, 1, '/a', 'an a')"),
                     SQLITE_OK);
    const struct product *product = &read_page(&query).products.items[0];
    assert_string_equal(product->sku, "S-1");
    assert_string_equal(product->stock, "low");
    assert_string_equal(product->name, "N");
    assert_int_equal(product->created_at, 5);
    assert_int_equal(product->updated_at, 6);
    assert_int_equal(product->own_category_count, 2);
    assert_int_equal(product->category_count, 5);
    assert_string_equal(product->categories[0], "c2");
    assert_int_equal(product->tag_count, 2);
    assert_string_equal(product->tags[0], "a");
    assert_int_equal(product->image_count, 2);
    assert_string_equal(product->images[0].url, "/a");
    assert_string_equal(product->images[0].alt, "an a");
}

static void an_unknown_category_or_tag_has_no_products(void **state)
{
    struct product_query query = {.sort = SORT_PRICE, .min_price = -1, .max_price = -1, .limit = 5, .category = "nix"};
    int64_t count = 5;

    (void)state;
    open_catalog(20);
    assert_int_equal(read_page(&query).products.count, 0);
    assert_int_equal(store->methods->count(store, &query, &count), STORE_OK);
    assert_int_equal(count, 0);
    query.category = NULL;
    query.tag = "nix";
    assert_int_equal(read_page(&query).products.count, 0);
}

/* A search of words that many products have and none has all of: it reads on and on. */
static void a_query_takes_no_more_time_than_it_may(void **state)
{
    const struct product_query query = {
        .text = "left right", .sort = SORT_RANK, .limit = 5, .min_price = -1, .max_price = -1};
    struct product_query other = query, all = query_default();
    struct product_page page;
    int64_t count;

    (void)state;
    assert_true(store_create(path, false, "EUR", reason, sizeof reason));
    assert_int_equal(change("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) "
                            "INSERT INTO product (slug, price_in_cents, description) "
                            "SELECT 's-' || i, 1, CASE i % 2 WHEN 0 THEN 'left' ELSE 'right' END FROM n"),
                     SQLITE_OK);
    assert_true(store_open(path, &store, reason, sizeof reason));
    store->budget_ns = 1;
    assert_int_equal(store->methods->list(store, &query, &arena, &page), STORE_LIMITED);
    assert_int_equal(store->methods->count(store, &query, &count), STORE_LIMITED);
    all.limit = 5;
    assert_int_equal(store->methods->list(store, &all, &arena, &page), STORE_OK);
    all.limit = 1;
    for (int i = 0; i < 1000; i++) /* a look comes with every 200th step of a statement: wherever the time is up */
        assert_int_not_equal(store->methods->list(store, &all, &arena, &page), STORE_FAILED);
    store->budget_ns = 0;
    assert_int_equal(store->methods->list(store, &query, &arena, &page), STORE_OK);
    assert_int_equal(page.products.count, 0);
    other.text = "left 2";
    assert_int_equal(store->methods->list(store, &other, &arena, &page), STORE_OK);
    assert_int_equal(page.products.count, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_query_scans_or_sorts),
        TEST(filters_that_have_little_in_common_are_read_once),
        TEST(what_is_kept_goes_when_the_database_changes),
        TEST(what_is_kept_has_a_limit),
        TEST(what_is_kept_of_high_ids_has_a_limit),
        TEST(the_page_says_which_revision_it_is_of),
        TEST(pages_have_whole_products),
        TEST(an_unknown_category_or_tag_has_no_products),
        TEST(a_query_takes_no_more_time_than_it_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
