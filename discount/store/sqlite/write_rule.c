/* SPDX-License-Identifier: MIT */
/* Changes of rules. A row is written only when it differs. */
#include "discount/store/sqlite/internal.h"

static void bind_rule(sqlite3_stmt *statement, const struct rule *rule)
{
    bind_text(statement, 1, rule->key);
    bind_text(statement, 2, rule->label);
    bind_number(statement, 3, rule->is_enabled);
    bind_number(statement, 4, rule->is_exclusive);
    bind_text(statement, 5, rule_lane_names[rule->lane]);
    bind_number(statement, 6, rule->priority);
    bind_text(statement, 7, rule_kind_names[rule->kind]);
    if (!rule->is_price_list)
        bind_number(statement, 8, rule->value);
    if (rule->audience == RULE_CUSTOMER)
        bind_number(statement, 9, rule->customer_id);
    if (rule->audience == RULE_GROUP)
        bind_text(statement, 10, rule->group);
    bind_number(statement, 11, rule->minimum);
    bind_number(statement, 12, rule->cap);
    bind_number(statement, 13, rule->starts_at);
    bind_number(statement, 14, rule->ends_at);
    bind_text(statement, 15, rule->zone != NULL ? rule->zone : "");
}

enum store_status apply_set_rule(struct store *store, const struct task *task)
{
    const struct rule *rule = &task->change->rule;
    sqlite3_stmt *statement = store_statement(
        store, "INSERT INTO rule AS r (key, label, enabled, exclusive, lane, priority, kind, value, customer_id,"
               " group_key, minimum, cap, starts_at, ends_at, zone)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
               " ON CONFLICT (key) DO UPDATE SET (label, enabled, exclusive, lane, priority, kind, value, customer_id,"
               "  group_key, minimum, cap, starts_at, ends_at, zone)"
               "  = (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
               " WHERE (r.label, r.enabled, r.exclusive, r.lane, r.priority, r.kind, r.value, r.customer_id,"
               "  r.group_key, r.minimum, r.cap, r.starts_at, r.ends_at, r.zone)"
               "  IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)");

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
