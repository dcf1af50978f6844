/* SPDX-License-Identifier: MIT */
/*
 * What a change does to prices: the quotes of two rulesets, for products and audiences, at one instant, side by side.
 */
#ifndef DISCOUNT_PREVIEW_PREVIEW_H
#define DISCOUNT_PREVIEW_PREVIEW_H

#include "common/arena.h"
#include "common/compiler.h"
#include "discount/pricing/evaluate.h"

/* For whom prices are compared: a customer; somebody who is in one group; neither: nobody in particular. */
struct preview_audience {
    int32_t customer_id; /* 0: none */
    const char *group;   /* NULL: none */
    size_t alike;        /* how many more customers are known to pay the same */
    /* Which of the products, ascending; NULL: all. */
    const uint32_t *products;
    size_t product_count;
};

/* A price that is not the same in both. */
struct preview_price {
    size_t product;  /* which of the products */
    size_t audience; /* which of the audiences */
    struct quote before, after;
};

struct preview {
    /* The changed prices, audience by audience, each in the order of the products. */
    struct preview_price *prices;
    size_t price_count;
    /* Over all quotes, those that are not listed included. */
    int64_t quotes, changed, lower, higher;
    int64_t held_before, held_after; /* at a floor or at zero */
    int64_t sum_before, sum_after;
};

/* Compares. At most max_prices are listed; what they point to lives in the arena and the rulesets. */
void preview_compare(const struct ruleset *before, const struct ruleset *after, int64_t now,
                     const struct product *products, size_t product_count, const struct preview_audience *audiences,
                     size_t audience_count, size_t max_prices, struct arena *arena, struct preview *preview);

struct preview_audiences {
    struct preview_audience *list;
    size_t count;
    size_t quotes; /* audiences times their products */
};

/*
 * Finds by construction whom the change from one ruleset to the other may give another price for one of the products at
 * `now`. A price is made by the rules that may apply to the product then; of two customers for whom these are the same,
 * before and after, one stands for both. So the list has
 *
 *   - nobody in particular, always;
 *   - the groups that have such rules, for all members whose price of a product just one group makes;
 *   - where several groups do, or a customer joins or leaves one, one customer for each set of groups;
 *   - the customers who have such rules of their own, for the products of these.
 *
 * All but the first are only for the products that a changed rule or floor, or a change of members, is about. Groups
 * come by key, then customers ascending. False: there would be more than max_quotes. The list lives in the arena and in
 * the rulesets.
 */
MUST_CHECK bool preview_find_audiences(const struct ruleset *before, const struct ruleset *after, int64_t now,
                                       const struct product *products, size_t product_count, size_t max_quotes,
                                       struct arena *arena, struct preview_audiences *audiences);

#endif
