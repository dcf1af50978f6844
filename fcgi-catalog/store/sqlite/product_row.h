/* SPDX-License-Identifier: MIT */
/* The row of a product: what SQL says of its columns follows from the table of fields. Used in this room only. */
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

/* The product of this id, of its categories those that it is put into, in `arena`. `reason` says what breaks the rules
 * of the catalog: on false it cannot be read; a number that is out of range is for the caller to refuse, "" is none. */
MUST_CHECK bool product_row_read(sqlite3_stmt *row, int64_t id, struct arena *arena, struct product *product,
                                 char *reason, size_t reason_size);

/* Binds the product, and what is derived of it; all of that must outlive the step. Its lists are packed in `arena`. */
void product_row_bind(sqlite3_stmt *statement, const struct product *product, const char *sort_name,
                      const char *category_words, struct arena *arena);

#endif
