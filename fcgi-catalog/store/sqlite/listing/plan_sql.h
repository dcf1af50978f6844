/* SPDX-License-Identifier: MIT */
/* The text of a plan in SQL. Used in this room only. */
#ifndef CATALOG_STORE_SQLITE_LISTING_PLAN_SQL_H
#define CATALOG_STORE_SQLITE_LISTING_PLAN_SQL_H

#include <sqlite3.h>

#include "common/arena.h"
#include "fcgi-catalog/store/sqlite/listing/plan.h"

/* The values of all statements: ?1 the category's number, ?2 the tag, ?3 the expression for FTS5, ?4 and ?5 the lowest
 * and the highest price, ?6 and ?7 the key and the id of a place in the order, ?8 how many rows, ?9 the last id,
 * ?10 the intersection, an id set. */

/* A flag in a position's number, beside its key: the search matched the last word as it is, and so do its other
 * pages. */
#define PLAN_EXACT (INT64_C(1) << 62)

/* Which part of the rows behind a place a statement reads: an index is entered by its key, and within a key by the id,
 * so the rest of the rows with the place's own key comes first. */
enum part { PART_ALL, PART_SAME_KEY, PART_BEYOND };

/* Whether rows go from high to low: as the sort does, turned round when it is read backwards. */
bool plan_goes_down(const struct plan *plan, const struct range *range);

void plan_bind(const struct plan *plan, sqlite3_stmt *statement);
void plan_bind_range(const struct plan *plan, const struct range *range, sqlite3_stmt *statement);

/* The ids of the products that pass a filter, at most ?8. */
const char *plan_print_ids(enum filter filter);

/* The rows of the leader: id, and key or rank. In `arena`, as the texts of the other functions. */
const char *plan_print(const struct plan *plan, const struct range *range, enum part part, bool with_ranks,
                       struct arena *arena);

/* The product ?7 with its key or rank, if it passes all filters. */
const char *plan_print_one(const struct plan *plan, bool with_ranks, struct arena *arena);

/* "SELECT count(*) …" of all rows of the leader. */
const char *plan_print_count(const struct plan *plan, struct arena *arena);

#endif
