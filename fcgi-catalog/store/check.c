/* SPDX-License-Identifier: MIT */
/* The whole database, looked at by SQLite itself: for catalogctl, not for serving. */
#include "fcgi-catalog/store/store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "common/database.h"
#include "fcgi-catalog/store/listing.h"

/* Runs one check. `good` is the one row it gives when all is well, NULL: no row at all. */
static bool run_check(sqlite3 *db, const char *sql, const char *good, char *reason, size_t reason_size)
{
    sqlite3_stmt *statement = database_prepare(db, sql, reason, reason_size);
    if (statement == NULL)
        return false;

    int result = sqlite3_step(statement);
    const char *text = result == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    bool passed = good == NULL ? result == SQLITE_DONE : text != NULL && strcmp(text, good) == 0;
    if (!passed)
        snprintf(reason, reason_size, "%s: %s", sql, text != NULL ? text : sqlite3_errmsg(db));
    sqlite3_finalize(statement);
    return passed;
}

static bool count_rows(sqlite3 *db, const char *sql, int64_t *count, char *reason, size_t reason_size)
{
    sqlite3_stmt *statement = database_prepare(db, sql, reason, reason_size);
    if (statement == NULL)
        return false;

    bool counted = sqlite3_step(statement) == SQLITE_ROW;
    if (counted)
        *count = sqlite3_column_int64(statement, 0);
    else
        snprintf(reason, reason_size, "%s", sqlite3_errmsg(db));
    sqlite3_finalize(statement);
    return counted;
}

/* What no constraint of SQL can say of categories; and by name, where foreign_key_check would give a table's. */
static bool check_listing(sqlite3 *db, char *reason, size_t reason_size)
{
    struct listing listing = {0};
    struct listing_fault fault = {0};
    struct product_list products;
    struct arena arena = {0};

    bool is_prepared = listing_prepare(&listing, db, reason, reason_size);
    bool passed = is_prepared && listing_read(&listing, &arena, &products, &fault) == SQLITE_DONE;
    if (is_prepared && !passed)
        snprintf(reason, reason_size, "%s", fault.reason);
    listing_release(&listing);
    arena_release(&arena);
    return passed;
}

static bool check_database(sqlite3 *db, struct store_counts *counts, char *reason, size_t reason_size)
{
    return run_check(db, "PRAGMA integrity_check(1)", "ok", reason, reason_size) &&
           check_listing(db, reason, reason_size) &&
           run_check(db, "PRAGMA foreign_key_check", NULL, reason, reason_size) &&
           count_rows(db, "SELECT count(*) FROM product", &counts->products, reason, reason_size) &&
           count_rows(db, "SELECT count(*) FROM customer", &counts->customers, reason, reason_size) &&
           count_rows(db, "SELECT count(*) FROM category", &counts->categories, reason, reason_size);
}

/*
 * A handle of its own, for writing where that is allowed: with one for reading SQLite does not load the schema's CHECK
 * constraints, and integrity_check passes rows that break them. query_only keeps it from writing.
 */
bool store_check(const char *path, struct store_counts *counts, char *reason, size_t reason_size)
{
    sqlite3 *db = NULL;
    char cause[256];
    bool passed = false;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(db, "PRAGMA query_only=ON", NULL, NULL, NULL) != SQLITE_OK)
        snprintf(cause, sizeof cause, "%s", sqlite3_errmsg(db));
    else
        passed = check_database(db, counts, cause, sizeof cause);
    sqlite3_close(db);
    if (!passed)
        snprintf(reason, reason_size, "%s: %s", path, cause);
    return passed;
}
