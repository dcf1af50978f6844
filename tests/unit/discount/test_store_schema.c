/* SPDX-License-Identifier: MIT */
/* Wrong rows: refused by the schema, and named when a hand got them past it. */
#include "tests/unit/discount/store_harness.h"

/* ---- The schema ---- */

static void the_schema_refuses_wrong_rules(void **state)
{
    static const char *const wrong[] = {
        "key = 'A'",
        "key = ''",
        "key = 'a b'",
        "key = '-a'",
        "key = 'a-'",
        "key = 'a--b'",
        "key = NULL",
        "key = 'a' || char(0)",
        "key = hex(zeroblob(33))",
        "key = 'other'",
        "label = ''",
        "label = NULL",
        "label = 'a' || char(10)",
        "label = 'a' || char(0) || 'b'",
        "label = hex(zeroblob(101))",
        "enabled = 2",
        "exclusive = -1",
        "lane = 'code'",
        "lane = 'sale' || char(0)",
        "priority = 1000001",
        "kind = 'gift'",
        "value = -1",
        "value = 10001",
        "value = 10.5",
        "value = NULL",
        "kind = 'amount', value = 0",
        "kind = 'price', value = 2147483648",
        "customer_id = 0",
        "customer_id = 2147483648",
        "customer_id = 'x'",
        "customer_id = 1, group_key = 'vip'",
        "minimum = -1",
        "cap = 2147483648",
        "kind = 'amount', value = 1, cap = 1",
        "starts_at = 1",
        "ends_at = 253402300800",
        "starts_at = 100000, ends_at = 100000",
        "zone = 'Europe Berlin'",
        "zone = 'UTC' || char(0)",
        "zone = NULL",
    };
    char sql[256];

    (void)state;
    store_close(make_store(true));
    must_change_by_hand("INSERT INTO customer_group (key) VALUES ('vip');"
                        "INSERT INTO rule (key, label, lane, kind, value) VALUES ('other', 'l', 'sale', 'price', 1)");
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        snprintf(sql, sizeof sql, "UPDATE rule SET %s WHERE key = 'demo'", wrong[i]);
        if (change_by_hand(sql) == SQLITE_OK)
            fail_msg("not refused: %s", sql);
    }
    must_change_by_hand("UPDATE rule SET customer_id = NULL, group_key = 'vip', kind = 'price', value = NULL, "
                        "starts_at = 86400, ends_at = 253402300799, zone = 'Etc/GMT+5', priority = -1000000");
}

static void the_schema_refuses_wrong_rows_beside_rules(void **state)
{
    static const char *const wrong[] = {
        "INSERT INTO product (id, slug) VALUES (0, 'a')",
        "INSERT INTO product (id, slug) VALUES (4, 'A')",
        "INSERT INTO product (id, slug) VALUES (4, 'a' || char(0))",
        "INSERT INTO product (id, slug, floor) VALUES (4, 'a', -1)",
        "INSERT INTO product (id, slug) VALUES (4, 'iphone-x')",
        "INSERT INTO customer_group (key) VALUES ('V')",
        "INSERT INTO customer_group (key, label) VALUES ('v', 'a' || char(0))",
        "INSERT INTO customer_group (key, label) VALUES ('v', NULL)",
        "INSERT INTO group_member VALUES ('none', 1)",
        "INSERT INTO group_member VALUES ('vip', 0)",
        "INSERT INTO rule_product (rule_key, product_id) VALUES ('demo', 9)",
        "INSERT INTO rule_product (rule_key, product_id) VALUES ('none', 1)",
        "INSERT INTO rule_product (rule_key, product_id, price) VALUES ('demo', 1, -1)",
        "INSERT INTO rule_product (rule_key, excluded, product_id, price) VALUES ('demo', 1, 1, 1)",
        "INSERT INTO rule_category (rule_key, category) VALUES ('demo', 'Shoes')",
        "INSERT INTO rule_category (rule_key, category) VALUES ('demo', 'a' || char(0))",
        "UPDATE rule SET group_key = 'none', customer_id = NULL",
        "DELETE FROM product WHERE id = 2",
        "DELETE FROM customer_group",
        "UPDATE rule SET key = 'other'",
        "UPDATE product SET id = 9 WHERE id = 1",
        "UPDATE customer_group SET key = 'other'",
        "INSERT OR REPLACE INTO product (id, slug) VALUES (9, 'iphone-x')",
        "UPDATE OR REPLACE product SET slug = 'iphone-x' WHERE id = 3",
    };
    char sql[256];

    (void)state;
    store_close(make_store(true));
    must_change_by_hand("INSERT INTO customer_group (key) VALUES ('vip');"
                        "UPDATE rule SET customer_id = NULL, group_key = 'vip';"
                        "INSERT INTO rule_product (rule_key, product_id) VALUES ('demo', 2)");
    const char *before = dump();
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        snprintf(sql, sizeof sql, "PRAGMA foreign_keys = ON; %s", wrong[i]);
        if (change_by_hand(sql) == SQLITE_OK)
            fail_msg("not refused: %s", sql);
    }
    assert_string_equal(dump(), before);
}

