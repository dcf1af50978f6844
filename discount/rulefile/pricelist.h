/* SPDX-License-Identifier: MIT */
/*
 * A price list as CSV (RFC 4180): a header `product,price`, then a product's slug and its price in the minor unit a
 * line. By libcsv.
 */
#ifndef DISCOUNT_RULEFILE_PRICELIST_H
#define DISCOUNT_RULEFILE_PRICELIST_H

#include <stdio.h>

#include "discount/rulefile/rulefile.h"

/* Reads a price list of at least one product into the products of a rule; they live in the arena. What is wrong is told
 * with its line. A byte order mark, blank lines and CR LF are allowed. */
MUST_CHECK bool pricelist_parse(const char *text, size_t length, struct arena *arena, struct rule_product **products,
                                size_t *count, rulefile_fault_f *fault, void *data);

/* Writes one that pricelist_parse() reads back. */
void pricelist_print(FILE *out, const struct rule_product *products, size_t count);

#endif
