/* SPDX-License-Identifier: MIT */
/* Prices as people read them: "€1,299.00", "1.299,00 €", "CHF 49.90", "999.99" in a shop without a currency. */
#ifndef CATALOG_PAGE_MONEY_H
#define CATALOG_PAGE_MONEY_H

#include <stdint.h>

#include "common/arena.h"
#include "fcgi-catalog/page/language.h"

/* The amount, in the minor unit of `currency` (ISO 4217, or ""), with its sign or code. In `arena`, or static. */
const char *money_print(int32_t amount, const char *currency, const struct language *language, struct arena *arena);

/* The same as a plain decimal, for programs: "1299.00". */
const char *money_print_plain(int32_t amount, const char *currency, struct arena *arena);

/* Round amounts, as bounds for a shop's prices, in minor units, growing: MONEY_STEPS of them. */
#define MONEY_STEPS 11
int32_t money_step(int index, const char *currency);

#endif
