/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a change set. The changes' own faults are kept as they are applied; whether what they name is
 * there is looked at when all of them are, among what the set has changes of, so that the cost is the set's. (A CROSS
 * JOIN is SQLite's for: the left table first.)
 */
#include "discount/store/sqlite/internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define MESSAGE_MAX 512

/* ---- Lists ---- */

static struct fault *add_room(struct fault_list *list)
{
    list->faults = memory_grow(list->faults, list->count, 1, sizeof *list->faults);
    return &list->faults[list->count++];
}

void fault_add(struct store *store, struct fault_list *list, size_t change, const char *subject, const char *field,
               const char *format, ...)
{
    char message[MESSAGE_MAX];
    struct arena *arena = &store->state->set.arena;
    va_list values;

    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    *add_room(list) = (struct fault){
        .change = change,
        .subject = arena_copy(arena, subject, strlen(subject)),
        .field = arena_copy(arena, field, strlen(field)),
        .message = arena_copy(arena, message, strlen(message)),
    };
}

void fault_lists_release(struct change_set *set)
{
    free(set->own.faults);
    free(set->all.faults);
    set->own = set->all = (struct fault_list){0};
}

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
        fault_add(store, &store->state->set.own, task->index, task->subject, "", "%s", words);
    return status;
}

/* ---- What is named and not there ---- */

/* Gives rules the products that came after them. */
static enum store_status grant_wanted(struct store *store)
{
    return store_execute(store, "INSERT INTO rule_product (rule_key, excluded, product_id, price)"
                                " SELECT w.rule_key, w.excluded, p.id, w.price"
                                " FROM temp.wanted w JOIN product p ON p.slug = w.slug WHERE true"
                                " ON CONFLICT DO UPDATE SET price = excluded.price WHERE price IS NOT excluded.price;"
                                "DELETE FROM temp.wanted WHERE slug IN (SELECT slug FROM product)");
}

static enum store_status find_unknown_products(struct store *store)
{
    char subject[MESSAGE_MAX];
    enum store_status status;
    sqlite3_stmt *statement =
        store_statement(store, "SELECT w.change, w.rule_key, w.slug, w.excluded, w.price IS NOT NULL FROM temp.wanted w"
                               " WHERE NOT EXISTS (SELECT 1 FROM temp.mention m"
                               "  WHERE m.kind = 2 AND m.key = w.slug AND m.faulty)");

    while (store_next(store, statement, &status)) {
        const char *field = sqlite3_column_int(statement, 3)   ? "exclude"
                            : sqlite3_column_int(statement, 4) ? "price"
                                                               : "include";
        snprintf(subject, sizeof subject, "rule %s", column_text(statement, 1));
        fault_add(store, &store->state->set.all, (size_t)sqlite3_column_int64(statement, 0), subject, field,
                  "there is no product %s: add it first", column_text(statement, 2));
    }
    return status;
}

/* Rules of this set whose group is not there. */
static enum store_status find_unknown_groups(struct store *store)
{
    char subject[MESSAGE_MAX];
    enum store_status status;
    sqlite3_stmt *statement = store_statement(
        store, "SELECT m.change, r.key, r.group_key FROM temp.mention m CROSS JOIN rule r ON r.key = m.key"
               " WHERE m.kind = 0 AND r.group_key IS NOT NULL"
               " AND NOT EXISTS (SELECT 1 FROM customer_group g WHERE g.key = r.group_key)"
               " AND NOT EXISTS (SELECT 1 FROM temp.mention f"
               "  WHERE f.kind = 1 AND f.key = r.group_key AND f.faulty)");

    while (store_next(store, statement, &status)) {
        snprintf(subject, sizeof subject, "rule %s", column_text(statement, 1));
        fault_add(store, &store->state->set.all, (size_t)sqlite3_column_int64(statement, 0), subject, "audience",
                  "there is no group %s: add it first", column_text(statement, 2));
    }
    return status;
}

/* A thing that is removed: the rule that names it, and how many others do. */
static void add_still_named(struct store *store, sqlite3_stmt *statement, const char *thing)
{
    char subject[MESSAGE_MAX], others[64] = "";
    int64_t count = sqlite3_column_int64(statement, 3);

    snprintf(subject, sizeof subject, "%s %s", thing, column_text(statement, 1));
    if (count > 1)
        snprintf(others, sizeof others, " (and %" PRId64 " other rule%s)", count - 1, count > 2 ? "s" : "");
    fault_add(store, &store->state->set.all, (size_t)sqlite3_column_int64(statement, 0), subject, "",
              "rule %s%s still names it", column_text(statement, 2), others);
}

