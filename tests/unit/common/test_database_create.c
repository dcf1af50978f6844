/* SPDX-License-Identifier: MIT */
/* Making a database: all or nothing, and never over another file. */
#include "tests/unit/common/database_harness.h"

static void what_was_made_opens(void **state)
{
    (void)state;
    make_database();
    assert_opens_with_rows(1);
}

static void nothing_but_the_database_is_left(void **state)
{
    (void)state;
    make_database();
    assert_int_equal(list_directory(NULL), 1);
}

static void a_new_database_is_in_wal_mode(void **state)
{
    sqlite3 *db;
    sqlite3_stmt *statement;

    (void)state;
    make_database();
    assert_true(database_open(path, &kind, &db, reason, sizeof reason));
    statement = database_prepare(db, "PRAGMA journal_mode", reason, sizeof reason);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(statement, 0), "wal");
    sqlite3_finalize(statement);
    sqlite3_close_v2(db);
}

static void assert_mode_under_umask(mode_t mask, mode_t mode)
{
    struct stat st;

    umask(mask);
    make_database();
    umask(022);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, mode);
}

static void others_cannot_read_it_whatever_the_umask(void **state)
{
    (void)state;
    assert_mode_under_umask(0, 0640);
}

static void a_strict_umask_is_respected(void **state)
{
    (void)state;
    assert_mode_under_umask(077, 0600);
}

static void a_file_that_exists_is_not_touched(void **state)
{
    char text[16] = {0};

    (void)state;
    write_file(path, "precious");
    assert_false(database_create(path, &kind, scripts, reason, sizeof reason));
    assert_reason_has("exists");
    FILE *file = fopen(path, "r");
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    assert_string_equal(text, "precious");
    assert_int_equal(list_directory(NULL), 1);
}

/* Runs in the middle of a creation: somebody else is faster. */
static void be_faster(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    (void)values;
    write_file(path, "precious");
    sqlite3_result_int(context, 1);
}

static int add_be_faster(sqlite3 *db, const char **error, const struct sqlite3_api_routines *api)
{
    (void)error;
    (void)api;
    return sqlite3_create_function(db, "be_faster", 0, SQLITE_UTF8, NULL, be_faster, NULL, NULL);
}

static void a_file_made_meanwhile_is_not_replaced(void **state)
{
    static const char *const slow[] = {"CREATE TABLE t (n);", "INSERT INTO t VALUES (be_faster());", NULL};
    struct stat st;

    (void)state;
    sqlite3_auto_extension((void (*)(void))add_be_faster);
    assert_false(database_create(path, &kind, slow, reason, sizeof reason));
    sqlite3_reset_auto_extension();
    assert_reason_has("exists");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, strlen("precious"));
    assert_int_equal(list_directory(NULL), 1);
}

static void a_script_that_fails_leaves_nothing(void **state)
{
    static const char *const wrong[] = {"CREATE TABLE t (n);", "INSERT INTO missing VALUES (1);", NULL};

    (void)state;
    assert_false(database_create(path, &kind, wrong, reason, sizeof reason));
    assert_reason_has("no such table: missing");
    assert_int_equal(list_directory(NULL), 0);
}

static void a_broken_reference_leaves_nothing(void **state)
{
    static const char *const wrong[] = {"CREATE TABLE a (id INTEGER PRIMARY KEY);"
                                        "CREATE TABLE b (a INTEGER REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED);",
                                        "INSERT INTO b VALUES (7);", NULL};

    (void)state;
    assert_false(database_create(path, &kind, wrong, reason, sizeof reason));
    assert_reason_has("FOREIGN KEY");
    assert_int_equal(list_directory(NULL), 0);
}

static void a_missing_directory_is_named(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s/none/test.db", directory);
    assert_false(database_create(path, &kind, scripts, reason, sizeof reason));
    assert_reason_has("No such file or directory");
}

static void an_earlier_database_s_log_is_not_taken_over(void **state)
{
    char leftover[128];

    (void)state;
    snprintf(leftover, sizeof leftover, "%s-wal", path);
    write_file(leftover, "old frames");
    assert_false(database_create(path, &kind, scripts, reason, sizeof reason));
    assert_reason_has("-wal");
    assert_int_equal(list_directory(NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(what_was_made_opens),
        DATABASE_TEST(nothing_but_the_database_is_left),
        DATABASE_TEST(a_new_database_is_in_wal_mode),
        DATABASE_TEST(others_cannot_read_it_whatever_the_umask),
        DATABASE_TEST(a_strict_umask_is_respected),
        DATABASE_TEST(a_file_that_exists_is_not_touched),
        DATABASE_TEST(a_file_made_meanwhile_is_not_replaced),
        DATABASE_TEST(a_script_that_fails_leaves_nothing),
        DATABASE_TEST(a_broken_reference_leaves_nothing),
        DATABASE_TEST(a_missing_directory_is_named),
        DATABASE_TEST(an_earlier_database_s_log_is_not_taken_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
