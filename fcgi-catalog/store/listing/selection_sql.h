/* SPDX-License-Identifier: MIT */
/* The text of a selection in SQL. Used by the files of the selection only. */
#ifndef CATALOG_STORE_LISTING_SELECTION_SQL_H
#define CATALOG_STORE_LISTING_SELECTION_SQL_H

#include <sqlite3.h>

#include "common/arena.h"
#include "fcgi-catalog/store/listing/selection.h"

/* The values of all statements: ?1 the category's number, ?2 the tag, ?3 the expression for FTS5, ?4 and ?5 the lowest
 * and the highest price, ?6 and ?7 the key and the id of a place in the order, ?8 how many rows, ?9 the last id,
 * ?10 the sieve of those that are met. */

/* In the number of a position, beside what else is in it: the search went for the last word as it is. Whoever pages on
 * goes for the same. */
#define SELECTION_EXACT (INT64_C(1) << 62)

/* Whether the sort goes from high to low; and whether rows do, as it is turned round when it is read backwards. */
bool selection_is_down(const struct selection *selection);
bool selection_goes_down(const struct selection *selection, const struct selection_range *range);

void selection_bind(const struct selection *selection, sqlite3_stmt *statement);
void selection_bind_range(const struct selection *selection, const struct selection_range *range,
                          sqlite3_stmt *statement);

/* The ids that a filter leaves, at most ?8. */
const char *selection_print_ids(enum filter filter);

/* The rows that come by the leader: id, and key or rank. In `arena`, as the others. */
const char *selection_print(const struct selection *selection, const struct selection_range *range, enum part part,
                            bool with_ranks, struct arena *arena);

/* The product ?7 with its key or rank, if all filters leave it. */
const char *selection_print_one(const struct selection *selection, bool with_ranks, struct arena *arena);

/* "SELECT count(*) …" of all that come by the leader. */
const char *selection_print_count(const struct selection *selection, struct arena *arena);

#endif
