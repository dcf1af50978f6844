/* SPDX-License-Identifier: MIT */
/* Currencies (ISO 4217): their codes, and how many decimals their minor unit has. Pure. */
#ifndef CATALOG_CATALOG_CURRENCY_H
#define CATALOG_CATALOG_CURRENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

/* Decimals of a price whose currency is not known (code ""): the contract's field is called price_in_cents. */
#define CURRENCY_EXPONENT_UNKNOWN 2

/* Decimals of the minor unit: 2 for "EUR", 0 for "JPY", 3 for "KWD", 2 for "". False: there is no such currency; codes
 * that stand for no money (XAU, XTS …) are not accepted. */
MUST_CHECK bool currency_find(const char *code, int *exponent);

/* "-21474836.48" and "0.2147483648" fit, and a NUL. */
#define CURRENCY_TEXT_SIZE 16

/* Writes an amount of minor units as a plain decimal, "1299.00", and returns its length. */
size_t currency_print(int32_t amount, int exponent, char text[CURRENCY_TEXT_SIZE]);

enum currency_status {
    CURRENCY_OK,
    CURRENCY_MALFORMED,    /* not digits with at most one point among them */
    CURRENCY_TOO_PRECISE,  /* more decimals than the currency has, and not zeros */
    CURRENCY_OUT_OF_RANGE, /* above 2147483647 minor units */
};

/* Reads a plain decimal, "1299", "1299.5" or "1299.00", as minor units, exactly. No sign, no grouping, no exponent. */
MUST_CHECK enum currency_status currency_read(const char *text, int exponent, int32_t *amount);

#endif
