/* SPDX-License-Identifier: MIT */
/*
 * A product as a line of JSON Lines that import reads back: as in the answers of /products, but its categories are
 * paths from the top, "electronics/phones", and fields that are empty stand at the end as null, because import leaves
 * alone what a line does not name.
 */
#ifndef CATALOG_CTL_JSON_LINE_H
#define CATALOG_CTL_JSON_LINE_H

#include <stdio.h>

#include "common/arena.h"
#include "fcgi-catalog/catalog/product.h"

/* `categories` are the shop's, ordered by slug. */
void json_line_write(const struct product *product, const struct category_list *categories, const char *currency,
                     struct arena *arena, FILE *out);

#endif
