/* SPDX-License-Identifier: MIT */
/* Rules that say the same. */
#include "discount/pricing/lint_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- Whether two do ---- */

static bool have_same_products(const struct rule_product *a, size_t a_count, const struct rule_product *b,
                               size_t b_count, bool with_prices)
{
    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++) {
        if (a[i].id != b[i].id || (with_prices && a[i].price != b[i].price))
            return false;
    }
    return true;
}

static bool have_same_categories(const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++) {
        if (strcmp(a[i], b[i]) != 0)
            return false;
    }
    return true;
}

static bool have_same_audience(const struct rule *a, const struct rule *b)
{
    return a->audience == b->audience && (a->audience != RULE_CUSTOMER || a->customer_id == b->customer_id) &&
           (a->audience != RULE_GROUP || strcmp(a->group, b->group) == 0);
}

static bool have_same_targets(const struct rule *a, const struct rule *b)
{
    return a->is_price_list == b->is_price_list &&
           have_same_products(a->products, a->product_count, b->products, b->product_count, a->is_price_list) &&
           have_same_products(a->excluded_products, a->excluded_product_count, b->excluded_products,
                              b->excluded_product_count, false) &&
           have_same_categories(a->categories, a->category_count, b->categories, b->category_count) &&
           have_same_categories(a->excluded_categories, a->excluded_category_count, b->excluded_categories,
                                b->excluded_category_count);
}

static bool say_the_same(const struct rule *a, const struct rule *b)
{
    return a->lane == b->lane && a->priority == b->priority && a->is_exclusive == b->is_exclusive &&
           a->kind == b->kind && a->value == b->value && a->minimum == b->minimum && a->cap == b->cap &&
           a->starts_at == b->starts_at && a->ends_at == b->ends_at && have_same_audience(a, b) &&
           have_same_targets(a, b);
}

/* ---- Those that may ---- */

static uint64_t hash_products(uint64_t hash, const struct rule_product *products, size_t count, bool with_prices)
{
    hash = lint_mix(hash, count);
    for (size_t i = 0; i < count; i++) {
        hash = lint_mix(hash, (uint64_t)products[i].id);
        if (with_prices)
            hash = lint_mix(hash, (uint64_t)products[i].price);
    }
    return hash;
}

static uint64_t hash_categories(uint64_t hash, const char *const *categories, size_t count)
{
    hash = lint_mix(hash, count);
    for (size_t i = 0; i < count; i++)
        hash = lint_mix_text(hash, categories[i]);
    return hash;
}

static uint64_t hash_rule(const struct rule *rule)
{
    uint64_t hash = lint_mix((uint64_t)rule->lane, (uint64_t)rule->kind);

    hash = lint_mix(lint_mix(hash, (uint64_t)rule->priority), (uint64_t)rule->value);
    hash = lint_mix(lint_mix(hash, (uint64_t)rule->minimum), (uint64_t)rule->cap);
    hash = lint_mix(lint_mix(hash, (uint64_t)rule->starts_at), (uint64_t)rule->ends_at);
    if (rule->audience == RULE_CUSTOMER)
        hash = lint_mix(hash, (uint64_t)rule->customer_id);
    if (rule->audience == RULE_GROUP)
        hash = lint_mix_text(hash, rule->group);
    hash = hash_products(hash, rule->products, rule->product_count, rule->is_price_list);
    hash = hash_products(hash, rule->excluded_products, rule->excluded_product_count, false);
    hash = hash_categories(hash, rule->categories, rule->category_count);
    return hash_categories(hash, rule->excluded_categories, rule->excluded_category_count);
}

struct hashed {
    uint64_t hash;
    bool is_disabled;
    size_t rule;
};

static int compare_hashed(const void *left, const void *right)
{
    const struct hashed *a = left, *b = right;

    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    if (a->is_disabled != b->is_disabled)
        return a->is_disabled ? 1 : -1;
    return (a->rule > b->rule) - (a->rule < b->rule);
}

/* Rules of the same hash are the same rule, but for chance: each is compared with the last original only, so that
 * chance can hide a duplicate and never make one. */
void lint_find_originals(struct lint_rules *rules)
{
    struct hashed *hashed = arena_get(&rules->arena, (rules->count + 1) * sizeof *hashed);
    size_t original = LINT_NONE;

    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->list[i].rule;
        hashed[i] = (struct hashed){hash_rule(rule), !rule->is_enabled, i};
    }
    qsort(hashed, rules->count, sizeof *hashed, compare_hashed);
    for (size_t i = 0; i < rules->count; i++) {
        struct lint_rule *rule = &rules->list[hashed[i].rule];
        if (original == LINT_NONE || hashed[i].hash != hashed[i - 1].hash ||
            !say_the_same(&rules->list[original].rule, &rule->rule))
            original = hashed[i].rule;
        rule->original = original;
    }
}
