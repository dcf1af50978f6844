/* SPDX-License-Identifier: MIT */
/* Amounts of money as people and shops write them. Pure. Used in this room only. */
#ifndef CATALOG_IMPORT_MONEY_H
#define CATALOG_IMPORT_MONEY_H

#include "common/arena.h"
#include "common/compiler.h"

enum money_status {
    MONEY_OK,
    MONEY_MALFORMED, /* no amount: digits with separators, and at most one sign or code of a currency around them */
    MONEY_AMBIGUOUS, /* "1,299" and "1.299" may be thousands, or have three decimals */
};

struct money {
    const char *decimal;  /* a plain decimal with a point, as currency_read() takes it; AMBIGUOUS: read with decimals */
    const char *whole;    /* AMBIGUOUS: read as thousands */
    const char *currency; /* the code of ISO 4217 that the text has or its sign means; "" for a sign of several */
};

/*
 * Reads "12.50", "12,50", "1,299.00", "1.299,00 €", "1 299,00", "1'299.00", "EUR 12.50". Of two separators the last one
 * is of the decimals; one alone is of the thousands where it comes several times, and of the decimals unless three
 * digits follow it and up to three, not "0", are before it. `exponent` is the currency's: where it has three decimals,
 * a point is one of decimals. Texts are in `arena`.
 */
MUST_CHECK enum money_status money_read(const char *text, int exponent, struct arena *arena, struct money *money);

#endif
