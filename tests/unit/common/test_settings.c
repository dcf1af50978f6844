/* SPDX-License-Identifier: MIT */
/* Settings: where a value comes from, what is refused, and what the refusal says. */
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
#include "common/settings.h"

struct target {
    char *title;
    char *key;
    int64_t deadline_ms;
    int64_t level;
};

static const char *refuse_comma(const char *value)
{
    return strchr(value, ',') != NULL ? "one title without commas" : NULL;
}

static const char *const levels[] = {"debug", "info", "error", NULL};

static const struct setting rows[] = {
    {.name = "TEST_TITLE",
     .type = SETTING_TEXT,
     .offset = offsetof(struct target, title),
     .fallback = "untitled",
     .help = "a title",
     .check = refuse_comma},
    {.name = "TEST_KEY",
     .type = SETTING_PATH,
     .offset = offsetof(struct target, key),
     .fallback = "keys/a.key",
     .help = "a key"},
    {.name = "TEST_DEADLINE_MS",
     .type = SETTING_NUMBER,
     .offset = offsetof(struct target, deadline_ms),
     .fallback = "1000",
     .help = "a wait",
     .min = 1,
     .max = 60000,
     .unit = "ms"},
    {.name = "TEST_LEVEL",
     .type = SETTING_CHOICE,
     .offset = offsetof(struct target, level),
     .fallback = "info",
     .help = "a level",
     .choices = levels},
};

static const struct settings_table table = {rows, ARRAY_LENGTH(rows), "TEST_CONFIG", "test-settings-beside.conf"};

static char directory[64], path[96], reason[512];
static struct target target;

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/test-settings-XXXXXX");
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/a.conf", directory);
    unsetenv("TEST_CONFIG");
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        unsetenv(rows[i].name);
    memset(&target, 0, sizeof target);
    reason[0] = '\0';
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    settings_release(&table, &target);
    unlink(path);
    return rmdir(directory);
}

static void write_bytes(const char *name, const char *bytes, size_t length)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static bool load_bytes(const char *bytes, size_t length)
{
    write_bytes(path, bytes, length);
    return settings_load(&table, path, &target, reason, sizeof reason);
}

static bool load(const char *text)
{
    return load_bytes(text, strlen(text));
}

/* The reason must be the file's path followed by `rest`. */
static void assert_refused(const char *text, const char *rest)
{
    assert_false(load(text));
    assert_int_equal(strncmp(reason, path, strlen(path)), 0);
    assert_string_equal(reason + strlen(path), rest);
    assert_null(target.title);
    assert_null(target.key);
}

static char *in_directory(const char *name)
{
    static char joined[128];
    snprintf(joined, sizeof joined, "%s/%s", directory, name);
    return joined;
}

/* ---- Where a value comes from */

static void nothing_said_gives_the_defaults(void **state)
{
    (void)state;
    assert_true(settings_load(&table, NULL, &target, reason, sizeof reason));
    assert_string_equal(target.title, "untitled");
    assert_string_equal(target.key, "keys/a.key");
    assert_int_equal(target.deadline_ms, 1000);
    assert_int_equal(target.level, 1);
}

static void file_goes_before_default(void **state)
{
    (void)state;
    assert_true(load("TEST_TITLE=from file\nTEST_DEADLINE_MS=7\nTEST_LEVEL=error\n"));
    assert_string_equal(target.title, "from file");
    assert_int_equal(target.deadline_ms, 7);
    assert_int_equal(target.level, 2);
}

static void environment_goes_before_file(void **state)
{
    (void)state;
    setenv("TEST_TITLE", "from environment", 1);
    setenv("TEST_DEADLINE_MS", "8", 1);
    assert_true(load("TEST_TITLE=from file\nTEST_DEADLINE_MS=7\n"));
    assert_string_equal(target.title, "from environment");
    assert_int_equal(target.deadline_ms, 8);
}

static void empty_environment_variable_is_an_empty_value(void **state)
{
    (void)state;
    setenv("TEST_TITLE", "", 1);
    setenv("TEST_KEY", "", 1);
    assert_true(load("TEST_TITLE=from file\nTEST_KEY=b.key\n"));
    assert_string_equal(target.title, "");
    assert_string_equal(target.key, "");
}

static void configuration_variable_names_the_file(void **state)
{
    (void)state;
    write_bytes(path, "TEST_TITLE=named\n", 17);
    setenv("TEST_CONFIG", path, 1);
    assert_true(settings_load(&table, NULL, &target, reason, sizeof reason));
    assert_string_equal(target.title, "named");
}

static void config_option_goes_before_the_configuration_variable(void **state)
{
    (void)state;
    setenv("TEST_CONFIG", "/nowhere/at/all.conf", 1);
    assert_true(load("TEST_TITLE=option\n"));
    assert_string_equal(target.title, "option");
}

