/* SPDX-License-Identifier: MIT */
/*
 * What a customer pays for a product, by one ruleset, at one instant. Pure integers; no allocation per product.
 *
 *   price = list price
 *   for each lane, contract then sale:
 *       each rule that applies makes a result of `price`, held at the product's floor or zero, whichever is higher
 *       of those whose result is below `price` one wins: lowest result, then higher priority, then lower key
 *       price = the winner's result
 *       an exclusive winner ends the evaluation
 *
 * So a price never rises, and at or below the product's floor, or at zero, no rule wins. A list price of zero or below
 * is never discounted.
 *
 * What is the same for many quotes is resolved once: a listing (products with their categories) serves every customer
 * that looks at it, a shopper (a customer with their groups) every product.
 */
#ifndef DISCOUNT_PRICING_EVALUATE_H
#define DISCOUNT_PRICING_EVALUATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "discount/ruleset/ruleset.h"

/* A product as a caller knows it. */
struct product {
    int32_t id;
    int32_t price; /* the list price */
    const char *const *categories;
    size_t category_count;
};

struct listing; /* products, resolved for one ruleset */
struct shopper; /* a customer, resolved for one ruleset */

/* Listings and shoppers live in the arena and point into the ruleset; `products` must live as long as the listing. Only
 * the first EVALUATE_CATEGORIES_MAX categories of a product count. */
#define EVALUATE_CATEGORIES_MAX 64
const struct listing *listing_resolve(const struct ruleset *ruleset, struct arena *arena,
                                      const struct product *products, size_t count);

/* Ids of 0 and below stand for no customer in particular: only the rules for everybody apply. */
const struct shopper *shopper_resolve(const struct ruleset *ruleset, struct arena *arena, int32_t customer_id);
/* A customer of whom nothing is known but this one group. A group that does not exist has no rules. */
const struct shopper *shopper_of_group(const struct ruleset *ruleset, struct arena *arena, const char *group);

/* The number of a shopper's audience: under one ruleset all shoppers of an audience pay the same for every product. A
 * customer with rules of their own is an audience alone; else the audience is the customer's groups that have rules.
 * Rulesets of the same rules give the same number, with an overlay or without. */
uint64_t shopper_audience(const struct shopper *shopper);

/* One lane of a quote. Strings live as long as the ruleset. */
struct quote_step {
    const char *key; /* of the rule that won; NULL: none did */
    const char *label;
    int32_t price_before;
    int32_t price_after;
    bool is_held; /* at the floor or at zero */
};

struct quote {
    bool is_discounted; /* the price is below the list price */
    int32_t price;      /* to pay */
    /* The percentage of the one percent rule that alone made the price, in hundredths of a percent; -1 where a cap, a
     * floor, another kind of rule or a second rule had a part in the price, and where there is no discount. */
    int32_t percent;
    bool is_held; /* a floor or zero held it in some lane */
    struct quote_step steps[RULE_LANES];
};

/* Prices product number `index` of the listing for the shopper at `now`. Listing and shopper must be of the same
 * ruleset. All of *quote is set. */
void evaluate(const struct listing *listing, size_t index, const struct shopper *shopper, int64_t now,
              struct quote *quote);

#endif
