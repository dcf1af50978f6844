/* SPDX-License-Identifier: MIT */
/* Shops at random, from a seed: small numbers of everything, so that rules meet often. */
#ifndef TESTS_RANDOM_SHOP_H
#define TESTS_RANDOM_SHOP_H

#include "shop.h"

#define RANDOM_TARGETS 3
#define RANDOM_CUSTOMERS 6
#define RANDOM_GROUPS 4
#define RANDOM_PRODUCTS 8
#define RANDOM_KEYS 24

struct random {
    uint64_t state; /* not 0 */
};

/* xorshift64* */
static inline uint32_t random_next(struct random *random, uint32_t below)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return (uint32_t)((random->state * UINT64_C(2685821657736338717) >> 32) % below);
}

static inline bool random_is(struct random *random, uint32_t one_in)
{
    return random_next(random, one_in) == 0;
}

static const char *const random_categories[] = {"phones", "games", "books", "red", "blue"};
static const char *const random_groups[RANDOM_GROUPS] = {"vip", "staff", "schools", "resellers"};

/* A rule and what it points to. It must not move once filled in. */
struct random_rule {
    struct rule rule;
    char key[16];
    char label[16];
    struct rule_product products[RANDOM_TARGETS], excluded_products[RANDOM_TARGETS];
    const char *categories[RANDOM_TARGETS], *excluded_categories[RANDOM_TARGETS];
};

static inline size_t random_products(struct random *random, struct rule_product *products)
{
    size_t count = random_next(random, RANDOM_TARGETS + 1);
    int32_t first = 1 + (int32_t)random_next(random, RANDOM_PRODUCTS);

    /* Each once, in an order that is not theirs. */
    for (size_t i = 0; i < count; i++)
        products[i] = (struct rule_product){
            .id = 1 + (first + (int32_t)i * 3) % RANDOM_PRODUCTS,
            .price = random_next(random, 1200),
        };
    return count;
}

static inline size_t random_names(struct random *random, const char **names)
{
    size_t count = random_next(random, RANDOM_TARGETS), first = random_next(random, 5);

    for (size_t i = 0; i < count; i++)
        names[i] = random_categories[(first + i * 2) % ARRAY_LENGTH(random_categories)];
    return count;
}

static inline void random_value(struct random *random, struct rule *rule)
{
    static const int64_t percents[] = {0, 1, 100, 999, 1000, 1001, 2500, 3333, 5000, 9999, 10000};

    rule->kind = (enum rule_kind)random_next(random, RULE_KINDS);
    if (rule->kind == RULE_PERCENT)
        rule->value = percents[random_next(random, ARRAY_LENGTH(percents))];
    else
        rule->value = 1 + random_next(random, 1200);
    if (rule->kind == RULE_PERCENT && random_is(random, 4))
        rule->cap = 1 + random_next(random, 300);
}

static inline void random_targets(struct random *random, struct random_rule *made)
{
    struct rule *rule = &made->rule;

    rule->products = made->products;
    rule->excluded_products = made->excluded_products;
    rule->categories = made->categories;
    rule->excluded_categories = made->excluded_categories;
    if (random_is(random, 3))
        return; /* everything */
    rule->product_count = random_products(random, made->products);
    if (rule->kind == RULE_PRICE && rule->product_count > 0 && random_is(random, 2)) {
        rule->is_price_list = true;
        rule->value = 0;
        return;
    }
    rule->category_count = random_names(random, made->categories);
    if (random_is(random, 3))
        rule->excluded_product_count = random_products(random, made->excluded_products);
    if (random_is(random, 3))
        rule->excluded_category_count = random_names(random, made->excluded_categories);
}

static inline void random_rule(struct random *random, struct random_rule *made)
{
    struct rule *rule = &made->rule;

    snprintf(made->key, sizeof made->key, "rule-%u", (unsigned)random_next(random, RANDOM_KEYS));
    snprintf(made->label, sizeof made->label, "Label %u", (unsigned)random_next(random, 100));
    *rule = (struct rule){
        .key = made->key,
        .label = made->label,
        .is_enabled = !random_is(random, 8),
        .is_exclusive = random_is(random, 6),
        .lane = (enum rule_lane)random_next(random, RULE_LANES),
        .priority = (int32_t)random_next(random, 3) - 1,
        .audience = (enum rule_audience)random_next(random, 3),
    };
    random_value(random, rule);
    random_targets(random, made);
    if (rule->audience == RULE_CUSTOMER)
        rule->customer_id = 1 + (int32_t)random_next(random, RANDOM_CUSTOMERS);
    if (rule->audience == RULE_GROUP)
        rule->group = random_groups[random_next(random, RANDOM_GROUPS)];
    if (random_is(random, 4))
        rule->minimum = random_next(random, 1000);
    if (random_is(random, 4))
        rule->starts_at = SHOP_NOW - 10 + (int32_t)random_next(random, 20);
    if (random_is(random, 4))
        rule->ends_at = (rule->starts_at > 0 ? rule->starts_at : SHOP_NOW - 10) + 1 + (int32_t)random_next(random, 20);
}

struct random_product {
    struct product product;
    const char *categories[RANDOM_TARGETS];
};

static inline void random_product(struct random *random, struct random_product *made)
{
    static const int32_t prices[] = {-5, 0, 1, 2, 5, 10, 99, 100, 999, 1000, INT32_MAX};

    made->product = (struct product){
        .id = 1 + (int32_t)random_next(random, RANDOM_PRODUCTS),
        .price = random_is(random, 2) ? prices[random_next(random, ARRAY_LENGTH(prices))]
                                      : (int32_t)random_next(random, 1500),
        .categories = made->categories,
        .category_count = random_names(random, made->categories),
    };
}

/* The instants around which windows begin and end. */
static inline int64_t random_now(struct random *random)
{
    return SHOP_NOW - 15 + (int32_t)random_next(random, 40);
}

#endif
