/* SPDX-License-Identifier: MIT */
/* The database of rules: made, opened, read, and what is said when it is wrong. */
#include "tests/unit/discount/store_harness.h"

#include <sys/stat.h>
#include <sys/wait.h>

#define NOBODY 65534

static void the_demo_has_the_contract_s_rule(void **state)
{
    struct store *store = make_store(true);
    struct ruleset *ruleset = load(store);

    (void)state;
    assert_string_equal(print_rules(ruleset), "demo \"10 % off everything for customer 1\" 10 contract 0 percent 1000 "
                                              "0 for 1/1/ from 0 cap 0 [0, 0) :\n");
    assert_int_equal(ruleset_revision(ruleset), 1);
    ruleset_release(ruleset);
    store_close(store);
}

static void the_demo_has_three_products(void **state)
{
    struct store_counts counts;
    struct store *store = make_store(true);

    (void)state;
    assert_ok(store_count(store, &counts, reason, sizeof reason));
    assert_int_equal(counts.products, 3);
    assert_int_equal(counts.rules, 1);
    assert_int_equal(counts.groups, 0);
    assert_string_equal(ask("SELECT group_concat(id || ' ' || slug) FROM product"),
                        "1 iphone-x,2 notebook-avell-g1511,3 playstation-4-slim");
    store_close(store);
}

static void without_the_demo_there_is_nothing(void **state)
{
    struct store *store = make_store(false);
    struct ruleset *ruleset = load(store);

    (void)state;
    assert_int_equal(ruleset_rule_count(ruleset), 0);
    assert_int_equal(ruleset_revision(ruleset), 1);
    assert_string_equal(dump(), "NULL");
    ruleset_release(ruleset);
    store_close(store);
}

static void all_of_a_rule_is_read_back(void **state)
{
    struct rule_product included[] = {{.slug = "b"}, {.slug = "a"}}, excluded[] = {{.slug = "c"}};
    const char *categories[] = {"shoes", "hats"}, *excluded_categories[] = {"new"};
    const struct change changes[] = {
        set_product(1, "a", 0),
        set_product(2, "b", 500),
        set_product(3, "c", 0),
        set_group("vip", "Important"),
        set_rule((struct rule){.key = "full",
                               .label = "Größe · 10 %",
                               .is_exclusive = true,
                               .lane = RULE_LANE_SALE,
                               .priority = -7,
                               .kind = RULE_PERCENT,
                               .value = 1250,
                               .audience = RULE_GROUP,
                               .group = "vip",
                               .products = included,
                               .product_count = 2,
                               .categories = categories,
                               .category_count = 2,
                               .excluded_products = excluded,
                               .excluded_product_count = 1,
                               .excluded_categories = excluded_categories,
                               .excluded_category_count = 1,
                               .minimum = 100,
                               .cap = 5000,
                               .starts_at = 1600000000,
                               .ends_at = 1800000000,
                               .zone = "Europe/Berlin"}),
    };
    struct store *store = make_store(false);
    size_t members;

    (void)state;
    make_revision(store, changes, ARRAY_LENGTH(changes), NULL);
    struct ruleset *ruleset = load(store);
    assert_string_equal(print_rules(ruleset),
                        "full \"Größe · 10 %\" 01 sale -7 percent 1250 0 for 2/0/vip from 100 cap 5000 "
                        "[1600000000, 1800000000) Europe/Berlin: + 1=0 + 2=0 + hats + shoes - 3=0 - new\n");
    assert_int_equal(ruleset_floor(ruleset, 2), 500);
    assert_int_equal(ruleset_floor(ruleset, 1), 0);
    assert_true(ruleset_has_group(ruleset, "vip", &members));
    ruleset_release(ruleset);
    store_close(store);
}

static void rules_get_their_own_targets(void **state)
{
    struct rule_product one[] = {{.slug = "a"}}, prices[] = {{.slug = "a", .price = 5}, {.slug = "b", .price = 0}};
    const char *categories[] = {"shoes"};
    const struct change changes[] = {
        set_product(1, "a", 0),
        set_product(2, "b", 0),
        set_rule((struct rule){.key = "r1", .products = one, .product_count = 1}),
        set_percent("r10", 1),
        set_rule((struct rule){
            .key = "r2", .kind = RULE_PRICE, .is_price_list = true, .products = prices, .product_count = 2}),
        set_rule(
            (struct rule){.key = "r3", .kind = RULE_AMOUNT, .value = 9, .categories = categories, .category_count = 1}),
    };
    struct store *store = make_store(false);

    (void)state;
    make_revision(store, changes, ARRAY_LENGTH(changes), NULL);
    struct ruleset *ruleset = load(store);
    assert_string_equal(print_rules(ruleset),
                        "r1 \"A label\" 00 contract 0 percent 0 0 for 0/0/ from 0 cap 0 [0, 0) : + 1=0\n"
                        "r10 \"A label\" 10 contract 0 percent 1 0 for 0/0/ from 0 cap 0 [0, 0) :\n"
                        "r2 \"A label\" 00 contract 0 price 0 1 for 0/0/ from 0 cap 0 [0, 0) : + 1=5 + 2=0\n"
                        "r3 \"A label\" 00 contract 0 amount 9 0 for 0/0/ from 0 cap 0 [0, 0) : + shoes\n");
    ruleset_release(ruleset);
    store_close(store);
}

