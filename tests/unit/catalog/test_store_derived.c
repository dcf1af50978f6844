/* SPDX-License-Identifier: MIT */
/* What follows from other rows follows from changes by hand: with any program, foreign keys on or off. */
#include "tests/unit/catalog/store_fixture.h"

static int64_t shop_revision(void)
{
    struct shop shop;

    assert_int_equal(store->methods->shop(store, &shop), STORE_OK);
    return shop.revision;
}

static void open_shop(void)
{
    open_demo();
    assert_int_equal(change("INSERT INTO category (slug, name, parent) VALUES ('a', 'Aa', NULL), ('b', '', 'a'), "
                            "('c', 'Cc', 'b'), ('d', 'Dd', NULL);"
                            "INSERT INTO product_category VALUES (1, 'c'), (2, 'b'), (3, 'd'), (3, 'c')"),
                     SQLITE_OK);
}

/* Statements that change everything that can be changed, with numbers in the place of %u; some fail, and change
 * nothing. */
static const char *const changes[] = {
    "INSERT INTO product (id, slug, name, price_in_cents) VALUES (%u, 's-%u', 'Name %u', %u)",
    "INSERT OR IGNORE INTO product (id, slug, name, price_in_cents) VALUES (%u, 's-%u', 'Name %u', %u)",
    "INSERT OR REPLACE INTO product (id, slug, name, price_in_cents) VALUES (%u, 's-%u', 'Name %u', %u)",
    "DELETE FROM product WHERE id = %u",
    "UPDATE product SET slug = 's-%u' WHERE id = %u",
    "UPDATE OR REPLACE product SET slug = 's-%u', sku = 'sku' WHERE id = %u",
    "UPDATE product SET name = 'N\xc3\xa9w %u', sku = 'S%u' WHERE id = %u",
    "UPDATE product SET name = '', description = 'text %u' WHERE id = %u",
    "UPDATE product SET price_in_cents = %u WHERE id = %u",
    "UPDATE product SET price_in_cents = price_in_cents + 1",
    "UPDATE product SET id = %u WHERE id = %u",
    "INSERT INTO product_category VALUES (%u, 'c%u')",
    "INSERT OR REPLACE INTO product_category VALUES (%u, 'c%u')",
    "INSERT OR IGNORE INTO product_category SELECT %u, slug FROM category WHERE number <= %u",
    "DELETE FROM product_category WHERE product_id = %u",
    "DELETE FROM product_category WHERE category = 'c%u'",
    "UPDATE OR IGNORE product_category SET category = 'c%u' WHERE product_id = %u",
    "UPDATE OR REPLACE product_category SET product_id = %u WHERE category = 'c%u'",
    "INSERT INTO category (slug, name, parent) VALUES ('c%u', 'Cat %u', NULL)",
    "INSERT INTO category (slug, parent) SELECT 'c%u', slug FROM category WHERE slug = 'c%u'",
    "INSERT OR REPLACE INTO category (slug, parent) SELECT 'c%u', slug FROM category WHERE slug = 'c%u'",
    "UPDATE category SET parent = (SELECT slug FROM category WHERE slug = 'c%u') WHERE slug = 'c%u'",
    "UPDATE category SET parent = NULL WHERE slug = 'c%u'",
    "UPDATE category SET name = 'Other %u' WHERE slug = 'c%u'",
    "UPDATE category SET slug = 'c%u' WHERE slug = 'c%u'",
    "DELETE FROM category WHERE slug = 'c%u'",
    "INSERT OR REPLACE INTO product_tag VALUES (%u, 't%u')",
    "UPDATE OR REPLACE product_tag SET product_id = %u WHERE tag = 't%u'",
    "UPDATE product_tag SET tag = 't%u' WHERE product_id = %u",
    "DELETE FROM product_tag WHERE tag = 't%u'",
    "INSERT INTO product_image (product_id, position, url) VALUES (%u, %u, '/x')",
    "UPDATE OR REPLACE product_image SET position = %u, alt = 'an %u' WHERE product_id = %u",
    "DELETE FROM product_image WHERE product_id = %u",
};

/* What nobody could read: it is taken back. */
static bool is_tree_and_known(sqlite3 *db)
{
    static const char sql[] =
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM category_above_now a JOIN category_above_now b ON a.category = b.above "
        "AND a.above = b.category AND a.category <> b.category) OR "
        "EXISTS (SELECT 1 FROM category WHERE parent = slug) OR EXISTS (SELECT 1 FROM pragma_foreign_key_check)";
    sqlite3_stmt *row;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
    bool found = sqlite3_step(row) == SQLITE_ROW;
    sqlite3_finalize(row);
    return !found;
}

