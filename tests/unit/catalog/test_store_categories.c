/* SPDX-License-Identifier: MIT */
/* Categories of products: which of them a product is in, and which trees are refused. */
#include "tests/unit/catalog/store_fixture.h"

/*
 *     electronics
 *       ├ phones ─ smart
 *       └ games
 *     sale
 */
static const char tree_sql[] = "INSERT INTO category (slug, parent) VALUES ('electronics', NULL), ('sale', NULL),"
                               " ('phones', 'electronics'), ('games', 'electronics'), ('smart', 'phones')";

static void open_tree(const char *memberships)
{
    open_demo();
    assert_int_equal(change(tree_sql), SQLITE_OK);
    if (memberships != NULL)
        assert_int_equal(change(memberships), SQLITE_OK);
}

/* "own|above", each with spaces between. */
static const char *categories_of(int32_t id)
{
    struct product_list products = list();
    static char text[4096];

    text[0] = '\0';
    for (size_t i = 0; i < products.count; i++) {
        const struct product *product = &products.items[i];
        if (product->id != id)
            continue;
        for (size_t c = 0; c < product->category_count; c++) {
            strcat(text, c == product->own_category_count ? "|" : c == 0 ? "" : " ");
            strcat(text, product->categories[c]);
        }
        return text;
    }
    return NULL;
}

static void products_of_the_demo_are_in_no_category(void **state)
{
    (void)state;
    open_demo();
    struct product_list products = list();
    for (size_t i = 0; i < products.count; i++)
        assert_int_equal(products.items[i].category_count, 0);
}

static void a_product_is_in_all_categories_above_its_own(void **state)
{
    (void)state;
    open_tree("INSERT INTO product_category VALUES (1, 'smart'), (3, 'games'), (2, 'sale')");
    assert_string_equal(categories_of(1), "smart|phones electronics");
    assert_string_equal(categories_of(2), "sale");
    assert_string_equal(categories_of(3), "games|electronics");
}

static void a_category_above_two_others_counts_once(void **state)
{
    (void)state;
    open_tree("INSERT INTO product_category VALUES (1, 'smart'), (1, 'games'), (1, 'sale')");
    assert_string_equal(categories_of(1), "games sale smart|electronics phones");
}

static void a_category_that_is_the_products_own_is_not_above_it_again(void **state)
{
    (void)state;
    open_tree("INSERT INTO product_category VALUES (1, 'smart'), (1, 'electronics'), (2, 'phones'), (2, 'smart')");
    assert_string_equal(categories_of(1), "electronics smart|phones");
    assert_string_equal(categories_of(2), "phones smart|electronics");
}

static void a_product_without_categories_stands_between_others(void **state)
{
    (void)state;
    open_tree("INSERT INTO product_category VALUES (1, 'games'), (3, 'sale')");
    assert_string_equal(categories_of(1), "games|electronics");
    assert_string_equal(categories_of(2), "");
    assert_string_equal(categories_of(3), "sale");
}

static void a_membership_of_no_product_is_passed_over(void **state)
{
    (void)state;
    open_tree("INSERT INTO product_category VALUES (-5, 'sale'), (2, 'games'), (77, 'sale');"
              "INSERT INTO product (id, slug, price_in_cents) VALUES (90, 'x', 1);"
              "INSERT INTO product_category VALUES (90, 'phones')");
    assert_string_equal(categories_of(2), "games|electronics");
    assert_string_equal(categories_of(90), "phones|electronics");
}

static void a_change_of_the_tree_moves_the_revision_and_is_read(void **state)
{
    (void)state;
    open_tree("INSERT INTO product_category VALUES (1, 'phones')");
    int64_t before = revision();
    assert_string_equal(categories_of(1), "phones|electronics");
    assert_int_equal(change("UPDATE category SET parent = 'sale' WHERE slug = 'phones'"), SQLITE_OK);
    assert_true(revision() > before);
    assert_string_equal(categories_of(1), "phones|sale");
}

static void a_renamed_category_takes_its_products_and_children_along(void **state)
{
    (void)state;
    open_tree("INSERT INTO product_category VALUES (1, 'phones'), (2, 'smart')");
    assert_int_equal(change("PRAGMA foreign_keys=ON; UPDATE category SET slug = 'mobiles' WHERE slug = 'phones'"),
                     SQLITE_OK);
    assert_string_equal(categories_of(1), "mobiles|electronics");
    assert_string_equal(categories_of(2), "smart|mobiles electronics");
}

static void a_deleted_product_leaves_its_categories(void **state)
{
    struct store_counts counts;

    (void)state;
    open_tree("INSERT INTO product_category VALUES (1, 'phones'), (2, 'smart')");
    assert_int_equal(change("PRAGMA foreign_keys=ON; DELETE FROM product WHERE id = 1"), SQLITE_OK);
    assert_true(store_check(path, &counts, reason, sizeof reason));
    assert_int_equal(change("PRAGMA foreign_keys=ON; DELETE FROM category WHERE slug = 'smart'"), SQLITE_CONSTRAINT);
}

