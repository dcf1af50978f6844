/* SPDX-License-Identifier: MIT */
/* Whether a database has the tables, indexes, views and triggers that a new one has. What its owner has put beside them
 * is the owner's. */
#include <stdio.h>
#include <string.h>

#include "fcgi-catalog/store/sqlite/handle.h"

/* What is not as in a new database: the first of it, and how many there are. */
struct deviations {
    char first[128];
    int count;
};

/* ---- SQL ---- */

/* Skips white space and comments. */
static const char *skip_nothing(const char *sql)
{
    for (;;) {
        sql += strspn(sql, " \t\r\n");
        if (strncmp(sql, "--", 2) != 0)
            return sql;
        sql += strcspn(sql, "\n");
    }
}

/* Whether both statements are the same: ALTER TABLE, CREATE TABLE and people have their own ways with white space and,
 * outside literals, with capital letters. */
static bool is_same(const char *a, const char *b)
{
    char quote = '\0';

    for (;; a++, b++) {
        if (quote == '\0') {
            a = skip_nothing(a);
            b = skip_nothing(b);
        }
        if (quote == '\'' ? *a != *b : sqlite3_strnicmp(a, b, 1) != 0)
            return false;
        if (*a == '\0')
            return true;
        if (quote == '\0' && (*a == '\'' || *a == '"'))
            quote = *a;
        else if (*a == quote)
            quote = '\0';
    }
}

/* ---- Objects ---- */

static const char *text_of(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text != NULL ? text : "";
}

static void note(struct deviations *deviations, const char *type, const char *name, const char *what)
{
    if (deviations->count++ == 0)
        snprintf(deviations->first, sizeof deviations->first, "the %s %s %s", type, name, what);
}

/* The shadow tables of a virtual table are the library's: another version may define them otherwise. */
#define SELECT_MODEL                                                                                                   \
    "SELECT type, name, sql, EXISTS (SELECT 1 FROM pragma_table_list WHERE name = made.name AND type = 'shadow') "     \
    "FROM sqlite_schema made WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
#define SELECT_FOUND "SELECT sql FROM sqlite_schema WHERE type = ?1 AND name = ?2 COLLATE NOCASE"

/* SQLITE_DONE, or an error of the handle that `found` is of. */
static int compare(sqlite3_stmt *model, sqlite3_stmt *found, struct deviations *deviations)
{
    int result = SQLITE_DONE;

    while (result == SQLITE_DONE && sqlite3_step(model) == SQLITE_ROW) {
        const char *type = text_of(model, 0), *name = text_of(model, 1), *sql = text_of(model, 2);
        bool is_shadow = sqlite3_column_int(model, 3) != 0;
        sqlite3_bind_text(found, 1, type, -1, SQLITE_STATIC);
        sqlite3_bind_text(found, 2, name, -1, SQLITE_STATIC);
        result = sqlite3_step(found);
        if (result == SQLITE_DONE)
            note(deviations, type, name, "is missing");
        else if (result == SQLITE_ROW && !is_shadow && !is_same(sql, text_of(found, 0)))
            note(deviations, type, name, "is not the one of this version");
        if (result == SQLITE_ROW)
            result = SQLITE_DONE;
        sqlite3_reset(found);
    }
    return result;
}

static bool compare_databases(sqlite3 *model, sqlite3 *db, struct deviations *deviations, char *reason,
                              size_t reason_size)
{
    sqlite3_stmt *made = database_prepare(model, SELECT_MODEL, reason, reason_size);
    sqlite3_stmt *found = made != NULL ? database_prepare(db, SELECT_FOUND, reason, reason_size) : NULL;
    bool compared = found != NULL;

    if (compared && compare(made, found, deviations) != SQLITE_DONE) {
        snprintf(reason, reason_size, "%s", sqlite3_errmsg(db));
        compared = false;
    } else if (compared && sqlite3_reset(made) != SQLITE_OK) {
        snprintf(reason, reason_size, "%s", sqlite3_errmsg(model));
        compared = false;
    }
    sqlite3_finalize(made);
    sqlite3_finalize(found);
    return compared;
}

bool check_schema(sqlite3 *db, char *reason, size_t reason_size)
{
    struct deviations deviations = {.count = 0};
    char more[48] = "";
    sqlite3 *model = NULL;
    bool compared = making_open_model(&model, reason, reason_size) &&
                    compare_databases(model, db, &deviations, reason, reason_size);

    sqlite3_close(model);
    if (!compared || deviations.count == 0)
        return compared;
    if (deviations.count > 1)
        snprintf(more, sizeof more, ", and %d more like that", deviations.count - 1);
    snprintf(reason, reason_size,
             "%s%s; catalogctl export, init and import make a database that is whole (catalogctl(1), DATABASE)",
             deviations.first, more);
    return false;
}
