/* SPDX-License-Identifier: MIT */
/* SQL statements, kept by their text. */
#include "fcgi-catalog/store/sqlite/statement_cache.h"

#include <string.h>

#define BYTES_MAX ((size_t)4 * 1024 * 1024) /* some hundred statements */

static void finalize(void *statement)
{
    sqlite3_finalize(statement);
}

struct cache *statement_cache_new(void)
{
    return cache_new(BYTES_MAX, finalize);
}

sqlite3_stmt *statement_cache_get(struct cache *statements, sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = cache_find(statements, sql, strlen(sql));

    if (statement != NULL) {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
    } else if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) == SQLITE_OK) {
        int size = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_MEMUSED, 0);
        cache_put(statements, sql, strlen(sql), statement, (size_t)size);
        cache_trim(statements);
    }
    return statement;
}
