/* SPDX-License-Identifier: MIT */
/* What one rule is for, out of the database's rows. */
#include "discount/store/sqlite/internal.h"

static enum store_status read_products(struct store *store, const char *rule_key, bool with_slugs,
                                       struct target_rows *rows, struct arena *arena)
{
    sqlite3_stmt *by_id = store_statement(store, "SELECT t.rule_key, t.excluded, t.product_id, t.price, p.slug"
                                                 " FROM rule_product t LEFT JOIN product p ON p.id = t.product_id"
                                                 " WHERE t.rule_key = ?1 ORDER BY t.excluded, t.product_id");
    sqlite3_stmt *by_slug = store_statement(store, "SELECT t.rule_key, t.excluded, t.product_id, t.price, p.slug"
                                                   " FROM rule_product t LEFT JOIN product p ON p.id = t.product_id"
                                                   " WHERE t.rule_key = ?1 ORDER BY t.excluded, p.slug");
    sqlite3_stmt *statement = with_slugs ? by_slug : by_id;
    enum store_status status;

    bind_text(statement, 1, rule_key);
    while (store_next(store, statement, &status)) {
        status = add_product_row(store, statement, rows, with_slugs ? arena : NULL);
        if (status != STORE_OK) {
            sqlite3_reset(statement);
            break;
        }
    }
    return status;
}

static enum store_status read_categories(struct store *store, const char *rule_key, struct target_rows *rows,
                                         struct arena *arena)
{
    sqlite3_stmt *statement = store_statement(
        store,
        "SELECT rule_key, excluded, category FROM rule_category WHERE rule_key = ?1 ORDER BY excluded, category");
    enum store_status status;

    bind_text(statement, 1, rule_key);
    while (store_next(store, statement, &status))
        add_category_row(statement, rows, arena);
    return status;
}

enum store_status read_targets(struct store *store, const char *rule_key, bool with_slugs, struct target_rows *rows,
                               struct arena *arena)
{
    target_rows_clear(rows);
    enum store_status status = read_products(store, rule_key, with_slugs, rows, arena);

    return status == STORE_OK ? read_categories(store, rule_key, rows, arena) : status;
}
