/* SPDX-License-Identifier: MIT */
/*
 * Pages that are read from the database: by the thread that serves everybody, when that takes a moment, else by one of
 * their own, which takes the processor when others leave it.
 *
 *     reading_read(quick store) ──> there it is
 *              └ STORE_LIMITED ──> readings_add() ──> reading_read(patient store) ──> event_fd ──> readings_take()
 */
#ifndef CATALOG_SITE_READINGS_H
#define CATALOG_SITE_READINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "fcgi-catalog/catalog/query.h"
#include "fcgi-catalog/catalog/shelf.h"
#include "fcgi-catalog/store/store.h"

/* Of processor time, for one page: what others may have to wait for, and what is too much for anybody. An ordinary page
 * takes 0.3 ms, one that is searched among thousands and ranked 1.5. */
#define READING_QUICK_NS (2 * INT64_C(1000000))
#define READING_PATIENT_NS (1000 * INT64_C(1000000))

/* So many may wait: the last one of them for less time than people do. */
#define READINGS_MAX 16

struct visit;

/* A page to be read. Fill in the first seven, which stay while it is read. */
struct reading {
    struct visit *visit; /* for the caller */
    const struct product_query *query;
    const char *key; /* for the caller, as the next one */
    const char *category;
    struct cursor_secret secret; /* of the shop, as the currency */
    char currency[4];
    struct reading *next; /* NULL */
    /* What came of it. */
    enum store_status status;
    struct shelf *shelf; /* STORE_OK: the caller's use of it */
};

void reading_read(struct reading *reading, struct store *store);

struct readings;

/* Starts the thread, with a store of its own, which is its from now on. NULL: there is no thread; the store stays the
 * caller's. */
struct readings *readings_new(struct store *store);

/* Readable when one is done. */
int readings_event_fd(const struct readings *readings);

/* False: too many are waiting. True: it comes back by readings_take(). */
MUST_CHECK bool readings_add(struct readings *readings, struct reading *reading);

/* Those that are done, in a chain; NULL: none is. */
struct reading *readings_take(struct readings *readings);

/* Waits for the one that is being read. Those that wait are given up. NULL is allowed. */
void readings_free(struct readings *readings);

#endif
