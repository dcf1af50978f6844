/* SPDX-License-Identifier: MIT */
/* The products that a lint is given: what rules make of their prices. */
#include "discount/lint/internal.h"

struct lint_products {
    const struct product *list;
    const struct product_index *index;
    int32_t *floors;
    bool has_floors;
};

const struct lint_products *lint_products_new(const struct ruleset *ruleset, const struct product *list, size_t count,
                                              struct arena *arena)
{
    struct lint_products *products = arena_get(arena, sizeof *products);

    *products = (struct lint_products){.list = list, .index = product_index_new(list, count, arena)};
    products->floors = arena_get(arena, (count + 1) * sizeof *products->floors);
    for (size_t i = 0; i < count; i++) {
        products->floors[i] = ruleset_floor(ruleset, list[i].id);
        products->has_floors |= products->floors[i] > 0;
    }
    return products;
}

const struct product_index *lint_products_index(const struct lint_products *products)
{
    return products->index;
}

/* ---- The targets of a rule ---- */

struct surveying {
    const struct lint_products *products;
    const struct rule *rule;
    struct lint_survey survey;
};

static bool survey_product(void *data, size_t index)
{
    struct surveying *surveying = data;
    struct lint_survey *survey = &surveying->survey;
    const struct product *product = &surveying->products->list[index];
    const struct rule *rule = surveying->rule;

    survey->has_target = true;
    survey->is_reached |= product->price >= rule->minimum;
    if (product->price > survey->most)
        survey->most = product->price;
    if (!rule->is_price_list)
        return survey->is_reached;
    survey->listed++;
    if (rule_find_product(rule->products, rule->product_count, product->id)->price < product->price)
        return false;
    if (survey->dear++ == 0)
        survey->dear_product = index;
    return false;
}

struct lint_survey lint_products_survey(const struct lint_products *products, const struct rule *rule)
{
    struct surveying surveying = {.products = products, .rule = rule};

    (void)product_index_each(products->index, rule, survey_product, &surveying);
    return surveying.survey;
}

/* ---- Their prices ---- */

struct pricing {
    const struct lint_products *products;
    const struct rule *rule;
    enum price_rounding rounding;
    size_t found;
    int64_t result;
};

static bool is_under_floor(void *data, size_t index)
{
    struct pricing *pricing = data;
    const struct product *product = &pricing->products->list[index];

    int32_t floor = pricing->products->floors[index];

    if (floor <= 0 || product->price <= floor || product->price < pricing->rule->minimum)
        return false;
    int64_t value = pricing->rule->value;
    if (pricing->rule->is_price_list)
        value = rule_find_product(pricing->rule->products, pricing->rule->product_count, product->id)->price;
    int64_t result = price_by_rule(pricing->rule->kind, value, pricing->rule->cap, product->price, pricing->rounding);
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

    if (!products->has_floors || !product_index_each(products->index, rule, is_under_floor, &pricing))
        return NULL;
    *result = pricing.result;
    *floor = products->floors[pricing.found];
    return &products->list[pricing.found];
}
