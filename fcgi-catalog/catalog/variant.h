/* SPDX-License-Identifier: MIT */
/*
 * Variants of a product: what they may be, and as texts, in CSV and in the database. Of one variant, with the fields of
 * variant.def that have a value:
 *
 *     id:7;Size=M;Colour=Red;sku:SHIRT-M-RED;price_in_cents:1999;stock:in-stock
 *
 * Several have '|' between them. A backslash stands before '\', '|' and ';' that belong to a text, and before '=' and
 * ':' in the name of an option. Pure.
 */
#ifndef CATALOG_CATALOG_VARIANT_H
#define CATALOG_CATALOG_VARIANT_H

#include <stdbool.h>

#include "common/arena.h"
#include "common/buffer.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/catalog/product.h"

/* Appends the variants of the product. */
void variant_print_all(struct buffer *text, const struct product *product);

/* The options alone, "Size=M;Colour=Red", in `arena`, in their order. */
const char *variant_print_options(const struct product_variant *variant, struct arena *arena);

/* Reads such a text into the variant's options, which live in `arena`. False: it is none. */
MUST_CHECK bool variant_read_options(const char *text, struct arena *arena, struct product_variant *variant);

enum variant_part_kind { VARIANT_OPTION, VARIANT_FIELD, VARIANT_PART_WRONG };

/* "Size=M" is an option, "sku:SHIRT-M" a field. */
struct variant_part {
    enum variant_part_kind kind;
    const char *name, *value; /* in the arena; of a wrong part the name is all of it */
};

/* The next part of a text. Returns what is behind it: ';', '|' or NUL. *at moves behind that. */
char variant_next_part(const char **at, struct arena *arena, struct variant_part *part);

/* Appends an option to the variant. In `arena`. */
void variant_add_option(struct product_variant *variant, const char *name, const char *value, struct arena *arena);

/* Whether both have the same options, in whatever order; and in the same one. */
bool variant_has_same_options(const struct product_variant *a, const struct product_variant *b);
bool variant_prints_same_options(const struct product_variant *a, const struct product_variant *b);

/* What is not allowed of the variant at `index`, in itself or beside those before it; NULL: nothing. In `arena`. */
const char *variant_fault(const struct product *product, size_t index, struct arena *arena);

/* The row of variant.def of this name; NULL: there is none. */
const struct field *variant_find_field(const char *name);

/* ", sku, price_in_cents …": the names of the fields of variant.def. In `arena`. */
const char *variant_list_fields(struct arena *arena);

/* The price of the cheapest variant; that of a product without variants. */
int32_t variant_lowest_price(const struct product *product);
int32_t variant_highest_price(const struct product *product); /* likewise of the dearest one */

/* The variant of this id; NULL: the product has none. */
const struct product_variant *variant_find(const struct product *product, int32_t id);

#endif
