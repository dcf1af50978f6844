/* SPDX-License-Identifier: MIT */
/* Opening a database, and what is said when that fails. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "tests/unit/common/database_harness.h"

#define NOBODY 65534

static void a_missing_file_says_what_makes_it(void **state)
{
    (void)state;
    assert_opening_says("testctl init");
    assert_int_equal(list_directory(NULL), 0);
}

static void a_directory_is_refused(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path, 0755), 0);
    assert_opening_says("not a regular file");
}

static void a_file_that_is_no_database_is_refused(void **state)
{
    (void)state;
    write_file(path,
               "This is a text of more than a hundred bytes, which is what SQLite reads of a file before it knows "
               "that the file is none of its own.\n");
    assert_opening_says("not an SQLite database");
}

static void an_empty_file_is_refused(void **state)
{
    (void)state;
    write_file(path, "");
    assert_opening_says("not a test database");
}

static void another_program_s_database_is_refused(void **state)
{
    (void)state;
    make_database();
    change_by_hand("PRAGMA application_id = 1");
    assert_opening_says("not a test database");
}

static void a_newer_schema_is_refused(void **state)
{
    (void)state;
    make_database();
    change_by_hand("PRAGMA user_version = 4");
    assert_opening_says("schema version is 4, newer than this program's (3)");
}

static void an_older_schema_is_refused(void **state)
{
    (void)state;
    make_database();
    change_by_hand("PRAGMA user_version = 2");
    assert_opening_says("schema version is 2, older than this program's (3)");
}

static void a_handle_cannot_write(void **state)
{
    sqlite3 *db;

    (void)state;
    make_database();
    assert_true(database_open(path, &kind, &db, reason, sizeof reason));
    assert_int_equal(sqlite3_exec(db, "INSERT INTO t VALUES (2)", NULL, NULL, NULL), SQLITE_READONLY);
    sqlite3_close_v2(db);
}

static void a_reader_sees_what_is_committed_while_it_is_open(void **state)
{
    sqlite3 *db;

    (void)state;
    make_database();
    assert_true(database_open(path, &kind, &db, reason, sizeof reason));
    assert_int_equal(count_rows(db), 1);
    change_by_hand("INSERT INTO t VALUES (2)");
    assert_int_equal(count_rows(db), 2);
    sqlite3_close_v2(db);
}

static void a_reader_is_not_held_up_by_a_writer(void **state)
{
    sqlite3 *writer;

    (void)state;
    make_database();
    assert_int_equal(sqlite3_open(path, &writer), SQLITE_OK);
    assert_int_equal(sqlite3_exec(writer, "BEGIN IMMEDIATE; INSERT INTO t VALUES (2)", NULL, NULL, NULL), SQLITE_OK);
    assert_opens_with_rows(1);
    sqlite3_close(writer);
}

static void a_statement_that_is_wrong_is_explained(void **state)
{
    sqlite3 *db;

    (void)state;
    make_database();
    assert_true(database_open(path, &kind, &db, reason, sizeof reason));
    assert_null(database_prepare(db, "SELECT missing FROM t", reason, sizeof reason));
    assert_non_null(strstr(reason, "no such column: missing"));
    sqlite3_close_v2(db);
}

/* ---- Readers who may not write: other rights are tried in a child that gives up root ---- */

/* Runs `check` as nobody; what fails there fails here. */
static void run_as_nobody(void (*check)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
            _exit(3);
        check();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("as nobody: failed (status %d)", status);
}

/* In the child cmocka's asserts have nowhere to go. */
static void open_or_exit(bool opens, const char *words)
{
    sqlite3 *db = NULL;

    if (database_open(path, &kind, &db, reason, sizeof reason) != opens) {
        fprintf(stderr, "as nobody: %s\n", opens ? reason : "could be opened");
        _exit(1);
    }
    if (!opens && (strstr(reason, path) == NULL || strstr(reason, words) == NULL)) {
        fprintf(stderr, "as nobody: \"%s\" does not have \"%s\"\n", reason, words);
        _exit(2);
    }
    if (opens && sqlite3_exec(db, "SELECT * FROM t", NULL, NULL, NULL) != SQLITE_OK)
        _exit(4);
    sqlite3_close_v2(db);
}

static void open_is_refused_permission(void)
{
    open_or_exit(false, "Permission denied");
}

static void open_needs_another_mode(void)
{
    open_or_exit(false, "PRAGMA journal_mode=DELETE");
}

static void open_works(void)
{
    open_or_exit(true, "");
}

static void skip_unless_root(void)
{
    if (geteuid() != 0)
        skip();
}

static void a_file_that_may_not_be_read_is_named(void **state)
{
    (void)state;
    skip_unless_root();
    make_database();
    run_as_nobody(open_is_refused_permission);
}

