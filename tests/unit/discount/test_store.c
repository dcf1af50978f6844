/* SPDX-License-Identifier: MIT */
/* Rules in a real database, changed from outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "discount/store/store.h"

static char directory[64];
static char path[96];
static char reason[512];

static int make_directory(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/test_store.XXXXXX");
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/discount.db", directory);
    reason[0] = '\0';
    return 0;
}

static int remove_directory(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    char name[128];

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
    return rmdir(directory);
}

/* What somebody does with the sqlite3 program, while a store is open or not. */
static int change_by_hand(const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    int result = sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_close(db);
    return result;
}

static struct store *make_store(bool demo)
{
    struct store *store = NULL;

    assert_true(store_create(path, demo, reason, sizeof reason));
    assert_true(store_open(path, &store, reason, sizeof reason));
    return store;
}

static struct ruleset *load_rules(struct store *store)
{
    struct ruleset *ruleset = store_load_rules(store, reason, sizeof reason);

    assert_non_null(ruleset);
    return ruleset;
}

static int64_t load_revision(struct store *store)
{
    struct ruleset *ruleset = load_rules(store);
    int64_t revision = ruleset_revision(ruleset);

    ruleset_free(ruleset);
    return revision;
}

static void the_demo_has_the_contract_s_rule(void **state)
{
    struct store *store = make_store(true);
    struct ruleset *ruleset = load_rules(store);
    const struct rule *rule = ruleset_find(ruleset, 1);

    (void)state;
    assert_non_null(rule);
    assert_string_equal(rule->key, "demo");
    assert_int_equal(rule->percent, 1000);
    assert_null(ruleset_find(ruleset, 2));
    ruleset_free(ruleset);
    store_close(store);
}

static void without_the_demo_there_is_no_rule(void **state)
{
    struct store *store = make_store(false);
    struct ruleset *ruleset = load_rules(store);

    (void)state;
    assert_null(ruleset_find(ruleset, 1));
    ruleset_free(ruleset);
    store_close(store);
}

static void a_rule_that_is_not_enabled_is_not_loaded(void **state)
{
    struct store *store = make_store(true);

    (void)state;
    assert_int_equal(change_by_hand("UPDATE rule SET enabled = 0"), SQLITE_OK);
    struct ruleset *ruleset = load_rules(store);
    assert_null(ruleset_find(ruleset, 1));
    ruleset_free(ruleset);
    store_close(store);
}

static void every_change_of_a_rule_makes_a_new_revision(void **state)
{
    static const char *const changes[] = {
        "INSERT INTO rule (key, label, customer_id, percent) VALUES ('new', 'New', 2, 500)",
        "UPDATE rule SET percent = 501 WHERE key = 'new'",
        "UPDATE rule SET enabled = 0 WHERE key = 'new'",
        "DELETE FROM rule WHERE key = 'new'",
        "INSERT OR REPLACE INTO rule (key, label, customer_id, percent) VALUES ('demo', 'Demo', 2, 500)",
    };
    struct store *store = make_store(true);
    int64_t revision = load_revision(store);

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(changes); i++) {
        assert_int_equal(change_by_hand(changes[i]), SQLITE_OK);
        int64_t next = load_revision(store);
        assert_true(next > revision);
        revision = next;
    }
    store_close(store);
}

static void a_change_is_noticed_once(void **state)
{
    struct store *store = make_store(true);

    (void)state;
    assert_false(store_has_changed(store));
    assert_int_equal(change_by_hand("UPDATE rule SET percent = 2000"), SQLITE_OK);
    assert_true(store_has_changed(store));
    assert_false(store_has_changed(store));
    struct ruleset *ruleset = load_rules(store);
    assert_int_equal(ruleset_find(ruleset, 1)->percent, 2000);
    ruleset_free(ruleset);
    assert_false(store_has_changed(store));
    store_close(store);
}

static void a_change_is_noticed_outside_wal_mode_too(void **state)
{
    struct store *store;

    (void)state;
    assert_true(store_create(path, true, reason, sizeof reason));
    assert_int_equal(change_by_hand("PRAGMA journal_mode = DELETE"), SQLITE_OK);
    assert_true(store_open(path, &store, reason, sizeof reason));
    assert_false(store_has_changed(store));
    assert_int_equal(change_by_hand("UPDATE rule SET percent = 2000"), SQLITE_OK);
    assert_true(store_has_changed(store));
    assert_false(store_has_changed(store));
    store_close(store);
}

