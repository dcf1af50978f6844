/* SPDX-License-Identifier: MIT */
/* SQL statements that are made when they are first needed, and kept by their text. Used in this room only. */
#ifndef CATALOG_STORE_SHAPES_H
#define CATALOG_STORE_SHAPES_H

#include <sqlite3.h>
#include <stddef.h>

#include "common/compiler.h"

#define SHAPES_MAX 256

/* All zero: none. */
struct shapes {
    struct {
        char *sql;
        sqlite3_stmt *statement;
    } items[SHAPES_MAX]; /* by a hash of the text; the next one is tried when a place is taken */
    size_t count;
};

/* The statement of this text, reset and without values. NULL: it cannot be prepared; the handle says why. It is the
 * caller's until the next call; reset it when its rows are read, or it keeps the transaction open. */
sqlite3_stmt *shapes_find(struct shapes *shapes, sqlite3 *db, const char *sql);

void shapes_release(struct shapes *shapes);

#endif
