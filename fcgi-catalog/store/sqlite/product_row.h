/* SPDX-License-Identifier: MIT */
/* The row of a product: the columns in its SQL follow from the table of fields. Used in this room only. */
#ifndef CATALOG_STORE_SQLITE_PRODUCT_ROW_H
#define CATALOG_STORE_SQLITE_PRODUCT_ROW_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/product.h"

/* The row of the id ?1, for product_row_read(); and a row that is inserted or updated, for product_row_bind(). */
extern const char product_row_select[], product_row_insert[], product_row_update[];

/* Reads the product of this id, in `arena`, with the categories that it is put into, not those above them. False: the
 * row cannot be read, and `reason` says why. On true `reason` is "", or says that a number is out of range, which the
 * caller may refuse. */
MUST_CHECK bool product_row_read(sqlite3_stmt *row, int64_t id, struct arena *arena, struct product *product,
                                 char *reason, size_t reason_size);

/* What a row has for sorting and searching: see the columns sort_name, category_words, variant_words, title_words,
 * other_words. */
struct product_words {
    const char *sort_name, *of_categories, *of_variants, *of_title, *of_others;
};

/* Binds the product and its derived values, all of which must outlive the step. Its lists are packed in `arena`. */
void product_row_bind(sqlite3_stmt *statement, const struct product *product, const struct product_words *words,
                      struct arena *arena);

/* A row of the table `variant` that is inserted or updated: the variant at `index` of the product, which must outlive
 * the step, as the arena must. */
extern const char product_row_insert_variant[], product_row_update_variant[];
void product_row_bind_variant(sqlite3_stmt *statement, const struct product *product, size_t index,
                              struct arena *arena);

#endif