static void file_beside_the_executable_is_read(void **state)
{
    (void)state;
    char *program_directory = file_program_directory();
    char *beside = file_join(program_directory, table.config_name);
    char *key = file_join(program_directory, "keys/a.key");
    write_bytes(beside, "TEST_TITLE=beside\n", 18);
    bool loaded = settings_load(&table, NULL, &target, reason, sizeof reason);
    unlink(beside);
    assert_true(loaded);
    assert_string_equal(target.title, "beside");
    assert_string_equal(target.key, key);
    free(key);
    free(beside);
    free(program_directory);
}

static void file_named_by_option_must_exist(void **state)
{
    (void)state;
    char expected[256];
    snprintf(expected, sizeof expected, "settings file %s: No such file or directory", path);
    assert_false(settings_load(&table, path, &target, reason, sizeof reason));
    assert_string_equal(reason, expected);
}

static void file_named_by_variable_must_exist(void **state)
{
    (void)state;
    setenv("TEST_CONFIG", "/nowhere/at/all.conf", 1);
    assert_false(settings_load(&table, NULL, &target, reason, sizeof reason));
    assert_string_equal(reason, "settings file /nowhere/at/all.conf: No such file or directory");
}

static void directory_is_no_settings_file(void **state)
{
    (void)state;
    assert_false(settings_load(&table, directory, &target, reason, sizeof reason));
    assert_non_null(strstr(reason, "Is a directory"));
}

/* ---- Paths */

static void relative_path_of_the_file_starts_at_the_file(void **state)
{
    (void)state;
    assert_true(load("TEST_KEY=sub/b.key\n"));
    assert_string_equal(target.key, in_directory("sub/b.key"));
}

static void absolute_path_of_the_file_stays(void **state)
{
    (void)state;
    assert_true(load("TEST_KEY=/etc/b.key\n"));
    assert_string_equal(target.key, "/etc/b.key");
}

static void relative_path_of_the_environment_starts_where_we_are(void **state)
{
    (void)state;
    setenv("TEST_KEY", "sub/b.key", 1);
    assert_true(load("TEST_TITLE=a\n"));
    assert_string_equal(target.key, "sub/b.key");
}

static void default_path_starts_at_the_file_when_there_is_one(void **state)
{
    (void)state;
    assert_true(load(""));
    assert_string_equal(target.key, in_directory("keys/a.key"));
}

static void empty_path_stays_empty(void **state)
{
    (void)state;
    assert_true(load("TEST_KEY=\n"));
    assert_string_equal(target.key, "");
}

/* ---- What a file may hold */

static void comments_and_empty_lines_say_nothing(void **state)
{
    (void)state;
    assert_true(load("# TEST_TITLE=no\n; TEST_TITLE=no\n\n   \t\n  # indented\nTEST_TITLE=yes\n"));
    assert_string_equal(target.title, "yes");
}

static void quotes_are_taken_off(void **state)
{
    (void)state;
    assert_true(load("TEST_TITLE=\" in quotes \"\nTEST_KEY='/b key'\n"));
    assert_string_equal(target.title, " in quotes ");
    assert_string_equal(target.key, "/b key");
}

static void quotes_inside_a_value_stay(void **state)
{
    (void)state;
    assert_true(load("TEST_TITLE=the \"best\" of 'em\n"));
    assert_string_equal(target.title, "the \"best\" of 'em");
}

static void backslash_in_single_quotes_stays(void **state)
{
    (void)state;
    assert_true(load("TEST_TITLE='a\\b'\n"));
    assert_string_equal(target.title, "a\\b");
}

static void semicolon_colon_and_equals_in_a_value_stay(void **state)
{
    (void)state;
    assert_true(load("TEST_TITLE=a ; b # c : d = e\n"));
    assert_string_equal(target.title, "a ; b # c : d = e");
}

static void spaces_around_name_and_value_go(void **state)
{
    (void)state;
    assert_true(load("TEST_TITLE \t=  a b \t\n"));
    assert_string_equal(target.title, "a b");
}

static void line_ends_of_windows_are_understood(void **state)
{
    (void)state;
    assert_true(load("TEST_TITLE=a\r\nTEST_DEADLINE_MS=5\r\n"));
    assert_string_equal(target.title, "a");
    assert_int_equal(target.deadline_ms, 5);
}

static void last_line_needs_no_line_end(void **state)
{
    (void)state;
    assert_true(load("TEST_LEVEL=debug"));
    assert_int_equal(target.level, 0);
}

static void long_value_arrives_whole(void **state)
{
    (void)state;
    char text[4000] = "TEST_TITLE=";
    memset(text + 11, 'x', 3900);
    assert_true(load(text));
    assert_int_equal(strlen(target.title), 3900);
}

/* ---- What it may not */

