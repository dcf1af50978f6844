/* SPDX-License-Identifier: MIT */
/*
 * How much a query may cost: processor time in all, and steps of SQLite's virtual machine while a way is tried. What is
 * too much ends with SQLITE_INTERRUPT. Used in this room only.
 */
#ifndef CATALOG_STORE_SQLITE_LISTING_METER_H
#define CATALOG_STORE_SQLITE_LISTING_METER_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* All zero: nothing is bounded. */
struct meter {
    int64_t end_ns;     /* of this thread's processor time; 0: none */
    int64_t steps_left; /* of a try; -1: nothing is tried */
    bool is_over;       /* the time is up: every statement is interrupted */
};

/* A query of this handle begins, with so much time (0: as much as it takes); and ends. */
void meter_begin(struct meter *meter, sqlite3 *db, int64_t budget_ns);
void meter_end(struct meter *meter, sqlite3 *db);

/* From here on so many thousand steps are too many; 0: nothing is tried any more. */
void meter_try(struct meter *meter, int thousands);

#endif
