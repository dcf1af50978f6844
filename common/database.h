/* SPDX-License-Identifier: MIT */
/*
 * An SQLite database with a schema version (PRAGMA user_version) and an application id (PRAGMA application_id), opened,
 * made from SQL, or brought from an older schema to today's. What both programs' stores share; what is in the tables is
 * theirs.
 */
#ifndef COMMON_DATABASE_H
#define COMMON_DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/compiler.h"

/* What makes a database file one of ours, and of which version. */
struct database_kind {
    const char *name;       /* for messages: "catalog", "discount" */
    const char *made_by;    /* for messages: "catalogctl init" */
    int32_t application_id; /* PRAGMA application_id */
    int schema_version;     /* PRAGMA user_version */
    /* upgrades[i] is the SQL that makes version i + 1 of version i; NULL: that cannot be done. schema_version of them.
     * NULL: an older database cannot be upgraded. */
    const char *const *upgrades;
    const char *upgraded_by; /* for messages: who calls database_upgrade(), as in "starting discountd" */
};

/*
 * Opens an existing database for reading, in WAL mode or not, and checks that it is of this kind and version. On false
 * `reason` names the file and what is wrong: missing, unreadable, no database, another program's, newer or older than
 * this program. The handle is used by one thread at a time and closed with sqlite3_close_v2().
 */
MUST_CHECK bool database_open(const char *path, const struct database_kind *kind, sqlite3 **db, char *reason,
                              size_t reason_size);

/*
 * The same for reading and writing, with foreign keys checked and every commit on the disk when it returns. A file that
 * this user may not write is opened for reading: sqlite3_db_readonly() tells, and writing fails with SQLITE_READONLY.
 * From then on SQLite's temporary files of this process are beside that file, as its log is: there is one place that
 * may be full, and it is the one that is named. SQLITE_TMPDIR names another one. Whoever finds the file locked waits up
 * to busy_ms.
 */
MUST_CHECK bool database_open_to_write(const char *path, const struct database_kind *kind, int busy_ms, sqlite3 **db,
                                       char *reason, size_t reason_size);

/*
 * Brings a database of an older schema to today's: all steps in one transaction, so that it is of the old version or of
 * the new one whatever happens. Foreign keys are checked at its end. One of today's version stays as it is.
 * *upgraded_from is its version before. On false nothing was changed, and `reason` names the file and what is wrong.
 */
MUST_CHECK bool database_upgrade(const char *path, const struct database_kind *kind, int *upgraded_from, char *reason,
                                 size_t reason_size);

/*
 * Makes a database of this kind at `path`, file mode 0640, in WAL mode, by running the SQL scripts in one transaction.
 * Refuses to touch a file that exists. All or nothing: it is made under another name beside `path` and linked into
 * place. On false `reason` says why. `scripts` is ended by NULL.
 */
MUST_CHECK bool database_create(const char *path, const struct database_kind *kind, const char *const *scripts,
                                char *reason, size_t reason_size);

/*
 * Whether the file that the handle has open is still the one at its path, and a database: somebody may have deleted it,
 * moved another one over it, or written something else into it, and SQLite would go on with what it has. On false
 * `reason` says what happened. A few microseconds.
 */
MUST_CHECK bool database_is_in_place(sqlite3 *db, char *reason, size_t reason_size);

/* Which files beside a database in WAL mode, -wal and -shm, a process has open. Zero: nobody looked yet. */
struct database_beside {
    dev_t devices[2];
    ino_t inodes[2];
};

/*
 * Whether those files are still the ones of the first look. Where somebody deleted them, others who come make new ones,
 * and no change of theirs is seen any more by this handle; a new one sees them. Two stat(2).
 */
MUST_CHECK bool database_beside_is_in_place(sqlite3 *db, struct database_beside *beside);

/* The last commit to a database in WAL mode, as all who have it open see it in the memory that they share. */
struct database_commit {
    uint32_t words[12];
};

/*
 * Reads it, without a lock or a system call: two that are the same have nothing between them. It is in place before the
 * commit returns to whoever made it (SQLite: WAL-mode File Format, 2.1, the WAL index header). Only of a database in
 * WAL mode, of which the handle has read something: elsewhere it would make the file that is shared. False: nobody can
 * tell, for a commit is just being made, or this SQLite writes another format.
 */
MUST_CHECK bool database_read_commit(sqlite3 *db, struct database_commit *commit);

/* Whether it is in WAL mode, which does not end while this handle is open and has read something. */
MUST_CHECK bool database_is_in_wal_mode(sqlite3 *db);

/* Gives back the disk that a large change, or one that was taken back, left in the write-ahead log: at once, or not at
 * all while somebody reads it for more than a second. */
void database_empty_log(sqlite3 *db);

/* Prepares a statement that is used for the life of the handle. NULL: `reason` has SQLite's message. */
MUST_CHECK sqlite3_stmt *database_prepare(sqlite3 *db, const char *sql, char *reason, size_t reason_size);

#endif