static void a_database_that_cannot_be_asked_counts_as_changed(void **state)
{
    struct store *store;
    sqlite3 *holder;

    (void)state;
    assert_true(store_create(path, true, reason, sizeof reason));
    assert_int_equal(change_by_hand("PRAGMA journal_mode = DELETE"), SQLITE_OK);
    assert_true(store_open(path, &store, reason, sizeof reason));
    assert_int_equal(sqlite3_open(path, &holder), SQLITE_OK);
    assert_int_equal(sqlite3_exec(holder, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_true(store_has_changed(store));
    assert_true(store_has_changed(store));
    assert_null(store_load_rules(store, reason, sizeof reason));
    assert_non_null(strstr(reason, path));
    assert_non_null(strstr(reason, "locked"));
    sqlite3_close(holder);
    assert_true(store_has_changed(store));
    assert_false(store_has_changed(store));
    store_close(store);
}

static void the_schema_refuses_wrong_rules(void **state)
{
    static const char *const wrong[] = {
        "'A', 'l', 1, 1, 1",    "'', 'l', 1, 1, 1",           "'a b', 'l', 1, 1, 1",
        "'-a', 'l', 1, 1, 1",   "'a-', 'l', 1, 1, 1",         "'a--b', 'l', 1, 1, 1",
        "NULL, 'l', 1, 1, 1",   "'demo', 'l', 1, 1, 1",       "'a' || char(0), 'l', 1, 1, 1",
        "'a', '', 1, 1, 1",     "'a', NULL, 1, 1, 1",         "'a', 'l', 2, 1, 1",
        "'a', 'l', 1, 0, 1",    "'a', 'l', 1, 2147483648, 1", "'a', 'l', 1, 'x', 1",
        "'a', 'l', 1, NULL, 1", "'a', 'l', 1, 1, -1",         "'a', 'l', 1, 1, 10001",
        "'a', 'l', 1, 1, 10.5", "'a', 'l', 1, 1, NULL",       "hex(zeroblob(33)), 'l', 1, 1, 1",
    };
    char sql[256];

    (void)state;
    store_close(make_store(true));
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        snprintf(sql, sizeof sql, "INSERT INTO rule (key, label, enabled, customer_id, percent) VALUES (%s)", wrong[i]);
        assert_int_not_equal(change_by_hand(sql), SQLITE_OK);
    }
    assert_int_equal(change_by_hand("INSERT INTO rule (key, label, customer_id, percent) VALUES ('a-1', 'l', 1, 0)"),
                     SQLITE_OK);
}

static void assert_load_fails_with(const char *sql, const char *words)
{
    struct store *store = make_store(true);

    assert_int_equal(change_by_hand(sql), SQLITE_OK);
    assert_null(store_load_rules(store, reason, sizeof reason));
    assert_non_null(strstr(reason, path));
    assert_non_null(strstr(reason, words));
    store_close(store);
}

static void a_percentage_out_of_range_is_named(void **state)
{
    (void)state;
    assert_load_fails_with("PRAGMA ignore_check_constraints = ON; UPDATE rule SET percent = 10001",
                           "rule demo: percent is 10001, allowed is 0 to 10000");
}

static void a_customer_out_of_range_is_named(void **state)
{
    (void)state;
    assert_load_fails_with("PRAGMA ignore_check_constraints = ON; UPDATE rule SET customer_id = 4294967297",
                           "rule demo: customer_id is 4294967297, allowed is 1 to 2147483647");
}

static void a_lost_revision_is_named(void **state)
{
    (void)state;
    assert_load_fails_with("DELETE FROM revision", "no revision");
}

static void a_wrong_rule_that_was_corrected_loads_again(void **state)
{
    struct store *store = make_store(true);

    (void)state;
    change_by_hand("PRAGMA ignore_check_constraints = ON; UPDATE rule SET percent = -1");
    assert_null(store_load_rules(store, reason, sizeof reason));
    assert_int_equal(change_by_hand("UPDATE rule SET percent = 300"), SQLITE_OK);
    ruleset_free(load_rules(store));
    store_close(store);
}

static void a_database_without_our_tables_is_refused(void **state)
{
    struct store *store;

    (void)state;
    assert_true(store_create(path, true, reason, sizeof reason));
    assert_int_equal(change_by_hand("DROP TABLE rule"), SQLITE_OK);
    assert_false(store_open(path, &store, reason, sizeof reason));
    assert_non_null(strstr(reason, path));
    assert_non_null(strstr(reason, "no such table: rule"));
}

int main(void)
{
#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        STORE_TEST(the_demo_has_the_contract_s_rule),
        STORE_TEST(without_the_demo_there_is_no_rule),
        STORE_TEST(a_rule_that_is_not_enabled_is_not_loaded),
        STORE_TEST(every_change_of_a_rule_makes_a_new_revision),
        STORE_TEST(a_change_is_noticed_once),
        STORE_TEST(a_change_is_noticed_outside_wal_mode_too),
        STORE_TEST(a_database_that_cannot_be_asked_counts_as_changed),
        STORE_TEST(the_schema_refuses_wrong_rules),
        STORE_TEST(a_percentage_out_of_range_is_named),
        STORE_TEST(a_customer_out_of_range_is_named),
        STORE_TEST(a_lost_revision_is_named),
        STORE_TEST(a_wrong_rule_that_was_corrected_loads_again),
        STORE_TEST(a_database_without_our_tables_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
