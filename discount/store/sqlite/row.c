/* SPDX-License-Identifier: MIT */
/* Rules out of the database's rows. What the schema's CHECKs check is checked again: a change by hand can switch them
 * off. */
#include "discount/store/sqlite/internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* ---- Targets ---- */

void target_rows_clear(struct target_rows *rows)
{
    arena_reset(&rows->arena);
    rows->product_count = rows->included_products = rows->prices = 0;
    rows->category_count = rows->included_categories = 0;
}

void target_rows_release(struct target_rows *rows)
{
    arena_release(&rows->arena);
    free(rows->products);
    free(rows->categories);
    *rows = (struct target_rows){0};
}

enum store_status take_product_row(struct store *store, sqlite3_stmt *row, void *data)
{
    struct target_rows *rows = data;
    bool is_excluded = sqlite3_column_int(row, 1) != 0;
    bool has_price = sqlite3_column_type(row, 3) != SQLITE_NULL;
    int64_t id = sqlite3_column_int64(row, 2);

    if (sqlite3_column_type(row, 4) == SQLITE_NULL)
        return store_say(store, STORE_FAILED, "rule %s: %s: there is no product number %" PRId64, column_text(row, 0),
                         is_excluded ? "exclude" : "include", id);
    if (id < 1 || id > INT32_MAX)
        return store_say(store, STORE_FAILED, "product number %" PRId64 " is out of range", id);
    rows->products = memory_grow(rows->products, rows->product_count, 1, sizeof *rows->products);
    rows->products[rows->product_count++] = (struct rule_product){
        .id = (int32_t)id,
        .slug = rows->has_slugs ? column_copy(row, 4, &rows->arena) : NULL,
        .price = has_price ? sqlite3_column_int64(row, 3) : 0,
    };
    rows->included_products += !is_excluded;
    rows->prices += has_price;
    return STORE_OK;
}

enum store_status take_category_row(struct store *store, sqlite3_stmt *row, void *data)
{
    struct target_rows *rows = data;

    (void)store;
    rows->categories = memory_grow(rows->categories, rows->category_count, 1, sizeof *rows->categories);
    rows->categories[rows->category_count++] = column_copy(row, 2, &rows->arena);
    rows->included_categories += sqlite3_column_int(row, 1) == 0;
    return STORE_OK;
}

enum store_status read_targets(struct store *store, const char *rule_key, struct target_rows *rows)
{
    sqlite3_stmt *by_id = store_statement(store, "SELECT t.rule_key, t.excluded, t.product_id, t.price, p.slug"
                                                 " FROM rule_product t LEFT JOIN product p ON p.id = t.product_id"
                                                 " WHERE t.rule_key = ?1 ORDER BY t.excluded, t.product_id");
    sqlite3_stmt *by_slug = store_statement(store, "SELECT t.rule_key, t.excluded, t.product_id, t.price, p.slug"
                                                   " FROM rule_product t LEFT JOIN product p ON p.id = t.product_id"
                                                   " WHERE t.rule_key = ?1 ORDER BY t.excluded, p.slug");
    sqlite3_stmt *categories =
        store_statement(store, "SELECT rule_key, excluded, category FROM rule_category WHERE rule_key = ?1"
                               " ORDER BY excluded, category");
    sqlite3_stmt *products = rows->has_slugs ? by_slug : by_id;

    target_rows_clear(rows);
    bind_text(products, 1, rule_key);
    bind_text(categories, 1, rule_key);
    enum store_status status = store_each(store, products, take_product_row, rows);
    return status == STORE_OK ? store_each(store, categories, take_category_row, rows) : status;
}

/* ---- Rules ---- */

/* Which of the names the column has. None of them: 0, and *status and the reason say so. */
static size_t read_name(struct store *store, sqlite3_stmt *row, int at, const char *what, const char *const *names,
                        size_t count, enum store_status *status)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], column_text(row, at)) == 0)
            return i;
    }
    *status = store_say(store, STORE_FAILED, "rule %s: \"%s\" is no %s", column_text(row, AT_key), column_text(row, at),
                        what);
    return 0;
}

