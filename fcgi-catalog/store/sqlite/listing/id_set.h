/* SPDX-License-Identifier: MIT */
/*
 * The products that pass a filter: a set of ids and their count, in some two bytes for each id, or one bit each where
 * ids stand close together. An intersection takes as long as reading both sets; looking up an id takes nanoseconds,
 * where a table takes a microsecond. Used in this room only.
 */
#ifndef CATALOG_STORE_SQLITE_LISTING_ID_SET_H
#define CATALOG_STORE_SQLITE_LISTING_ID_SET_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

struct id_set;

struct id_set *id_set_new(void); /* empty; for id_set_free() */
void id_set_free(struct id_set *set);

/* Ids that no product can have (below 1, above INT32_MAX) are left out. Adding is quickest in ascending order. */
void id_set_add(struct id_set *set, int64_t id);

bool id_set_has(const struct id_set *set, int64_t id);
size_t id_set_count(const struct id_set *set);
size_t id_set_size(const struct id_set *set); /* in bytes */

/* The next id above (below) this one; 0: there is none. */
int32_t id_set_next(const struct id_set *set, int64_t id);
int32_t id_set_previous(const struct id_set *set, int64_t id);

/* The ids that are in both sets. */
struct id_set *id_set_intersect(const struct id_set *a, const struct id_set *b);

/* id_set_open() gives the handle the function in_set(set, id). id_set_bind() binds a set to a parameter of a statement;
 * the set must live as long as it is bound. */
MUST_CHECK bool id_set_open(sqlite3 *db, char *reason, size_t reason_size);
void id_set_bind(const struct id_set *set, sqlite3_stmt *statement, int place);

#endif
