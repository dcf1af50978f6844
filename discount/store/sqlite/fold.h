/* SPDX-License-Identifier: MIT */
/* Text without the difference between upper and lower case, in any script, as an SQL function. */
#ifndef DISCOUNT_STORE_SQLITE_FOLD_H
#define DISCOUNT_STORE_SQLITE_FOLD_H

#include <sqlite3.h>

/* Gives the connection the function fold(text), to compare texts by. Returns SQLite's result. */
int fold_register(sqlite3 *db);

#endif
