/* SPDX-License-Identifier: MIT */
/* How far two slugs are from each other, as an SQL function. */
#ifndef DISCOUNT_STORE_SQLITE_NEAR_H
#define DISCOUNT_STORE_SQLITE_NEAR_H

#include <sqlite3.h>

/*
 * Gives the connection the function near(slug, other): the edit distance (bytes more, less or other), or NULL where it
 * is over a third of the other's length (two at least) or a slug is longer than 200 bytes. Returns SQLite's result.
 */
int near_register(sqlite3 *db);

#endif
