/* SPDX-License-Identifier: MIT */
/* Changes of rules. A row is written only when it differs. */
#include "discount/store/sqlite/internal.h"

#define BIND_TEXT(value) bind_text(statement, at, (value) != NULL ? (value) : "")
#define BIND_GROUP(value) bind_text(statement, at, rule->audience == RULE_GROUP ? (value) : NULL)
#define BIND_VALUE(value) bind_unless(statement, at, rule->is_price_list, value)
#define BIND_CUSTOMER(value) bind_unless(statement, at, rule->audience != RULE_CUSTOMER, value)
#define BIND_MONEY(value) bind_number(statement, at, value)
#define BIND_NUMBER(value) bind_number(statement, at, value)
#define BIND_LANE(value) bind_text(statement, at, rule_lane_names[value])
#define BIND_KIND(value) bind_text(statement, at, rule_kind_names[value])
#define BIND_FLAG(value) bind_number(statement, at, value)
#define BIND_SWITCH(value) bind_number(statement, at, value)
#define BIND_INSTANT(value) bind_number(statement, at, value)
#define BIND(type, member, ...)                                                                                        \
    BIND_##type(rule->member);                                                                                         \
    at++;

static void bind_unless(sqlite3_stmt *statement, int at, bool is_null, int64_t value)
{
    if (!is_null)
        bind_number(statement, at, value);
}

static void bind_rule(sqlite3_stmt *statement, const struct rule *rule)
{
    int at = 2;

    bind_text(statement, 1, rule->key);
    RULE_FIELDS(BIND)
}

enum store_status apply_set_rule(struct store *store, const struct task *task)
{
#define VALUE(...) ", ?"
    const struct rule *rule = &task->change->rule;
    sqlite3_stmt *statement = store_statement(
        store,
        "INSERT INTO rule AS r (key" RULE_FIELDS(RULE_NAME) ") VALUES (?" RULE_FIELDS(
            VALUE) ")"
                   " ON CONFLICT (key) DO UPDATE SET key = excluded.key" RULE_FIELDS(
                       RULE_REPLACED) " WHERE (r.key" RULE_FIELDS(RULE_COLUMN) ")"
                                                                               " IS NOT (excluded.key" RULE_FIELDS(
                                                                                   RULE_EXCLUDED) ")");

    bind_rule(statement, rule);
    enum store_status status = store_run(store, statement);
    return status == STORE_OK ? write_targets(store, task->index, rule) : status;
}

enum store_status apply_remove_rule(struct store *store, const struct task *task)
{
    sqlite3_stmt *statement = store_statement(store, "DELETE FROM rule WHERE key = ?1");

    bind_text(statement, 1, task->change->key);
    enum store_status status = store_run(store, statement);
    if (status != STORE_OK)
        return status;
    if (sqlite3_changes(store->state->db) == 0)
        return store_miss(store, task, MENTION_RULE, task->change->key, "there is no such rule");
    return forget_wanted(store, task->change->key);
}

enum store_status apply_enable_rule(struct store *store, const struct task *task)
{
    sqlite3_stmt *find = store_statement(store, "SELECT enabled FROM rule WHERE key = ?1");
    sqlite3_stmt *write = store_statement(store, "UPDATE rule SET enabled = ?2 WHERE key = ?1");
    bool is_enabled = task->change->kind == CHANGE_ENABLE_RULE;
    int64_t was_enabled;

    bind_text(find, 1, task->change->key);
    enum store_status status = store_ask(store, find, -1, &was_enabled);
    if (status == STORE_OK && was_enabled < 0)
        return store_miss(store, task, MENTION_RULE, task->change->key, "there is no such rule");
    if (status != STORE_OK || was_enabled == is_enabled)
        return status;
    bind_text(write, 1, task->change->key);
    bind_number(write, 2, is_enabled);
    return store_run(store, write);
}