static void wal_mode_without_the_right_to_write_beside_names_the_remedy(void **state)
{
    (void)state;
    skip_unless_root();
    make_database();
    assert_int_equal(chmod(path, 0644), 0);
    run_as_nobody(open_needs_another_mode);
}

static void out_of_wal_mode_the_right_to_read_is_enough(void **state)
{
    (void)state;
    skip_unless_root();
    make_database();
    change_by_hand("PRAGMA journal_mode = DELETE");
    assert_int_equal(chmod(path, 0644), 0);
    run_as_nobody(open_works);
}

static void open_to_write_reads_alone(void)
{
    sqlite3 *db = NULL;

    if (!database_open_to_write(path, &kind, 10, &db, reason, sizeof reason)) {
        fprintf(stderr, "as nobody: %s\n", reason);
        _exit(1);
    }
    if (sqlite3_exec(db, "SELECT * FROM t", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(db, "INSERT INTO t VALUES (2)", NULL, NULL, NULL) != SQLITE_READONLY)
        _exit(4);
    sqlite3_close_v2(db);
}

/* As after a backup was brought back by root, and the database alone was given to its user. */
static void a_log_that_may_not_be_written_leaves_reading(void **state)
{
    char name[128];
    sqlite3 *db;

    (void)state;
    skip_unless_root();
    make_database();
    assert_true(database_open(path, &kind, &db, reason, sizeof reason));
    change_by_hand("INSERT INTO t VALUES (3)"); /* the log stays: another handle is open */
    assert_int_equal(chmod(directory, 0777), 0);
    assert_int_equal(chmod(path, 0666), 0);
    snprintf(name, sizeof name, "%s-shm", path);
    assert_int_equal(chmod(name, 0666), 0);
    snprintf(name, sizeof name, "%s-wal", path);
    assert_int_equal(chmod(name, 0644), 0);
    run_as_nobody(open_to_write_reads_alone);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* ---- Files that cannot be opened for a moment ---- */

static const char *failing; /* the end of the name of a file that cannot be opened for writing; NULL: none */

static int open_or_fail(const char *name, int flags, int mode)
{
    size_t length = strlen(name), end = failing != NULL ? strlen(failing) : 0;

    if (failing == NULL || (flags & O_ACCMODE) != O_RDWR || length < end || strcmp(name + length - end, failing) != 0)
        return open(name, flags, mode);
    errno = EMFILE;
    return -1;
}

/* The log and its index are there, as they are while another process has the database open. */
static void a_file_that_could_not_be_opened_for_a_moment_is_no_reason_to_read_only_for_good(void **state)
{
    static const char *const endings[] = {"test.db", "-wal", "-shm"};
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    int ends[2];
    char byte;

    (void)state;
    make_database();
    assert_int_equal(pipe(ends), 0);
    pid_t other = fork();
    if (other == 0) {
        sqlite3 *db;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (database_open_to_write(path, &kind, 10, &db, reason, sizeof reason) && count_rows(db) == 1 &&
            write(ends[1], "", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(vfs->xSetSystemCall(vfs, "open", (sqlite3_syscall_ptr)open_or_fail), SQLITE_OK);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        sqlite3 *db = NULL;
        failing = endings[i];
        assert_false(database_open_to_write(path, &kind, 10, &db, reason, sizeof reason));
        assert_reason_has("could not be opened for writing, though this user may write it");
        failing = NULL;
        assert_true(database_open_to_write(path, &kind, 10, &db, reason, sizeof reason));
        assert_int_equal(sqlite3_exec(db, "INSERT INTO t VALUES (1)", NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
    }
    assert_int_equal(vfs->xSetSystemCall(vfs, "open", NULL), SQLITE_OK);
    kill(other, SIGKILL);
    assert_int_equal(waitpid(other, NULL, 0), other);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(a_missing_file_says_what_makes_it),
        DATABASE_TEST(a_directory_is_refused),
        DATABASE_TEST(a_file_that_is_no_database_is_refused),
        DATABASE_TEST(an_empty_file_is_refused),
        DATABASE_TEST(another_program_s_database_is_refused),
        DATABASE_TEST(a_newer_schema_is_refused),
        DATABASE_TEST(an_older_schema_is_refused),
        DATABASE_TEST(a_handle_cannot_write),
        DATABASE_TEST(a_reader_sees_what_is_committed_while_it_is_open),
        DATABASE_TEST(a_reader_is_not_held_up_by_a_writer),
        DATABASE_TEST(a_statement_that_is_wrong_is_explained),
        DATABASE_TEST(a_file_that_may_not_be_read_is_named),
        DATABASE_TEST(wal_mode_without_the_right_to_write_beside_names_the_remedy),
        DATABASE_TEST(out_of_wal_mode_the_right_to_read_is_enough),
        DATABASE_TEST(a_log_that_may_not_be_written_leaves_reading),
        DATABASE_TEST(a_file_that_could_not_be_opened_for_a_moment_is_no_reason_to_read_only_for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
