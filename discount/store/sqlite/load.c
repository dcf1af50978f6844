/* SPDX-License-Identifier: MIT */
/*
 * Rules into a ruleset builder: everything, or what changed after a revision. The change log says which things
 * changed; the builder is told their present state. (A unary plus keeps SQLite from the index by kind, which would read
 * all of history.)
 */
#include "discount/store/sqlite/internal.h"

#include <inttypes.h>
#include <string.h>

/* The statement for everything, or the one for what changed after `since`, bound. */
static sqlite3_stmt *choose(struct store *store, int64_t since, const char *everything, const char *changes)
{
    sqlite3_stmt *statement = store_statement(store, since == 0 ? everything : changes);

    if (since != 0)
        bind_number(statement, 1, since);
    return statement;
}

/* ---- Groups, members, products: NULL where the row is not there any more ---- */

static enum store_status take_group(struct store *store, sqlite3_stmt *row, void *builder)
{
    if (sqlite3_column_type(row, 1) == SQLITE_NULL) {
        ruleset_builder_remove_group(builder, column_text(row, 0));
        return STORE_OK;
    }
    enum store_status status = check_group_row(store, row);
    if (status == STORE_OK)
        ruleset_builder_set_group(builder, column_text(row, 0), column_text(row, 1));
    return status;
}

static enum store_status load_groups(struct store *store, int64_t since, struct ruleset_builder *builder)
{
    sqlite3_stmt *statement = choose(store, since, "SELECT key, label FROM customer_group ORDER BY key",
                                     "SELECT DISTINCT c.key, g.label FROM change c"
                                     " LEFT JOIN customer_group g ON g.key = c.key"
                                     " WHERE c.revision > ?1 AND +c.kind = 'customer_group'");

    return store_each(store, statement, take_group, builder);
}

static enum store_status take_member(struct store *store, sqlite3_stmt *row, void *builder)
{
    if (sqlite3_column_type(row, 3) == SQLITE_NULL) {
        ruleset_builder_remove_member(builder, column_text(row, 0), sqlite3_column_int(row, 1));
        return STORE_OK;
    }
    enum store_status status = check_member_row(store, row);
    if (status == STORE_OK)
        ruleset_builder_add_member(builder, column_text(row, 0), sqlite3_column_int(row, 1));
    return status;
}

static enum store_status load_members(struct store *store, int64_t since, struct ruleset_builder *builder)
{
    sqlite3_stmt *statement =
        choose(store, since,
               "SELECT m.group_key, m.customer_id, g.key, m.customer_id FROM group_member m"
               " LEFT JOIN customer_group g ON g.key = m.group_key ORDER BY m.group_key, m.customer_id",
               "SELECT DISTINCT c.key, CAST(c.part AS INTEGER), g.key, m.customer_id FROM change c"
               " LEFT JOIN group_member m ON m.group_key = c.key AND m.customer_id = CAST(c.part AS INTEGER)"
               " LEFT JOIN customer_group g ON g.key = m.group_key"
               " WHERE c.revision > ?1 AND +c.kind = 'group_member'");

    return store_each(store, statement, take_member, builder);
}

static enum store_status take_product(struct store *store, sqlite3_stmt *row, void *builder)
{
    bool is_there = sqlite3_column_type(row, 1) != SQLITE_NULL;
    enum store_status status = is_there ? check_product_row(store, row) : STORE_OK;

    if (status == STORE_OK) {
        ruleset_builder_set_floor(builder, sqlite3_column_int(row, 0), sqlite3_column_int(row, 2));
        ruleset_builder_set_slug(builder, sqlite3_column_int(row, 0), is_there ? column_text(row, 1) : NULL);
    }
    return status;
}

static enum store_status load_products(struct store *store, int64_t since, struct ruleset_builder *builder)
{
    sqlite3_stmt *statement = choose(store, since, "SELECT id, slug, floor FROM product ORDER BY id",
                                     "SELECT DISTINCT CAST(c.key AS INTEGER), p.slug, p.floor FROM change c"
                                     " LEFT JOIN product p ON p.id = CAST(c.key AS INTEGER)"
                                     " WHERE c.revision > ?1 AND +c.kind = 'product'");

    return store_each(store, statement, take_product, builder);
}

/* ---- All rules: three streams of rows in the order of the rules' keys, read side by side ---- */

/* Rows of targets: the statement stands on a row that no rule has taken yet, or is at its end. */
struct target_stream {
    sqlite3_stmt *statement;
    const char *table; /* for messages */
    bool has_row;
};

struct rule_reader {
    struct target_stream products, categories;
    struct target_rows rows;
    struct ruleset_builder *builder;
};

static enum store_status advance(struct store *store, struct target_stream *stream)
{
    enum store_status status = STORE_OK;

    stream->has_row = store_next(store, stream->statement, &status);
    return stream->has_row ? STORE_OK : status;
}

static enum store_status say_orphan(struct store *store, const struct target_stream *stream)
{
    return store_say(store, STORE_FAILED, "table %s has a row of rule %s, which does not exist", stream->table,
                     column_text(stream->statement, 0));
}

