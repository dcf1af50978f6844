/* SPDX-License-Identifier: MIT */
/* The products that a lint is given: which of them a rule is for, and what it makes of their prices. */
#include "discount/pricing/lint_internal.h"

#include <stdlib.h>
#include <string.h>

/* A product under its id, or under one of its categories. */
struct by_id {
    int32_t id;
    size_t product;
};
struct by_category {
    const char *category;
    size_t product;
};

struct lint_products {
    const struct product *list;
    size_t count;
    int32_t *floors;
    size_t *floored; /* those that have one */
    size_t floored_count;
    struct by_id *by_id;
    struct by_category *by_category;
    size_t by_category_count;
};

/* ---- Making it ---- */

static int compare_ids(const void *left, const void *right)
{
    const struct by_id *a = left, *b = right;

    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return (a->product > b->product) - (a->product < b->product);
}

static int compare_categories(const void *left, const void *right)
{
    const struct by_category *a = left, *b = right;
    int order = strcmp(a->category, b->category);

    return order != 0 ? order : (a->product > b->product) - (a->product < b->product);
}

static size_t category_count(const struct product *product)
{
    return product->category_count < EVALUATE_CATEGORIES_MAX ? product->category_count : EVALUATE_CATEGORIES_MAX;
}

static void sort_categories(struct lint_products *products, struct arena *arena)
{
    size_t room = 1;

    for (size_t i = 0; i < products->count; i++)
        room += category_count(&products->list[i]);
    products->by_category = arena_get(arena, room * sizeof *products->by_category);
    for (size_t i = 0; i < products->count; i++) {
        for (size_t k = 0; k < category_count(&products->list[i]); k++)
            products->by_category[products->by_category_count++] =
                (struct by_category){products->list[i].categories[k], i};
    }
    qsort(products->by_category, products->by_category_count, sizeof *products->by_category, compare_categories);
}

const struct lint_products *lint_products_new(const struct ruleset *ruleset, const struct product *list, size_t count,
                                              struct arena *arena)
{
    struct lint_products *products = arena_get(arena, sizeof *products);

    *products = (struct lint_products){.list = list, .count = count};
    products->floors = arena_get(arena, (count + 1) * sizeof *products->floors);
    products->floored = arena_get(arena, (count + 1) * sizeof *products->floored);
    products->by_id = arena_get(arena, (count + 1) * sizeof *products->by_id);
    for (size_t i = 0; i < count; i++) {
        products->floors[i] = ruleset_floor(ruleset, list[i].id);
        if (products->floors[i] > 0)
            products->floored[products->floored_count++] = i;
        products->by_id[i] = (struct by_id){list[i].id, i};
    }
    qsort(products->by_id, count, sizeof *products->by_id, compare_ids);
    sort_categories(products, arena);
    return products;
}

/* ---- The targets of a rule ---- */

static bool is_excluded(const struct product *product, const struct rule *rule)
{
    if (lint_find_product(rule->excluded_products, rule->excluded_product_count, product->id) != NULL)
        return true;
    for (size_t i = 0; rule->excluded_category_count > 0 && i < category_count(product); i++) {
        if (lint_has_category(rule->excluded_categories, rule->excluded_category_count, product->categories[i]))
            return true;
    }
    return false;
}

/* Looks at one target; true: enough. */
typedef bool look_f(void *data, size_t product);

struct walk {
    const struct lint_products *products;
    const struct rule *rule;
    look_f *look;
    void *data;
};

static bool look_at(const struct walk *walk, size_t product)
{
    return !is_excluded(&walk->products->list[product], walk->rule) && walk->look(walk->data, product);
}

static bool walk_id(const struct walk *walk, int32_t id)
{
    const struct lint_products *products = walk->products;
    size_t low = 0, high = products->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (products->by_id[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < products->count && products->by_id[low].id == id; low++) {
        if (look_at(walk, products->by_id[low].product))
            return true;
    }
    return false;
}

static bool walk_category(const struct walk *walk, const char *category)
{
    const struct lint_products *products = walk->products;
    size_t low = 0, high = products->by_category_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(products->by_category[middle].category, category) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < products->by_category_count && strcmp(products->by_category[low].category, category) == 0; low++) {
        if (look_at(walk, products->by_category[low].product))
            return true;
    }
    return false;
}

/* Looks at all targets that the rule includes by name, until one is enough. Some may come more than once. */
static bool walk_included(const struct walk *walk)
{
    for (size_t i = 0; i < walk->rule->product_count; i++) {
        if (walk_id(walk, walk->rule->products[i].id))
            return true;
    }
    for (size_t i = 0; i < walk->rule->category_count; i++) {
        if (walk_category(walk, walk->rule->categories[i]))
            return true;
    }
    return false;
}

static bool is_for_everything(const struct rule *rule)
{
    return rule->product_count == 0 && rule->category_count == 0;
}

static bool is_enough(void *data, size_t product)
{
    (void)data;
    (void)product;
    return true;
}

bool lint_products_are_targets(const struct lint_products *products, const struct rule *rule)
{
    const struct walk walk = {products, rule, is_enough, NULL};

    if (!is_for_everything(rule))
        return walk_included(&walk);
    for (size_t i = 0; i < products->count; i++) {
        if (look_at(&walk, i))
            return true;
    }
    return false;
}

/* ---- Their prices ---- */

struct pricing {
    const struct lint_products *products;
    const struct rule *rule;
    enum price_rounding rounding;
    size_t found;
    int64_t result;
};

/* What the rule makes of a list price, before floors; at least the price: it takes no part. */
static int64_t price_by_rule(const struct pricing *pricing, const struct product *product)
{
    const struct rule *rule = pricing->rule;
    int64_t price = product->price, result = price;

    switch (rule->kind) {
    case RULE_PERCENT:
        result = price_after_percent(product->price, (int32_t)rule->value, pricing->rounding);
        return rule->cap > 0 && result < price - rule->cap ? price - rule->cap : result;
    case RULE_AMOUNT:
        return price - rule->value;
    case RULE_PRICE:
        if (!rule->is_price_list)
            return rule->value;
        return lint_find_product(rule->products, rule->product_count, product->id)->price;
    case RULE_KINDS:
        break;
    }
    return result;
}

static bool is_under_floor(void *data, size_t index)
{
    struct pricing *pricing = data;
    const struct product *product = &pricing->products->list[index];

    int32_t floor = pricing->products->floors[index];

    if (floor <= 0 || product->price <= floor || product->price < pricing->rule->minimum)
        return false;
    int64_t result = price_by_rule(pricing, product);
    if (result >= floor)
        return false;
    pricing->found = index;
    pricing->result = result;
    return true;
}

const struct product *lint_products_under_floor(const struct lint_products *products, const struct rule *rule,
                                                enum price_rounding rounding, int64_t *result, int32_t *floor)
{
    struct pricing pricing = {.products = products, .rule = rule, .rounding = rounding};
    const struct walk walk = {products, rule, is_under_floor, &pricing};
    bool is_found = false;

    if (products->floored_count == 0)
        return NULL;
    if (!is_for_everything(rule))
        is_found = walk_included(&walk);
    for (size_t i = 0; is_for_everything(rule) && !is_found && i < products->floored_count; i++)
        is_found =
            is_under_floor(&pricing, products->floored[i]) && !is_excluded(&products->list[products->floored[i]], rule);
    if (!is_found)
        return NULL;
    *result = pricing.result;
    *floor = products->floors[pricing.found];
    return &products->list[pricing.found];
}
