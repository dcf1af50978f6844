/* SPDX-License-Identifier: MIT */
/* The text of a selection in SQL. Used by selection.c only. */
#ifndef CATALOG_STORE_SELECTION_SQL_H
#define CATALOG_STORE_SELECTION_SQL_H

#include <sqlite3.h>

#include "common/arena.h"
#include "fcgi-catalog/store/selection.h"

/* The values of all statements: ?1 the category's number, ?2 the tag, ?3 the expression for FTS5, ?4 and ?5 the lowest
 * and the highest price, ?6 and ?7 the key and the id of a place in the order, ?8 how many rows, ?9 the last id. */
#define SELECT_SEARCH_PAST_RANKED                                                                                      \
    "SELECT rowid FROM product_search WHERE product_search MATCH ?3 LIMIT 1 OFFSET " TEXT_OF(STORE_RANKED_MAX)
#define COUNT_SOME_FOUND COUNT_SOME("product_search WHERE product_search MATCH ?3")
#define COUNT_SOME_TAGGED COUNT_SOME("product_tag INDEXED BY product_tag_by_tag WHERE tag = ?2")
#define COUNT_SOME_PRICES COUNT_SOME("product INDEXED BY product_by_price WHERE price_in_cents BETWEEN ?4 AND ?5")
#define COUNT_SOME_PRICES_IN                                                                                           \
    COUNT_SOME("product_in INDEXED BY product_in_by_price WHERE category = ?1 AND price_in_cents BETWEEN ?4 AND ?5")

#define COUNT_SOME(from) "SELECT count(*) FROM (SELECT 1 FROM " from " LIMIT ?8)"
#define TEXT_OF(number) TEXT_OF_EXPANDED(number)
#define TEXT_OF_EXPANDED(number) #number

/* In the number of a position, beside what else is in it: the search went for the last word as it is. Whoever pages on
 * goes for the same. */
#define SELECTION_EXACT (INT64_C(1) << 62)

void selection_bind(const struct selection *selection, sqlite3_stmt *statement);
void selection_bind_range(const struct selection *selection, const struct selection_range *range,
                          sqlite3_stmt *statement);

/* "SELECT count(*) …" of all that match. In `arena`. */
const char *selection_print_count(const struct selection *selection, struct arena *arena);

#endif
