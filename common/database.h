/* SPDX-License-Identifier: MIT */
/*
 * An SQLite database with a schema version (PRAGMA user_version) and an application id (PRAGMA application_id), opened,
 * made from SQL, or brought from an older schema to today's. Both programs' stores use it; the tables are theirs.
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
    /* schema_version items: upgrades[i] is the SQL from version i to i + 1; NULL: this step cannot be done. No array
     * (NULL): no older database can be upgraded. */
    const char *const *upgrades;
    /* Gives a handle the functions that the SQL of upgrades and of a new database calls; SQLite's result. NULL: none.
     */
    int (*add_functions)(sqlite3 *db);
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
 * One that this user may write but that could not be opened for writing (no descriptor was left, say) is refused, and
 * so are its write-ahead log and index; to find out, the database is locked for writing for a moment. From then on
 * SQLite's temporary files of this process are in the database's directory, as its log is, so that an error of a full
 * disk names the right file; SQLITE_TMPDIR overrides this. A locked file is waited for up to busy_ms.
 */
MUST_CHECK bool database_open_to_write(const char *path, const struct database_kind *kind, int busy_ms, sqlite3 **db,
                                       char *reason, size_t reason_size);

/*
 * Upgrades a database to today's schema: all steps in one transaction, so that it is of the old version or of the new
 * one whatever happens. Foreign keys are checked at the end. A database of today's version stays as it is.
 * *upgraded_from is the version before. On false nothing was changed, and `reason` names the file and what is wrong.
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

/* The -wal and -shm files beside a database in WAL mode, which a process has open. Zero: not looked at yet. */
struct database_beside {
    dev_t devices[2];
    ino_t inodes[2];
};

/* Whether SQLite's last failure was to open a file because this process, or the system, had too many open. */
MUST_CHECK bool database_lacks_descriptors(sqlite3 *db);

/*
 * Whether these files are still those of the first call. After a deletion, processes that open the database make new
 * files, and this handle sees no change of theirs; a new handle does. Costs two stat(2).
 */
MUST_CHECK bool database_beside_is_in_place(sqlite3 *db, struct database_beside *beside);

/* The last commit to a database in WAL mode, as the shared memory of its users shows it. */
struct database_commit {
    uint32_t words[12];
};

/*
 * Reads the last commit, without a lock or a system call: between two equal results there was no commit. A commit is
 * visible here before it returns to its writer (SQLite: WAL-mode File Format, 2.1, the WAL index header). Only for a
 * database in WAL mode from which the handle has read: otherwise this would make the shared file. False: unknown,
 * because a commit is just being made, or this SQLite writes another format.
 */
MUST_CHECK bool database_read_commit(sqlite3 *db, struct database_commit *commit);

/* Whether the database is in WAL mode. The mode stays while this handle is open and has read something. */
MUST_CHECK bool database_is_in_wal_mode(sqlite3 *db);

/* Truncates the write-ahead log after a large change or a rollback. It waits a second for readers; if one stays,
 * nothing is truncated. */
void database_empty_log(sqlite3 *db);

/* Prepares a statement that is used for the life of the handle. NULL: `reason` has SQLite's message. */
MUST_CHECK sqlite3_stmt *database_prepare(sqlite3 *db, const char *sql, char *reason, size_t reason_size);

#endif
