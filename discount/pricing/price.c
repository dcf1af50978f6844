/* SPDX-License-Identifier: MIT */
/* Percentages of prices, exactly. */
#include "discount/pricing/price.h"

#include <assert.h>

int32_t price_after_percent(int32_t price_cents, int32_t percent)
{
    assert(price_cents >= 0 && percent >= 0 && percent <= PRICE_PERCENT_MAX);
    /* Nothing here is negative, so the division cuts down. */
    return (int32_t)((int64_t)price_cents * (PRICE_PERCENT_MAX - percent) / PRICE_PERCENT_MAX);
}