static void line_over_the_bound_is_refused(void **state)
{
    (void)state;
    char text[4100] = "TEST_LEVEL=info\nTEST_TITLE=";
    memset(text + strlen(text), 'x', 4000);
    assert_refused(text, ":2: the line is longer than 4000 bytes");
}

static void file_over_the_bound_is_refused(void **state)
{
    (void)state;
    size_t length = 64 * 1024 + 1;
    char *text = malloc(length);
    assert_non_null(text);
    memset(text, '\n', length);
    bool loaded = load_bytes(text, length);
    free(text);
    assert_false(loaded);
    assert_non_null(strstr(reason, "it is larger than 64 KiB"));
}

static void name_that_stands_twice_is_refused(void **state)
{
    (void)state;
    assert_refused("TEST_TITLE=a\nTEST_LEVEL=info\nTEST_TITLE=a\n",
                   ":3: TEST_TITLE stands here again; line 1 has it already");
}

static void unknown_name_is_refused_and_the_known_are_named(void **state)
{
    (void)state;
    assert_refused(
        "# a\nTEST_TITEL=a\n",
        ":2: TEST_TITEL is no setting of this program; it has TEST_TITLE, TEST_KEY, TEST_DEADLINE_MS, TEST_LEVEL");
}

static void name_must_match_in_case(void **state)
{
    (void)state;
    assert_false(load("test_title=a\n"));
    assert_non_null(strstr(reason, "test_title is no setting"));
}

static void line_without_equals_is_refused(void **state)
{
    (void)state;
    assert_refused("TEST_TITLE\n", ":1: the line is not NAME=value");
}

static void colon_does_not_set(void **state)
{
    (void)state;
    assert_refused("TEST_TITLE: a=b\n", ":1: the line is not NAME=value");
}

static void line_without_a_name_is_refused(void **state)
{
    (void)state;
    assert_refused("=a\n", ":1: the line is not NAME=value");
}

static void section_is_refused(void **state)
{
    (void)state;
    assert_refused("[catalog]\nTEST_TITLE=a\n", ":1: there are no [sections] here, only NAME=value");
}

static void an_indent_is_not_part_of_a_setting(void **state)
{
    (void)state;
    assert_true(load("    TEST_TITLE=yes\n\t TEST_KEY = /b\n"));
    assert_string_equal(target.title, "yes");
    assert_string_equal(target.key, "/b");
}

static void byte_order_mark_is_refused(void **state)
{
    (void)state;
    assert_refused("\xef\xbb\xbfTEST_TITLE=a\n",
                   ":1: the file begins with a byte order mark; save it as UTF-8 without one");
}

static void nul_is_refused(void **state)
{
    (void)state;
    assert_false(load_bytes("TEST_TITLE=a\0b\n", 15));
    assert_non_null(strstr(reason, ":1: the line has a control character"));
}

static void control_character_is_refused(void **state)
{
    (void)state;
    assert_refused("TEST_TITLE=a\x1b[31mb\n", ":1: the line has a control character");
}

static void tab_inside_a_value_is_refused(void **state)
{
    (void)state;
    assert_refused("TEST_TITLE=a\tb\n", ":1: TEST_TITLE is \"a?b\"; allowed is text without control characters");
}

static void open_quote_is_refused(void **state)
{
    (void)state;
    assert_refused("TEST_TITLE=\"a\nTEST_KEY=b\"\n", ":1: the quote is not closed on this line");
}

static void lone_quote_is_refused(void **state)
{
    (void)state;
    assert_refused("TEST_TITLE='\n", ":1: the quote is not closed on this line");
}

static void text_behind_a_closing_quote_is_refused(void **state)
{
    (void)state;
    assert_refused("TEST_TITLE=\"a\"b\n", ":1: there is text behind the closing quote");
}

static void backslash_that_would_escape_is_refused(void **state)
{
    (void)state;
    assert_refused("TEST_TITLE=a \\\nTEST_KEY=b\n",
                   ":1: a backslash stands for itself only in a value in single quotes");
}

/* ---- Values */

static void word_for_a_number_is_refused_with_its_place(void **state)
{
    (void)state;
    assert_refused("TEST_TITLE=a\n\nTEST_DEADLINE_MS=abc\n",
                   ":3: TEST_DEADLINE_MS is \"abc\"; allowed is a number from 1 to 60000 (ms)");
}

static void number_outside_its_bounds_is_refused(void **state)
{
    (void)state;
    setenv("TEST_DEADLINE_MS", "0", 1);
    assert_false(settings_load(&table, NULL, &target, reason, sizeof reason));
    assert_string_equal(reason, "TEST_DEADLINE_MS is \"0\" (environment); allowed is a number from 1 to 60000 (ms)");
    setenv("TEST_DEADLINE_MS", "60001", 1);
    assert_false(settings_load(&table, NULL, &target, reason, sizeof reason));
}