/* ---- Wrong rows: a hand can switch the checks off ---- */

static void wrong_rows_are_named(void **state)
{
    static const struct {
        const char *sql, *words;
    } cases[] = {
        {"UPDATE rule SET value = 10001", "rule demo: percent: "},
        {"UPDATE rule SET customer_id = 4294967297", "rule demo: customer_id is 4294967297"},
        {"UPDATE rule SET priority = 4294967297", "rule demo: priority is 4294967297"},
        {"UPDATE rule SET priority = 1000001", "rule demo: priority: "},
        {"UPDATE rule SET lane = 'code'", "rule demo: \"code\" is no lane"},
        {"UPDATE rule SET kind = 'gift'", "rule demo: \"gift\" is no kind"},
        {"UPDATE rule SET label = CAST(x'ff' AS TEXT)", "rule demo: label: "},
        {"UPDATE rule SET cap = -1", "rule demo: cap: "},
        {"UPDATE rule SET zone = 'a b'", "rule demo: zone: "},
        {"INSERT INTO customer_group (key) VALUES ('v'); UPDATE rule SET group_key = 'v'",
         "rule demo: it is for a customer and for a group"},
        {"UPDATE rule SET group_key = 'none', customer_id = NULL", "rule demo: audience: there is no group none"},
        {"INSERT INTO rule_product (rule_key, product_id) VALUES ('demo', 9)",
         "rule demo: include: there is no product number 9"},
        {"INSERT INTO rule_product (rule_key, product_id, price) VALUES ('demo', 1, 5)", "rule demo: price: "},
        {"UPDATE rule SET kind = 'price', value = NULL;"
         "INSERT INTO rule_product (rule_key, product_id) VALUES ('demo', 1)",
         "rule demo: price: each product"},
        {"INSERT INTO rule_product (rule_key, product_id) VALUES ('a', 1)", "rule a, which does not exist"},
        {"INSERT INTO rule_product (rule_key, product_id) VALUES ('z', 1)", "rule z, which does not exist"},
        {"INSERT INTO rule_category (rule_key, category) VALUES ('z', 'x')", "rule z, which does not exist"},
        {"INSERT INTO rule_category (rule_key, category) VALUES ('demo', 'X')", "rule demo: include: "},
        {"INSERT INTO group_member VALUES ('none', 1)", "group none: it has members and does not exist"},
        {"INSERT INTO customer_group (key) VALUES ('v'); INSERT INTO group_member VALUES ('v', 0)", "group v: "},
        {"INSERT INTO customer_group (key, label) VALUES ('v', char(7))", "group v: "},
        {"UPDATE product SET floor = -5 WHERE id = 1", "product iphone-x: floor is -5"},
        {"DELETE FROM revision", "no revision"},
    };
    char sql[512];

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct store *store = make_store(true);
        snprintf(sql, sizeof sql, "PRAGMA ignore_check_constraints = ON; %s", cases[i].sql);
        must_change_by_hand(sql);
        assert_load_fails(store, cases[i].words);
        store_close(store);
        assert_int_equal(unlink(path), 0);
    }
}

static void a_wrong_rule_that_was_corrected_loads_again(void **state)
{
    struct store *store = make_store(true);

    (void)state;
    must_change_by_hand("PRAGMA ignore_check_constraints = ON; UPDATE rule SET value = -1");
    assert_load_fails(store, "rule demo");
    must_change_by_hand("UPDATE rule SET value = 300");
    assert_true(has_rule(store, "demo"));
    store_close(store);
}

static void a_database_without_our_tables_is_refused(void **state)
{
    struct store *store;

    (void)state;
    store_close(make_store(true));
    must_change_by_hand("DROP TABLE rule_category");
    assert_false(store_open(path, &store, reason, sizeof reason));
    assert_reason_has("no such table: rule_category");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(the_schema_refuses_wrong_rules),
        STORE_TEST(the_schema_refuses_wrong_rows_beside_rules),
        STORE_TEST(wrong_rows_are_named),
        STORE_TEST(a_wrong_rule_that_was_corrected_loads_again),
        STORE_TEST(a_database_without_our_tables_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
