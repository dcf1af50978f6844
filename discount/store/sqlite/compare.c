/* SPDX-License-Identifier: MIT */
/*
 * What differs between two revisions, out of the change log alone: a row differs when its state before the first entry
 * between the revisions is not its state after the last. The state of a row at a revision is what the first entry after
 * the revision has as `before`; without such an entry, the row as it is now.
 */
#include "discount/store/sqlite/internal.h"

#include <inttypes.h>
#include <string.h>

/* ---- One thing at one revision. ?1 is its key, ?2 the revision ---- */

static enum store_status read_targets_at(struct store *store, const char *key, int64_t revision,
                                         struct target_rows *rows)
{
    sqlite3_stmt *products = store_statement(
        store,
        "WITH later AS (SELECT part, min(revision), before FROM change"
        "   WHERE kind = 'rule_product' AND key = ?1 AND revision > ?2 GROUP BY part),"
        " state (rule_key, excluded, product_id, price) AS ("
        "   SELECT before ->> 0, before ->> 1, before ->> 2, before ->> 3 FROM later WHERE before IS NOT NULL"
        "   UNION ALL SELECT rule_key, excluded, product_id, price FROM rule_product"
        "   WHERE rule_key = ?1 AND excluded || '/' || product_id NOT IN (SELECT part FROM later))"
        " SELECT rule_key, excluded, product_id, price,"
        "  coalesce((SELECT c.before ->> 1 FROM change c WHERE c.kind = 'product'"
        "     AND c.key = CAST(product_id AS TEXT) AND c.part = '' AND c.revision > ?2 ORDER BY c.revision LIMIT 1),"
        "   (SELECT slug FROM product WHERE id = product_id)) AS slug"
        " FROM state ORDER BY excluded, slug");
    sqlite3_stmt *categories =
        store_statement(store, "WITH later AS (SELECT part, min(revision), before FROM change"
                               "   WHERE kind = 'rule_category' AND key = ?1 AND revision > ?2 GROUP BY part),"
                               " state (rule_key, excluded, category) AS ("
                               "   SELECT before ->> 0, before ->> 1, before ->> 2 FROM later WHERE before IS NOT NULL"
                               "   UNION ALL SELECT rule_key, excluded, category FROM rule_category"
                               "   WHERE rule_key = ?1 AND excluded || '/' || category NOT IN (SELECT part FROM later))"
                               " SELECT rule_key, excluded, category FROM state ORDER BY excluded, category");

    bind_text(products, 1, key);
    bind_number(products, 2, revision);
    bind_text(categories, 1, key);
    bind_number(categories, 2, revision);
    enum store_status status = store_each(store, products, take_product_row, rows);
    return status == STORE_OK ? store_each(store, categories, take_category_row, rows) : status;
}

static enum store_status take_rule_at(struct store *store, sqlite3_stmt *statement, int64_t revision,
                                      struct arena *arena, struct rule *rule)
{
    struct target_rows rows = {.has_slugs = true};
    enum store_status status = rule_from_row(store, statement, rule);

    if (status == STORE_OK)
        status = read_targets_at(store, rule->key, revision, &rows);
    if (status == STORE_OK)
        status = rule_complete(store, rule, &rows);
    if (status == STORE_OK)
        rule_copy(rule, arena);
    target_rows_release(&rows);
    return status;
}

/* *rule is NULL where there was no such rule. */
static enum store_status read_rule_at(struct store *store, const char *key, int64_t revision, struct arena *arena,
                                      const struct rule **rule)
{
    sqlite3_stmt *statement = store_statement(
        store, "WITH later AS (SELECT before FROM change"
               "   WHERE kind = 'rule' AND key = ?1 AND part = '' AND revision > ?2 ORDER BY revision LIMIT 1)"
               " SELECT 'there was', before ->> 0" RULE_FIELDS(
                   RULE_LOGGED) " FROM later WHERE before IS NOT NULL"
                                " UNION ALL SELECT 'there is', r.key" RULE_FIELDS(
                                    RULE_COLUMN) " FROM rule r"
                                                 "   WHERE r.key = ?1 AND NOT EXISTS (SELECT 1 FROM later)");
    enum store_status status;

    *rule = NULL;
    bind_text(statement, 1, key);
    bind_number(statement, 2, revision);
    if (!store_next(store, statement, &status))
        return status;
    struct rule *read = arena_get(arena, sizeof *read);
    status = take_rule_at(store, statement, revision, arena, read);
    if (status == STORE_OK)
        *rule = read;
    sqlite3_reset(statement);
    return status;
}

