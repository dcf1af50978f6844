/* SPDX-License-Identifier: MIT */
/* What is in a row of a query. Used in this room only. */
#ifndef CATALOG_STORE_SQLITE_ROW_H
#define CATALOG_STORE_SQLITE_ROW_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"

/* A copy of a text, "" for NULL, with U+FFFD in the place of each byte that belongs to no UTF-8 character. */
const char *row_copy_text(sqlite3_stmt *row, int column, struct arena *arena);

/* The text itself when it is UTF-8; else a copy that is mended as above. */
const char *row_mend_text(const char *text, struct arena *arena);

#endif
