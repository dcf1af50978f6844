/* SPDX-License-Identifier: MIT */
/* The last commit to a database in WAL mode. */
#include "common/database.h"

#include <string.h>

#define REGION_SIZE 32768 /* the index of the log is mapped in regions of this size */
#define FORMAT 3007000

/* The index begins with its header, twice: whoever commits writes the second one first. */
struct index {
    struct database_commit first, second;
};

bool database_is_in_wal_mode(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    bool is_wal = sqlite3_prepare_v2(db, "PRAGMA journal_mode", -1, &statement, NULL) == SQLITE_OK &&
                  sqlite3_step(statement) == SQLITE_ROW &&
                  strcmp((const char *)sqlite3_column_text(statement, 0), "wal") == 0;

    sqlite3_finalize(statement);
    return is_wal;
}

static void copy(struct database_commit *to, const volatile struct database_commit *from)
{
    for (size_t i = 0; i < sizeof to->words / sizeof to->words[0]; i++)
        to->words[i] = from->words[i];
}

bool database_read_commit(sqlite3 *db, struct database_commit *commit)
{
    sqlite3_file *file = NULL;
    volatile void *region = NULL;
    struct database_commit again;

    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || file->pMethods == NULL ||
        file->pMethods->iVersion < 2 || file->pMethods->xShmMap == NULL ||
        file->pMethods->xShmMap(file, 0, REGION_SIZE, false, &region) != SQLITE_OK || region == NULL)
        return false;
    const volatile struct index *index = region;
    copy(commit, &index->first);
    file->pMethods->xShmBarrier(file);
    copy(&again, &index->second);
    return commit->words[0] == FORMAT && memcmp(commit, &again, sizeof again) == 0;
}
