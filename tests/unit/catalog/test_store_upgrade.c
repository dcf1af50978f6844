/* SPDX-License-Identifier: MIT */
/* Databases that older programs made are brought to today's schema and keep what is in them. */
#include "tests/unit/catalog/store_fixture.h"

static void upgrade_from(int expected)
{
    int version = -1;

    if (!store_upgrade(path, &version, reason, sizeof reason))
        fail_msg("%s", reason);
    assert_int_equal(version, expected);
    assert_true(store_open(path, &store, reason, sizeof reason));
    assert_sound();
}

/* What SQLite knows of the schema, without white space: ALTER TABLE and CREATE TABLE write it in their own ways. */
static const char *schema(void)
{
    return ask(
        "SELECT group_concat(type || name || replace(replace(coalesce(sql, ''), ' ', ''), char(10), ''), char(10)) "
        "FROM (SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2)");
}

static void every_older_version_becomes_what_a_new_one_is(void **state)
{
    (void)state;
    assert_true(store_create(path, true, "", reason, sizeof reason));
    const char *expected = schema();
    for (int version = 1; version < STORE_SCHEMA_VERSION; version++) {
        remove_database();
        make_old(version);
        upgrade_from(version);
        assert_string_equal(schema(), expected);
    }
}

static void the_demos_products_are_as_before(void **state)
{
    struct customer customer;

    (void)state;
    make_old(1);
    upgrade_from(1);
    struct product_list products = list();
    assert_int_equal(products.count, 3);
    assert_string_equal(products.items[0].description, "64GB, black and iOS 12");
    for (size_t i = 0; i < products.count; i++) {
        const struct product *product = &products.items[i];
        assert_string_equal(product->name, "");
        assert_string_equal(product->sku, "");
        assert_string_equal(product->stock, "");
        assert_int_equal(product->tag_count + product->image_count + product->category_count, 0);
        assert_int_equal(product->created_at + product->updated_at, 0);
    }
    assert_int_equal(store->methods->find_customer(store, 2, &arena, &customer), STORE_OK);
    assert_string_equal(customer.last_name, "Targaryen");
    assert_string_equal(customer.login, "");
}

static void categories_keep_their_names_places_and_products(void **state)
{
    struct category_list all;
    struct product_query query = {.sort = SORT_ID, .min_price = -1, .max_price = -1, .limit = 9, .category = "top"};
    struct product_page page;

    (void)state;
    make_old(2);
    assert_int_equal(change("INSERT INTO category VALUES ('below', 'B', 'top'), ('top', 'T', NULL);"
                            "INSERT INTO product_category VALUES (2, 'below'), (3, 'top')"),
                     SQLITE_OK);
    upgrade_from(2);
    assert_int_equal(store->methods->list_categories(store, &arena, &all), STORE_OK);
    assert_int_equal(all.count, 2);
    assert_string_equal(all.items[0].name, "B");
    assert_string_equal(all.items[0].parent, "top");
    assert_int_equal(all.items[1].product_count, 2);
    assert_int_equal(store->methods->list(store, &query, &arena, &page), STORE_OK);
    assert_int_equal(page.products.count, 2);
    query.category = NULL;
    query.text = "iph";
    query.sort = SORT_RANK;
    assert_int_equal(store->methods->list(store, &query, &arena, &page), STORE_OK);
    assert_int_equal(page.products.count, 1);
}

static void what_a_product_of_version_3_had_is_in_its_row(void **state)
{
    (void)state;
    make_old(3);
    assert_int_equal(change("INSERT INTO category (slug) VALUES ('a'), ('b');"
                            "INSERT INTO product_category VALUES (2, 'b'), (2, 'a'); INSERT INTO product_tag VALUES "
                            "(2, 'x'); INSERT INTO product_image VALUES (2, 1, '/p.svg', 'A picture')"),
                     SQLITE_OK);
    upgrade_from(3);
    const struct product *product = &list().items[1];
    assert_int_equal(product->own_category_count, 2);
    assert_string_equal(product->categories[1], "b");
    assert_int_equal(product->tag_count, 1);
    assert_string_equal(product->images[0].alt, "A picture");
}

