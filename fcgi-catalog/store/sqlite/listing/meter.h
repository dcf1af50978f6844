/* SPDX-License-Identifier: MIT */
/*
 * How much a query may cost: processor time in all, and steps of SQLite's virtual machine while a walk is tried. A
 * statement that costs more ends with SQLITE_INTERRUPT. Used in this room only.
 */
#ifndef CATALOG_STORE_SQLITE_LISTING_METER_H
#define CATALOG_STORE_SQLITE_LISTING_METER_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* All zero: nothing is bounded. */
struct meter {
    int64_t end_ns;     /* of this thread's processor time; 0: none */
    int64_t steps_left; /* of the walk that is tried; -1: none is */
    bool is_over;       /* the time is up: every statement is interrupted */
};

/* Begin and end a query of this handle. It may take so much processor time; 0: no bound. */
void meter_begin(struct meter *meter, sqlite3 *db, int64_t budget_ns);
void meter_end(struct meter *meter, sqlite3 *db);

/* Interrupts a statement that takes more than so many thousand steps from here on; 0: no longer. */
void meter_try(struct meter *meter, int thousands);

#endif
