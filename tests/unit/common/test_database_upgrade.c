/* SPDX-License-Identifier: MIT */
/* Databases of an older schema, and databases that are written. */
#include "tests/unit/common/database_harness.h"

#include <sys/wait.h>

#define NOBODY 65534

/* `kind` with steps from 1 to 2 and 2 to 3. */
static const char *steps[3] = {
    [1] = "ALTER TABLE t ADD COLUMN m INTEGER; INSERT INTO t (n) VALUES (2);",
    [2] = "INSERT INTO t (n, m) VALUES (3, 3);",
};

static struct database_kind upgradable(void)
{
    struct database_kind today = kind;

    today.upgrades = steps;
    today.upgraded_by = "starting testd";
    return today;
}

/* A database of `kind` that says it is of this version. */
static void make_version(int version)
{
    char sql[48];

    make_database();
    snprintf(sql, sizeof sql, "PRAGMA user_version = %d", version);
    change_by_hand(sql);
}

static void assert_upgrade_fails(const struct database_kind *today, const char *words)
{
    int from = -1;

    assert_false(database_upgrade(path, today, &from, reason, sizeof reason));
    assert_int_equal(from, -1);
    assert_reason_has(words);
}

static void all_steps_are_run(void **state)
{
    struct database_kind today = upgradable();
    int from;

    (void)state;
    make_version(1);
    assert_true(database_upgrade(path, &today, &from, reason, sizeof reason));
    assert_int_equal(from, 1);
    assert_opens_with_rows(3);
}

static void only_the_steps_that_are_missing_are_run(void **state)
{
    struct database_kind today = upgradable();
    int from;

    (void)state;
    make_version(2);
    change_by_hand("ALTER TABLE t ADD COLUMN m INTEGER");
    assert_true(database_upgrade(path, &today, &from, reason, sizeof reason));
    assert_int_equal(from, 2);
    assert_opens_with_rows(2);
}

static void a_database_of_today_stays_as_it_is(void **state)
{
    struct database_kind today = upgradable();
    int from;

    (void)state;
    make_database();
    assert_true(database_upgrade(path, &today, &from, reason, sizeof reason));
    assert_int_equal(from, 3);
    assert_opens_with_rows(1);
}

static void opening_an_older_one_says_who_upgrades_it(void **state)
{
    struct database_kind today = upgradable();
    sqlite3 *db;

    (void)state;
    make_version(1);
    assert_false(database_open(path, &today, &db, reason, sizeof reason));
    assert_reason_has("schema version is 1, older than this program's (3); starting testd upgrades it");
    assert_false(database_open_to_write(path, &today, 10, &db, reason, sizeof reason));
    assert_reason_has("starting testd upgrades it");
}

static void a_step_that_fails_changes_nothing(void **state)
{
    static const char *const wrong[3] = {[1] = "INSERT INTO t VALUES (2);", [2] = "INSERT INTO missing VALUES (3);"};
    struct database_kind today = upgradable();
    sqlite3 *db;

    (void)state;
    make_version(1);
    today.upgrades = wrong;
    assert_upgrade_fails(&today, "cannot be upgraded: no such table: missing");
    today.schema_version = 1;
    assert_true(database_open(path, &today, &db, reason, sizeof reason));
    assert_int_equal(count_rows(db), 1);
    sqlite3_close(db);
}

static void a_row_that_names_nothing_is_found(void **state)
{
    static const char *const wrong[3] = {[1] = "CREATE TABLE a (id INTEGER PRIMARY KEY);"
                                               "CREATE TABLE b (a INTEGER REFERENCES a (id));"
                                               "INSERT INTO b VALUES (7);",
                                         [2] = ""};
    struct database_kind today = upgradable();

    (void)state;
    make_version(1);
    today.upgrades = wrong;
    assert_upgrade_fails(&today, "a row of b names a row of a that is not there");
}

static void a_newer_one_is_refused_by_its_number(void **state)
{
    struct database_kind today = upgradable();

    (void)state;
    make_version(4);
    assert_upgrade_fails(&today, "its schema version is 4, newer than this program's (3)");
}

static void a_version_without_a_step_is_refused(void **state)
{
    struct database_kind today = upgradable();

    (void)state;
    make_version(0);
    assert_upgrade_fails(&today, "its schema version is 0, older than this program's (3)");
    change_by_hand("PRAGMA user_version = -1");
    assert_upgrade_fails(&today, "its schema version is -1, older than this program's (3)");
}

