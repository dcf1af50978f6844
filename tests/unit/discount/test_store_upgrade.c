/* SPDX-License-Identifier: MIT */
/* A database of schema version 1 becomes one of today's. */
#include "tests/unit/discount/store_harness.h"

/* As discountctl init made it. */
static const char version_1[] =
    "PRAGMA journal_mode = WAL;"
    "CREATE TABLE rule ("
    "    key         TEXT NOT NULL PRIMARY KEY"
    "                CHECK (length(key) BETWEEN 1 AND 64)"
    "                CHECK (key NOT GLOB '*[^a-z0-9-]*')"
    "                CHECK (key NOT GLOB '-*' AND key NOT GLOB '*-' AND key NOT GLOB '*--*')"
    "                CHECK (instr(key, char(0)) = 0),"
    "    label       TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 200),"
    "    enabled     INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),"
    "    customer_id INTEGER NOT NULL CHECK (customer_id BETWEEN 1 AND 2147483647),"
    "    percent     INTEGER NOT NULL CHECK (percent BETWEEN 0 AND 10000)"
    ") STRICT;"
    "CREATE TABLE revision ("
    "    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),"
    "    revision INTEGER NOT NULL CHECK (revision >= 1)"
    ") STRICT;"
    "INSERT INTO revision (only_row, revision) VALUES (1, 1);"
    "CREATE TRIGGER rule_inserted AFTER INSERT ON rule BEGIN UPDATE revision SET revision = revision + 1; END;"
    "CREATE TRIGGER rule_updated AFTER UPDATE ON rule BEGIN UPDATE revision SET revision = revision + 1; END;"
    "CREATE TRIGGER rule_deleted AFTER DELETE ON rule BEGIN UPDATE revision SET revision = revision + 1; END;"
    "INSERT INTO rule (key, label, customer_id, percent)"
    " VALUES ('demo', '10 % off everything for customer 1', 1, 1000);"
    "PRAGMA application_id = 1685283700; PRAGMA user_version = 1;";

static int upgrade(void)
{
    int from = -1;

    if (!store_upgrade(path, &from, reason, sizeof reason))
        fail_msg("%s", reason);
    return from;
}

static void rules_of_version_1_are_kept(void **state)
{
    (void)state;
    must_change_by_hand(version_1);
    must_change_by_hand("INSERT INTO rule VALUES ('off', 'Not ' || char(9) || 'in use', 0, 2147483647, 10000)");
    assert_int_equal(upgrade(), 1);
    struct store *store = open_store();
    struct ruleset *ruleset = load(store);
    assert_string_equal(
        print_rules(ruleset),
        "demo \"10 % off everything for customer 1\" 10 contract 0 percent 1000 0 for 1/1/ from 0 cap 0 "
        "[0, 0) :\n"
        "off \"Not  in use\" 00 contract 0 percent 10000 0 for 1/2147483647/ from 0 cap 0 [0, 0) :\n");
    ruleset_release(ruleset);
    store_close(store);
}

static void revisions_go_on_growing(void **state)
{
    (void)state;
    must_change_by_hand(version_1);
    must_change_by_hand("UPDATE rule SET percent = 1; UPDATE rule SET percent = 1000");
    assert_string_equal(ask("SELECT revision FROM revision"), "4");
    upgrade();
    assert_string_equal(ask("SELECT number || ' ' || author || ' ' || changed FROM revision"), "5 upgrade 1");
    struct store *store = open_store();
    const char *before = dump();
    assert_int_equal(change_one(store, with_key(CHANGE_CLEAR_ALL, NULL)), 6);
    begin(store);
    assert_ok(store->methods->rewind(store, 5));
    commit(store, NULL);
    assert_string_equal(dump(), before);
    store_close(store);
}

static void an_upgraded_database_has_the_schema_of_a_new_one(void **state)
{
    static const char schema[] = "SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY 1";

    (void)state;
    must_change_by_hand(version_1);
    upgrade();
    const char *upgraded = ask(schema);
    assert_int_equal(unlink(path), 0);
    store_close(make_store(false));
    assert_string_equal(upgraded, ask(schema));
}

static void a_database_of_version_2_gets_what_later_versions_have(void **state)
{
    struct shop_state shop;
    int64_t revision;
    size_t changed;

    (void)state;
    store_close(make_store(true));
    must_change_by_hand("DROP TABLE made_change_set; DROP TABLE shop_product; DROP TABLE shop_category;"
                        "DROP TABLE shop_category_old; DROP TABLE shop; PRAGMA user_version = 2");
    const char *before = ask("SELECT group_concat(key || value) FROM rule");
    assert_int_equal(upgrade(), 2);
    struct store *store = open_store();
    assert_int_equal(store->methods->find_change_set(store, "admin", "none", &revision, &changed), STORE_NOT_FOUND);
    assert_ok(store->methods->shop(store, &shop));
    assert_int_equal(shop.told_at, 0);
    assert_string_equal(ask("SELECT group_concat(key || value) FROM rule"), before);
    store_close(store);
}

static void upgrading_again_does_nothing(void **state)
{
    (void)state;
    must_change_by_hand(version_1);
    assert_int_equal(upgrade(), 1);
    const char *history = ask("SELECT number || author FROM revision");
    assert_int_equal(upgrade(), STORE_SCHEMA_VERSION);
    assert_string_equal(ask("SELECT number || author FROM revision"), history);
}

static void a_database_of_version_1_is_not_opened(void **state)
{
    struct store *store;

    (void)state;
    must_change_by_hand(version_1);
    assert_false(store_open(path, &store, reason, sizeof reason));
    assert_reason_has("its schema version is 1, older than this program's (4); starting discountd upgrades it");
}

static void a_newer_version_is_refused(void **state)
{
    struct store *store;
    int from;

    (void)state;
    store_close(make_store(true));
    must_change_by_hand("PRAGMA user_version = 5");
    assert_false(store_open(path, &store, reason, sizeof reason));
    assert_reason_has("its schema version is 5, newer than this program's (4)");
    assert_false(store_upgrade(path, &from, reason, sizeof reason));
    assert_reason_has("its schema version is 5, newer than this program's (4)");
}

static void what_cannot_be_upgraded_stays_as_it_is(void **state)
{
    int from;

    (void)state;
    must_change_by_hand(version_1);
    must_change_by_hand("UPDATE rule SET label = 'a' || char(7)");
    assert_false(store_upgrade(path, &from, reason, sizeof reason));
    assert_reason_has("cannot be upgraded: CHECK");
    assert_string_equal(ask("PRAGMA user_version"), "1");
    assert_string_equal(ask("SELECT key || percent FROM rule"), "demo1000");
    assert_string_equal(ask("SELECT revision FROM revision"), "3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(rules_of_version_1_are_kept),
        STORE_TEST(revisions_go_on_growing),
        STORE_TEST(an_upgraded_database_has_the_schema_of_a_new_one),
        STORE_TEST(a_database_of_version_2_gets_what_later_versions_have),
        STORE_TEST(upgrading_again_does_nothing),
        STORE_TEST(a_database_of_version_1_is_not_opened),
        STORE_TEST(a_newer_version_is_refused),
        STORE_TEST(what_cannot_be_upgraded_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
