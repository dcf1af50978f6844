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
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/catalog/product.h"

/*
 * The product as one object, {"id":1,…}, ended by NUL, in *text, which the caller frees; with those of its fields that
 * are in `fields` (enum field_bit; id always). Its strings are UTF-8; `currency` is the shop's code or "". Returns the
 * length. seams[0] is where a discount_value goes, before the fields that stand behind it; seams[1] and on, when
 * `fields` has them, where the variants' go, at the ends of their objects: room for 1 + variant_count.
 */
MUST_CHECK size_t json_print_product(const struct product *product, unsigned fields, const char *currency, char **text,
                                     size_t *seams);

/*
 * The categories as one array, [{"slug":"phones","name":"Phones","parent":"electronics","product_count":2},…], ended by
 * NUL; names and parents that are not there are left out. The caller frees it.
 */
MUST_CHECK char *json_print_categories(const struct category_list *categories);

/* One category with those right below it, {"slug":…,…,"children":[…]}, ended by NUL. The caller frees it. */
MUST_CHECK char *json_print_category(const struct category_entry *category, const struct category_list *children);

/* The most that json_put_discount_value() writes, in bytes. */
#define JSON_DISCOUNT_VALUE_MAX 112

/* The last pct and its text: most products of a page have the same. All zero at first; a caller keeps it over one
 * page. */
struct json_pct {
    float value;
    size_t length;
    char text[60];
};

/*
 * Writes "discount_value":{…} without a NUL, {} when the quote is all zero, and returns where it ends. pct is 0 to 1;
 * it is written as a plain decimal with as few digits as give the same float again.
 */
MUST_CHECK char *json_put_discount_value(char *at, const struct quote *quote, struct json_pct *last);

/* The rules as an array, [{"rule":…,…},…], ended by NUL; every field is there, even when it is empty. The caller frees
 * it. */
MUST_CHECK char *json_print_applied(const struct applied_rules *rules);

#endif
