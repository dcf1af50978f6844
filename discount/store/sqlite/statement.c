/* SPDX-License-Identifier: MIT */
/* Statements of the store: prepared once, bound, stepped and reset, and what is said when one fails. */
#include "discount/store/sqlite/internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/database.h"

enum store_status store_say(struct store *store, enum store_status status, const char *format, ...)
{
    va_list values;
    int length = snprintf(store->reason, sizeof store->reason, "%s: ", store->state->path);

    if (length < 0 || (size_t)length >= sizeof store->reason)
        return status;
    va_start(values, format);
    vsnprintf(store->reason + length, sizeof store->reason - (size_t)length, format, values);
    va_end(values);
    return status;
}

/* Writes SQLite's last failure to store->reason. Returns STORE_BUSY, STORE_READ_ONLY or STORE_FAILED. */
static enum store_status store_fail(struct store *store)
{
    switch (sqlite3_errcode(store->state->db)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return store_say(store, STORE_BUSY, "%s: somebody else was writing for longer than %d ms",
                         sqlite3_errmsg(store->state->db), STORE_BUSY_MS);
    case SQLITE_CANTOPEN:
        if (database_lacks_descriptors(store->state->db))
            return store_say(store, STORE_FAILED, "%s: %s", sqlite3_errmsg(store->state->db),
                             strerror(sqlite3_system_errno(store->state->db)));
        /* fallthrough */
    case SQLITE_READONLY:
        return store_say(store, STORE_READ_ONLY,
                         "it cannot be written: this user needs the right to write the file and in its directory");
    default:
        return store_say(store, STORE_FAILED, "%s", sqlite3_errmsg(store->state->db));
    }
}

sqlite3_stmt *store_statement(struct store *store, const char *sql)
{
    char cause[256];

    for (size_t i = 0; i < store->state->statement_count; i++)
        if (store->state->statements[i].sql == sql)
            return store->state->statements[i].statement;
    assert(store->state->statement_count < STORE_STATEMENTS_MAX);
    sqlite3_stmt *statement = database_prepare(store->state->db, sql, cause, sizeof cause);
    if (statement == NULL) {
        store_say(store, STORE_FAILED, "%s", cause);
        return NULL;
    }
    store->state->statements[store->state->statement_count++] = (struct prepared){.sql = sql, .statement = statement};
    return statement;
}

/* Binding fails only for want of memory, or of a value number that the SQL does not have: a bug. */
void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    if (statement == NULL)
        return;
    int result = sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
    assert(result == SQLITE_OK);
    (void)result;
}

void bind_number(sqlite3_stmt *statement, int at, int64_t number)
{
    if (statement == NULL)
        return;
    int result = sqlite3_bind_int64(statement, at, number);
    assert(result == SQLITE_OK);
    (void)result;
}

bool store_next(struct store *store, sqlite3_stmt *statement, enum store_status *status)
{
    if (statement == NULL) { /* it could not be prepared: the reason is there */
        *status = STORE_FAILED;
        return false;
    }
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW)
        return true;
    *status = result == SQLITE_DONE ? STORE_OK : store_fail(store);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return false;
}

enum store_status store_each(struct store *store, sqlite3_stmt *statement, take_row_f *take, void *data)
{
    enum store_status status;

    while (store_next(store, statement, &status)) {
        status = take != NULL ? take(store, statement, data) : STORE_OK;
        if (status != STORE_OK) {
            sqlite3_reset(statement);
            break;
        }
    }
    return status;
}

enum store_status store_run(struct store *store, sqlite3_stmt *statement)
{
    return store_each(store, statement, NULL, NULL);
}

enum store_status store_execute(struct store *store, const char *sql)
{
    return sqlite3_exec(store->state->db, sql, NULL, NULL, NULL) == SQLITE_OK ? STORE_OK : store_fail(store);
}

enum store_status store_begin_read(struct store *store)
{
    /* Rules must have their products, also those that came later in the change set. */
    return store->state->set.is_open ? store_settle(store) : store_execute(store, "BEGIN");
}

void store_end_read(struct store *store)
{
    if (!store->state->set.is_open)
        sqlite3_exec(store->state->db, "COMMIT", NULL, NULL, NULL); /* only temporary tables were written, if any */
}

enum store_status store_ask(struct store *store, sqlite3_stmt *statement, int64_t otherwise, int64_t *answer)
{
    enum store_status status;

    *answer = otherwise;
    while (store_next(store, statement, &status))
        if (sqlite3_column_type(statement, 0) != SQLITE_NULL)
            *answer = sqlite3_column_int64(statement, 0);
    return status;
}

const char *column_text(sqlite3_stmt *statement, int at)
{
    const char *text = (const char *)sqlite3_column_text(statement, at);

    return text != NULL ? text : "";
}

const char *column_copy(sqlite3_stmt *statement, int at, struct arena *arena)
{
    const char *text = column_text(statement, at);

    return arena_copy(arena, text, strlen(text));
}