static void variants_of_version_12_are_found_by_their_words(void **state)
{
    const struct product_query query = {
        .sort = SORT_ID, .min_price = -1, .max_price = -1, .limit = 9, .text = "playstation weiss k-9"};
    struct product_page page;

    (void)state;
    make_old(12);
    assert_int_equal(change("INSERT INTO variant (product_id, position, options, sku, price_in_cents) VALUES "
                            "(3, 1, 'Farbe=weiß', 'K-9', 32999), (3, 2, 'Farbe=rot', '', 40000)"),
                     SQLITE_OK);
    upgrade_from(12);
    assert_int_equal(store->methods->list(store, &query, &arena, &page), STORE_OK);
    assert_int_equal(page.products.count, 1);
    assert_int_equal(page.products.items[0].id, 3);
}

static void the_name_of_an_old_category_ends_before_its_first_nul(void **state)
{
    (void)state;
    make_old(2);
    assert_int_equal(change("INSERT INTO category VALUES ('a', 'Aa' || char(0) || 'x', NULL)"), SQLITE_OK);
    upgrade_from(2);
    assert_string_equal(ask("SELECT hex(name) FROM category"), "4161");
}

static void every_shop_has_its_own_secret(void **state)
{
    struct shop first, second;

    (void)state;
    make_old(2);
    upgrade_from(2);
    assert_int_equal(store->methods->shop(store, &first), STORE_OK);
    remove_database();
    open_demo();
    assert_int_equal(store->methods->shop(store, &second), STORE_OK);
    assert_memory_not_equal(first.secret.bytes, second.secret.bytes, sizeof first.secret.bytes);
    assert_string_equal(first.currency, "");
    assert_true(first.revision > 0);
    assert_true(first.changed_at > 1000000000);
}

static void a_new_shop_has_the_currency_that_it_was_made_with(void **state)
{
    struct shop shop;

    (void)state;
    assert_false(store_create(path, true, "EURO", reason, sizeof reason));
    assert_false(store_create(path, true, "E'R", reason, sizeof reason));
    assert_non_null(strstr(reason, "E'R"));
    assert_true(store_create(path, true, "JPY", reason, sizeof reason));
    assert_true(store_open(path, &store, reason, sizeof reason));
    assert_int_equal(store->methods->shop(store, &shop), STORE_OK);
    assert_string_equal(shop.currency, "JPY");
    assert_sound();
}

static void thousands_of_old_products_are_upgraded(void **state)
{
    (void)state;
    make_old(2);
    assert_int_equal(change("WITH RECURSIVE n(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
                            "INSERT INTO product SELECT i, 'slug-' || i, 'text ' || i, i FROM n"),
                     SQLITE_OK);
    upgrade_from(2);
    assert_string_equal(ask("SELECT sort_name FROM product WHERE id = 20000"), "slug 20000");
}

static void an_upgrade_that_fails_leaves_the_old_database(void **state)
{
    int version = -1;

    (void)state;
    make_old(2);
    assert_int_equal(change("CREATE TABLE shop (mine)"), SQLITE_OK);
    assert_false(store_upgrade(path, &version, reason, sizeof reason));
    assert_non_null(strstr(reason, path));
    assert_string_equal(ask("PRAGMA user_version"), "2");
    assert_string_equal(ask("SELECT count(*) FROM pragma_table_info('product')"), "4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_older_version_becomes_what_a_new_one_is),
        TEST(the_demos_products_are_as_before),
        TEST(categories_keep_their_names_places_and_products),
        TEST(every_shop_has_its_own_secret),
        TEST(a_new_shop_has_the_currency_that_it_was_made_with),
        TEST(thousands_of_old_products_are_upgraded),
        TEST(an_upgrade_that_fails_leaves_the_old_database),
        TEST(what_a_product_of_version_3_had_is_in_its_row),
        TEST(variants_of_version_12_are_found_by_their_words),
        TEST(the_name_of_an_old_category_ends_before_its_first_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
