/* SPDX-License-Identifier: MIT */
/*
 * Making an earlier revision again. A row that changed since then had, at that revision, the state that the first log
 * entry after the revision has as `before`.
 */
#include "discount/store/sqlite/internal.h"

#include <inttypes.h>

/* The unary pluses keep SQLite from the index by kind, which would read all of history. A row that was added and
 * removed within the open change set is left out. */
static enum store_status collect_undo(struct store *store, int64_t revision)
{
    sqlite3_stmt *statement =
        store_statement(store, "INSERT INTO temp.undo (kind, key, part, before, place)"
                               " SELECT kind, key, part, before, coalesce(before, after)"
                               " FROM (SELECT kind, key, part, min(revision), before, after FROM change"
                               "  WHERE revision > ?1 GROUP BY +kind, +key, +part)"
                               " WHERE before IS NOT NULL OR after IS NOT NULL");

    bind_number(statement, 1, revision);
    return store_run(store, statement);
}

/* Rows on which no other rows depend are deleted and inserted again. A rule or group that existed is updated in place:
 * deleting it would delete its unchanged targets or members. */
static const char removals[] =
    "DELETE FROM rule_product WHERE (rule_key, excluded, product_id) IN"
    " (SELECT place ->> 0, place ->> 1, place ->> 2 FROM temp.undo WHERE kind = 'rule_product');"
    "DELETE FROM rule_category WHERE (rule_key, excluded, category) IN"
    " (SELECT place ->> 0, place ->> 1, place ->> 2 FROM temp.undo WHERE kind = 'rule_category');"
    "DELETE FROM group_member WHERE (group_key, customer_id) IN"
    " (SELECT place ->> 0, place ->> 1 FROM temp.undo WHERE kind = 'group_member');"
    "DELETE FROM rule WHERE key IN (SELECT key FROM temp.undo WHERE kind = 'rule' AND before IS NULL);"
    "DELETE FROM customer_group WHERE key IN"
    " (SELECT key FROM temp.undo WHERE kind = 'customer_group' AND before IS NULL);"
    "DELETE FROM product WHERE id IN (SELECT CAST(key AS INTEGER) FROM temp.undo WHERE kind = 'product');";

static const char returns[] =
    "INSERT INTO product (id, slug, floor)"
    " SELECT before ->> 0, before ->> 1, before ->> 2 FROM temp.undo WHERE kind = 'product' AND before IS NOT NULL;"
    "INSERT INTO customer_group (key, label)"
    " SELECT before ->> 0, before ->> 1 FROM temp.undo WHERE kind = 'customer_group' AND before IS NOT NULL"
    " ON CONFLICT DO UPDATE SET label = excluded.label;"
    "INSERT INTO group_member (group_key, customer_id)"
    " SELECT before ->> 0, before ->> 1 FROM temp.undo WHERE kind = 'group_member' AND before IS NOT NULL;"
    "INSERT INTO rule (key" RULE_FIELDS(RULE_NAME) ") SELECT before ->> 0" RULE_FIELDS(
        RULE_LOGGED) " FROM temp.undo WHERE kind = 'rule' AND before IS NOT NULL"
                     " ON CONFLICT (key) DO UPDATE SET key = excluded.key" RULE_FIELDS(
                         RULE_REPLACED) ";"
                                        "INSERT INTO rule_product (rule_key, excluded, product_id, price)"
                                        " SELECT before ->> 0, before ->> 1, before ->> 2, before ->> 3"
                                        " FROM temp.undo WHERE kind = 'rule_product' AND before IS NOT NULL;"
                                        "INSERT INTO rule_category (rule_key, excluded, category)"
                                        " SELECT before ->> 0, before ->> 1, before ->> 2"
                                        " FROM temp.undo WHERE kind = 'rule_category' AND before IS NOT NULL;";

enum store_status sqlite_rewind(struct store *store, int64_t revision)
{
    bool is_there;

    if (!store->state->set.is_open || sqlite3_get_autocommit(store->state->db))
        return store_say(store, STORE_FAILED, "no change set is open");
    enum store_status status = find_revision(store, revision, &is_there);
    if (status == STORE_OK && (!is_there || revision >= store->state->set.number))
        return store_say(store, STORE_NOT_FOUND, "there is no revision %" PRId64, revision);
    if (status != STORE_OK)
        return status;
    store->state->set.is_settled = false;
    store->state->set.has_wanted = false;
    status = store_execute(store, "DELETE FROM temp.undo; DELETE FROM temp.wanted");
    if (status == STORE_OK)
        status = collect_undo(store, revision);
    if (status == STORE_OK)
        status = store_execute(store, removals);
    if (status == STORE_OK)
        status = store_execute(store, returns);
    if (status == STORE_OK)
        status = store_execute(store, "DELETE FROM temp.undo");
    return status == STORE_OK ? sqlite_follow_shop(store) : status; /* names are the shop's of today */
}