/* Groups that are removed while rules, which this set has no changes of, are for them. */
static enum store_status find_removed_groups(struct store *store)
{
    enum store_status status;
    sqlite3_stmt *statement =
        store_statement(store, "SELECT m.change, m.key, min(r.key), count(*)"
                               " FROM temp.mention m CROSS JOIN rule r ON r.group_key = m.key"
                               " WHERE m.kind = 1 AND NOT m.faulty"
                               " AND NOT EXISTS (SELECT 1 FROM customer_group g WHERE g.key = m.key)"
                               " AND NOT EXISTS (SELECT 1 FROM temp.mention o WHERE o.kind = 0 AND o.key = r.key)"
                               " GROUP BY m.key");

    while (store_next(store, statement, &status))
        add_still_named(store, statement, "group");
    return status;
}

static enum store_status find_removed_products(struct store *store)
{
    enum store_status status;
    sqlite3_stmt *statement =
        store_statement(store, "SELECT coalesce(m.change, 0), c.before ->> 1, min(t.rule_key),"
                               " count(DISTINCT t.rule_key)"
                               " FROM change c CROSS JOIN rule_product t ON t.product_id = CAST(c.key AS INTEGER)"
                               " LEFT JOIN temp.mention m ON m.kind = 2 AND m.key = c.before ->> 1"
                               " WHERE c.revision = ?1 AND c.kind = 'product'"
                               " AND c.after IS NULL AND c.before IS NOT NULL"
                               " GROUP BY c.key");

    bind_number(statement, 1, store->state->set.number);
    while (store_next(store, statement, &status))
        add_still_named(store, statement, "product");
    return status;
}

/* Products whose slug another one took, and that nobody gave a new one. */
static enum store_status find_left_aside(struct store *store)
{
    enum store_status status;
    sqlite3_stmt *statement = store_statement(store, "SELECT a.change, a.subject, a.product_id FROM temp.aside a"
                                                     " JOIN product p ON p.id = a.product_id AND p.slug = a.slug");

    while (store_next(store, statement, &status))
        fault_add(store, &store->state->set.all, (size_t)sqlite3_column_int64(statement, 0), column_text(statement, 1),
                  "slug",
                  "it is the slug of product number %" PRId64
                  ": give that one another slug, before or in the same change set",
                  (int64_t)sqlite3_column_int64(statement, 2));
    return status;
}

/* Members of groups that are not there. */
static enum store_status find_lost_members(struct store *store)
{
    char subject[MESSAGE_MAX];
    enum store_status status;
    sqlite3_stmt *statement =
        store_statement(store, "SELECT m.change, m.key FROM temp.mention m WHERE m.kind = 1 AND NOT m.faulty"
                               " AND NOT EXISTS (SELECT 1 FROM customer_group g WHERE g.key = m.key)"
                               " AND EXISTS (SELECT 1 FROM group_member t WHERE t.group_key = m.key)");

    while (store_next(store, statement, &status)) {
        snprintf(subject, sizeof subject, "group %s", column_text(statement, 1));
        fault_add(store, &store->state->set.all, (size_t)sqlite3_column_int64(statement, 0), subject, "",
                  "there is no such group: add it first");
    }
    return status;
}

/* Where a fault is in the list, and which change it is of. */
struct place {
    size_t change, at;
};

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;

    if (a->change != b->change)
        return a->change < b->change ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

/* By change; those of one change stay in the order in which they were found. */
static void sort_faults(struct fault_list *list)
{
    if (list->count < 2)
        return;
    struct place *places = memory_get(list->count * sizeof *places);
    struct fault *sorted = memory_grow(NULL, 0, list->count, sizeof *sorted);
    for (size_t i = 0; i < list->count; i++)
        places[i] = (struct place){.change = list->faults[i].change, .at = i};
    qsort(places, list->count, sizeof *places, compare_places);
    for (size_t i = 0; i < list->count; i++)
        sorted[i] = list->faults[places[i].at];
    free(places);
    free(list->faults);
    list->faults = sorted;
}

enum store_status store_settle(struct store *store)
{
    struct change_set *set = &store->state->set;
    enum store_status status = STORE_OK;

    if (set->is_settled)
        return STORE_OK;
    set->all.count = 0;
    for (size_t i = 0; i < set->own.count; i++)
        *add_room(&set->all) = set->own.faults[i];
    if (set->has_wanted)
        status = grant_wanted(store);
    if (status == STORE_OK && set->has_wanted)
        status = find_unknown_products(store);
    if (status == STORE_OK)
        status = find_unknown_groups(store);
    if (status == STORE_OK)
        status = find_removed_groups(store);
    if (status == STORE_OK)
        status = find_removed_products(store);
    if (status == STORE_OK)
        status = find_left_aside(store);
    if (status == STORE_OK)
        status = find_lost_members(store);
    sort_faults(&set->all);
    set->is_settled = status == STORE_OK;
    return status;
}
