/* SPDX-License-Identifier: MIT */
/*
 * A rule's targets as rows: the rows of the database and those of the new rule are sorted and merged, so that a price
 * list of which one price changes changes one row.
 */
#include "discount/store/sqlite/internal.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* A product, or a category (of which product_id is 0). */
struct target {
    bool is_excluded;
    int32_t product_id;
    const char *category;
    int64_t price; /* -1: none */
};

struct targets {
    struct target *targets;
    size_t count;
};

static void add_target(struct targets *list, struct target target)
{
    list->targets = memory_grow(list->targets, list->count, 1, sizeof *list->targets);
    list->targets[list->count++] = target;
}

static int compare_targets(const void *left, const void *right)
{
    const struct target *a = left, *b = right;

    if (a->is_excluded != b->is_excluded)
        return a->is_excluded ? 1 : -1;
    if (a->product_id != b->product_id)
        return a->product_id < b->product_id ? -1 : 1;
    return a->product_id == 0 ? strcmp(a->category, b->category) : 0;
}

static void sort_targets(struct targets *list)
{
    if (list->count > 1)
        qsort(list->targets, list->count, sizeof *list->targets, compare_targets);
}

/* ---- The old targets ---- */

static enum store_status read_old(struct store *store, const char *rule_key, struct targets *list)
{
    enum store_status status;
    sqlite3_stmt *statement =
        store_statement(store, "SELECT excluded, product_id, NULL, price FROM rule_product WHERE rule_key = ?1"
                               " UNION ALL SELECT excluded, 0, category, NULL FROM rule_category WHERE rule_key = ?1");

    bind_text(statement, 1, rule_key);
    while (store_next(store, statement, &status))
        add_target(
            list,
            (struct target){
                .is_excluded = sqlite3_column_int(statement, 0) != 0,
                .product_id = sqlite3_column_int(statement, 1),
                .category = column_copy(statement, 2, &store->state->set.scratch),
                .price = sqlite3_column_type(statement, 3) == SQLITE_NULL ? -1 : sqlite3_column_int64(statement, 3),
            });
    sort_targets(list);
    return status;
}

/* ---- The new targets ---- */

/* Notes a product that does not exist yet: it may come with a later change. */
static enum store_status want_product(struct store *store, size_t change, const char *rule_key, bool is_excluded,
                                      const struct rule_product *product, bool has_price)
{
    sqlite3_stmt *statement = store_statement(store, "INSERT INTO temp.wanted (rule_key, excluded, slug, price, change)"
                                                     " VALUES (?1, ?2, ?3, ?4, ?5)");

    bind_text(statement, 1, rule_key);
    bind_number(statement, 2, is_excluded);
    bind_text(statement, 3, product->slug);
    if (has_price)
        bind_number(statement, 4, product->price);
    bind_number(statement, 5, (int64_t)change);
    store->state->set.has_wanted = true;
    return store_run(store, statement);
}

/* The id of the product of this slug; 0: there is none. One of the shop that no rule has named yet is declared now. */
static enum store_status find_product(struct store *store, const char *slug, int64_t *id)
{
    sqlite3_stmt *find = store_statement(store, "SELECT id FROM product WHERE slug = ?1");
    sqlite3_stmt *declare = store_statement(store, "INSERT INTO product (id, slug) SELECT id, slug FROM shop_product"
                                                   " WHERE slug = ?1 ON CONFLICT (id) DO NOTHING RETURNING id");

    bind_text(find, 1, slug);
    enum store_status status = store_ask(store, find, 0, id);
    if (status != STORE_OK || *id != 0)
        return status;
    bind_text(declare, 1, slug);
    return store_ask(store, declare, 0, id);
}

static enum store_status take_products(struct store *store, size_t change, const struct rule *rule, bool is_excluded,
                                       struct targets *list)
{
    const struct rule_product *products = is_excluded ? rule->excluded_products : rule->products;
    size_t count = is_excluded ? rule->excluded_product_count : rule->product_count;
    bool has_price = rule->is_price_list && !is_excluded;
    enum store_status status = STORE_OK;

