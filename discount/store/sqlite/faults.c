/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a change set. The changes' own faults are kept as the changes are applied. Whether the things that
 * they name exist is searched when all are applied, from the things that the set changes, so that the cost depends on
 * the size of the set. (A CROSS JOIN makes SQLite read the left table first.)
 */
#include "discount/store/sqlite/internal.h"

/* " (and 2 other rules)", of how many there are. */
#define OTHER_RULES(count)                                                                                             \
    "CASE " count " WHEN 1 THEN '' WHEN 2 THEN ' (and 1 other rule)'"                                                  \
    " ELSE ' (and ' || (" count " - 1) || ' other rules)' END"

/* "; near is SLUG" of the table, or "", for a slug of the shop that there is not: of those that begin with the same two
 * letters, as far as these are few. */
#define NEAR(table, slug)                                                                                              \
    "coalesce('; near is ' || (SELECT n.slug FROM (SELECT s.slug, near(s.slug, " slug                                  \
    ") AS distance FROM (SELECT slug"                                                                                  \
    " FROM " table " WHERE slug >= substr(" slug ", 1, 2) AND slug < substr(" slug ", 1, 2) || '~' LIMIT 20000) s) n"  \
    " WHERE n.distance IS NOT NULL ORDER BY n.distance, n.slug LIMIT 1), '')"
#define FEW_NEAR(table, slug, count) "CASE WHEN (" count ") <= 20 THEN " NEAR(table, slug) " ELSE '' END"

/* ---- What the set is about ---- */

enum store_status store_mention(struct store *store, enum mention_kind kind, const char *key, size_t change,
                                bool is_faulty)
{
    if (key == NULL)
        return STORE_OK;
    sqlite3_stmt *statement =
        store_statement(store, "INSERT INTO temp.mention (kind, key, change, faulty) VALUES (?1, ?2, ?3, ?4)"
                               " ON CONFLICT DO UPDATE SET change = excluded.change,"
                               " faulty = max(faulty, excluded.faulty)");
    bind_number(statement, 1, kind);
    bind_text(statement, 2, key);
    bind_number(statement, 3, (int64_t)change);
    bind_number(statement, 4, is_faulty);
    return store_run(store, statement);
}

enum store_status store_miss(struct store *store, const struct task *task, enum mention_kind kind, const char *key,
                             const char *words)
{
    int64_t is_faulty;
    sqlite3_stmt *statement = store_statement(store, "SELECT faulty FROM temp.mention WHERE kind = ?1 AND key = ?2");

    bind_number(statement, 1, kind);
    bind_text(statement, 2, key);
    enum store_status status = store_ask(store, statement, 0, &is_faulty);
    if (status == STORE_OK && !is_faulty)
        fault_list_add(&store->state->set.own, task->index, task->subject, "", words);
    return status;
}

/* ---- Names of things that do not exist ---- */

/* Adds to rules the products that came later in the set. */
static enum store_status grant_wanted(struct store *store)
{
    return store_execute(store, "INSERT INTO rule_product (rule_key, excluded, product_id, price)"
                                " SELECT w.rule_key, w.excluded, p.id, w.price"
                                " FROM temp.wanted w JOIN product p ON p.slug = w.slug WHERE true"
                                " ON CONFLICT DO UPDATE SET price = excluded.price WHERE price IS NOT excluded.price;"
                                "DELETE FROM temp.wanted WHERE slug IN (SELECT slug FROM product)");
}

