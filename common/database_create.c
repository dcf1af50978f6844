/* SPDX-License-Identifier: MIT */
/* A new SQLite database: made beside its place and moved into it. */
#include "common/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"
#include "common/platform.h"

#define DATABASE_MODE 0640
#define TEMPORARY_NAMES 100 /* tried before giving up: the others are left from commands that were killed */

/* "path" and "suffix" as one text in new memory. */
static char *add_suffix(const char *path, const char *suffix)
{
    size_t room = strlen(path) + strlen(suffix) + 1;
    char *joined = memory_get(room);

    snprintf(joined, room, "%s%s", path, suffix);
    return joined;
}

/* SQLite would apply an old database's log or journal to the new file of the same name. */
static bool check_no_leftover(const char *path, const char *suffix, char *reason, size_t reason_size)
{
    struct stat st;
    char *leftover = add_suffix(path, suffix);
    bool found = lstat(leftover, &st) == 0 && st.st_size > 0;

    if (found)
        snprintf(reason, reason_size, "%s: left from an earlier database; move it away first", leftover);
    free(leftover);
    return !found;
}

static bool check_place(const char *path, char *reason, size_t reason_size)
{
    struct stat st;

    if (lstat(path, &st) == 0) {
        snprintf(reason, reason_size, "%s: exists already and was left as it is", path);
        return false;
    }
    return check_no_leftover(path, "-wal", reason, reason_size) &&
           check_no_leftover(path, "-journal", reason, reason_size);
}

/* An empty file beside `path` that has its final mode from the first instant. Its name in new memory, or NULL. */
static char *make_temporary(const char *path, char *reason, size_t reason_size)
{
    for (int i = 0; i < TEMPORARY_NAMES; i++) {
        char suffix[48];
        snprintf(suffix, sizeof suffix, ".%ld.%d.new", (long)getpid(), i);
        char *temporary = add_suffix(path, suffix);
        int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, DATABASE_MODE);
        if (fd >= 0) {
            close(fd);
            return temporary;
        }
        int cause = errno;
        free(temporary);
        errno = cause;
        if (cause != EEXIST)
            break;
    }
    snprintf(reason, reason_size, "%s: cannot be made: %s", path, strerror(errno));
    return NULL;
}

static void remove_temporary(const char *temporary)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};

    for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
        char *name = add_suffix(temporary, suffixes[i]);
        unlink(name);
        free(name);
    }
}

static bool run_scripts(sqlite3 *db, const struct database_kind *kind, const char *const *scripts)
{
    char stamp[96];
    snprintf(stamp, sizeof stamp, "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT", (int)kind->application_id,
             kind->schema_version);

    /* Nobody else can see the file yet, so a journal in memory is enough. */
    int result = sqlite3_exec(db, "PRAGMA journal_mode=MEMORY; PRAGMA foreign_keys=ON; BEGIN", NULL, NULL, NULL);
    if (result == SQLITE_OK && kind->add_functions != NULL)
        result = kind->add_functions(db);
    for (; result == SQLITE_OK && *scripts != NULL; scripts++)
        result = sqlite3_exec(db, *scripts, NULL, NULL, NULL);
    return result == SQLITE_OK && sqlite3_exec(db, stamp, NULL, NULL, NULL) == SQLITE_OK;
}

static bool fill_temporary(const char *temporary, const char *path, const struct database_kind *kind,
                           const char *const *scripts, char *reason, size_t reason_size)
{
    sqlite3 *db = NULL;
    bool filled = sqlite3_open_v2(temporary, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
                  run_scripts(db, kind, scripts) &&
                  sqlite3_exec(db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL) == SQLITE_OK;

    if (!filled)
        snprintf(reason, reason_size, "%s: cannot be made: %s", path, sqlite3_errmsg(db));
    /* Closing the last handle moves the log into the file and removes it. */
    if (sqlite3_close(db) != SQLITE_OK && filled) {
        snprintf(reason, reason_size, "%s: cannot be made: a script left a statement open", path);
        return false;
    }
    return filled;
}

static bool move_into_place(const char *temporary, const char *path, char *reason, size_t reason_size)
{
    if (platform_rename_new(temporary, path) == 0)
        return true;
    if (errno == EEXIST)
        snprintf(reason, reason_size, "%s: exists already and was left as it is", path);
    else
        snprintf(reason, reason_size, "%s: cannot be made: %s", path, strerror(errno));
    return false;
}

/* Makes the new name survive a power cut. */
static void sync_directory_of(const char *path)
{
    char *directory = memory_copy_text(path);
    char *slash = strrchr(directory, '/');

    if (slash != NULL)
        slash[1] = '\0';
    int fd = open(slash != NULL ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(directory);
}

bool database_create(const char *path, const struct database_kind *kind, const char *const *scripts, char *reason,
                     size_t reason_size)
{
    if (!check_place(path, reason, reason_size))
        return false;
    char *temporary = make_temporary(path, reason, reason_size);
    if (temporary == NULL)
        return false;

    bool made = fill_temporary(temporary, path, kind, scripts, reason, reason_size) &&
                move_into_place(temporary, path, reason, reason_size);
    if (made)
        sync_directory_of(path);
    remove_temporary(temporary);
    free(temporary);
    return made;
}