static void another_program_s_database_is_not_upgraded(void **state)
{
    struct database_kind today = upgradable();

    (void)state;
    make_version(1);
    change_by_hand("PRAGMA application_id = 1");
    assert_upgrade_fails(&today, "not a test database");
}

static void a_missing_database_is_not_upgraded(void **state)
{
    struct database_kind today = upgradable();

    (void)state;
    assert_upgrade_fails(&today, "testctl init");
    assert_int_equal(list_directory(NULL), 0);
}

static void two_who_upgrade_at_once_do_it_once(void **state)
{
    struct database_kind today = upgradable();
    pid_t children[4];
    int status;

    (void)state;
    make_version(1);
    for (size_t i = 0; i < ARRAY_LENGTH(children); i++) {
        children[i] = fork();
        if (children[i] == 0) {
            int from;
            _exit(database_upgrade(path, &today, &from, reason, sizeof reason) ? 0 : 1);
        }
    }
    for (size_t i = 0; i < ARRAY_LENGTH(children); i++) {
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    assert_opens_with_rows(3);
}

/* ---- Writing ---- */

static void what_is_written_is_there(void **state)
{
    sqlite3 *db;

    (void)state;
    make_database();
    assert_true(database_open_to_write(path, &kind, 10, &db, reason, sizeof reason));
    assert_int_equal(sqlite3_db_readonly(db, "main"), 0);
    assert_int_equal(sqlite3_exec(db, "INSERT INTO t VALUES (2)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close_v2(db);
    assert_opens_with_rows(2);
}

static int ask_number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = database_prepare(db, sql, reason, sizeof reason);

    assert_non_null(statement);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int number = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static void a_writer_checks_references_and_waits_for_the_disk(void **state)
{
    sqlite3 *db;

    (void)state;
    make_database();
    assert_true(database_open_to_write(path, &kind, 10, &db, reason, sizeof reason));
    assert_int_equal(ask_number(db, "PRAGMA foreign_keys"), 1);
    assert_int_equal(ask_number(db, "PRAGMA synchronous"), 2);
    assert_int_equal(ask_number(db, "PRAGMA busy_timeout"), 10);
    sqlite3_close_v2(db);
}

/* Runs as nobody; cmocka's asserts have nowhere to go there. */
static int read_what_may_not_be_written(void)
{
    struct database_kind today = upgradable();
    sqlite3 *db = NULL;
    int from;

    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
        return 1;
    if (!database_open_to_write(path, &kind, 10, &db, reason, sizeof reason))
        return 2;
    if (sqlite3_db_readonly(db, "main") != 1 || sqlite3_exec(db, "SELECT * FROM t", NULL, NULL, NULL) != SQLITE_OK)
        return 3;
    if (sqlite3_exec(db, "INSERT INTO t VALUES (2)", NULL, NULL, NULL) != SQLITE_READONLY)
        return 4;
    sqlite3_close_v2(db);
    today.schema_version = 4;
    today.upgrades = (const char *const[4]){NULL, NULL, NULL, "SELECT 1;"};
    if (database_upgrade(path, &today, &from, reason, sizeof reason) ||
        strstr(reason, "its schema version is 3, and this user may not write it") == NULL)
        return 5;
    return 0;
}

static void a_file_that_may_only_be_read_is_opened_for_that(void **state)
{
    int status;

    (void)state;
    if (geteuid() != 0)
        skip();
    make_database();
    change_by_hand("PRAGMA journal_mode = DELETE");
    assert_int_equal(chmod(path, 0644), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int result = read_what_may_not_be_written();
        if (result != 0)
            fprintf(stderr, "as nobody: %s\n", reason);
        _exit(result);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(all_steps_are_run),
        DATABASE_TEST(only_the_steps_that_are_missing_are_run),
        DATABASE_TEST(a_database_of_today_stays_as_it_is),
        DATABASE_TEST(opening_an_older_one_says_who_upgrades_it),
        DATABASE_TEST(a_step_that_fails_changes_nothing),
        DATABASE_TEST(a_row_that_names_nothing_is_found),
        DATABASE_TEST(a_newer_one_is_refused_by_its_number),
        DATABASE_TEST(a_version_without_a_step_is_refused),
        DATABASE_TEST(another_program_s_database_is_not_upgraded),
        DATABASE_TEST(a_missing_database_is_not_upgraded),
        DATABASE_TEST(two_who_upgrade_at_once_do_it_once),
        DATABASE_TEST(what_is_written_is_there),
        DATABASE_TEST(a_writer_checks_references_and_waits_for_the_disk),
        DATABASE_TEST(a_file_that_may_only_be_read_is_opened_for_that),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
