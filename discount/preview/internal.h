/* SPDX-License-Identifier: MIT */
/* What a change of the rules concerns: for the files of the preview only. */
#ifndef DISCOUNT_PREVIEW_INTERNAL_H
#define DISCOUNT_PREVIEW_INTERNAL_H

#include "discount/preview/preview.h"

/* Some of the products, a bit for each. */
typedef uint64_t product_set;
#define PRODUCT_SET_BITS 64

static inline void product_set_add(product_set *set, size_t product)
{
    set[product / PRODUCT_SET_BITS] |= UINT64_C(1) << product % PRODUCT_SET_BITS;
}

static inline bool product_set_has(const product_set *set, size_t product)
{
    return (set[product / PRODUCT_SET_BITS] >> product % PRODUCT_SET_BITS & 1) != 0;
}

/* A group, and the products whose prices its rules may make, before or after. */
struct concerned_group {
    const char *key;
    product_set *products;
    product_set *changed; /* those for which one of these rules differs */
};

#define CONCERN_ALL UINT32_MAX /* every product */

/* A customer who has a rule of their own that may make the price of a product, before or after. */
struct concerned_customer {
    int32_t customer_id;
    uint32_t product;
    bool is_changed; /* the rule differs */
};

struct concern {
    size_t words;                   /* of a set of products */
    product_set *general;           /* for which a rule for everybody differs, or the floor */
    struct concerned_group *groups; /* by key */
    size_t group_count;
    struct concerned_customer *customers; /* by customer, then by product; CONCERN_ALL comes last */
    size_t customer_count;
    size_t max_customers;
    bool is_too_much; /* there are more than max_customers */
};

/* Compares the rulesets. `concern` is all zero but max_customers; strings point into the rulesets, sets lie in the
 * arena. */
void concern_find(const struct ruleset *before, const struct ruleset *after, int64_t now,
                  const struct product *products, size_t product_count, struct arena *arena, struct concern *concern);
void concern_release(struct concern *concern);

/* The place of a group; group_count: no rule for it may make a price. */
size_t concern_find_group(const struct concern *concern, const char *key);

/* The entries of a customer: *count of them, from the one returned on. */
const struct concerned_customer *concern_find_customer(const struct concern *concern, int32_t customer_id,
                                                       size_t *count);

#endif
