/* SPDX-License-Identifier: MIT */
/* The two ways to read a selection. Used by selection*.c only. Results: SQLITE_DONE, *keys is filled, or SQLite's
 * error. */
#ifndef CATALOG_STORE_LISTING_SELECTION_WAY_H
#define CATALOG_STORE_LISTING_SELECTION_WAY_H

#include "fcgi-catalog/store/listing/selection.h"

/* ---- Along the index that has the sort's order (selection_walk.c) ---- */

MUST_CHECK int way_walk(const struct selection *selection, const struct selection_range *range, bool with_ranks,
                        struct arena *arena, struct keys *keys);

/* The same, given up after so many thousand steps of SQLite's virtual machine: SQLITE_INTERRUPT, and *keys has some. */
MUST_CHECK int way_try(const struct selection *selection, const struct selection_range *range, int steps,
                       bool with_ranks, struct arena *arena, struct keys *keys);

/* A row of a statement: id, and key or rank. */
struct key way_read_key(const struct selection *selection, sqlite3_stmt *row, bool with_ranks, struct arena *arena);
void way_add_key(struct keys *keys, size_t *room, struct key key, struct arena *arena);

/* ---- Along those that are met (selection_met.c) ---- */

/* Whether they are few. */
bool way_met_few(const struct selection *selection);

/* By id as they come, or with ranks; for another order they are looked up and sorted, all of them. Each is asked for
 * what is still open. */
MUST_CHECK int way_look_up(const struct selection *selection, const struct selection_range *range, bool with_ranks,
                           struct arena *arena, struct keys *keys);

/* In another order than that of ids, when nothing is open: by a walk, or by an order of them that is kept. */
MUST_CHECK int way_follow(const struct selection *selection, const struct selection_range *range, struct arena *arena,
                          struct keys *keys);

#endif