    for (size_t i = 0; status == STORE_OK && i < count; i++) {
        int64_t id;
        status = find_product(store, products[i].slug, &id);
        if (status == STORE_OK && id == 0)
            status = want_product(store, change, rule->key, is_excluded, &products[i], has_price);
        else if (status == STORE_OK)
            add_target(list, (struct target){
                                 .is_excluded = is_excluded,
                                 .product_id = (int32_t)id,
                                 .price = has_price ? products[i].price : -1,
                             });
    }
    return status;
}

static enum store_status collect_targets(struct store *store, size_t change, const struct rule *rule,
                                         struct targets *list)
{
    enum store_status status = take_products(store, change, rule, false, list);

    if (status == STORE_OK)
        status = take_products(store, change, rule, true, list);
    for (size_t i = 0; i < rule->category_count; i++)
        add_target(list, (struct target){.category = rule->categories[i], .price = -1});
    for (size_t i = 0; i < rule->excluded_category_count; i++)
        add_target(list, (struct target){
                             .is_excluded = true,
                             .category = rule->excluded_categories[i],
                             .price = -1,
                         });
    sort_targets(list);
    return status;
}

/* ---- Merging ---- */

static enum store_status remove_target(struct store *store, const char *rule_key, const struct target *target)
{
    sqlite3_stmt *product =
        store_statement(store, "DELETE FROM rule_product WHERE rule_key = ?1 AND excluded = ?2 AND product_id = ?3");
    sqlite3_stmt *category =
        store_statement(store, "DELETE FROM rule_category WHERE rule_key = ?1 AND excluded = ?2 AND category = ?3");
    sqlite3_stmt *statement = target->product_id != 0 ? product : category;

    bind_text(statement, 1, rule_key);
    bind_number(statement, 2, target->is_excluded);
    if (target->product_id != 0)
        bind_number(statement, 3, target->product_id);
    else
        bind_text(statement, 3, target->category);
    return store_run(store, statement);
}

/* Adds a target, or changes its price. */
static enum store_status set_target(struct store *store, const char *rule_key, const struct target *target)
{
    sqlite3_stmt *product = store_statement(store, "INSERT INTO rule_product (rule_key, excluded, product_id, price)"
                                                   " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET price = ?4");
    sqlite3_stmt *category =
        store_statement(store, "INSERT INTO rule_category (rule_key, excluded, category) VALUES (?1, ?2, ?3)");
    sqlite3_stmt *statement = target->product_id != 0 ? product : category;

    bind_text(statement, 1, rule_key);
    bind_number(statement, 2, target->is_excluded);
    if (target->product_id == 0)
        bind_text(statement, 3, target->category);
    else
        bind_number(statement, 3, target->product_id);
    if (target->price >= 0)
        bind_number(statement, 4, target->price);
    return store_run(store, statement);
}

static enum store_status merge_targets(struct store *store, const char *rule_key, const struct targets *old,
                                       const struct targets *new)
{
    size_t i = 0, j = 0;
    enum store_status status = STORE_OK;

    while (status == STORE_OK && (i < old->count || j < new->count)) {
        int order = i == old->count ? 1 : j == new->count ? -1 : compare_targets(&old->targets[i], &new->targets[j]);
        if (order < 0)
            status = remove_target(store, rule_key, &old->targets[i]);
        else if (order > 0 || old->targets[i].price != new->targets[j].price)
            status = set_target(store, rule_key, &new->targets[j]);
        i += order <= 0;
        j += order >= 0;
    }
    return status;
}

enum store_status write_targets(struct store *store, size_t change, const struct rule *rule)
{
    struct targets old = {0}, new = {0};
    enum store_status status = forget_wanted(store, rule->key);

    if (status == STORE_OK)
        status = read_old(store, rule->key, &old);
    if (status == STORE_OK)
        status = collect_targets(store, change, rule, &new);
    if (status == STORE_OK)
        status = merge_targets(store, rule->key, &old, &new);
    free(old.targets);
    free(new.targets);
    return status;
}

enum store_status forget_wanted(struct store *store, const char *rule_key)
{
    if (!store->state->set.has_wanted)
        return STORE_OK;
    sqlite3_stmt *statement = store_statement(store, "DELETE FROM temp.wanted WHERE rule_key = ?1");
    bind_text(statement, 1, rule_key);
    return store_run(store, statement);
}