/* ---- Whether somebody changed it ---- */

static void a_change_is_noticed_once(void **state)
{
    struct store *store = make_store(true);

    (void)state;
    assert_false(store_has_changed(store));
    must_change_by_hand("UPDATE rule SET value = 2000");
    assert_true(store_has_changed(store));
    assert_false(store_has_changed(store));
    store_close(store);
}

static void an_own_change_is_not_noticed(void **state)
{
    struct store *store = make_store(true), *other = open_store();

    (void)state;
    change_one(store, set_percent("x", 100));
    assert_false(store_has_changed(store));
    assert_true(store_has_changed(other));
    store_close(store);
    store_close(other);
}

static void a_change_is_noticed_outside_wal_mode_too(void **state)
{
    (void)state;
    store_close(make_store(true));
    must_change_by_hand("PRAGMA journal_mode = DELETE");
    struct store *store = open_store();
    assert_false(store_has_changed(store));
    must_change_by_hand("UPDATE rule SET value = 2000");
    assert_true(store_has_changed(store));
    assert_false(store_has_changed(store));
    store_close(store);
}

static void a_database_that_cannot_be_asked_counts_as_changed(void **state)
{
    sqlite3 *holder;

    (void)state;
    store_close(make_store(true));
    must_change_by_hand("PRAGMA journal_mode = DELETE");
    struct store *store = open_store();
    assert_int_equal(sqlite3_open(path, &holder), SQLITE_OK);
    assert_int_equal(sqlite3_exec(holder, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_true(store_has_changed(store));
    assert_true(store_has_changed(store));
    sqlite3_close(holder);
    assert_true(store_has_changed(store));
    assert_false(store_has_changed(store));
    store_close(store);
}

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

/* ---- A file that may only be read ---- */

/* Runs as nobody; cmocka's asserts have nowhere to go there. */
static int read_only_life(void)
{
    struct store *store;
    struct ruleset_builder *builder = ruleset_builder_new(NULL);
    int64_t revision;

    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0 || !store_open(path, &store, reason, sizeof reason))
        return 1;
    if (store_load(store, builder, &revision, reason, sizeof reason) != STORE_OK)
        return 2;
    if (store_begin(store, 0, reason, sizeof reason) != STORE_FAILED || strstr(reason, "cannot be written") == NULL)
        return 3;
    ruleset_builder_free(builder);
    store_close(store);
    return 0;
}

static void a_file_that_may_only_be_read_is_read(void **state)
{
    int status;

    (void)state;
    if (geteuid() != 0)
        skip();
    store_close(make_store(true));
    must_change_by_hand("PRAGMA journal_mode = DELETE");
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(chmod(directory, 0755), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int result = read_only_life();
        if (result != 0)
            fprintf(stderr, "as nobody: %s\n", reason);
        _exit(result);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(the_demo_has_the_contract_s_rule),
        STORE_TEST(the_demo_has_three_products),
        STORE_TEST(without_the_demo_there_is_nothing),
        STORE_TEST(all_of_a_rule_is_read_back),
        STORE_TEST(rules_get_their_own_targets),
        STORE_TEST(a_change_is_noticed_once),
        STORE_TEST(an_own_change_is_not_noticed),
        STORE_TEST(a_change_is_noticed_outside_wal_mode_too),
        STORE_TEST(a_database_that_cannot_be_asked_counts_as_changed),
        STORE_TEST(the_schema_refuses_wrong_rules),
        STORE_TEST(the_schema_refuses_wrong_rows_beside_rules),
        STORE_TEST(wrong_rows_are_named),
        STORE_TEST(a_wrong_rule_that_was_corrected_loads_again),
        STORE_TEST(a_database_without_our_tables_is_refused),
        STORE_TEST(a_file_that_may_only_be_read_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
