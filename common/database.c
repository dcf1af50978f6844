/* SPDX-License-Identifier: MIT */
/* SQLite databases of a kind: opened and checked, and brought to today's schema. */
#include "common/database.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_TIMEOUT_MS 250 /* how long a reader waits for somebody who changes the file */
#define UPGRADE_BUSY_MS 10000

/* ---- Opening ---- */

/* Checks the file before SQLite does, whose "unable to open database file" names no cause. The file is not opened:
 * closing it would drop the locks that another handle of this process may have on it (POSIX locks, fcntl(2)). */
static bool check_file(const char *path, const struct database_kind *kind, char *reason, size_t reason_size)
{
    struct stat st;

    if (stat(path, &st) != 0) {
        if (errno == ENOENT)
            snprintf(reason, reason_size, "%s: no such file; \"%s\" makes it", path, kind->made_by);
        else
            snprintf(reason, reason_size, "%s: %s", path, strerror(errno));
        return false;
    }
    if (!S_ISREG(st.st_mode)) {
        snprintf(reason, reason_size, "%s: not a regular file", path);
        return false;
    }
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0) {
        snprintf(reason, reason_size, "%s: cannot be read: %s", path, strerror(errno));
        return false;
    }
    return true;
}

bool database_lacks_descriptors(sqlite3 *db)
{
    int error = sqlite3_system_errno(db);

    return (sqlite3_extended_errcode(db) & 0xff) == SQLITE_CANTOPEN && (error == EMFILE || error == ENFILE);
}

static void explain_failure(const char *path, sqlite3 *db, char *reason, size_t reason_size)
{
    int extended = sqlite3_extended_errcode(db);

    if (extended == SQLITE_READONLY_ROLLBACK) {
        snprintf(reason, reason_size, "%s: a change was left half-way; open it once as a user who may write it", path);
        return;
    }
    if (database_lacks_descriptors(db)) {
        snprintf(reason, reason_size, "%s: %s: %s", path, sqlite3_errmsg(db), strerror(sqlite3_system_errno(db)));
        return;
    }
    switch (extended & 0xff) {
    case SQLITE_NOTADB:
        snprintf(reason, reason_size, "%s: not an SQLite database", path);
        break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
        snprintf(reason, reason_size,
                 "%s: in WAL mode whoever reads it must be able to make files beside it: let this user write in its "
                 "directory, or take it out of WAL mode: sqlite3 %s 'PRAGMA journal_mode=DELETE'",
                 path, path);
        break;
    default:
        snprintf(reason, reason_size, "%s: %s", path, sqlite3_errmsg(db));
    }
}

/* On false the cause is in the handle. */
static bool read_pragma(sqlite3 *db, const char *sql, int *value)
{
    sqlite3_stmt *statement = NULL;
    bool found =
        sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW;

    if (found)
        *value = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return found;
}

/* Whether every step from `version` to today's exists. */
static bool can_upgrade(const struct database_kind *kind, int version)
{
    if (version < 0 || kind->upgrades == NULL)
        return false;
    for (int i = version; i < kind->schema_version; i++)
        if (kind->upgrades[i] == NULL)
            return false;
    return true;
}

static bool read_version(sqlite3 *db, const char *path, const struct database_kind *kind, int *version, char *reason,
                         size_t reason_size)
{
    int application_id;

    if (!read_pragma(db, "PRAGMA application_id", &application_id) ||
        !read_pragma(db, "PRAGMA user_version", version)) {
        explain_failure(path, db, reason, reason_size);
        return false;
    }
    if (application_id != kind->application_id) {
        snprintf(reason, reason_size, "%s: not a %s database; \"%s\" makes one", path, kind->name, kind->made_by);
        return false;
    }
    if (*version > kind->schema_version || (*version < kind->schema_version && !can_upgrade(kind, *version))) {
        snprintf(reason, reason_size, "%s: its schema version is %d, %s than this program's (%d)", path, *version,
                 *version > kind->schema_version ? "newer" : "older", kind->schema_version);
        return false;
    }
    return true;
}

static bool check_kind(sqlite3 *db, const char *path, const struct database_kind *kind, char *reason,
                       size_t reason_size)
{
    int version;

    if (!read_version(db, path, kind, &version, reason, reason_size))
        return false;
    if (version != kind->schema_version) {
        snprintf(reason, reason_size, "%s: its schema version is %d, older than this program's (%d); %s upgrades it",
                 path, version, kind->schema_version, kind->upgraded_by);
        return false;
    }
    return true;
}

