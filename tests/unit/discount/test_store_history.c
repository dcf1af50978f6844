/* SPDX-License-Identifier: MIT */
/* Revisions: what was changed by hand, and earlier revisions made again. */
#include "tests/unit/discount/store_random.h"

/* ---- By hand ---- */

static void a_change_by_hand_is_a_revision(void **state)
{
    static const char *const changes[] = {
        "INSERT INTO rule (key, label, lane, kind, value) VALUES ('new', 'New', 'sale', 'percent', 500)",
        "UPDATE rule SET value = 501 WHERE key = 'new'",
        "UPDATE rule SET enabled = 0 WHERE key = 'new'",
        "INSERT INTO rule_product (rule_key, product_id) VALUES ('new', 1)",
        "INSERT INTO rule_category (rule_key, excluded, category) VALUES ('new', 1, 'shoes')",
        "DELETE FROM rule_product WHERE rule_key = 'new'",
        "INSERT OR REPLACE INTO rule (key, label, lane, kind, value) VALUES ('demo', 'Demo', 'sale', 'amount', 5)",
        "INSERT INTO customer_group (key) VALUES ('vip')",
        "UPDATE customer_group SET label = 'x'",
        "INSERT INTO group_member VALUES ('vip', 4)",
        "UPDATE product SET floor = 9 WHERE id = 1",
        "DELETE FROM customer_group",
        "DELETE FROM rule WHERE key = 'new'",
        "DELETE FROM product WHERE id = 3",
    };
    struct store *store = make_store(true);
    int64_t revision = latest_revision(store);

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(changes); i++) {
        must_change_by_hand(changes[i]);
        int64_t next = latest_revision(store);
        if (next <= revision)
            fail_msg("no new revision: %s", changes[i]);
        revision = next;
    }
    assert_string_equal(ask("SELECT DISTINCT author || ' ' || changed FROM revision WHERE number > 1"), "by hand 1");
    assert_string_equal(ask("SELECT min(made_at) > unixepoch() - 600 FROM revision"), "1");
    store_close(store);
}

static void a_change_by_hand_that_changes_nothing_is_none(void **state)
{
    struct store *store = make_store(true);

    (void)state;
    must_change_by_hand("UPDATE rule SET value = value; INSERT OR IGNORE INTO product (id, slug) VALUES (1, 'x')");
    assert_int_equal(latest_revision(store), 1);
    store_close(store);
}

static void what_was_replaced_by_hand_comes_back(void **state)
{
    struct store *store = make_store(true);
    const char *before = dump();

    (void)state;
    must_change_by_hand(
        "INSERT OR REPLACE INTO rule (key, label, lane, kind, value) VALUES ('demo', 'Demo', 'sale', 'amount', 5);"
        "INSERT OR REPLACE INTO product (id, slug, floor) VALUES (2, 'other', 5)");
    assert_string_not_equal(dump(), before);
    begin(store);
    assert_ok(store->methods->rewind(store, 1));
    commit(store, NULL);
    assert_string_equal(dump(), before);
    store_close(store);
}

static void a_group_removed_by_hand_takes_its_members_along(void **state)
{
    struct store *store = make_store(true);

    (void)state;
    must_change_by_hand("INSERT INTO customer_group (key) VALUES ('vip'); INSERT INTO group_member VALUES ('vip', 4);"
                        "PRAGMA foreign_keys = OFF; DELETE FROM customer_group");
    assert_string_equal(ask("SELECT count(*) FROM group_member"), "0");
    ruleset_release(load(store));
    store_close(store);
}

/* ---- Earlier revisions ---- */

static void a_rollback_is_a_new_revision_equal_to_the_old(void **state)
{
    struct store *store = make_store(true);
    const char *before = dump();
    size_t changed;

    (void)state;
    change_one(store, set_percent("demo", 5));
    change_one(store, with_key(CHANGE_REMOVE_RULE, "demo"));
    begin(store);
    assert_ok(store->methods->rewind(store, 1));
    assert_int_equal(commit(store, &changed), 4);
    assert_int_equal(changed, 1);
    assert_string_equal(dump(), before);
    begin(store);
    assert_ok(store->methods->rewind(store, 2));
    commit(store, NULL);
    assert_string_equal(ask("SELECT value FROM rule"), "5");
    store_close(store);
}

