/* SPDX-License-Identifier: MIT */
/*
 * What changed after a revision into a ruleset builder. The notes say what was touched; as what it is told is how it is
 * now. (A unary plus keeps SQLite from the index by kind, which would read all of history.)
 */
#include "discount/store/internal.h"

#include <inttypes.h>

/* Whether the notes tell all that came after `since`, and that is not more than `limit`. */
static enum store_status check_extent(struct store *store, int64_t since, int64_t latest, size_t limit)
{
    sqlite3_stmt *find = store_statement(store, "SELECT 1 FROM revision WHERE number = ?1");
    sqlite3_stmt *count =
        store_statement(store, "SELECT count(*) FROM (SELECT DISTINCT replace(replace(kind, 'rule_product', 'rule'),"
                               "   'rule_category', 'rule'), key, CASE kind WHEN 'group_member' THEN part END"
                               "  FROM change WHERE revision > ?1 LIMIT ?2)");
    int64_t is_known, touched;

    bind_number(find, 1, since);
    enum store_status status = store_ask(store, find, 0, &is_known);
    if (status == STORE_OK && (!is_known || since > latest))
        return store_say(store, STORE_TOO_MANY, "revision %" PRId64 " is not known", since);
    bind_number(count, 1, since);
    bind_number(count, 2, page_limit(limit < SIZE_MAX ? limit + 1 : limit));
    if (status == STORE_OK)
        status = store_ask(store, count, 0, &touched);
    if (status == STORE_OK && (uint64_t)touched > limit)
        return store_say(store, STORE_TOO_MANY, "more than %zu things changed after revision %" PRId64, limit, since);
    return status;
}

static enum store_status tell_groups(struct store *store, int64_t since, struct ruleset_builder *builder)
{
    sqlite3_stmt *statement = store_statement(store, "SELECT DISTINCT c.key, g.label FROM change c"
                                                     " LEFT JOIN customer_group g ON g.key = c.key"
                                                     " WHERE c.revision > ?1 AND +c.kind = 'customer_group'");
    enum store_status status;

    bind_number(statement, 1, since);
    while (store_next(store, statement, &status)) {
        if (sqlite3_column_type(statement, 1) == SQLITE_NULL) {
            ruleset_builder_remove_group(builder, column_text(statement, 0));
            continue;
        }
        status = check_group_row(store, statement);
        if (status != STORE_OK)
            break;
        ruleset_builder_set_group(builder, column_text(statement, 0), column_text(statement, 1));
    }
    sqlite3_reset(statement);
    return status;
}

static enum store_status tell_members(struct store *store, int64_t since, struct ruleset_builder *builder)
{
    sqlite3_stmt *statement =
        store_statement(store, "SELECT DISTINCT c.key, CAST(c.part AS INTEGER), g.key, m.customer_id FROM change c"
                               " LEFT JOIN group_member m"
                               "  ON m.group_key = c.key AND m.customer_id = CAST(c.part AS INTEGER)"
                               " LEFT JOIN customer_group g ON g.key = m.group_key"
                               " WHERE c.revision > ?1 AND +c.kind = 'group_member'");
    enum store_status status;

    bind_number(statement, 1, since);
    while (store_next(store, statement, &status)) {
        const char *group = column_text(statement, 0);
        if (sqlite3_column_type(statement, 3) == SQLITE_NULL) {
            ruleset_builder_remove_member(builder, group, sqlite3_column_int(statement, 1));
            continue;
        }
        status = check_member_row(store, statement);
        if (status != STORE_OK)
            break;
        ruleset_builder_add_member(builder, group, sqlite3_column_int(statement, 1));
    }
    sqlite3_reset(statement);
    return status;
}

static enum store_status tell_products(struct store *store, int64_t since, struct ruleset_builder *builder)
{
    sqlite3_stmt *statement =
        store_statement(store, "SELECT DISTINCT CAST(c.key AS INTEGER), p.slug, p.floor FROM change c"
                               " LEFT JOIN product p ON p.id = CAST(c.key AS INTEGER)"
                               " WHERE c.revision > ?1 AND +c.kind = 'product'");
    enum store_status status;

    bind_number(statement, 1, since);
    while (store_next(store, statement, &status)) {
        bool is_there = sqlite3_column_type(statement, 1) != SQLITE_NULL;
        status = is_there ? check_product_row(store, statement) : STORE_OK;
        if (status != STORE_OK)
            break;
        ruleset_builder_set_floor(builder, sqlite3_column_int(statement, 0), sqlite3_column_int(statement, 2));
        ruleset_builder_set_slug(builder, sqlite3_column_int(statement, 0),
                                 is_there ? column_text(statement, 1) : NULL);
    }
    sqlite3_reset(statement);
    return status;
}

/* ---- Rules ---- */

static enum store_status tell_rule(struct store *store, const char *key, struct target_rows *rows, struct arena *arena,
                                   struct ruleset_builder *builder)
{
    sqlite3_stmt *statement = store_statement(store, "SELECT " RULE_COLUMNS ", g.key FROM rule r"
                                                     " LEFT JOIN customer_group g ON g.key = r.group_key"
                                                     " WHERE r.key = ?1");
    struct rule rule;
    enum store_status status;

    bind_text(statement, 1, key);
    if (!store_next(store, statement, &status)) {
        if (status == STORE_OK)
            ruleset_builder_remove_rule(builder, key);
        return status;
    }
    status = rule_from_row(store, statement, &rule);
    if (status == STORE_OK)
        status = check_rule_group(store, statement, &rule);
    if (status == STORE_OK)
        status = read_targets(store, key, false, rows, arena);
    if (status == STORE_OK)
        status = rule_complete(store, &rule, rows);
    if (status == STORE_OK)
        ruleset_builder_set_rule(builder, &rule);
    sqlite3_reset(statement);
    return status;
}

static enum store_status tell_rules(struct store *store, int64_t since, struct ruleset_builder *builder)
{
    sqlite3_stmt *statement =
        store_statement(store, "SELECT DISTINCT key FROM change"
                               " WHERE revision > ?1 AND +kind IN ('rule', 'rule_product', 'rule_category')");
    struct target_rows rows = {0};
    struct arena arena = {0};
    enum store_status status;

    bind_number(statement, 1, since);
    while (store_next(store, statement, &status)) {
        status = tell_rule(store, column_text(statement, 0), &rows, &arena, builder);
        arena_reset(&arena);
        if (status != STORE_OK)
            break;
    }
    sqlite3_reset(statement);
    target_rows_release(&rows);
    arena_release(&arena);
    return status;
}

enum store_status store_load_changes(struct store *store, int64_t since, size_t limit, struct ruleset_builder *builder,
                                     int64_t *revision, char *reason, size_t reason_size)
{
    enum store_status status = store_begin_read(store);

    if (status != STORE_OK)
        return store_tell(store, status, reason, reason_size);
    status = read_revision(store, revision);
    if (status == STORE_OK)
        status = check_extent(store, since, *revision, limit);
    if (status == STORE_OK)
        status = tell_groups(store, since, builder);
    if (status == STORE_OK)
        status = tell_members(store, since, builder);
    if (status == STORE_OK)
        status = tell_products(store, since, builder);
    if (status == STORE_OK)
        status = tell_rules(store, since, builder);
    store_end_read(store);
    return store_tell(store, status, reason, reason_size);
}
