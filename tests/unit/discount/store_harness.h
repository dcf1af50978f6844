/* SPDX-License-Identifier: MIT */
/* A database of its own for every test of the store, what is asked of it, and changes in few words. */
#ifndef TESTS_STORE_HARNESS_H
#define TESTS_STORE_HARNESS_H

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

#include "common/arena.h"
#include "discount/store/store.h"

#define NOW 1700000000
#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, store_setup, store_teardown)

static char directory[64];
static char path[96];
static char reason[512];
static struct store *opened; /* the last: its reason is looked at */
static struct arena arena;

static inline int store_setup(void **state)
{
    (void)state;
    snprintf(directory, sizeof directory, "/tmp/test_store.XXXXXX");
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/discount.db", directory);
    reason[0] = '\0';
    return 0;
}

static inline int store_teardown(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    char name[128];

    (void)state;
    arena_release(&arena);
    for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
    return rmdir(directory);
}

/* ---- The database from outside ---- */

/* What somebody does with the sqlite3 program, while a store is open or not. */
static inline int change_by_hand(const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    int result = sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_close(db);
    return result;
}

static inline void must_change_by_hand(const char *sql)
{
    assert_int_equal(change_by_hand(sql), SQLITE_OK);
}

/* The first column of every row, a line each, in the arena. */
static inline const char *ask(const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    const char *text = "";

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const char *value = (const char *)sqlite3_column_text(statement, 0);
        text = arena_print(&arena, "%s%s%s", text, text[0] != '\0' ? "\n" : "", value != NULL ? value : "NULL");
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return text;
}

/* All that is described, without the history. */
static inline const char *dump(void)
{
    return ask("SELECT group_concat(line, char(10)) FROM ("
               "SELECT 'product ' || json_array(id, slug, floor) AS line FROM product UNION ALL "
               "SELECT 'group ' || json_array(key, label) FROM customer_group UNION ALL "
               "SELECT 'member ' || json_array(group_key, customer_id) FROM group_member UNION ALL "
               "SELECT 'rule ' || json_array(key, label, enabled, exclusive, lane, priority, kind, value, customer_id, "
               "group_key, minimum, cap, starts_at, ends_at, zone) FROM rule UNION ALL "
               "SELECT 'for ' || json_array(rule_key, excluded, product_id, price) FROM rule_product UNION ALL "
               "SELECT 'for ' || json_array(rule_key, excluded, category) FROM rule_category ORDER BY 1)");
}

/* ---- The store ---- */

static inline struct store *open_store(void)
{
    struct store *store = NULL;

    if (!store_open(path, &store, reason, sizeof reason))
        fail_msg("%s", reason);
    opened = store;
    return store;
}

static inline struct store *make_store(bool demo)
{
    if (!store_create(path, demo, reason, sizeof reason))
        fail_msg("%s", reason);
    return open_store();
}

#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        enum store_status status_ = (call);                                                                            \
        if (status_ != STORE_OK)                                                                                       \
            fail_msg("%s: status %d: %s", #call, (int)status_, opened->reason);                                        \
    } while (0)

static inline void assert_reason_has(const char *words)
{
    const char *told = reason[0] != '\0' ? reason : opened->reason;

    if (strstr(told, path) == NULL || strstr(told, words) == NULL)
        fail_msg("\"%s\" does not name %s and \"%s\"", told, path, words);
}

static inline int64_t latest_revision(struct store *store)
{
    int64_t revision = 0;

    assert_ok(store->methods->revision(store, &revision));
    return revision;
}

static inline void begin(struct store *store)
{
    assert_ok(store->methods->begin(store, 0, NULL));
}

static inline void apply(struct store *store, size_t index, struct change change)
{
    assert_ok(store->methods->apply(store, index, &change));
}

static inline int64_t commit(struct store *store, size_t *changed)
{
    int64_t revision = 0;
    size_t count = 0;

    assert_ok(store->methods->commit(store, "spiffe://shop/admin", "why", NOW, &revision, &count));
    if (changed != NULL)
        *changed = count;
    return revision;
}

/* One revision of so many changes. Returns its number. */
static inline int64_t make_revision(struct store *store, const struct change *changes, size_t count, size_t *changed)
{
    begin(store);
    for (size_t i = 0; i < count; i++)
        apply(store, i, changes[i]);
    return commit(store, changed);
}

static inline int64_t change_one(struct store *store, struct change change)
{
    return make_revision(store, &change, 1, NULL);
}

