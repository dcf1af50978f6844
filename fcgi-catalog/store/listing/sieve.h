/* SPDX-License-Identifier: MIT */
/*
 * The products that a filter leaves: a set of ids, counted, in some two bytes for each id or a bit where they stand
 * close together. Two sets are met in the time it takes to read them, and an id is looked up in nanoseconds, where a
 * table takes a microsecond. Used in this room only.
 */
#ifndef CATALOG_STORE_LISTING_SIEVE_H
#define CATALOG_STORE_LISTING_SIEVE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

struct sieve;

struct sieve *sieve_new(void); /* empty; for sieve_free() */
void sieve_free(struct sieve *sieve);

/* Ids that no product can have (below 1, above INT32_MAX) are left out. In ascending order it is quickest. */
void sieve_add(struct sieve *sieve, int64_t id);

bool sieve_has(const struct sieve *sieve, int64_t id);
size_t sieve_count(const struct sieve *sieve);
size_t sieve_size(const struct sieve *sieve); /* in bytes */

/* The next id above (below) this one; 0: there is none. */
int32_t sieve_next(const struct sieve *sieve, int64_t id);
int32_t sieve_previous(const struct sieve *sieve, int64_t id);

/* Those that are in both. */
struct sieve *sieve_meet(const struct sieve *a, const struct sieve *b);

/* Gives the handle the function is_met(sieve, id), and a value of a statement such a sieve, which must live as long. */
MUST_CHECK bool sieve_open(sqlite3 *db, char *reason, size_t reason_size);
void sieve_bind(const struct sieve *sieve, sqlite3_stmt *statement, int place);

#endif
