/* SPDX-License-Identifier: MIT */
/* Small files: read whole or refused with a cause, noticed when they change, and paths joined. */
#include <errno.h>
#include <fcntl.h>
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

#include "common/file.h"

static char directory[64], path[96], other[96];

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/test-file-XXXXXX");
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/a", directory);
    snprintf(other, sizeof other, "%s/b", directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    unlink(path);
    unlink(other);
    return rmdir(directory);
}

static void write_bytes(const char *name, const char *bytes, size_t length)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void assert_unreadable(const char *name, size_t max, int cause)
{
    char untouched, *text = &untouched;
    size_t length = 77;
    errno = 0;
    assert_false(file_read(name, max, &text, &length));
    assert_int_equal(errno, cause);
    assert_ptr_equal(text, &untouched);
    assert_int_equal(length, 77);
}

static void file_is_read_whole(void **state)
{
    (void)state;
    char *text;
    size_t length;
    write_bytes(path, "a\0b\n", 4);
    assert_true(file_read(path, 100, &text, &length));
    assert_int_equal(length, 4);
    assert_memory_equal(text, "a\0b\n\0", 5);
    free(text);
}

static void empty_file_is_empty_text(void **state)
{
    (void)state;
    char *text;
    write_bytes(path, "", 0);
    assert_true(file_read(path, 100, &text, NULL));
    assert_string_equal(text, "");
    free(text);
}

static void file_of_the_bound_is_read_and_a_larger_one_is_not(void **state)
{
    (void)state;
    char *text;
    size_t length;
    write_bytes(path, "12345", 5);
    assert_true(file_read(path, 5, &text, &length));
    assert_int_equal(length, 5);
    free(text);
    assert_unreadable(path, 4, EFBIG);
}

static void missing_file_says_so(void **state)
{
    (void)state;
    assert_unreadable(path, 100, ENOENT);
}

static void directory_is_not_read(void **state)
{
    (void)state;
    assert_unreadable(directory, 100, EISDIR);
}

static void pipe_without_a_writer_is_refused_at_once(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    alarm(100); /* a read that waits ends the test */
    assert_unreadable(path, 100, EINVAL);
    alarm(0);
}

static void endless_device_is_refused(void **state)
{
    (void)state;
    assert_unreadable("/dev/zero", 100, EINVAL);
}

static void no_descriptor_is_left_open(void **state)
{
    (void)state;
    char *text;
    write_bytes(path, "a", 1);
    int before = open("/dev/null", O_RDONLY);
    close(before);
    for (int i = 0; i < 10; i++) {
        assert_true(file_read(path, 100, &text, NULL));
        free(text);
        assert_false(file_read(path, 0, &text, NULL));
        assert_false(file_read(directory, 100, &text, NULL));
    }
    int after = open("/dev/null", O_RDONLY);
    close(after);
    assert_int_equal(after, before);
}

static void unchanged_file_has_an_equal_stamp(void **state)
{
    (void)state;
    write_bytes(path, "a", 1);
    struct file_stamp first = file_stamp(path), second = file_stamp(path);
    assert_true(file_stamp_equal(&first, &second));
}

static void file_of_another_size_has_another_stamp(void **state)
{
    (void)state;
    write_bytes(path, "a", 1);
    struct file_stamp before = file_stamp(path);
    write_bytes(path, "ab", 2);
    struct file_stamp after = file_stamp(path);
    assert_false(file_stamp_equal(&before, &after));
}

static void file_put_in_its_place_has_another_stamp(void **state)
{
    (void)state;
    write_bytes(path, "a", 1);
    write_bytes(other, "a", 1);
    struct file_stamp before = file_stamp(path);
    assert_int_equal(rename(other, path), 0);
    struct file_stamp after = file_stamp(path);
    assert_false(file_stamp_equal(&before, &after));
}

static void file_with_an_old_date_put_back_has_another_stamp(void **state)
{
    (void)state;
    struct stat st;
    write_bytes(path, "a", 1);
    struct file_stamp before = file_stamp(path), after = before;
    assert_int_equal(stat(path, &st), 0);
    /* The kernel's clock ticks every few milliseconds: write until the change time moved. */
    for (int i = 0; i < 1000 && file_stamp_equal(&before, &after); i++) {
        usleep(1000);
        write_bytes(path, "b", 1);
        const struct timespec times[] = {st.st_atim, st.st_mtim};
        assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
        after = file_stamp(path);
    }
    assert_false(file_stamp_equal(&before, &after));
}

static void missing_file_has_the_zero_stamp(void **state)
{
    (void)state;
    const struct file_stamp zero = {0};
    struct file_stamp missing = file_stamp(path);
    assert_true(file_stamp_equal(&missing, &zero));
    write_bytes(path, "a", 1);
    struct file_stamp present = file_stamp(path);
    assert_false(file_stamp_equal(&present, &zero));
}

static void assert_joins(const char *parent, const char *name, const char *expected)
{
    char *joined = file_join(parent, name);
    assert_string_equal(joined, expected);
    free(joined);
}

static void relative_name_is_joined(void **state)
{
    (void)state;
    assert_joins("/etc/catalog", "keys/ca.crt", "/etc/catalog/keys/ca.crt");
    assert_joins("sub", "a", "sub/a");
}

static void absolute_name_stays(void **state)
{
    (void)state;
    assert_joins("/etc/catalog", "/a/b", "/a/b");
}

static void no_directory_leaves_the_name(void **state)
{
    (void)state;
    assert_joins(NULL, "a", "a");
    assert_joins("", "a", "a");
}

static void program_directory_holds_this_program(void **state)
{
    (void)state;
    struct stat by_name, running;
    char *home = file_program_directory();
    char *name = file_join(home, "test_file");
    assert_int_equal(home[0], '/');
    assert_int_equal(stat("/proc/self/exe", &running), 0);
    assert_int_equal(stat(name, &by_name), 0);
    assert_int_equal(by_name.st_ino, running.st_ino);
    free(name);
    free(home);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(file_is_read_whole),
        TEST(empty_file_is_empty_text),
        TEST(file_of_the_bound_is_read_and_a_larger_one_is_not),
        TEST(missing_file_says_so),
        TEST(directory_is_not_read),
        TEST(pipe_without_a_writer_is_refused_at_once),
        TEST(endless_device_is_refused),
        TEST(no_descriptor_is_left_open),
        TEST(unchanged_file_has_an_equal_stamp),
        TEST(file_of_another_size_has_another_stamp),
        TEST(file_put_in_its_place_has_another_stamp),
        TEST(file_with_an_old_date_put_back_has_another_stamp),
        TEST(missing_file_has_the_zero_stamp),
        TEST(relative_name_is_joined),
        TEST(absolute_name_stays),
        TEST(no_directory_leaves_the_name),
        TEST(program_directory_holds_this_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
