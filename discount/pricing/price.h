/* SPDX-License-Identifier: MIT */
/*
 * Percentages of prices, exactly. Money is in the currency's minor unit (cents), percentages in hundredths of a
 * percent: 1000 is 10 %.
 */
#ifndef DISCOUNT_PRICING_PRICE_H
#define DISCOUNT_PRICING_PRICE_H

#include <stdint.h>

#define PRICE_PERCENT_MAX 10000 /* 100 % */

/*
 * What is left to pay of price_cents after `percent` hundredths of a percent are taken off, fractions of a cent
 * dropped: floor(price_cents * (10000 - percent) / 10000). price_cents is 0 or more, percent 0 … PRICE_PERCENT_MAX; the
 * product fits in 64 bits.
 */
int32_t price_after_percent(int32_t price_cents, int32_t percent);

#endif
