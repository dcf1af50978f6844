/* SPDX-License-Identifier: MIT */
/* Quotes and contradictions as messages of the contract, in one place for all methods that answer with them. */
#ifndef DISCOUNT_SERVICE_VALUE_H
#define DISCOUNT_SERVICE_VALUE_H

#include "common/arena.h"
#include "discount/pricing/evaluate.h"
#include "proto/ecommerce.pb-c.h"

/*
 * Sets *value: the price to pay and the share taken off, or, where no discount applies, neither. `pct` is the
 * percentage of the one rule that made the price, and else the share that was taken off in all; it is 1 only where
 * nothing is to pay.
 */
void value_fill(Ecommerce__DiscountValue *value, const struct quote *quote, int32_t list_price);

/* Adds which rules made the price. What it adds lives in the arena and points into the quote's ruleset. */
void value_fill_applied(Ecommerce__DiscountValue *value, const struct quote *quote, struct arena *arena);

/* Describes a caller's product that contradicts the rules, and points into it. The rules' slug is not filled in. */
void contradiction_fill(Ecommerce__Contradiction *contradiction, const Ecommerce__Product *product, int32_t known_id);

#endif
