/* SPDX-License-Identifier: MIT */
/*
 * Everything into a ruleset builder. Rules, their products and their categories are three streams of rows in the order
 * of the rules' keys, which are read side by side: one rule is in memory at a time.
 */
#include "discount/store/internal.h"

#include <inttypes.h>
#include <string.h>

/* A stream of targets: its statement stands on a row that no rule has taken yet, or is at its end. */
struct stream {
    sqlite3_stmt *statement;
    const char *table; /* for messages */
    bool has_row;
};

static enum store_status advance(struct store *store, struct stream *stream)
{
    enum store_status status = STORE_OK;

    stream->has_row = store_next(store, stream->statement, &status);
    return stream->has_row ? STORE_OK : status;
}

static enum store_status say_orphan(struct store *store, const struct stream *stream)
{
    return store_say(store, STORE_FAILED, "table %s has a row of rule %s, which does not exist", stream->table,
                     column_text(stream->statement, 0));
}

/* Whether the stream stands on a row of this rule. A row of an earlier one has none: the rules come in order. */
static enum store_status check_row(struct store *store, const struct stream *stream, const char *rule_key, bool *is_its)
{
    int order = stream->has_row ? strcmp(column_text(stream->statement, 0), rule_key) : 1;

    *is_its = order == 0;
    return order < 0 ? say_orphan(store, stream) : STORE_OK;
}

static enum store_status take_products(struct store *store, struct stream *stream, const char *rule_key,
                                       struct target_rows *rows)
{
    bool is_its;
    enum store_status status = check_row(store, stream, rule_key, &is_its);

    while (status == STORE_OK && is_its) {
        status = add_product_row(store, stream->statement, rows, NULL);
        if (status == STORE_OK)
            status = advance(store, stream);
        if (status == STORE_OK)
            status = check_row(store, stream, rule_key, &is_its);
    }
    return status;
}

static enum store_status take_categories(struct store *store, struct stream *stream, const char *rule_key,
                                         struct target_rows *rows, struct arena *arena)
{
    bool is_its;
    enum store_status status = check_row(store, stream, rule_key, &is_its);

    while (status == STORE_OK && is_its) {
        add_category_row(stream->statement, rows, arena);
        status = advance(store, stream);
        if (status == STORE_OK)
            status = check_row(store, stream, rule_key, &is_its);
    }
    return status;
}

/* What is needed to read rules side by side with their targets. */
struct rule_reader {
    sqlite3_stmt *rules;
    struct stream products, categories;
    struct target_rows rows;
    struct arena arena;
};

static enum store_status read_rule(struct store *store, struct rule_reader *reader, struct ruleset_builder *builder)
{
    struct rule rule;
    enum store_status status = rule_from_row(store, reader->rules, &rule);

    target_rows_clear(&reader->rows);
    arena_reset(&reader->arena);
    if (status == STORE_OK)
        status = check_rule_group(store, reader->rules, &rule);
    if (status == STORE_OK)
        status = take_products(store, &reader->products, rule.key, &reader->rows);
    if (status == STORE_OK)
        status = take_categories(store, &reader->categories, rule.key, &reader->rows, &reader->arena);
    if (status == STORE_OK)
        status = rule_complete(store, &rule, &reader->rows);
    if (status == STORE_OK)
        ruleset_builder_set_rule(builder, &rule);
    return status;
}

static enum store_status read_rules(struct store *store, struct rule_reader *reader, struct ruleset_builder *builder)
{
    enum store_status status = advance(store, &reader->products);

    if (status == STORE_OK)
        status = advance(store, &reader->categories);
    if (status != STORE_OK)
        return status;
    while (store_next(store, reader->rules, &status)) {
        status = read_rule(store, reader, builder);
        if (status != STORE_OK)
            return status;
    }
    if (status == STORE_OK && reader->products.has_row)
        return say_orphan(store, &reader->products);
    if (status == STORE_OK && reader->categories.has_row)
        return say_orphan(store, &reader->categories);
    return status;
}

static enum store_status load_rules(struct store *store, struct ruleset_builder *builder)
{
    struct rule_reader reader = {
        .rules = store_statement(store, "SELECT " RULE_COLUMNS ", g.key FROM rule r"
                                        " LEFT JOIN customer_group g ON g.key = r.group_key ORDER BY r.key"),
        .products = {store_statement(store, "SELECT t.rule_key, t.excluded, t.product_id, t.price, p.slug"
                                            " FROM rule_product t LEFT JOIN product p ON p.id = t.product_id"
                                            " ORDER BY t.rule_key, t.excluded, t.product_id"),
                     "rule_product", false},
        .categories = {store_statement(store, "SELECT rule_key, excluded, category FROM rule_category"
                                              " ORDER BY rule_key, excluded, category"),
                       "rule_category", false},
    };
    enum store_status status = read_rules(store, &reader, builder);

    sqlite3_reset(reader.rules);
    sqlite3_reset(reader.products.statement);
    sqlite3_reset(reader.categories.statement);
    target_rows_release(&reader.rows);
    arena_release(&reader.arena);
    return status;
}

/* ---- Groups, members, products ---- */

static enum store_status load_groups(struct store *store, struct ruleset_builder *builder)
{
    sqlite3_stmt *statement = store_statement(store, "SELECT key, label FROM customer_group ORDER BY key");
    enum store_status status;

    while (store_next(store, statement, &status)) {
        status = check_group_row(store, statement);
        if (status != STORE_OK)
            break;
        ruleset_builder_set_group(builder, column_text(statement, 0), column_text(statement, 1));
    }
    sqlite3_reset(statement);
    return status;
}

static enum store_status load_members(struct store *store, struct ruleset_builder *builder)
{
    sqlite3_stmt *statement = store_statement(
        store, "SELECT m.group_key, m.customer_id, g.key FROM group_member m"
               " LEFT JOIN customer_group g ON g.key = m.group_key ORDER BY m.group_key, m.customer_id");
    enum store_status status;

    while (store_next(store, statement, &status)) {
        status = check_member_row(store, statement);
        if (status != STORE_OK)
            break;
        ruleset_builder_add_member(builder, column_text(statement, 0), sqlite3_column_int(statement, 1));
    }
    sqlite3_reset(statement);
    return status;
}

static enum store_status load_products(struct store *store, struct ruleset_builder *builder)
{
    sqlite3_stmt *statement = store_statement(store, "SELECT id, slug, floor FROM product ORDER BY id");
    enum store_status status;

    while (store_next(store, statement, &status)) {
        status = check_product_row(store, statement);
        if (status != STORE_OK)
            break;
        ruleset_builder_set_floor(builder, sqlite3_column_int(statement, 0), sqlite3_column_int(statement, 2));
        ruleset_builder_set_slug(builder, sqlite3_column_int(statement, 0), column_text(statement, 1));
    }
    sqlite3_reset(statement);
    return status;
}

enum store_status store_load(struct store *store, struct ruleset_builder *builder, int64_t *revision, char *reason,
                             size_t reason_size)
{
    enum store_status status = store_begin_read(store);

    if (status != STORE_OK)
        return store_tell(store, status, reason, reason_size);
    status = read_revision(store, revision);
    if (status == STORE_OK)
        status = load_groups(store, builder);
    if (status == STORE_OK)
        status = load_members(store, builder);
    if (status == STORE_OK)
        status = load_products(store, builder);
    if (status == STORE_OK)
        status = load_rules(store, builder);
    store_end_read(store);
    return store_tell(store, status, reason, reason_size);
}
