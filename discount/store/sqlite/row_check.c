/* SPDX-License-Identifier: MIT */
/* Copies of rules, and whether other rows than rules are what the schema's CHECKs would have allowed. */
#include <inttypes.h>
#include <string.h>

#include "discount/store/sqlite/internal.h"

/* ---- Checks ---- */

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

/* ---- Copies ---- */

static const char *copy_text(const char *text, struct arena *arena)
{
    return text != NULL ? arena_copy(arena, text, strlen(text)) : NULL;
}

static struct rule_product *copy_products(const struct rule_product *products, size_t count, struct arena *arena)
{
    struct rule_product *copies = arena_get(arena, count * sizeof *copies);

    for (size_t i = 0; i < count; i++) {
        copies[i] = products[i];
        copies[i].slug = copy_text(products[i].slug, arena);
    }
    return copies;
}

static const char **copy_categories(const char *const *categories, size_t count, struct arena *arena)
{
    const char **copies = arena_get(arena, count * sizeof *copies);

    for (size_t i = 0; i < count; i++)
        copies[i] = copy_text(categories[i], arena);
    return copies;
}

void rule_copy(struct rule *rule, struct arena *arena)
{
    rule->key = copy_text(rule->key, arena);
    rule->label = copy_text(rule->label, arena);
    rule->group = copy_text(rule->group, arena);
    rule->zone = copy_text(rule->zone, arena);
    rule->products = copy_products(rule->products, rule->product_count, arena);
    rule->categories = copy_categories(rule->categories, rule->category_count, arena);
    rule->excluded_products = copy_products(rule->excluded_products, rule->excluded_product_count, arena);
    rule->excluded_categories = copy_categories(rule->excluded_categories, rule->excluded_category_count, arena);
}
