/* SPDX-License-Identifier: MIT */
/* Checks rows of groups, members and products for what the schema's CHECKs allow. */
#include <inttypes.h>
#include <string.h>

#include "discount/store/sqlite/internal.h"

enum store_status check_group_row(struct store *store, sqlite3_stmt *statement)
{
    const char *key = column_text(statement, 0);

    if (!rule_is_key(key, RULE_KEY_MAX))
        return store_say(store, STORE_FAILED, "group %s: its key is not a key", key);
    if (!rule_is_label(column_text(statement, 1)))
        return store_say(store, STORE_FAILED, "group %s: its label is not a label", key);
    return STORE_OK;
}

enum store_status check_member_row(struct store *store, sqlite3_stmt *statement)
{
    const char *group = column_text(statement, 0);
    int64_t customer_id = sqlite3_column_int64(statement, 1);

    if (sqlite3_column_type(statement, 2) == SQLITE_NULL)
        return store_say(store, STORE_FAILED, "group %s: it has members and does not exist", group);
    if (customer_id < 1 || customer_id > INT32_MAX)
        return store_say(store, STORE_FAILED, "group %s: its member %" PRId64 " is no customer", group, customer_id);
    return STORE_OK;
}

enum store_status check_product_row(struct store *store, sqlite3_stmt *statement)
{
    int64_t id = sqlite3_column_int64(statement, 0), floor = sqlite3_column_int64(statement, 2);
    const char *slug = column_text(statement, 1);

    if (id < 1 || id > INT32_MAX || !rule_is_key(slug, RULE_SLUG_MAX))
        return store_say(store, STORE_FAILED, "product %s: its number (%" PRId64 ") or slug is wrong", slug, id);
    if (floor < 0 || floor > RULE_MONEY_MAX)
        return store_say(store, STORE_FAILED, "product %s: floor is %" PRId64 ", allowed is 0 to %d", slug, floor,
                         RULE_MONEY_MAX);
    return STORE_OK;
}