static bool may_write(const char *path)
{
    return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

/* Whether this user may write those that are there of the write-ahead log and its index. */
static bool may_write_beside(sqlite3 *db)
{
    static const char *const endings[] = {"-wal", "-shm"};
    char name[PATH_MAX];

    for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
        snprintf(name, sizeof name, "%s%s", sqlite3_db_filename(db, "main"), endings[i]);
        if (faccessat(AT_FDCWD, name, F_OK, AT_EACCESS) == 0 && !may_write(name))
            return false;
    }
    return true;
}

/* SQLite falls back to read-only for every failure, which is right only where this user may not write the file. Any
 * other cause (no descriptor left, say) would go unnoticed, and the handle would refuse to write for good. The same is
 * true of the write-ahead log and of its index. */
static bool check_writing(sqlite3 *db, const char *path, char *reason, size_t reason_size)
{
    bool is_read_only = sqlite3_db_readonly(db, "main") != 0;

    if (!may_write(path))
        return true;
    int result = sqlite3_exec(db, "BEGIN IMMEDIATE; ROLLBACK", NULL, NULL, NULL);
    if (!is_read_only && (result != SQLITE_READONLY || !may_write_beside(db)))
        return true;
    snprintf(reason, reason_size, "%s: could not be opened for writing, though this user may write it", path);
    return false;
}

/* Opens the file, whatever is in it; read-only where this user may not write it. */
static bool open_file(const char *path, const struct database_kind *kind, int flags, int busy_ms, sqlite3 **db,
                      char *reason, size_t reason_size)
{
    if (!check_file(path, kind, reason, reason_size))
        return false;
    if (sqlite3_open_v2(path, db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        explain_failure(path, *db, reason, reason_size);
        sqlite3_close_v2(*db);
        return false;
    }
    if ((flags & SQLITE_OPEN_READWRITE) != 0 && !check_writing(*db, path, reason, reason_size)) {
        sqlite3_close_v2(*db);
        return false;
    }
    sqlite3_busy_timeout(*db, busy_ms);
    return true;
}

bool database_open(const char *path, const struct database_kind *kind, sqlite3 **db, char *reason, size_t reason_size)
{
    sqlite3 *opened = NULL;

    if (!open_file(path, kind, SQLITE_OPEN_READONLY, BUSY_TIMEOUT_MS, &opened, reason, reason_size))
        return false;
    if (!check_kind(opened, path, kind, reason, reason_size)) {
        sqlite3_close_v2(opened);
        return false;
    }
    *db = opened;
    return true;
}

/* By default SQLite would use TMPDIR, /var/tmp, /tmp …, and report a full disk there as the database's. */
static void keep_temporary_files_beside(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (getenv("SQLITE_TMPDIR") != NULL)
        return;
    sqlite3_free(sqlite3_temp_directory);
    sqlite3_temp_directory =
        slash == NULL ? sqlite3_mprintf(".") : sqlite3_mprintf("%.*s", (int)(slash - path + (slash == path)), path);
}

bool database_open_to_write(const char *path, const struct database_kind *kind, int busy_ms, sqlite3 **db, char *reason,
                            size_t reason_size)
{
    sqlite3 *opened = NULL;

    keep_temporary_files_beside(path);
    if (!open_file(path, kind, SQLITE_OPEN_READWRITE, busy_ms, &opened, reason, reason_size))
        return false;
    if (!check_kind(opened, path, kind, reason, reason_size)) {
        sqlite3_close_v2(opened);
        return false;
    }
    if (sqlite3_exec(opened, "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL", NULL, NULL, NULL) != SQLITE_OK) {
        explain_failure(path, opened, reason, reason_size);
        sqlite3_close_v2(opened);
        return false;
    }
    *db = opened;
    return true;
}

bool database_is_in_place(sqlite3 *db, char *reason, size_t reason_size)
{
    static const char magic[] = "SQLite format 3";
    char header[sizeof magic];
    sqlite3_file *file = NULL;
    int has_moved = 0;

    /* Both checks use SQLite's own descriptor: opening and closing another would drop its locks (see check_file()). */
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved) == SQLITE_OK && has_moved != 0) {
        snprintf(reason, reason_size,
                 "the file was deleted, or another one was moved over it: what is served is that "
                 "of before; put it back, and start the program anew");
        return false;
    }
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK && file != NULL &&
        file->pMethods != NULL &&
        (file->pMethods->xRead(file, header, sizeof header, 0) != SQLITE_OK ||
         memcmp(header, magic, sizeof magic) != 0)) {
        snprintf(reason, reason_size, "the file is no SQLite database any more: something else was written into it");
        return false;
    }
    return true;
}

