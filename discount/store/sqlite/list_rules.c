/* SPDX-License-Identifier: MIT */
/* Rules by key, a page at a time, filtered by an SQL statement that is put together from what is asked. */
#include "discount/store/sqlite/internal.h"

#include <stdio.h>
#include <string.h>

#include "common/database.h"

#define SQL_MAX 2048

struct question {
    char sql[SQL_MAX];
    size_t length;
};

static void add_sql(struct question *question, const char *text)
{
    int added = snprintf(question->sql + question->length, SQL_MAX - question->length, "%s", text);

    question->length += (size_t)added; /* the parts below have far less than SQL_MAX characters in all */
}

/* The values have the numbers that bind_filter() gives them. */
static void build_question(struct question *question, const struct rule_filter *filter, const char *after)
{
    add_sql(question, RULE_ROWS " WHERE true");
    if (after != NULL)
        add_sql(question, " AND r.key > ?1");
    if (filter->key != NULL)
        add_sql(question, " AND r.key = ?2");
    if (filter->has_lane)
        add_sql(question, " AND r.lane = ?3");
    if (filter->has_kind)
        add_sql(question, " AND r.kind = ?4");
    if (filter->customer_id != 0)
        add_sql(question, " AND r.customer_id = ?5");
    if (filter->group != NULL)
        add_sql(question, " AND r.group_key = ?6");
    if (filter->product != NULL)
        add_sql(question, " AND r.key IN (SELECT t.rule_key FROM product p JOIN rule_product t ON t.product_id = p.id"
                          "  WHERE p.slug = ?7 AND NOT t.excluded)");
    if (filter->category != NULL)
        add_sql(question, " AND r.key IN (SELECT rule_key FROM rule_category WHERE category = ?8 AND NOT excluded)");
    if (filter->active_at != 0)
        add_sql(question, " AND r.enabled AND (r.starts_at = 0 OR r.starts_at <= ?9)"
                          " AND (r.ends_at = 0 OR r.ends_at > ?9)");
    if (filter->text != NULL)
        add_sql(question, " AND (instr(fold(r.key), fold(?10)) > 0 OR instr(fold(r.label), fold(?10)) > 0)");
    add_sql(question, " ORDER BY r.key LIMIT ?11");
}

static void bind_filter(sqlite3_stmt *statement, const struct rule_filter *filter, const char *after, size_t limit)
{
    sqlite3_bind_int64(statement, 11, page_limit(limit));
    /* A number that the statement does not have is not bound. */
    sqlite3_bind_text(statement, 1, after, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, filter->key, -1, SQLITE_STATIC);
    if (filter->has_lane)
        sqlite3_bind_text(statement, 3, rule_lane_names[filter->lane], -1, SQLITE_STATIC);
    if (filter->has_kind)
        sqlite3_bind_text(statement, 4, rule_kind_names[filter->kind], -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 5, filter->customer_id);
    sqlite3_bind_text(statement, 6, filter->group, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 7, filter->product, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 8, filter->category, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 9, filter->active_at);
    sqlite3_bind_text(statement, 10, filter->text, -1, SQLITE_STATIC);
}

struct listed_rules {
    struct target_rows rows;
    struct arena *arena;
    struct rule *rules;
    size_t count;
};

static enum store_status take_rule(struct store *store, sqlite3_stmt *row, void *data)
{
    struct listed_rules *found = data;
    struct rule rule;
    enum store_status status = rule_from_row(store, row, &rule);

    if (status == STORE_OK)
        status = read_targets(store, rule.key, &found->rows);
    if (status == STORE_OK)
        status = rule_complete(store, &rule, &found->rows);
    if (status == STORE_OK) {
        rule_copy(&rule, found->arena);
        found->rules = arena_grow(found->arena, found->rules, found->count, sizeof rule);
        found->rules[found->count++] = rule;
    }
    return status;
}

enum store_status sqlite_list_rules(struct store *store, const struct rule_filter *filter, const char *after,
                                    size_t limit, struct arena *arena, struct rule **rules, size_t *count)
{
    char cause[256];
    struct question question = {.length = 0};
    struct listed_rules found = {.rows.has_slugs = true, .arena = arena};
    enum store_status status = store_begin_read(store);

    if (status != STORE_OK)
        return status;
    build_question(&question, filter, after);
    sqlite3_stmt *statement = database_prepare(store->state->db, question.sql, cause, sizeof cause);
    if (statement != NULL) {
        bind_filter(statement, filter, after, limit);
        status = store_each(store, statement, take_rule, &found);
    } else {
        status = store_say(store, STORE_FAILED, "%s", cause);
    }
    sqlite3_finalize(statement);
    store_end_read(store);
    target_rows_release(&found.rows);
    *rules = found.rules;
    *count = found.count;
    return status;
}
