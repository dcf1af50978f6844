/* SPDX-License-Identifier: MIT */
/*
 * Exact arithmetic with prices. Money is in the currency's minor unit, percentages in hundredths of a percent: 1000 is
 * 10 %. Every product of a price and a percentage fits in 64 bits.
 */
#ifndef DISCOUNT_RULE_PRICE_H
#define DISCOUNT_RULE_PRICE_H

#include <stdint.h>

#include "discount/rule/rule.h"

#define PRICE_PERCENT_MAX 10000 /* 100 % */

/* How a price that is not a whole minor unit becomes one. */
enum price_rounding {
    PRICE_ROUND_DOWN,      /* cut, in the customer's favour */
    PRICE_ROUND_HALF_UP,   /* to the nearest, a half upwards */
    PRICE_ROUND_HALF_EVEN, /* to the nearest, a half to the even one */
};

/* "down", "half-up", "half-even", in the order of the values, ended by NULL: for a setting. */
extern const char *const price_rounding_names[];

/*
 * What is left to pay of `price` after `percent` hundredths of a percent are taken off: price * (10000 - percent) /
 * 10000, rounded. price is 0 … INT32_MAX, percent 0 … PRICE_PERCENT_MAX, the result 0 … price.
 */
int32_t price_after_percent(int32_t price, int32_t percent, enum price_rounding rounding);

/* A rule's result, not yet held at the floor or at zero: `price` less the percentage, which takes off at most `cap` (0:
 * no limit), or less the amount; or the rule's own price. */
static inline int64_t price_by_rule(enum rule_kind kind, int64_t value, int64_t cap, int32_t price,
                                    enum price_rounding rounding)
{
    switch (kind) {
    case RULE_PERCENT: {
        int64_t left = price_after_percent(price, (int32_t)value, rounding);
        return cap > 0 && price - left > cap ? price - cap : left;
    }
    case RULE_AMOUNT:
        return price - value;
    default:
        return value;
    }
}

#endif