static void numbers_at_their_bounds_are_allowed(void **state)
{
    (void)state;
    assert_true(load("TEST_DEADLINE_MS=1\n"));
    assert_int_equal(target.deadline_ms, 1);
    settings_release(&table, &target);
    assert_true(load("TEST_DEADLINE_MS=60000\n"));
    assert_int_equal(target.deadline_ms, 60000);
}

static void unknown_choice_is_refused(void **state)
{
    (void)state;
    assert_refused("TEST_LEVEL=loud\n", ":1: TEST_LEVEL is \"loud\"; allowed is debug, info or error");
}

static void check_of_the_row_is_asked(void **state)
{
    (void)state;
    assert_refused("TEST_TITLE=a,b\n", ":1: TEST_TITLE is \"a,b\"; allowed is one title without commas");
}

static void wrong_value_is_shown_on_one_line_and_not_whole(void **state)
{
    (void)state;
    char value[500];
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    value[3] = '\n';
    setenv("TEST_DEADLINE_MS", value, 1);
    assert_false(settings_load(&table, NULL, &target, reason, sizeof reason));
    assert_non_null(strstr(reason, "TEST_DEADLINE_MS is \"xxx?xxxx"));
    assert_non_null(strstr(reason, "...\" (environment); allowed is a number"));
}

static void long_reason_is_cut_to_its_room(void **state)
{
    (void)state;
    char small[24];
    memset(small, 'z', sizeof small);
    write_bytes(path, "NO_SUCH_NAME=a\n", 15);
    assert_false(settings_load(&table, path, &target, small, sizeof small));
    assert_non_null(memchr(small, '\0', sizeof small));
}

static void description_has_name_default_help_and_what_is_allowed(void **state)
{
    (void)state;
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    settings_describe(&table, out);
    fclose(out);
    assert_string_equal(text, "  TEST_TITLE=untitled    a title; text without control characters\n"
                              "  TEST_KEY=keys/a.key    a key; a path without control characters\n"
                              "  TEST_DEADLINE_MS=1000  a wait; a number from 1 to 60000 (ms)\n"
                              "  TEST_LEVEL=info        a level; debug, info or error\n");
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_said_gives_the_defaults),
        TEST(file_goes_before_default),
        TEST(environment_goes_before_file),
        TEST(empty_environment_variable_is_an_empty_value),
        TEST(configuration_variable_names_the_file),
        TEST(config_option_goes_before_the_configuration_variable),
        TEST(file_beside_the_executable_is_read),
        TEST(file_named_by_option_must_exist),
        TEST(file_named_by_variable_must_exist),
        TEST(directory_is_no_settings_file),
        TEST(relative_path_of_the_file_starts_at_the_file),
        TEST(absolute_path_of_the_file_stays),
        TEST(relative_path_of_the_environment_starts_where_we_are),
        TEST(default_path_starts_at_the_file_when_there_is_one),
        TEST(empty_path_stays_empty),
        TEST(comments_and_empty_lines_say_nothing),
        TEST(quotes_are_taken_off),
        TEST(quotes_inside_a_value_stay),
        TEST(backslash_in_single_quotes_stays),
        TEST(semicolon_colon_and_equals_in_a_value_stay),
        TEST(spaces_around_name_and_value_go),
        TEST(line_ends_of_windows_are_understood),
        TEST(last_line_needs_no_line_end),
        TEST(long_value_arrives_whole),
        TEST(line_over_the_bound_is_refused),
        TEST(file_over_the_bound_is_refused),
        TEST(name_that_stands_twice_is_refused),
        TEST(unknown_name_is_refused_and_the_known_are_named),
        TEST(name_must_match_in_case),
        TEST(line_without_equals_is_refused),
        TEST(colon_does_not_set),
        TEST(line_without_a_name_is_refused),
        TEST(section_is_refused),
        TEST(an_indent_is_not_part_of_a_setting),
        TEST(byte_order_mark_is_refused),
        TEST(nul_is_refused),
        TEST(control_character_is_refused),
        TEST(tab_inside_a_value_is_refused),
        TEST(open_quote_is_refused),
        TEST(lone_quote_is_refused),
        TEST(text_behind_a_closing_quote_is_refused),
        TEST(backslash_that_would_escape_is_refused),
        TEST(word_for_a_number_is_refused_with_its_place),
        TEST(number_outside_its_bounds_is_refused),
        TEST(numbers_at_their_bounds_are_allowed),
        TEST(unknown_choice_is_refused),
        TEST(check_of_the_row_is_asked),
        TEST(wrong_value_is_shown_on_one_line_and_not_whole),
        TEST(long_reason_is_cut_to_its_room),
        TEST(description_has_name_default_help_and_what_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
