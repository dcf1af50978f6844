/* SPDX-License-Identifier: MIT */
/* Rules out of the database's rows. The schema's CHECKs are asked again: whoever changes the file by hand can switch
 * them off. */
#include "discount/store/sqlite/internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* ---- Targets ---- */

void target_rows_clear(struct target_rows *rows)
{
    rows->product_count = rows->included_products = rows->prices = 0;
    rows->category_count = rows->included_categories = 0;
}

void target_rows_release(struct target_rows *rows)
{
    free(rows->products);
    free(rows->categories);
    *rows = (struct target_rows){0};
}

static void target_rows_add_product(struct target_rows *rows, bool is_excluded, struct rule_product product,
                                    bool has_price)
{
    if (rows->product_count == rows->product_room) {
        rows->product_room = rows->product_room == 0 ? 16 : 2 * rows->product_room;
        rows->products = memory_resize(rows->products, rows->product_room * sizeof *rows->products);
    }
    rows->products[rows->product_count++] = product;
    rows->included_products += !is_excluded;
    rows->prices += has_price;
}

static void target_rows_add_category(struct target_rows *rows, bool is_excluded, const char *category)
{
    if (rows->category_count == rows->category_room) {
        rows->category_room = rows->category_room == 0 ? 16 : 2 * rows->category_room;
        rows->categories = memory_resize(rows->categories, rows->category_room * sizeof *rows->categories);
    }
    rows->categories[rows->category_count++] = category;
    rows->included_categories += !is_excluded;
}

enum store_status add_product_row(struct store *store, sqlite3_stmt *statement, struct target_rows *rows,
                                  struct arena *arena)
{
    bool is_excluded = sqlite3_column_int(statement, 1) != 0;
    bool has_price = sqlite3_column_type(statement, 3) != SQLITE_NULL;
    int64_t id = sqlite3_column_int64(statement, 2);

    if (sqlite3_column_type(statement, 4) == SQLITE_NULL)
        return store_say(store, STORE_FAILED, "rule %s: %s: there is no product number %" PRId64,
                         column_text(statement, 0), is_excluded ? "exclude" : "include", id);
    if (id < 1 || id > INT32_MAX)
        return store_say(store, STORE_FAILED, "product number %" PRId64 " is out of range", id);
    target_rows_add_product(rows, is_excluded,
                            (struct rule_product){
                                .id = (int32_t)id,
                                .slug = arena != NULL ? column_copy(statement, 4, arena) : NULL,
                                .price = has_price ? sqlite3_column_int64(statement, 3) : 0,
                            },
                            has_price);
    return STORE_OK;
}

void add_category_row(sqlite3_stmt *statement, struct target_rows *rows, struct arena *arena)
{
    target_rows_add_category(rows, sqlite3_column_int(statement, 1) != 0, column_copy(statement, 2, arena));
}

/* ---- Rules ---- */

/* The position of the name, or `count`. */
static size_t find_name(const char *const *names, size_t count, const char *name)
{
    size_t i = 0;

    while (i < count && strcmp(names[i], name) != 0)
        i++;
    return i;
}

/* The numbers that are narrower in memory than in the database. */
static enum store_status check_width(struct store *store, const char *key, const char *column, int64_t number)
{
    if (number < INT32_MIN || number > INT32_MAX)
        return store_say(store, STORE_FAILED, "rule %s: %s is %" PRId64 ", which is out of range", key, column, number);
    return STORE_OK;
}

enum store_status rule_from_row(struct store *store, sqlite3_stmt *statement, struct rule *rule)
{
    const char *key = column_text(statement, 0);
    size_t lane = find_name(rule_lane_names, RULE_LANES, column_text(statement, 4));
    size_t kind = find_name(rule_kind_names, RULE_KINDS, column_text(statement, 6));
    int64_t priority = sqlite3_column_int64(statement, 5), customer_id = sqlite3_column_int64(statement, 8);
    bool has_customer = sqlite3_column_type(statement, 8) != SQLITE_NULL;
    bool has_group = sqlite3_column_type(statement, 9) != SQLITE_NULL;

    if (lane == RULE_LANES)
        return store_say(store, STORE_FAILED, "rule %s: \"%s\" is no lane", key, column_text(statement, 4));
    if (kind == RULE_KINDS)
        return store_say(store, STORE_FAILED, "rule %s: \"%s\" is no kind", key, column_text(statement, 6));
    if (check_width(store, key, "priority", priority) != STORE_OK ||
        check_width(store, key, "customer_id", customer_id) != STORE_OK)
        return STORE_FAILED;
    if (has_customer && has_group)
        return store_say(store, STORE_FAILED, "rule %s: it is for a customer and for a group", key);

    *rule = (struct rule){
        .key = key,
        .label = column_text(statement, 1),
        .is_enabled = sqlite3_column_int(statement, 2) != 0,
        .is_exclusive = sqlite3_column_int(statement, 3) != 0,
        .lane = (enum rule_lane)lane,
        .priority = (int32_t)priority,
        .kind = (enum rule_kind)kind,
        .value = sqlite3_column_int64(statement, 7),
        .is_price_list = sqlite3_column_type(statement, 7) == SQLITE_NULL,
        .audience = has_customer ? RULE_CUSTOMER
                    : has_group  ? RULE_GROUP
                                 : RULE_EVERYBODY,
        .customer_id = (int32_t)customer_id,
        .group = has_group ? column_text(statement, 9) : NULL,
        .minimum = sqlite3_column_int64(statement, 10),
        .cap = sqlite3_column_int64(statement, 11),
        .starts_at = sqlite3_column_int64(statement, 12),
        .ends_at = sqlite3_column_int64(statement, 13),
        .zone = column_text(statement, 14),
    };
    return STORE_OK;
}

enum store_status check_rule_group(struct store *store, sqlite3_stmt *statement, const struct rule *rule)
{
    if (rule->audience == RULE_GROUP && sqlite3_column_type(statement, RULE_COLUMN_COUNT) == SQLITE_NULL)
        return store_say(store, STORE_FAILED, "rule %s: audience: there is no group %s", rule->key, rule->group);
    return STORE_OK;
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