static void thousands_of_products_have_their_own_categories(void **state)
{
    (void)state;
    open_tree("WITH RECURSIVE n(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
              "INSERT INTO product (id, slug, description, price_in_cents) SELECT i, 'slug-' || i, '', i FROM n;"
              "INSERT INTO category (slug, name, parent) SELECT 'c' || id, '', 'phones' FROM product;"
              "INSERT INTO product_category SELECT id, 'c' || id FROM product WHERE id % 3 > 0");
    struct product_list products = list();
    assert_int_equal(products.count, 5000);
    for (size_t i = 0; i < products.count; i++) {
        const struct product *product = &products.items[i];
        char own[16];
        snprintf(own, sizeof own, "c%d", product->id);
        assert_int_equal(product->category_count, product->id % 3 > 0 ? 3 : 0);
        if (product->category_count > 0)
            assert_string_equal(product->categories[0], own);
    }
}

/* ---- What is refused --------------------------------------------------------------------------------------------- */

/* The list cannot be read, and says why in the log; check says the same. */
static void assert_refused(const char *why)
{
    struct product_list products = {.count = 99};
    struct store_counts counts;
    char text[2048] = "";
    FILE *log = tmpfile();
    int kept = dup(STDERR_FILENO);

    dup2(fileno(log), STDERR_FILENO);
    enum store_status status = list_products(&products);
    restore_stderr(kept);
    rewind(log);
    assert_true(fread(text, 1, sizeof text - 1, log) > 0);
    fclose(log);
    assert_int_equal(status, STORE_FAILED);
    assert_int_equal(products.count, 99);
    if (strstr(text, "store-failed") == NULL)
        fail_msg("%s", text);
    assert_false(store_check(path, &counts, reason, sizeof reason));
    if (strstr(reason, why) == NULL || strstr(reason, path) == NULL)
        fail_msg("%s", reason);
}

static void a_parent_that_is_no_category_is_refused(void **state)
{
    (void)state;
    open_tree("UPDATE category SET parent = 'nothing' WHERE slug = 'games'");
    assert_refused("category \"games\": its parent \"nothing\" is no category");
}

static void a_category_that_is_above_itself_is_refused(void **state)
{
    (void)state;
    open_tree("UPDATE category SET parent = 'smart' WHERE slug = 'electronics'");
    assert_refused("is above itself, by way of its parent");
}

static void two_categories_above_each_other_are_refused(void **state)
{
    (void)state;
    open_tree("INSERT INTO category (slug, parent) VALUES ('y', 'z'), ('z', 'y')");
    assert_refused("category \"y\" is above itself, by way of its parent \"z\"");
}

static void a_category_that_is_its_own_parent_is_refused(void **state)
{
    (void)state;
    open_tree(NULL);
    assert_int_not_equal(change("UPDATE category SET parent = 'sale' WHERE slug = 'sale'"), SQLITE_OK);
    assert_int_equal(change("PRAGMA ignore_check_constraints=1; UPDATE category SET parent = slug WHERE slug = 'sale'"),
                     SQLITE_OK);
    assert_refused(""); /* by check's integrity_check, which comes first */
}

static void a_product_in_a_category_that_is_none_is_refused(void **state)
{
    (void)state;
    open_tree("INSERT INTO product_category VALUES (2, 'games'), (2, 'nothing')");
    assert_refused("product 2 is in \"nothing\", which is no category");
}

static const char chain_sql[] = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 70) "
                                "INSERT INTO category (slug, name, parent) SELECT 'c1', '', NULL UNION ALL "
                                "SELECT 'c' || i, '', 'c' || (i - 1) FROM n";

static void a_product_may_be_in_64_categories_and_no_more(void **state)
{
    (void)state;
    open_tree(chain_sql);
    assert_int_equal(change("INSERT INTO product_category VALUES (2, 'c64')"), SQLITE_OK);
    list();
    assert_int_equal(change("INSERT INTO product_category VALUES (3, 'c65')"), SQLITE_OK);
    assert_refused("product 3 is in more than 64 categories");
    assert_int_equal(change("DELETE FROM product_category; INSERT INTO product_category SELECT 1, slug FROM category "
                            "WHERE slug <> 'c64' LIMIT 66"),
                     SQLITE_OK);
    int kept = quiet_stderr();
    struct product_list products;
    enum store_status status = list_products(&products);
    restore_stderr(kept);
    assert_int_equal(status, STORE_FAILED);
}

static void a_tree_that_was_mended_is_read_again(void **state)
{
    (void)state;
    open_tree("INSERT INTO product_category VALUES (2, 'nothing')");
    assert_refused("nothing");
    assert_int_equal(change("UPDATE product_category SET category = 'sale'"), SQLITE_OK);
    int kept = quiet_stderr();
    const char *categories = categories_of(2);
    restore_stderr(kept);
    assert_string_equal(categories, "sale");
}

