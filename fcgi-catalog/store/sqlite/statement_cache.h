/* SPDX-License-Identifier: MIT */
/* SQL statements that are prepared when they are first needed, and kept by their text. Used in this room only. */
#ifndef CATALOG_STORE_SQLITE_STATEMENT_CACHE_H
#define CATALOG_STORE_SQLITE_STATEMENT_CACHE_H

#include <sqlite3.h>

#include "fcgi-catalog/catalog/cache.h"

struct cache *statement_cache_new(void);

/* The statement of this text, reset and without values. NULL: it cannot be prepared; the handle says why. It is the
 * caller's until the next call; reset it when its rows are read, or it keeps the transaction open. */
sqlite3_stmt *statement_cache_get(struct cache *statements, sqlite3 *db, const char *sql);

#endif