/* Each finds faults: the change, the subject, the field, the message. ?1 is the revision in the making. */
static const char *const searches[] = {
    /* Products that rules of this set name. */
    "SELECT w.change, 'rule ' || w.rule_key,"
    "  CASE WHEN w.excluded THEN 'exclude' WHEN w.price IS NOT NULL THEN 'price' ELSE 'include' END,"
    "  'there is no product ' || w.slug || ': add it first' || " FEW_NEAR(
        "shop_product", "w.slug",
        "SELECT count(*) FROM temp.wanted") " FROM temp.wanted w WHERE NOT EXISTS (SELECT 1 FROM temp.mention m"
                                            "  WHERE m.kind = 2 AND m.key = w.slug AND m.faulty)",
    /* Categories that rules of this set name anew and that the shop, once it was told, does not have. */
    "SELECT m.change, 'rule ' || c.key, iif(c.after ->> 1, 'exclude', 'include') || ' category',"
    "  'the shop has no category ' || (c.after ->> 2) || " FEW_NEAR(
        "shop_category", "(c.after ->> 2)",
        "SELECT count(*) FROM change n WHERE n.revision = ?1"
        " AND n.kind = 'rule_category'") " FROM change c JOIN temp.mention m ON m.kind = 0 AND m.key = c.key"
                                         " WHERE c.revision = ?1 AND c.kind = 'rule_category' AND c.before IS NULL"
                                         " AND c.after IS NOT NULL AND (SELECT told_at > 0 FROM shop)"
                                         " AND NOT EXISTS (SELECT 1 FROM shop_category s WHERE s.slug = c.after ->> 2)",
    /* Products of this set that are others in the shop. */
    "SELECT coalesce(m.change, 0), 'product ' || p.slug, 'slug', CASE WHEN s.id = p.id"
    "  THEN 'the shop has product ' || p.id || ' as ' || s.slug ELSE 'in the shop it is product ' || s.id END"
    " FROM change c CROSS JOIN product p ON p.id = CAST(c.key AS INTEGER)"
    " JOIN temp.mention m ON m.kind = 2 AND m.key = p.slug"
    " JOIN shop_product s ON (s.id = p.id AND s.slug <> p.slug AND s.slug NOT GLOB '*[^a-z0-9-]*')"
    "  OR (s.slug = p.slug AND s.id <> p.id)"
    " WHERE c.revision = ?1 AND c.kind = 'product' AND c.after IS NOT NULL",
    /* Rules of this set whose group is not there. */
    "SELECT m.change, 'rule ' || r.key, 'audience', 'there is no group ' || r.group_key || ': add it first'"
    " FROM temp.mention m CROSS JOIN rule r ON r.key = m.key"
    " WHERE m.kind = 0 AND r.group_key IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM customer_group g WHERE g.key = r.group_key)"
    " AND NOT EXISTS (SELECT 1 FROM temp.mention f WHERE f.kind = 1 AND f.key = r.group_key AND f.faulty)",
    /* Groups that are removed while rules that this set does not change are for them. */
    "SELECT m.change, 'group ' || m.key, '', 'rule ' || min(r.key) || " OTHER_RULES(
        "count(*)") " || ' still names it'"
                    " FROM temp.mention m CROSS JOIN rule r ON r.group_key = m.key"
                    " WHERE m.kind = 1 AND NOT m.faulty"
                    " AND NOT EXISTS (SELECT 1 FROM customer_group g WHERE g.key = m.key)"
                    " AND NOT EXISTS (SELECT 1 FROM temp.mention o WHERE o.kind = 0 AND o.key = r.key)"
                    " GROUP BY m.key",
    /* Products that are removed while rules name them. */
    "SELECT coalesce(m.change, 0), 'product ' || (c.before ->> 1), '',"
    "  'rule ' || min(t.rule_key) || " OTHER_RULES(
        "count(DISTINCT t.rule_key)") " || ' still names it'"
                                      " FROM change c CROSS JOIN rule_product t ON t.product_id = CAST(c.key AS "
                                      "INTEGER)"
                                      " LEFT JOIN temp.mention m ON m.kind = 2 AND m.key = c.before ->> 1"
                                      " WHERE c.revision = ?1 AND c.kind = 'product' AND c.after IS NULL AND c.before "
                                      "IS NOT NULL GROUP BY c.key",
    /* Products whose slug another product took, and that got no new one. */
    "SELECT a.change, a.subject, 'slug', 'it is the slug of product number ' || a.product_id ||"
    "  ': give that one another slug, before or in the same change set'"
    " FROM temp.aside a JOIN product p ON p.id = a.product_id AND p.slug = a.slug",
    /* Members of groups that are not there. */
    "SELECT m.change, 'group ' || m.key, '', 'there is no such group: add it first'"
    " FROM temp.mention m WHERE m.kind = 1 AND NOT m.faulty"
    " AND NOT EXISTS (SELECT 1 FROM customer_group g WHERE g.key = m.key)"
    " AND EXISTS (SELECT 1 FROM group_member t WHERE t.group_key = m.key)",
};

static enum store_status take_fault(struct store *store, sqlite3_stmt *row, void *list)
{
    (void)store;
    fault_list_add(list, (size_t)sqlite3_column_int64(row, 0), column_text(row, 1), column_text(row, 2),
                   column_text(row, 3));
    return STORE_OK;
}

enum store_status store_settle(struct store *store)
{
    struct change_set *set = &store->state->set;
    enum store_status status = STORE_OK;

    if (set->is_settled)
        return STORE_OK;
    set->all = (struct fault_list){.arena = &set->arena};
    for (size_t i = 0; i < set->own.count; i++) {
        const struct fault *fault = &set->own.items[i];
        fault_list_add(&set->all, fault->place, fault->subject, fault->field, fault->message);
    }
    if (set->has_wanted)
        status = grant_wanted(store);
    for (size_t i = 0; status == STORE_OK && i < ARRAY_LENGTH(searches); i++) {
        sqlite3_stmt *statement = store_statement(store, searches[i]);
        if (statement != NULL && sqlite3_bind_parameter_count(statement) > 0)
            bind_number(statement, 1, set->number);
        status = store_each(store, statement, take_fault, &set->all);
    }
    fault_list_sort(&set->all);
    set->is_settled = status == STORE_OK;
    return status;
}
