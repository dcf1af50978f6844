/* SPDX-License-Identifier: MIT */
/* The store in SQLite: a database file, catalog.db, with a schema version (PRAGMA user_version). */
#ifndef CATALOG_STORE_SQLITE_SQLITE_H
#define CATALOG_STORE_SQLITE_SQLITE_H

#include "fcgi-catalog/store/store.h"

extern const struct store_methods store_sqlite;

/* writing/ */
bool sqlite_open_import(const char *location, struct import **import, char *reason, size_t reason_size);

#endif
