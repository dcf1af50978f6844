/* SPDX-License-Identifier: MIT */
/* A directory of its own for every test of databases, and what is asked of it. */
#ifndef TESTS_DATABASE_HARNESS_H
#define TESTS_DATABASE_HARNESS_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/database.h"

static const struct database_kind kind = {
    .name = "test",
    .made_by = "testctl init",
    .application_id = 0x74657374,
    .schema_version = 3,
};

static const char *const scripts[] = {"CREATE TABLE t (n INTEGER) STRICT;", "INSERT INTO t VALUES (1);", NULL};

static char directory[64];
static char path[96];
static char reason[512];

static inline int make_directory(void **state)
{
    (void)state;
    umask(022);
    snprintf(directory, sizeof directory, "/tmp/test_database.XXXXXX");
    if (mkdtemp(directory) == NULL || chmod(directory, 0755) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/test.db", directory);
    reason[0] = '\0';
    return 0;
}

/* Calls `see` with every name in the directory; returns how many there are. */
static inline int list_directory(void (*see)(const char *name))
{
    DIR *stream = opendir(directory);
    const struct dirent *entry;
    int count = 0;

    assert_non_null(stream);
    while ((entry = readdir(stream)) != NULL) {
        char name[400];
        if (entry->d_name[0] == '.')
            continue;
        count++;
        snprintf(name, sizeof name, "%s/%s", directory, entry->d_name);
        if (see != NULL)
            see(name);
    }
    closedir(stream);
    return count;
}

static inline void remove_name(const char *name)
{
    if (unlink(name) != 0)
        rmdir(name);
}

static inline int remove_directory(void **state)
{
    (void)state;
    list_directory(remove_name);
    return rmdir(directory);
}

static inline void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static inline void change_by_hand(const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static inline void make_database(void)
{
    if (!database_create(path, &kind, scripts, reason, sizeof reason))
        fail_msg("%s", reason);
}

static inline int count_rows(sqlite3 *db)
{
    sqlite3_stmt *statement = database_prepare(db, "SELECT count(*) FROM t", reason, sizeof reason);

    assert_non_null(statement);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return count;
}

static inline void assert_opens_with_rows(int rows)
{
    sqlite3 *db = NULL;

    if (!database_open(path, &kind, &db, reason, sizeof reason))
        fail_msg("%s", reason);
    assert_int_equal(count_rows(db), rows);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static inline void assert_reason_has(const char *words)
{
    if (strstr(reason, path) == NULL || strstr(reason, words) == NULL)
        fail_msg("\"%s\" does not name %s and \"%s\"", reason, path, words);
}

static inline void assert_opening_says(const char *words)
{
    sqlite3 *db = NULL;

    assert_false(database_open(path, &kind, &db, reason, sizeof reason));
    assert_null(db);
    assert_reason_has(words);
}

#define DATABASE_TEST(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

#endif
