/* SPDX-License-Identifier: MIT */
/* Rules in a file: an SQLite database with a schema version (PRAGMA user_version), whose triggers log what changes. */
#ifndef DISCOUNT_STORE_SQLITE_SQLITE_H
#define DISCOUNT_STORE_SQLITE_SQLITE_H

#include "discount/store/store.h"

extern const struct store_methods store_sqlite;

#endif