/* All faults of the open change set: "0 rule x: field: message", a line each. */
static inline const char *list_faults(struct store *store)
{
    const struct fault *faults;
    size_t count;
    const char *text = "";

    assert_ok(store->methods->faults(store, &faults, &count));
    for (size_t i = 0; i < count; i++)
        text = arena_print(&arena, "%s%s%zu %s: %s: %s", text, i > 0 ? "\n" : "", faults[i].place, faults[i].subject,
                           faults[i].field, faults[i].message);
    return text;
}

/* ---- Changes ---- */

static inline struct change set_rule(struct rule rule)
{
    rule.label = rule.label != NULL ? rule.label : "A label";
    return (struct change){.kind = CHANGE_SET_RULE, .rule = rule};
}

static inline struct change set_percent(const char *key, int64_t percent)
{
    return set_rule((struct rule){.key = key, .is_enabled = true, .kind = RULE_PERCENT, .value = percent});
}

static inline struct change with_key(enum change_kind kind, const char *key)
{
    return (struct change){.kind = kind, .key = key};
}

static inline struct change set_group(const char *key, const char *label)
{
    return (struct change){.kind = CHANGE_SET_GROUP, .key = key, .label = label};
}

static inline struct change change_members(enum change_kind kind, const char *key, const int32_t *ids, size_t count)
{
    return (struct change){.kind = kind, .key = key, .customer_ids = ids, .customer_count = count};
}

static inline struct change set_product(int32_t id, const char *slug, int64_t floor)
{
    return (struct change){.kind = CHANGE_SET_PRODUCT, .product = {.id = id, .slug = slug, .floor = floor}};
}

/* ---- Rulesets ---- */

static inline struct ruleset *load(struct store *store)
{
    struct ruleset_builder *builder = ruleset_builder_new(NULL);
    int64_t revision;

    assert_ok(store->methods->load(store, 0, 0, builder, &revision));
    return ruleset_builder_finish(builder, revision, PRICE_ROUND_DOWN, NOW);
}

static inline void assert_load_fails(struct store *store, const char *words)
{
    struct ruleset_builder *builder = ruleset_builder_new(NULL);
    int64_t revision;

    assert_int_equal(store->methods->load(store, 0, 0, builder, &revision), STORE_FAILED);
    ruleset_builder_free(builder);
    assert_reason_has(words);
}

static inline const char *print_products(const char *text, const char *name, const struct rule_product *products,
                                         size_t count)
{
    for (size_t i = 0; i < count; i++)
        text = arena_print(&arena, "%s %s %d=%lld", text, name, (int)products[i].id, (long long)products[i].price);
    return text;
}

static inline const char *print_categories(const char *text, const char *name, const char *const *categories,
                                           size_t count)
{
    for (size_t i = 0; i < count; i++)
        text = arena_print(&arena, "%s %s %s", text, name, categories[i]);
    return text;
}

/* All of a rule in a line, in the arena. */
static inline const char *print_rule(const struct rule *rule)
{
    const char *text = arena_print(
        &arena, "%s \"%s\" %d%d %s %d %s %lld %d for %d/%d/%s from %lld cap %lld [%lld, %lld) %s:", rule->key,
        rule->label, rule->is_enabled, rule->is_exclusive, rule_lane_names[rule->lane], (int)rule->priority,
        rule_kind_names[rule->kind], (long long)rule->value, rule->is_price_list, (int)rule->audience,
        (int)rule->customer_id, rule->group != NULL ? rule->group : "", (long long)rule->minimum, (long long)rule->cap,
        (long long)rule->starts_at, (long long)rule->ends_at, rule->zone != NULL ? rule->zone : "");

    text = print_products(text, "+", rule->products, rule->product_count);
    text = print_categories(text, "+", rule->categories, rule->category_count);
    text = print_products(text, "-", rule->excluded_products, rule->excluded_product_count);
    return print_categories(text, "-", rule->excluded_categories, rule->excluded_category_count);
}

static inline const char *print_rules(const struct ruleset *ruleset)
{
    struct ruleset_view *view = ruleset_view_new();
    struct rule rule;
    uint64_t place = 0;
    const char *text = "";

    while (ruleset_next_rule(ruleset, view, &place, &rule))
        text = arena_print(&arena, "%s%s\n", text, print_rule(&rule));
    ruleset_view_free(view);
    return text;
}

static inline bool has_rule(struct store *store, const char *key)
{
    struct ruleset *ruleset = load(store);
    struct ruleset_view *view = ruleset_view_new();
    struct rule rule;
    bool found = ruleset_find_rule(ruleset, view, key, &rule);

    ruleset_view_free(view);
    ruleset_release(ruleset);
    return found;
}

#endif
