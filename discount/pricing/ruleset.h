/* SPDX-License-Identifier: MIT */
/*
 * A ruleset: the rules of one revision, frozen and made ready to look up. Pure: no I/O, no clock.
 *
 * A rule takes a percentage off every product for one customer. Of the enabled rules that match, exactly one wins: the
 * lowest price to pay, then the lower key (strcmp). A rule that would not lower the price takes no part.
 */
#ifndef DISCOUNT_PRICING_RULESET_H
#define DISCOUNT_PRICING_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

struct rule {
    const char *key;     /* a slug, unique */
    int32_t customer_id; /* who gets it */
    int32_t percent;     /* hundredths of a percent, 0 … PRICE_PERCENT_MAX */
    /* In a ruleset: the same customer's next rule, of a lower percentage and a lower key. It wins where rounding makes
     * both come to the same price. NULL: none. ruleset_new() does not read it. */
    const struct rule *next;
};

/* The price that one customer pays for one product. All zero: no discount applies. */
struct quote {
    int32_t percent;     /* hundredths of a percent taken off */
    int32_t value_cents; /* the price to pay */
};

struct ruleset;

/*
 * Freezes `count` enabled rules of one revision; keys and rules are copied. Rules may come in any order: it never
 * changes a quote. The caller frees the ruleset.
 */
struct ruleset *ruleset_new(int64_t revision, const struct rule *rules, size_t count);

void ruleset_free(struct ruleset *ruleset);

int64_t ruleset_revision(const struct ruleset *ruleset);

/* This customer's rules, the highest percentage first, or NULL. Costs the logarithm of the number of customers. Looked
 * up once per customer, it prices all their products. */
const struct rule *ruleset_find(const struct ruleset *ruleset, int32_t customer_id);

/* What a customer's rules (NULL: none) make of a price. A price of zero or below is never discounted. *quote is always
 * set. True: a discount applies. */
bool rule_quote(const struct rule *rule, int32_t price_cents, struct quote *quote);

#endif
