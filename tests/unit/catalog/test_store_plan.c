/* SPDX-License-Identifier: MIT */
/* What a page is made of, and that no query reads more than it needs. */
#include "tests/unit/catalog/store_random.h"

#include "fcgi-catalog/store/handle.h"
#include "fcgi-catalog/store/selection.h"

static struct product_page read_page(const struct product_query *query)
{
    struct product_page page;

    assert_int_equal(store_list(store, query, &arena, &page), STORE_OK);
    return page;
}

/* ---- How it is read ---- */

static void explain(struct selection *selection, const char *sql)
{
    sqlite3_stmt *row;
    char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);

    if (sqlite3_prepare_v2(store->db, text, -1, &row, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sqlite3_errmsg(store->db), sql);
    sqlite3_free(text);
    while (sqlite3_step(row) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(row, 3);
        bool is_scan = strncmp(step, "SCAN", 4) == 0 && strstr(step, "VIRTUAL TABLE") == NULL &&
                       strstr(step, "INDEX") == NULL && strcmp(step, "SCAN p") != 0;
        if (is_scan || (strstr(step, "TEMP B-TREE") != NULL && !selection->is_gathered))
            fail_msg("%s: %s", step, sql);
    }
    sqlite3_finalize(row);
}

static void no_query_scans_or_sorts_what_it_need_not(void **state)
{
    const struct key key = {.number = 50, .text = "cedar", .id = 100};

    (void)state;
    open_catalog(4500);
    for (int round = 0; round < 300; round++) {
        struct product_query query = draw_query((enum sort)(round % 6));
        struct selection selection = {
            .db = store->db, .shapes = &store->shapes, .search = &store->search, .query = &query};
        assert_int_equal(selection_plan(&selection, &arena), SQLITE_DONE);
        for (enum part part = PART_ALL; part <= PART_BEYOND; part++) {
            bool is_keyed = selection.sort != SORT_ID && !selection.is_gathered;
            struct selection_range range = {.limit = 10, .is_backwards = draw(2) == 0};
            range.after = part == PART_ALL && is_keyed ? NULL : &key;
            if (part == PART_ALL || is_keyed)
                explain(&selection, selection_print(&selection, &range, part, query.sort == SORT_RANK, &arena));
        }
        arena_reset(&arena);
    }
}

static void the_page_says_which_revision_it_is_of(void **state)
{
    struct product_query query = {.sort = SORT_ID, .min_price = -1, .max_price = -1, .limit = 10};
    struct shop shop;

    (void)state;
    open_catalog(20);
    struct product_page page = read_page(&query);
    assert_int_equal(store_shop(store, &shop), STORE_OK);
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
    assert_int_equal(store_count(store, &query, &count), STORE_OK);
    assert_int_equal(count, 0);
    query.category = NULL;
    query.tag = "nix";
    assert_int_equal(read_page(&query).products.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_query_scans_or_sorts_what_it_need_not),
        TEST(the_page_says_which_revision_it_is_of),
        TEST(pages_have_whole_products),
        TEST(an_unknown_category_or_tag_has_no_products),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