/* Numbers that are narrower in memory than in the database. */
static int32_t read_number(struct store *store, sqlite3_stmt *row, int at, const char *column,
                           enum store_status *status)
{
    int64_t number = sqlite3_column_int64(row, at);

    if (number < INT32_MIN || number > INT32_MAX)
        *status = store_say(store, STORE_FAILED, "rule %s: %s is %" PRId64 ", which is out of range",
                            column_text(row, AT_key), column, number);
    return (int32_t)number;
}

#define READ_TEXT(column) column_text(row, AT_##column)
#define READ_GROUP(column) (has_group ? column_text(row, AT_##column) : NULL)
#define READ_VALUE(column) sqlite3_column_int64(row, AT_##column)
#define READ_CUSTOMER(column) read_number(store, row, AT_##column, #column, &status)
#define READ_MONEY(column) sqlite3_column_int64(row, AT_##column)
#define READ_NUMBER(column) read_number(store, row, AT_##column, #column, &status)
#define READ_LANE(column)                                                                                              \
    (enum rule_lane) read_name(store, row, AT_##column, #column, rule_lane_names, RULE_LANES, &status)
#define READ_KIND(column)                                                                                              \
    (enum rule_kind) read_name(store, row, AT_##column, #column, rule_kind_names, RULE_KINDS, &status)
#define READ_FLAG(column) sqlite3_column_int(row, AT_##column) != 0
#define READ_SWITCH(column) sqlite3_column_int(row, AT_##column) != 0
#define READ_INSTANT(column) sqlite3_column_int64(row, AT_##column)
#define READ(type, member, column, ...) .member = READ_##type(column),

enum store_status rule_from_row(struct store *store, sqlite3_stmt *row, struct rule *rule)
{
    bool has_customer = sqlite3_column_type(row, AT_customer_id) != SQLITE_NULL;
    bool has_group = sqlite3_column_type(row, AT_group_key) != SQLITE_NULL;
    enum store_status status = STORE_OK;

    *rule = (struct rule){.key = column_text(row, AT_key),
                          .is_price_list = sqlite3_column_type(row, AT_value) == SQLITE_NULL,
                          .audience = has_customer ? RULE_CUSTOMER
                                      : has_group  ? RULE_GROUP
                                                   : RULE_EVERYBODY,
                          RULE_FIELDS(READ)};
    if (status == STORE_OK && has_customer && has_group)
        return store_say(store, STORE_FAILED, "rule %s: it is for a customer and for a group", rule->key);
    if (status == STORE_OK && has_group && sqlite3_column_type(row, AT_group_there) == SQLITE_NULL)
        return store_say(store, STORE_FAILED, "rule %s: audience: there is no group %s", rule->key, rule->group);
    return status;
}

/* The first thing that is wrong with a rule. */
struct wrong {
    struct store *store;
    const char *key;
    bool is_told;
};

static void tell_wrong(void *data, const char *field, const char *message)
{
    struct wrong *wrong = data;

    if (!wrong->is_told)
        store_say(wrong->store, STORE_FAILED, "rule %s: %s: %s", wrong->key, field, message);
    wrong->is_told = true;
}

enum store_status rule_complete(struct store *store, struct rule *rule, const struct target_rows *rows)
{
    struct wrong wrong = {.store = store, .key = rule->key};

    if (rows->product_count > 0) {
        rule->products = rows->products;
        rule->product_count = rows->included_products;
        rule->excluded_products = rows->products + rows->included_products;
        rule->excluded_product_count = rows->product_count - rows->included_products;
    }
    if (rows->category_count > 0) {
        rule->categories = rows->categories;
        rule->category_count = rows->included_categories;
        rule->excluded_categories = rows->categories + rows->included_categories;
        rule->excluded_category_count = rows->category_count - rows->included_categories;
    }
    if (rows->prices != (rule->is_price_list ? rule->product_count : 0))
        return store_say(store, STORE_FAILED, "rule %s: price: %s", rule->key,
                         rule->is_price_list ? "each product of a price list needs a price"
                                             : "only the products of a price list have prices");
    return rule_check(rule, tell_wrong, &wrong) ? STORE_OK : STORE_FAILED;
}
