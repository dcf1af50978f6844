/* SPDX-License-Identifier: MIT */
/* A store on a real database in a directory of its own, and somebody else who changes it. */
#ifndef CATALOG_TESTS_UNIT_CATALOG_STORE_FIXTURE_H
#define CATALOG_TESTS_UNIT_CATALOG_STORE_FIXTURE_H

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
#include <sqlite3.h>

#include "fcgi-catalog/store/store.h"

static char directory[64], path[96], reason[512];
static struct store *store;
static struct arena arena;

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/test-store-XXXXXX");
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/catalog.db", directory);
    store = NULL;
    reason[0] = '\0';
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    store_close(store);
    arena_release(&arena);
    for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
        char name[128];
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
    return rmdir(directory); /* fails when something else was left behind */
}

static inline void open_demo(void)
{
    assert_true(store_create(path, true, reason, sizeof reason));
    assert_true(store_open(path, &store, reason, sizeof reason));
}

/* What somebody else does to the database meanwhile, on a connection of their own. SQLite's verdict. */
static int change(const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    int result = sqlite3_exec(db, sql, NULL, NULL, NULL);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return result;
}

static inline struct product_list list(void)
{
    struct product_list products;
    assert_int_equal(store_list_products(store, &arena, &products), STORE_OK);
    return products;
}

static inline int64_t revision(void)
{
    int64_t value;
    assert_int_equal(store_revision(store, &value), STORE_OK);
    return value;
}

/* Log lines of an expected failure are no news. */
static inline int quiet_stderr(void)
{
    int kept = dup(STDERR_FILENO);
    assert_non_null(freopen("/dev/null", "w", stderr));
    return kept;
}

static inline void restore_stderr(int kept)
{
    dup2(kept, STDERR_FILENO);
    close(kept);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

#endif
