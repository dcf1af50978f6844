/* SPDX-License-Identifier: MIT */
/* Percentages of prices, exactly. */
#include "discount/rule/price.h"

#include <assert.h>
#include <stddef.h>

const char *const price_rounding_names[] = {"down", "half-up", "half-even", NULL};

int32_t price_after_percent(int32_t price, int32_t percent, enum price_rounding rounding)
{
    assert(price >= 0 && percent >= 0 && percent <= PRICE_PERCENT_MAX);
    /* Nothing here is negative, so the division cuts down; what is rounded up stays at or below `price`. */
    int64_t exact = (int64_t)price * (PRICE_PERCENT_MAX - percent);
    int64_t whole = exact / PRICE_PERCENT_MAX;
    int64_t twice_rest = exact % PRICE_PERCENT_MAX * 2;

    if (rounding == PRICE_ROUND_HALF_UP)
        whole += twice_rest >= PRICE_PERCENT_MAX;
    else if (rounding == PRICE_ROUND_HALF_EVEN)
        whole += twice_rest > PRICE_PERCENT_MAX || (twice_rest == PRICE_PERCENT_MAX && whole % 2 == 1);
    return (int32_t)whole;
}
