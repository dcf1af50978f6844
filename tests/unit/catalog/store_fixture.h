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

#include "fcgi-catalog/store/sqlite/search.h"
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

static void remove_database(void)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    store_close(store);
    store = NULL;
    for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
        char name[128];
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
}

static int remove_directory(void **state)
{
    (void)state;
    remove_database();
    arena_release(&arena);
    return rmdir(directory); /* fails when something else was left behind */
}

static inline void open_demo(void)
{
    assert_true(store_create(path, true, "", reason, sizeof reason));
    assert_true(store_open(path, &store, reason, sizeof reason));
}

/* Runs SQL on a connection of its own, which has these functions (NULL: none). SQLite's verdict. */
static int run_sql(const char *sql, int (*add_functions)(sqlite3 *db))
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (add_functions != NULL)
        assert_int_equal(add_functions(db), SQLITE_OK);
    int result = sqlite3_exec(db, sql, NULL, NULL, NULL);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return result;
}

/* What somebody else does to the database meanwhile. */
static int change(const char *sql)
{
    return run_sql(sql, NULL);
}

/* A database as the program of schema version 1 to 11 made it, with the demo's rows. */
static inline void make_old(int version)
{
    static const char *const scripts[] = {
#include "fcgi-catalog/store/sqlite/schema.sql.inc"
        ,
#include "fcgi-catalog/store/sqlite/demo.sql.inc"
        ,
#include "fcgi-catalog/store/sqlite/upgrade-2.sql.inc"
        ,
#include "fcgi-catalog/store/sqlite/upgrade-3.sql.inc"
#include "fcgi-catalog/store/sqlite/derive.sql.inc"
#include "fcgi-catalog/store/sqlite/fill.sql.inc"
#include "fcgi-catalog/store/sqlite/indexes.sql.inc"
#include "fcgi-catalog/store/sqlite/triggers.sql.inc"
        ,
#include "fcgi-catalog/store/sqlite/upgrade-4.sql.inc"
        ,
#include "fcgi-catalog/store/sqlite/upgrade-5.sql.inc"
        ,
#include "fcgi-catalog/store/sqlite/upgrade-6.sql.inc"
        ,
#include "fcgi-catalog/store/sqlite/upgrade-7.sql.inc"
        ,
#include "fcgi-catalog/store/sqlite/upgrade-8.sql.inc"
        ,
#include "fcgi-catalog/store/sqlite/upgrade-9.sql.inc"
        ,
#include "fcgi-catalog/store/sqlite/upgrade-10.sql.inc"
        ,
#include "fcgi-catalog/store/sqlite/upgrade-11.sql.inc"
        ,
#include "fcgi-catalog/store/sqlite/upgrade-12.sql.inc"
    };
    char stamp[80];

    assert_int_equal(change("PRAGMA journal_mode=WAL"), SQLITE_OK);
    for (int i = 0; i <= version; i++)
        assert_int_equal(run_sql(scripts[i], search_add_functions), SQLITE_OK);
    snprintf(stamp, sizeof stamp, "PRAGMA application_id=%d; PRAGMA user_version=%d", 0x43544c47, version);
    assert_int_equal(change(stamp), SQLITE_OK);
}

/* What one statement gives first, as text; "" when it gives no row. Lives in the arena. */
static inline const char *ask(const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *row;
    const char *text = "";
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &row, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    if (sqlite3_step(row) == SQLITE_ROW && sqlite3_column_text(row, 0) != NULL)
        text = arena_print(&arena, "%s", (const char *)sqlite3_column_text(row, 0));
    sqlite3_finalize(row);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return text;
}

/* Everything that is derived is as it follows from the rows. */
static inline void assert_sound(void)
{
    struct store_counts counts;
    if (!store_check(path, &counts, reason, sizeof reason))
        fail_msg("%s", reason);
}

/* Pseudo-random numbers, the same in every run (xorshift, Marsaglia). */
static inline unsigned draw(unsigned below)
{
    static uint64_t state = UINT64_C(88172645463325252);
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 32) % below;
}

/* Every product, by id. */
static inline enum store_status list_products(struct product_list *products)
{
    struct product_query query = query_default();
    struct product_page page;

    query.limit = 1000000;
    enum store_status status = store->methods->list(store, &query, &arena, &page);
    if (status == STORE_OK)
        *products = page.products;
    return status;
}

static inline struct product_list list(void)
{
    struct product_list products = {0};
    assert_int_equal(list_products(&products), STORE_OK);
    return products;
}

static inline int64_t revision(void)
{
    int64_t value;
    assert_int_equal(store->methods->revision(store, &value), STORE_OK);
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