bool database_beside_is_in_place(sqlite3 *db, struct database_beside *beside)
{
    static const char *const endings[] = {"-wal", "-shm"};
    const char *path = sqlite3_db_filename(db, "main");
    char name[PATH_MAX];
    bool is_in_place = true;

    for (size_t i = 0; path != NULL && i < ARRAY_LENGTH(endings); i++) {
        struct stat st = {0};
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        bool is_there = stat(name, &st) == 0;
        if (beside->inodes[i] == 0) {
            beside->devices[i] = st.st_dev;
            beside->inodes[i] = st.st_ino;
        } else {
            is_in_place = is_in_place && is_there && beside->devices[i] == st.st_dev && beside->inodes[i] == st.st_ino;
        }
    }
    return is_in_place;
}

void database_empty_log(sqlite3 *db)
{
    sqlite3_busy_timeout(db, 1000);
    (void)sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
}

sqlite3_stmt *database_prepare(sqlite3 *db, const char *sql, char *reason, size_t reason_size)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) {
        snprintf(reason, reason_size, "%s", sqlite3_errmsg(db));
        return NULL;
    }
    return statement;
}

/* ---- Upgrading ---- */

/* Whether all rows that others refer to exist: while tables are moved, foreign keys are not checked one by one. */
static bool check_references(sqlite3 *db, const char *path, char *reason, size_t reason_size)
{
    sqlite3_stmt *statement = database_prepare(db, "PRAGMA foreign_key_check", reason, reason_size);
    int result = statement != NULL ? sqlite3_step(statement) : SQLITE_ERROR;

    if (result == SQLITE_ROW)
        snprintf(reason, reason_size, "%s: cannot be upgraded: a row of %s names a row of %s that is not there", path,
                 (const char *)sqlite3_column_text(statement, 0), (const char *)sqlite3_column_text(statement, 2));
    else if (result != SQLITE_DONE)
        snprintf(reason, reason_size, "%s: cannot be upgraded: %s", path, sqlite3_errmsg(db));
    sqlite3_finalize(statement);
    return result == SQLITE_DONE;
}

/* Runs the steps in the transaction that is open. */
static bool run_upgrades(sqlite3 *db, const char *path, const struct database_kind *kind, int version, char *reason,
                         size_t reason_size)
{
    char stamp[48];
    int result = kind->add_functions != NULL ? kind->add_functions(db) : SQLITE_OK;

    for (int i = version; result == SQLITE_OK && i < kind->schema_version; i++)
        result = sqlite3_exec(db, kind->upgrades[i], NULL, NULL, NULL);
    snprintf(stamp, sizeof stamp, "PRAGMA user_version=%d", kind->schema_version);
    if (result == SQLITE_OK)
        result = sqlite3_exec(db, stamp, NULL, NULL, NULL);
    if (result != SQLITE_OK) {
        snprintf(reason, reason_size, "%s: cannot be upgraded: %s", path, sqlite3_errmsg(db));
        return false;
    }
    return check_references(db, path, reason, reason_size);
}

static bool upgrade_file(sqlite3 *db, const char *path, const struct database_kind *kind, int *version, char *reason,
                         size_t reason_size)
{
    /* Most starts find nothing to do and need no right to write. */
    if (!read_version(db, path, kind, version, reason, reason_size))
        return false;
    if (*version == kind->schema_version)
        return true;
    if (sqlite3_db_readonly(db, "main") == 1) {
        snprintf(reason, reason_size,
                 "%s: its schema version is %d, and this user may not write it to upgrade it to %d", path, *version,
                 kind->schema_version);
        return false;
    }
    if (sqlite3_exec(db, "PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF; BEGIN IMMEDIATE", NULL, NULL, NULL) !=
        SQLITE_OK) {
        snprintf(reason, reason_size, "%s: cannot be upgraded: %s", path, sqlite3_errmsg(db));
        return false;
    }
    /* Read again under the lock: another process may have been faster. */
    bool upgraded = read_version(db, path, kind, version, reason, reason_size) &&
                    run_upgrades(db, path, kind, *version, reason, reason_size);
    if (upgraded && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
        snprintf(reason, reason_size, "%s: cannot be upgraded: %s", path, sqlite3_errmsg(db));
        upgraded = false;
    }
    return upgraded;
}

bool database_upgrade(const char *path, const struct database_kind *kind, int *upgraded_from, char *reason,
                      size_t reason_size)
{
    sqlite3 *db = NULL;
    int version;

    keep_temporary_files_beside(path);
    if (!open_file(path, kind, SQLITE_OPEN_READWRITE, UPGRADE_BUSY_MS, &db, reason, reason_size))
        return false;
    bool is_current = upgrade_file(db, path, kind, &version, reason, reason_size);
    if (!is_current) {
        (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL); /* if it was begun */
        database_empty_log(db);
    }
    sqlite3_close_v2(db);
    if (is_current)
        *upgraded_from = version;
    return is_current;
}
