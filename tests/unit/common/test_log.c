/* SPDX-License-Identifier: MIT */
/* The log: one whole line per event, whatever is in it and whoever else writes. */
#include <fcntl.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "common/log.h"
#include "common/text.h"

static char path[64];
static int real_stderr;

/* Standard error goes to a file for the time of a test. */
static int catch_stderr(void **state)
{
    (void)state;
    strcpy(path, "/tmp/test-log-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_APPEND), 0);
    real_stderr = dup(STDERR_FILENO);
    dup2(fd, STDERR_FILENO);
    close(fd);
    unsetenv("JOURNAL_STREAM");
    log_open("tester");
    log_set_level(LOG_LEVEL_INFO);
    return 0;
}

static int restore_stderr(void **state)
{
    (void)state;
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    return unlink(path);
}

/* What was logged, in a buffer that the next call uses again. */
static const char *logged(void)
{
    static char text[1024 * 1024];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void assert_matches(const char *text, const char *pattern)
{
    regex_t compiled;
    assert_int_equal(regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB), 0);
    int result = regexec(&compiled, text, 0, NULL, 0);
    regfree(&compiled);
    if (result != 0)
        print_message("not matched: %s", text);
    assert_int_equal(result, 0);
}

static void line_has_time_level_program_event_and_pairs(void **state)
{
    (void)state;
    char pattern[256];
    log_info("worker-started", "index=%d worker=%d", 0, 4712);
    snprintf(pattern, sizeof pattern,
             "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z info tester\\[%ld\\] "
             "worker-started index=0 worker=4712\n$",
             (long)getpid());
    assert_matches(logged(), pattern);
}

static void event_without_pairs_ends_at_its_name(void **state)
{
    (void)state;
    log_info("stopped", "%s", "");
    assert_matches(logged(), " stopped\n$");
}

static void levels_have_their_words(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_DEBUG);
    log_debug("a", "%s", "");
    log_info("b", "%s", "");
    log_warning("c", "%s", "");
    log_error("d", "%s", "");
    assert_matches(logged(), "debug tester.* a\n.*info tester.* b\n.*warning tester.* c\n.*error tester.* d\n$");
}

static void lines_below_the_level_are_dropped(void **state)
{
    (void)state;
    log_debug("dropped", "%s", "");
    assert_string_equal(logged(), "");
    log_set_level(LOG_LEVEL_WARNING);
    log_info("dropped", "%s", "");
    assert_string_equal(logged(), "");
    log_warning("kept", "%s", "");
    assert_matches(logged(), " kept\n$");
}

static void control_characters_cannot_forge_a_line(void **state)
{
    (void)state;
    log_info("request", "path=\"%s\"", "a\n2026-01-01 error forged\r\t\x1b[31m\x7f");
    assert_matches(logged(), "path=\"a\\?2026-01-01 error forged\\?\\?\\?\\[31m\\?\"\n$");
    assert_ptr_equal(strchr(logged(), '\n'), logged() + strlen(logged()) - 1);
}

static void text_beyond_ascii_stays(void **state)
{
    (void)state;
    log_info("request", "name=\"%s\"", "Zoë");
    assert_non_null(strstr(logged(), "name=\"Zoë\"\n"));
}

static void long_line_is_cut_and_still_ends(void **state)
{
    (void)state;
    char value[3 * LOG_LINE_MAX];
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    log_info("long", "value=%s", value);
    const char *text = logged();
    assert_true(strlen(text) <= LOG_LINE_MAX);
    assert_true(strlen(text) > LOG_LINE_MAX - 8);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

/* Cut at every place of a character of each length, in a quoted value and in a line. */
static void what_is_cut_ends_with_a_whole_character(void **state)
{
    (void)state;
    static const char *const characters[] = {"x", "ë", "€", "\xF0\x9F\x8D\x8B"};
    for (size_t i = 0; i < 4; i++) {
        for (size_t shift = 0; shift < 4; shift++) {
            char value[2 * LOG_LINE_MAX] = "abc";
            value[shift] = '\0';
            while (strlen(value) < sizeof value - 8)
                strcat(value, characters[i]);
            const char *quoted = LOG_QUOTED(value);
            assert_true(text_is_utf8(quoted, strlen(quoted)));
            assert_true(strlen(quoted) > LOG_QUOTED_MAX - 10 && strlen(quoted) < LOG_QUOTED_MAX);
            log_info("long", "value=%s", value);
        }
    }
    assert_true(text_is_utf8(logged(), strlen(logged())));
}

static void journal_gets_a_priority_and_no_time(void **state)
{
    (void)state;
    struct stat st;
    char stream[64];
    assert_int_equal(fstat(STDERR_FILENO, &st), 0);
    snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_open("tester");
    log_set_level(LOG_LEVEL_DEBUG);
    log_debug("a", "%s", "");
    log_info("b", "x=%d", 1);
    log_warning("c", "%s", "");
    log_error("d", "%s", "");
    assert_string_equal(logged(), "<7>a\n<6>b x=1\n<4>c\n<3>d\n");
}

static void journal_of_another_stream_is_not_meant(void **state)
{
    (void)state;
    setenv("JOURNAL_STREAM", "1:2", 1);
    log_open("tester");
    log_info("a", "%s", "");
    assert_matches(logged(), "^[0-9]{4}-");
}

static void write_lines(char letter)
{
    char value[1001];
    memset(value, letter, sizeof value - 1);
    value[sizeof value - 1] = '\0';
    for (int i = 0; i < 100; i++)
        log_info("line", "value=%s;", value);
    _exit(0);
}

static void lines_of_several_processes_do_not_mix(void **state)
{
    (void)state;
    for (char letter = 'a'; letter < 'e'; letter++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            write_lines(letter);
    }
    int status;
    while (wait(&status) > 0)
        assert_int_equal(status, 0);

    int lines = 0;
    for (const char *line = logged(); *line != '\0'; line = strchr(line, '\n') + 1, lines++) {
        const char *value = strstr(line, " line value=") + strlen(" line value=");
        char letter[2] = {value[0], '\0'};
        assert_int_equal(strspn(value, letter), 1000);
        assert_int_equal(strncmp(value + 1000, ";\n", 2), 0);
    }
    assert_int_equal(lines, 400);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, catch_stderr, restore_stderr)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(line_has_time_level_program_event_and_pairs),
        TEST(event_without_pairs_ends_at_its_name),
        TEST(levels_have_their_words),
        TEST(lines_below_the_level_are_dropped),
        TEST(control_characters_cannot_forge_a_line),
        TEST(text_beyond_ascii_stays),
        TEST(long_line_is_cut_and_still_ends),
        TEST(what_is_cut_ends_with_a_whole_character),
        TEST(journal_gets_a_priority_and_no_time),
        TEST(journal_of_another_stream_is_not_meant),
        TEST(lines_of_several_processes_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