/* Takes the rule's rows off the stream. A row of an earlier key has no rule: the rules come in order. */
static enum store_status take_targets(struct store *store, struct rule_reader *reader, struct target_stream *stream,
                                      const char *rule_key)
{
    enum store_status status = STORE_OK;
    int order = 0;

    while (status == STORE_OK && stream->has_row &&
           (order = strcmp(column_text(stream->statement, 0), rule_key)) == 0) {
        status = stream == &reader->products ? take_product_row(store, stream->statement, &reader->rows)
                                             : take_category_row(store, stream->statement, &reader->rows);
        if (status == STORE_OK)
            status = advance(store, stream);
    }
    return status == STORE_OK && order < 0 ? say_orphan(store, stream) : status;
}

static enum store_status take_rule(struct store *store, sqlite3_stmt *row, void *data)
{
    struct rule_reader *reader = data;
    struct rule rule;
    enum store_status status = rule_from_row(store, row, &rule);

    target_rows_clear(&reader->rows);
    if (status == STORE_OK)
        status = take_targets(store, reader, &reader->products, rule.key);
    if (status == STORE_OK)
        status = take_targets(store, reader, &reader->categories, rule.key);
    if (status == STORE_OK)
        status = rule_complete(store, &rule, &reader->rows);
    if (status == STORE_OK)
        ruleset_builder_set_rule(reader->builder, &rule);
    return status;
}

static enum store_status load_all_rules(struct store *store, struct rule_reader *reader)
{
    sqlite3_stmt *rules = store_statement(store, RULE_ROWS " ORDER BY r.key");
    struct target_stream *products = &reader->products, *categories = &reader->categories;

    *products = (struct target_stream){
        .statement = store_statement(store, "SELECT t.rule_key, t.excluded, t.product_id, t.price, p.slug"
                                            " FROM rule_product t LEFT JOIN product p ON p.id = t.product_id"
                                            " ORDER BY t.rule_key, t.excluded, t.product_id"),
        .table = "rule_product"};
    *categories = (struct target_stream){
        .statement = store_statement(store, "SELECT rule_key, excluded, category FROM rule_category"
                                            " ORDER BY rule_key, excluded, category"),
        .table = "rule_category"};
    enum store_status status = advance(store, products);
    if (status == STORE_OK)
        status = advance(store, categories);
    if (status == STORE_OK)
        status = store_each(store, rules, take_rule, reader);
    if (status == STORE_OK && (products->has_row || categories->has_row))
        status = say_orphan(store, products->has_row ? products : categories);
    sqlite3_reset(products->statement);
    sqlite3_reset(categories->statement);
    return status;
}

/* ---- Rules that changed, one by one ---- */

static enum store_status take_changed_rule(struct store *store, sqlite3_stmt *row, void *data)
{
    sqlite3_stmt *statement = store_statement(store, RULE_ROWS " WHERE r.key = ?1");
    struct rule_reader *reader = data;
    const char *key = column_text(row, 0);
    struct rule rule;
    enum store_status status;

    bind_text(statement, 1, key);
    if (!store_next(store, statement, &status)) {
        if (status == STORE_OK)
            ruleset_builder_remove_rule(reader->builder, key);
        return status;
    }
    status = rule_from_row(store, statement, &rule);
    if (status == STORE_OK)
        status = read_targets(store, key, &reader->rows);
    if (status == STORE_OK)
        status = rule_complete(store, &rule, &reader->rows);
    if (status == STORE_OK)
        ruleset_builder_set_rule(reader->builder, &rule);
    sqlite3_reset(statement);
    return status;
}

static enum store_status load_changed_rules(struct store *store, int64_t since, struct rule_reader *reader)
{
    sqlite3_stmt *statement =
        store_statement(store, "SELECT DISTINCT key FROM change"
                               " WHERE revision > ?1 AND +kind IN ('rule', 'rule_product', 'rule_category')");

    bind_number(statement, 1, since);
    return store_each(store, statement, take_changed_rule, reader);
}

static enum store_status load_rules(struct store *store, int64_t since, struct ruleset_builder *builder)
{
    struct rule_reader reader = {.builder = builder};
    enum store_status status = since == 0 ? load_all_rules(store, &reader) : load_changed_rules(store, since, &reader);

    target_rows_release(&reader.rows);
    return status;
}

/* ---- All of it ---- */

/* STORE_TOO_MANY: `since` is no known revision, or more than `limit` things changed after it. */
static enum store_status check_extent(struct store *store, int64_t since, int64_t latest, size_t limit)
{
    sqlite3_stmt *count =
        store_statement(store, "SELECT count(*) FROM (SELECT DISTINCT replace(replace(kind, 'rule_product', 'rule'),"
                               "   'rule_category', 'rule'), key, CASE kind WHEN 'group_member' THEN part END"
                               "  FROM change WHERE revision > ?1 LIMIT ?2)");
    bool is_known;
    int64_t touched;

    enum store_status status = find_revision(store, since, &is_known);
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

enum store_status sqlite_load(struct store *store, int64_t since, size_t limit, struct ruleset_builder *builder,
                              int64_t *revision)
{
    enum store_status status = store_begin_read(store);

    if (status != STORE_OK)
        return status;
    status = sqlite_revision(store, revision);
    if (status == STORE_OK && since != 0)
        status = check_extent(store, since, *revision, limit);
    if (status == STORE_OK)
        status = load_groups(store, since, builder);
    if (status == STORE_OK)
        status = load_members(store, since, builder);
    if (status == STORE_OK)
        status = load_products(store, since, builder);
    if (status == STORE_OK)
        status = load_rules(store, since, builder);
    store_end_read(store);
    return status;
}
