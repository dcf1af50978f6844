/* SPDX-License-Identifier: MIT */
/*
 * What a change does to prices: the quotes of two rulesets, for products and audiences, at one instant, side by side.
 */
#ifndef DISCOUNT_PRICING_PREVIEW_H
#define DISCOUNT_PRICING_PREVIEW_H

#include "common/arena.h"
#include "discount/pricing/change.h"
#include "discount/pricing/evaluate.h"

/* For whom prices are compared: a customer; somebody who is in one group; neither: nobody in particular. */
struct preview_audience {
    int32_t customer_id; /* 0: none */
    const char *group;   /* NULL: none */
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

/*
 * Whom a change set is for, found change by change: everybody; the groups and customers of the rules that it sets,
 * removes, enables or disables, as they were before and are after it; the groups that it removes or clears; the
 * customers that come into a group or leave it; with CHANGE_CLEAR_ALL those of all rules of `before`.
 */
struct preview_audiences;
struct preview_audiences *preview_audiences_new(const struct ruleset *before, const struct ruleset *after);
void preview_audiences_add(struct preview_audiences *audiences, const struct change *change);

/* Everybody first, then the groups by key, then the customers ascending, each once and at most `limit` in all. Lives in
 * the arena, groups included. Returns how many. */
size_t preview_audiences_list(struct preview_audiences *audiences, size_t limit, struct arena *arena,
                              struct preview_audience **list);
void preview_audiences_free(struct preview_audiences *audiences); /* NULL is allowed */

#endif
