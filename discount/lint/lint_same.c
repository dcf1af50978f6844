/* SPDX-License-Identifier: MIT */
/* Rules that say the same. */
#include "discount/lint/internal.h"

#include <stdlib.h>
#include <string.h>

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
    uint64_t hash = (uint64_t)rule->audience;

    for (size_t i = 0; i < RULE_FIELD_COUNT; i++) {
        if (rule_field_prices(&rule_fields[i]))
            hash = lint_mix(hash, (uint64_t)rule_field_get(&rule_fields[i], rule));
    }
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

/* Rules that say the same have the same hash. Each rule is compared with the last original of its hash only, so a
 * collision can hide a duplicate, but never make one. */
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
            !rule_says_the_same(&rules->list[original].rule, &rule->rule))
            original = hashed[i].rule;
        rule->original = original;
    }
}