static enum store_status read_group_at(struct store *store, const char *key, int64_t revision, struct arena *arena,
                                       const struct group **group)
{
    sqlite3_stmt *statement = store_statement(
        store,
        "WITH later AS (SELECT before FROM change"
        "   WHERE kind = 'customer_group' AND key = ?1 AND part = '' AND revision > ?2 ORDER BY revision LIMIT 1),"
        " state (label) AS (SELECT before ->> 1 FROM later UNION ALL SELECT label FROM customer_group"
        "   WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM later)),"
        " moved AS (SELECT part, min(revision), before FROM change"
        "   WHERE kind = 'group_member' AND key = ?1 AND revision > ?2 GROUP BY part)"
        " SELECT label, (SELECT count(*) FROM moved WHERE before IS NOT NULL)"
        "  + (SELECT count(*) FROM group_member WHERE group_key = ?1)"
        "  - (SELECT count(*) FROM moved CROSS JOIN group_member"
        "      ON group_key = ?1 AND customer_id = CAST(part AS INTEGER))"
        " FROM state WHERE label IS NOT NULL");
    enum store_status status;

    *group = NULL;
    bind_text(statement, 1, key);
    bind_number(statement, 2, revision);
    while (store_next(store, statement, &status)) {
        struct group *read = arena_get(arena, sizeof *read);
        *read = (struct group){
            .key = key,
            .label = column_copy(statement, 0, arena),
            .member_count = sqlite3_column_int64(statement, 1),
        };
        *group = read;
    }
    return status;
}

static enum store_status read_member_at(struct store *store, const char *group, int64_t customer_id, int64_t revision,
                                        bool *is_member)
{
    sqlite3_stmt *statement =
        store_statement(store, "WITH later AS (SELECT before FROM change WHERE kind = 'group_member' AND key = ?1"
                               "   AND part = CAST(?3 AS TEXT) AND revision > ?2 ORDER BY revision LIMIT 1)"
                               " SELECT count(*) FROM (SELECT 1 FROM later WHERE before IS NOT NULL"
                               "  UNION ALL SELECT 1 FROM group_member WHERE group_key = ?1 AND customer_id = ?3"
                               "   AND NOT EXISTS (SELECT 1 FROM later))");
    int64_t found;

    bind_text(statement, 1, group);
    bind_number(statement, 2, revision);
    bind_number(statement, 3, customer_id);
    enum store_status status = store_ask(store, statement, 0, &found);
    *is_member = found != 0;
    return status;
}

static enum store_status read_product_at(struct store *store, int64_t id, int64_t revision, struct arena *arena,
                                         const struct known_product **product)
{
    sqlite3_stmt *statement = store_statement(
        store, "WITH later AS (SELECT before FROM change WHERE kind = 'product'"
               "   AND key = CAST(?1 AS TEXT) AND part = '' AND revision > ?2 ORDER BY revision LIMIT 1)"
               " SELECT before ->> 1, before ->> 2 FROM later WHERE before IS NOT NULL"
               " UNION ALL SELECT slug, floor FROM product"
               "  WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM later)");
    enum store_status status;

    *product = NULL;
    bind_number(statement, 1, id);
    bind_number(statement, 2, revision);
    while (store_next(store, statement, &status)) {
        struct known_product *read = arena_get(arena, sizeof *read);
        *read = (struct known_product){
            .id = (int32_t)id,
            .slug = column_copy(statement, 0, arena),
            .floor = sqlite3_column_int64(statement, 1),
        };
        *product = read;
    }
    return status;
}

/* ---- The two states of one thing ---- */

struct revision_span {
    int64_t from, to;
};

/* The statement's row: kind, key, number (a member's customer, a product's id). */
static enum store_status read_states(struct store *store, sqlite3_stmt *statement, struct revision_span span,
                                     struct arena *arena, struct difference *difference)
{
    const char *key = column_copy(statement, 1, arena);
    int64_t number = sqlite3_column_int64(statement, 2);
    enum store_status status = STORE_OK;

    *difference = (struct difference){.kind = (enum subject_kind)sqlite3_column_int(statement, 0), .key = key};
    switch (difference->kind) {
    case SUBJECT_RULE:
        status = read_rule_at(store, key, span.from, arena, &difference->rule_before);
        return status == STORE_OK ? read_rule_at(store, key, span.to, arena, &difference->rule_after) : status;
    case SUBJECT_GROUP:
        status = read_group_at(store, key, span.from, arena, &difference->group_before);
        return status == STORE_OK ? read_group_at(store, key, span.to, arena, &difference->group_after) : status;
    case SUBJECT_MEMBER:
        difference->key = arena_print(arena, "%s/%" PRId64, key, number);
        status = read_member_at(store, key, number, span.from, &difference->member_before);
        return status == STORE_OK ? read_member_at(store, key, number, span.to, &difference->member_after) : status;
    case SUBJECT_PRODUCT:
        status = read_product_at(store, number, span.from, arena, &difference->product_before);
        return status == STORE_OK ? read_product_at(store, number, span.to, arena, &difference->product_after) : status;
    }
    return STORE_FAILED; /* the statement has no other kinds */
}