static void schema_refuses_slugs_that_no_rule_can_name(void **state)
{
    static const char *const wrong[] = {
        "''",     "'A'",   "'a b'", "'-a'",       "'a-'",
        "'a--b'", "'a_b'", "NULL",  "'\xc3\xa9'", "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
        "'sale'"};
    char sql[256];

    (void)state;
    open_tree(NULL);
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        snprintf(sql, sizeof sql, "INSERT INTO category (slug) VALUES (%s)", wrong[i]);
        assert_int_equal(change(sql), SQLITE_CONSTRAINT);
    }
    assert_int_equal(change("INSERT INTO category (slug) VALUES ('a'), ('0-9-z'), "
                            "('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')"),
                     SQLITE_OK);
}

static void check_counts_categories(void **state)
{
    struct store_counts counts;

    (void)state;
    open_tree("INSERT INTO product_category VALUES (2, 'games')");
    assert_true(store_check(path, &counts, reason, sizeof reason));
    assert_int_equal(counts.categories, 5);
}

/* ---- Upgrading --------------------------------------------------------------------------------------------------- */

static void an_older_schema_is_refused_and_says_who_upgrades_it(void **state)
{
    (void)state;
    make_old(1);
    assert_false(store_open(path, &store, reason, sizeof reason));
    assert_non_null(strstr(reason, path));
    assert_non_null(strstr(reason, "older"));
    assert_non_null(strstr(reason, "catalogctl upgrade"));
}

static void an_upgraded_database_is_like_a_new_one_and_keeps_its_rows(void **state)
{
    int version = -1;

    (void)state;
    make_old(1);
    assert_int_equal(change("UPDATE product SET price_in_cents = 7 WHERE id = 2"), SQLITE_OK);
    assert_true(store_upgrade(path, &version, reason, sizeof reason));
    assert_int_equal(version, 1);
    assert_true(store_open(path, &store, reason, sizeof reason));
    assert_int_equal(change(tree_sql), SQLITE_OK);
    assert_int_equal(change("INSERT INTO product_category VALUES (1, 'phones')"), SQLITE_OK);
    assert_int_equal(list().items[1].price_cents, 7);
    assert_string_equal(categories_of(1), "phones|electronics");
}

static void a_database_of_this_version_stays_as_it_is(void **state)
{
    struct store_counts counts;
    int version = -1;

    (void)state;
    open_tree("INSERT INTO product_category VALUES (1, 'phones')");
    assert_true(store_upgrade(path, &version, reason, sizeof reason));
    assert_int_equal(version, STORE_SCHEMA_VERSION);
    assert_true(store_check(path, &counts, reason, sizeof reason));
    assert_int_equal(counts.categories, 5);
}

static void a_database_that_cannot_be_upgraded_stays_as_it_was(void **state)
{
    int version = -1;

    (void)state;
    make_old(1);
    assert_int_equal(change("CREATE TABLE product_category (mine)"), SQLITE_OK);
    assert_false(store_upgrade(path, &version, reason, sizeof reason));
    assert_non_null(strstr(reason, path));
    assert_int_not_equal(change("SELECT * FROM category"), SQLITE_OK);
    assert_int_equal(change("SELECT mine FROM product_category"), SQLITE_OK);
    assert_false(store_open(path, &store, reason, sizeof reason));
    assert_non_null(strstr(reason, "version is 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(products_of_the_demo_are_in_no_category),
        TEST(a_product_is_in_all_categories_above_its_own),
        TEST(a_category_above_two_others_counts_once),
        TEST(a_category_that_is_the_products_own_is_not_above_it_again),
        TEST(a_product_without_categories_stands_between_others),
        TEST(a_membership_of_no_product_is_passed_over),
        TEST(a_change_of_the_tree_moves_the_revision_and_is_read),
        TEST(a_renamed_category_takes_its_products_and_children_along),
        TEST(a_deleted_product_leaves_its_categories),
        TEST(thousands_of_products_have_their_own_categories),
        TEST(a_parent_that_is_no_category_is_refused),
        TEST(a_category_that_is_above_itself_is_refused),
        TEST(two_categories_above_each_other_are_refused),
        TEST(a_category_that_is_its_own_parent_is_refused),
        TEST(a_product_in_a_category_that_is_none_is_refused),
        TEST(a_product_may_be_in_64_categories_and_no_more),
        TEST(a_tree_that_was_mended_is_read_again),
        TEST(schema_refuses_slugs_that_no_rule_can_name),
        TEST(check_counts_categories),
        TEST(an_older_schema_is_refused_and_says_who_upgrades_it),
        TEST(an_upgraded_database_is_like_a_new_one_and_keeps_its_rows),
        TEST(a_database_of_this_version_stays_as_it_is),
        TEST(a_database_that_cannot_be_upgraded_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
