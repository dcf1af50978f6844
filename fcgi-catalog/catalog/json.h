/* SPDX-License-Identifier: MIT */
/*
 * The catalog's things as compact JSON (RFC 8259), as proto3 prints them: fields in the order of their numbers, zero
 * and empty ones left out. cJSON prints what is printed once; the discount, printed with every answer, is written by
 * hand.
 */
#ifndef CATALOG_CATALOG_JSON_H
#define CATALOG_CATALOG_JSON_H

#include <stddef.h>

#include "common/compiler.h"
#include "fcgi-catalog/catalog/product.h"

/* The product as one object, {"id":1,…}, ended by NUL. The caller frees it. Its strings are UTF-8. */
MUST_CHECK char *json_print_product(const struct product *product);

/* The most that json_put_discount_value() writes, in bytes. */
#define JSON_DISCOUNT_VALUE_MAX 80

/* The last pct that was printed: most pages have one. All zero at first; a caller keeps it over one page. */
struct json_pct {
    float value;
    size_t length;
    char text[20];
};

/*
 * Writes "discount_value":{…} without a NUL, {} when the quote is all zero, and returns where it ends. pct is written
 * with as few digits as give the same float again, and is finite.
 */
MUST_CHECK char *json_put_discount_value(char *at, const struct quote *quote, struct json_pct *last);

#endif