/* ---- Which things differ ---- */

static void forget_span(struct store *store)
{
    store->state->compared_from = store->state->compared_to = 0;
    sqlite3_exec(store->state->db, "DELETE FROM temp.differing", NULL, NULL, NULL); /* else the next comparison does */
}

/* All things that differ, numbered from 1: found once for all pages, because earlier revisions never change. */
static enum store_status find_differing(struct store *store, struct revision_span span)
{
    sqlite3_stmt *statement =
        store_statement(store, "WITH a AS (SELECT kind, key, part, min(revision), before FROM change"
                               "   WHERE revision > ?1 AND revision <= ?2 GROUP BY +kind, +key, +part),"
                               " b AS (SELECT kind, key, part, max(revision), after FROM change"
                               "   WHERE revision > ?1 AND revision <= ?2 GROUP BY +kind, +key, +part)"
                               " INSERT INTO temp.differing (kind, key, number)"
                               " SELECT DISTINCT CASE a.kind WHEN 'customer_group' THEN 1 WHEN 'group_member' THEN 2"
                               "   WHEN 'product' THEN 3 ELSE 0 END,"
                               "  CASE a.kind WHEN 'product' THEN coalesce(b.after, a.before) ->> 1 ELSE a.key END,"
                               "  CASE a.kind WHEN 'group_member' THEN CAST(a.part AS INTEGER)"
                               "   WHEN 'product' THEN CAST(a.key AS INTEGER) END"
                               " FROM a JOIN b USING (kind, key, part) WHERE a.before IS NOT b.after"
                               " ORDER BY 1, 2, 3");

    if (store->state->compared_from == span.from && store->state->compared_to == span.to)
        return STORE_OK;
    enum store_status status = store_execute(store, "DELETE FROM temp.differing");
    bind_number(statement, 1, span.from < span.to ? span.from : span.to);
    bind_number(statement, 2, span.from < span.to ? span.to : span.from);
    if (status == STORE_OK)
        status = store_run(store, statement);
    store->state->compared_from = status == STORE_OK ? span.from : 0;
    store->state->compared_to = status == STORE_OK ? span.to : 0;
    return status;
}

struct revision_comparison {
    struct revision_span span;
    struct arena *arena;
    struct difference *differences;
    size_t count;
};

static enum store_status take_difference(struct store *store, sqlite3_stmt *row, void *data)
{
    struct revision_comparison *comparison = data;

    comparison->differences =
        arena_grow(comparison->arena, comparison->differences, comparison->count, sizeof *comparison->differences);
    return read_states(store, row, comparison->span, comparison->arena, &comparison->differences[comparison->count++]);
}

static enum store_status check_known(struct store *store, int64_t revision)
{
    bool is_known;
    enum store_status status = find_revision(store, revision, &is_known);

    if (status == STORE_OK && !is_known)
        return store_say(store, STORE_NOT_FOUND, "there is no revision %" PRId64, revision);
    return status;
}

enum store_status sqlite_compare(struct store *store, int64_t from, int64_t to, size_t offset, size_t limit,
                                 struct arena *arena, struct difference **differences, size_t *count)
{
    sqlite3_stmt *statement =
        store_statement(store, "SELECT kind, key, number FROM temp.differing WHERE place > ?1 ORDER BY place LIMIT ?2");
    struct revision_comparison comparison = {.span = {from, to}, .arena = arena};
    enum store_status status = store_begin_read(store);

    if (status != STORE_OK)
        return status;
    status = check_known(store, from);
    if (status == STORE_OK)
        status = check_known(store, to);
    if (status == STORE_OK)
        status = find_differing(store, comparison.span);
    bind_number(statement, 1, page_limit(offset));
    bind_number(statement, 2, page_limit(limit));
    if (status == STORE_OK)
        status = store_each(store, statement, take_difference, &comparison);
    *differences = comparison.differences;
    *count = comparison.count;
    store_end_read(store);
    if (status != STORE_OK || *count < limit)
        forget_span(store); /* that was the last page */
    return status;
}