static void change_at_random(bool with_foreign_keys)
{
    sqlite3 *db;
    char sql[512];

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_exec(db, with_foreign_keys ? "PRAGMA foreign_keys=ON" : "PRAGMA foreign_keys=OFF", NULL, NULL, NULL);
    assert_int_equal(sqlite3_exec(db, "PRAGMA synchronous=OFF; BEGIN", NULL, NULL, NULL), SQLITE_OK);
    for (int i = 0; i < 250; i++) {
        unsigned n = 1 + draw(12);
        assert_int_equal(sqlite3_exec(db, "SAVEPOINT s", NULL, NULL, NULL), SQLITE_OK);
        snprintf(sql, sizeof sql, changes[draw(ARRAY_LENGTH(changes))], n, 1 + draw(12), 1 + draw(12), 1 + draw(12));
        int result = sqlite3_exec(db, sql, NULL, NULL, NULL);
        if (result != SQLITE_OK && result != SQLITE_CONSTRAINT)
            fail_msg("%s: %s", sqlite3_errmsg(db), sql);
        if (!is_tree_and_known(db))
            sqlite3_exec(db, "ROLLBACK TO s", NULL, NULL, NULL);
        sqlite3_exec(db, "RELEASE s", NULL, NULL, NULL);
    }
    assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void random_changes_by_hand_keep_everything_that_follows(void **state)
{
    (void)state;
    open_shop();
    for (int round = 0; round < 8; round++) {
        change_at_random(round % 2 == 0);
        assert_sound();
    }
}

static void every_change_of_what_is_seen_moves_the_revision(void **state)
{
    static const char *const seen[] = {
        "UPDATE product SET name = 'x' WHERE id = 1",
        "INSERT INTO product (id, slug, price_in_cents) VALUES (9, 'n', 1)",
        "DELETE FROM product WHERE id = 9",
        "INSERT INTO product_tag VALUES (1, 't')",
        "UPDATE product_tag SET tag = 'u'",
        "DELETE FROM product_tag",
        "INSERT INTO product_image VALUES (1, 1, '/a', '')",
        "UPDATE product_image SET alt = 'b'",
        "DELETE FROM product_image",
        "INSERT INTO category (slug) VALUES ('e')",
        "UPDATE category SET name = 'E' WHERE slug = 'e'",
        "UPDATE category SET parent = 'a' WHERE slug = 'e'",
        "INSERT INTO product_category VALUES (1, 'e')",
        "UPDATE product_category SET category = 'd' WHERE category = 'e'",
        "DELETE FROM product_category WHERE product_id = 1 AND category = 'd'",
        "DELETE FROM category WHERE slug = 'e'",
        "UPDATE shop SET currency = 'CHF'",
    };

    (void)state;
    open_shop();
    for (size_t i = 0; i < ARRAY_LENGTH(seen); i++) {
        int64_t before = shop_revision();
        assert_int_equal(change(seen[i]), SQLITE_OK);
        if (shop_revision() <= before)
            fail_msg("%s", seen[i]);
    }
    assert_sound();
}

static void customers_do_not_move_the_shops_revision(void **state)
{
    (void)state;
    open_shop();
    int64_t before = shop_revision();
    assert_int_equal(change("INSERT INTO customer (id, login) VALUES (9, 'arya'); UPDATE customer SET last_name = 'x'"),
                     SQLITE_OK);
    assert_int_equal(shop_revision(), before);
}

static void a_renamed_product_is_known_by_its_old_slugs(void **state)
{
    const char *slug = NULL;

    (void)state;
    open_shop();
    assert_int_equal(store->methods->find_old_slug(store, "iphone-x", &arena, &slug), STORE_NOT_FOUND);
    assert_int_equal(change("UPDATE product SET slug = 'second' WHERE id = 1"), SQLITE_OK);
    assert_int_equal(change("UPDATE product SET slug = 'third' WHERE id = 1"), SQLITE_OK);
    assert_int_equal(store->methods->find_old_slug(store, "iphone-x", &arena, &slug), STORE_OK);
    assert_string_equal(slug, "third");
    assert_int_equal(store->methods->find_old_slug(store, "second", &arena, &slug), STORE_OK);
    assert_string_equal(slug, "third");
    assert_int_equal(store->methods->find_old_slug(store, "third", &arena, &slug), STORE_NOT_FOUND);
}

static void an_old_slug_that_is_used_again_is_no_old_one(void **state)
{
    const char *slug = NULL;

    (void)state;
    open_shop();
    assert_int_equal(
        change("UPDATE product SET slug = 'second' WHERE id = 1;"
               "INSERT INTO product (id, slug, price_in_cents) VALUES (9, 'iphone-x', 1);"
               "UPDATE product SET slug = 'other' WHERE id = 2; UPDATE product SET slug = 'notebook' WHERE id = 2;"
               "UPDATE product SET slug = 'other' WHERE id = 2"),
        SQLITE_OK);
    assert_int_equal(store->methods->find_old_slug(store, "iphone-x", &arena, &slug), STORE_NOT_FOUND);
    assert_int_equal(store->methods->find_old_slug(store, "other", &arena, &slug), STORE_NOT_FOUND);
    assert_int_equal(store->methods->find_old_slug(store, "notebook", &arena, &slug), STORE_OK);
    assert_string_equal(slug, "other");
    assert_int_equal(change("DELETE FROM product WHERE id = 2"), SQLITE_OK);
    assert_int_equal(store->methods->find_old_slug(store, "notebook", &arena, &slug), STORE_NOT_FOUND);
}

static void by_hand_too_a_compare_at_price_is_above_the_price(void **state)
{
    (void)state;
    open_shop();
    assert_int_equal(change("UPDATE product SET price_in_cents = 500, compare_at_price_in_cents = 600"), SQLITE_OK);
    assert_string_equal(ask("SELECT min(compare_at_price_in_cents) FROM product"), "600");
    assert_int_equal(change("UPDATE product SET price_in_cents = 600 WHERE id = 1;"
                            "UPDATE product SET compare_at_price_in_cents = 500 WHERE id = 2;"
                            "INSERT INTO product (id, slug, price_in_cents, compare_at_price_in_cents) "
                            "VALUES (90, 'x', 5, 5)"),
                     SQLITE_OK);
    assert_string_equal(ask("SELECT group_concat(id) FROM product WHERE compare_at_price_in_cents = 0"), "1,2,90");
    assert_sound();
}

static void a_product_that_has_a_time_of_change_gets_the_next_one(void **state)
{
    (void)state;
    open_shop();
    assert_int_equal(change("UPDATE product SET updated_at = 5 WHERE id = 2; UPDATE product SET name = 'x'"),
                     SQLITE_OK);
    assert_string_equal(ask("SELECT updated_at FROM product WHERE id = 1"), "0");
    assert_string_equal(ask("SELECT updated_at > 1000000000 FROM product WHERE id = 2"), "1");
    assert_int_equal(change("UPDATE product SET name = 'y', updated_at = 7 WHERE id = 2"), SQLITE_OK);
    assert_string_equal(ask("SELECT updated_at FROM product WHERE id = 2"), "7");
}

static void categories_know_how_many_products_they_have(void **state)
{
    struct category_list all;

    (void)state;
    open_shop();
    assert_int_equal(store->methods->list_categories(store, &arena, &all), STORE_OK);
    assert_int_equal(all.count, 4);
    assert_string_equal(all.items[0].slug, "a");
    assert_null(all.items[0].parent);
    assert_int_equal(all.items[0].product_count, 3);
    assert_string_equal(all.items[2].name, "Cc");
    assert_string_equal(all.items[2].parent, "b");
    assert_int_equal(all.items[2].product_count, 2);
}

static void products_are_found_by_slug_and_by_id(void **state)
{
    struct product product = {.id = 77};

    (void)state;
    open_shop();
    assert_int_equal(store->methods->find_product(store, "playstation-4-slim", &arena, &product), STORE_OK);
    assert_int_equal(product.id, 3);
    assert_int_equal(product.own_category_count, 2);
    assert_int_equal(store->methods->find_product_by_id(store, 2, &arena, &product), STORE_OK);
    assert_string_equal(product.slug, "notebook-avell-g1511");
    assert_int_equal(store->methods->find_product(store, "nix", &arena, &product), STORE_NOT_FOUND);
    assert_int_equal(store->methods->find_product_by_id(store, 99, &arena, &product), STORE_NOT_FOUND);
    assert_int_equal(product.id, 2);
}

static void a_login_is_of_one_customer(void **state)
{
    struct customer customer;

    (void)state;
    open_shop();
    assert_int_equal(change("UPDATE customer SET login = 'jon' WHERE id = 1"), SQLITE_OK);
    revision();
    for (int i = 0; i < 2; i++) {
        assert_int_equal(store->methods->find_customer(store, 1, &arena, &customer), STORE_OK);
        assert_string_equal(customer.login, "jon");
    }
    assert_int_equal(change("UPDATE customer SET login = 'jon' WHERE id = 2"), SQLITE_CONSTRAINT);
}

/* A change that this trigger does not see. */
static void change_behind(const char *trigger, const char *sql)
{
    const char *made = ask(arena_print(&arena, "SELECT sql FROM sqlite_schema WHERE name = '%s'", trigger));

    assert_int_equal(change(arena_print(&arena, "DROP TRIGGER %s", trigger)), SQLITE_OK);
    assert_int_equal(change(sql), SQLITE_OK);
    assert_int_equal(change(made), SQLITE_OK);
}

static void check_finds_what_does_not_follow(void **state)
{
    static const struct {
        const char *trigger, *sql, *told;
    } wrong[] = {
        {"product_priced", "UPDATE product SET price_in_cents = 3 WHERE id = 1", "product_in"},
        {NULL, "DELETE FROM product_in WHERE product_id = 2", "product_in"},
        {NULL, "INSERT INTO product_in SELECT 99, 1, price_in_cents FROM product WHERE id = 1", "product_in"},
        {NULL, "INSERT INTO product_in VALUES (1, 88, 5)", "product_in"},
        {"product_search_updated", "UPDATE product SET category_words = '' WHERE id = 1", "category_words"},
        {NULL, "UPDATE category SET product_count = 9 WHERE slug = 'b'", "product_count"},
        {NULL, "DELETE FROM category_above WHERE category = 2 AND above = 1", "category_above"},
        {NULL, "UPDATE product SET sort_name = 'x' WHERE id = 1", "sort_name"},
        {"product_search_updated", "UPDATE product SET category_words = 'x' WHERE id = 1", "category_words"},
        {"product_search_updated", "UPDATE product SET description = 'x' WHERE id = 1", "search index"},
        {NULL, "UPDATE product SET other_words = 'x' WHERE id = 1", "other_words"},
        {NULL, "UPDATE product SET variant_words = 'x' WHERE id = 1", "variant_words"},
        {NULL, "INSERT INTO words_due VALUES (88)", "words_due"},
        {NULL, "UPDATE product SET lists = CAST('tx' || char(0) AS BLOB) WHERE id = 1", "lists"},
        {NULL, "UPDATE product SET lists = CAST('tx' AS BLOB) WHERE id = 1", "lists"},
        {"product_tag_inserted_lists", "INSERT INTO product_tag VALUES (3, 'x')", "lists"},
        {NULL, "INSERT INTO old_slug VALUES ('iphone-x', 2)", "old slug"},
        {"shop_kept", "DELETE FROM shop", "shop: its row is missing"},
        {NULL, "INSERT INTO product_tag VALUES (88, 't')", "foreign_key_check"},
    };
    struct store_counts counts;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        open_shop();
        assert_sound();
        if (wrong[i].trigger != NULL)
            change_behind(wrong[i].trigger, wrong[i].sql);
        else
            assert_int_equal(change(wrong[i].sql), SQLITE_OK);
        if (store_check(path, &counts, reason, sizeof reason) || strstr(reason, wrong[i].told) == NULL)
            fail_msg("%s: %s", wrong[i].sql, reason);
        remove_database();
    }
}