static void going_back_to_today_makes_no_revision(void **state)
{
    struct store *store = make_store(true);
    size_t changed;

    (void)state;
    change_one(store, set_percent("demo", 5));
    begin(store);
    assert_ok(store->methods->rewind(store, 2));
    assert_int_equal(commit(store, &changed), 2);
    assert_int_equal(changed, 0);
    store_close(store);
}

static void rewinding_undoes_the_open_change_set_too(void **state)
{
    struct store *store = make_store(true);
    size_t changed;

    (void)state;
    begin(store);
    apply(store, 0, set_percent("x", 1));
    apply(store, 1, with_key(CHANGE_REMOVE_RULE, "demo"));
    assert_ok(store->methods->rewind(store, 1));
    assert_int_equal(commit(store, &changed), 1);
    assert_int_equal(changed, 0);
    store_close(store);
}

static void an_unknown_revision_is_not_found(void **state)
{
    struct store *store = make_store(true);

    (void)state;
    begin(store);
    assert_int_equal(store->methods->rewind(store, 0), STORE_NOT_FOUND);
    assert_int_equal(store->methods->rewind(store, 2), STORE_NOT_FOUND);
    assert_int_equal(store->methods->rewind(store, 99), STORE_NOT_FOUND);
    assert_reason_has("there is no revision 99");
    store_close(store);
}

static void slugs_that_were_exchanged_come_back(void **state)
{
    const struct change changes[] = {
        set_product(1, "other", 0),
        set_product(2, "iphone-x", 0),
        set_product(1, "notebook-avell-g1511", 0),
    };
    struct store *store = make_store(true);
    const char *before = dump();

    (void)state;
    make_revision(store, changes, ARRAY_LENGTH(changes), NULL);
    assert_string_equal(ask("SELECT group_concat(slug, ' ') FROM product WHERE id < 3"),
                        "notebook-avell-g1511 iphone-x");
    begin(store);
    assert_ok(store->methods->rewind(store, 1));
    commit(store, NULL);
    assert_string_equal(dump(), before);
    store_close(store);
}

#define REVISIONS 120

/* Everything about every revision of a random history. */
struct history {
    int64_t numbers[REVISIONS];
    const char *dumps[REVISIONS];
    size_t count;
};

static void make_history(struct store *store, struct history *history)
{
    while (history->count < REVISIONS) {
        (void)change_at_random(store, 4);
        int64_t latest = latest_revision(store);
        if (history->count > 0 && history->numbers[history->count - 1] == latest)
            continue;
        history->numbers[history->count] = latest;
        history->dumps[history->count++] = dump();
    }
}

static void every_revision_of_a_random_history_can_be_made_again(void **state)
{
    struct store *store = make_random_shop();
    struct history history = {.count = 0};

    (void)state;
    make_history(store, &history);
    assert_history_is_rich();
    for (size_t i = 0; i < 60; i++) {
        size_t at = random_below(REVISIONS);
        begin(store);
        assert_ok(store->methods->rewind(store, history.numbers[at]));
        commit(store, NULL);
        assert_string_equal(dump(), history.dumps[at]);
    }
    assert_string_equal(ask("PRAGMA foreign_key_check"), "");
    assert_string_equal(ask("PRAGMA integrity_check"), "ok");
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_change_by_hand_is_a_revision),
        STORE_TEST(a_change_by_hand_that_changes_nothing_is_none),
        STORE_TEST(what_was_replaced_by_hand_comes_back),
        STORE_TEST(a_group_removed_by_hand_takes_its_members_along),
        STORE_TEST(a_rollback_is_a_new_revision_equal_to_the_old),
        STORE_TEST(going_back_to_today_makes_no_revision),
        STORE_TEST(rewinding_undoes_the_open_change_set_too),
        STORE_TEST(an_unknown_revision_is_not_found),
        STORE_TEST(slugs_that_were_exchanged_come_back),
        STORE_TEST(every_revision_of_a_random_history_can_be_made_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