/* ---- All products, piece by piece ---- */

static void a_walk_sees_the_catalog_as_it_was_when_it_began(void **state)
{
    struct store_walk *walk;
    struct product_list products;
    int expected = 1;

    (void)state;
    open_shop();
    assert_int_equal(store->methods->begin_walk(store, &walk), STORE_OK);
    assert_int_equal(change("DELETE FROM product WHERE id = 2;"
                            "INSERT INTO product (id, slug, price_in_cents) VALUES (9, 'n', 1)"),
                     SQLITE_OK);
    assert_int_equal(list().count, 3); /* 1, 3 and 9 */
    do {
        assert_int_equal(walk->next(walk, 2, &arena, &products), STORE_OK);
        for (size_t i = 0; i < products.count; i++)
            assert_int_equal(products.items[i].id, expected++);
    } while (products.count > 0);
    assert_int_equal(expected, 4);
    assert_true(walk->shop.revision < shop_revision());
    assert_true(walk->log_growth(walk) > 0);
    store_walk_end(walk);
    store_walk_end(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(random_changes_by_hand_keep_everything_that_follows),
        TEST(every_change_of_what_is_seen_moves_the_revision),
        TEST(customers_do_not_move_the_shops_revision),
        TEST(a_renamed_product_is_known_by_its_old_slugs),
        TEST(an_old_slug_that_is_used_again_is_no_old_one),
        TEST(by_hand_too_a_compare_at_price_is_above_the_price),
        TEST(a_product_that_has_a_time_of_change_gets_the_next_one),
        TEST(categories_know_how_many_products_they_have),
        TEST(products_are_found_by_slug_and_by_id),
        TEST(a_login_is_of_one_customer),
        TEST(check_finds_what_does_not_follow),
        TEST(a_walk_sees_the_catalog_as_it_was_when_it_began),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
