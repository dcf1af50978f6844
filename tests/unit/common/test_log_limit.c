/* SPDX-License-Identifier: MIT */
/* The limit on lines that others cause: what passes, and that what does not is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/rpc/log_limit.h"

#define MINUTE_NS (60 * CLOCK_NS_PER_S)
#define HOUR_NS (60 * MINUTE_NS)

static struct log_limit limit;
static uint64_t left_out;

static int begin(void **state)
{
    (void)state;
    limit = (struct log_limit)LOG_LIMIT_INIT;
    left_out = 0;
    return 0;
}

static bool pass(const char *message, int64_t now_ns)
{
    return log_limit_pass(&limit, "src/core/tls.cc", 12, message, now_ns, &left_out);
}

static void the_first_of_a_kind_passes_at_once(void **state)
{
    (void)state;
    assert_true(pass("no certificate", 1000));
    assert_true(pass("no route", 1000));
    assert_true(log_limit_pass(&limit, "src/core/tls.cc", 13, "no certificate", 1000, &left_out));
    assert_true(log_limit_pass(&limit, "src/core/tcp.cc", 12, "no certificate", 1000, &left_out));
    assert_int_equal(left_out, 0);
}

static void what_differs_in_numbers_is_of_one_kind(void **state)
{
    (void)state;
    assert_true(pass("127.0.0.1:4711 fd=12 0x7f00beef: no certificate", 1000));
    assert_false(pass("127.0.0.1:80 fd=7 0x11: no certificate", 1000));
}

static void a_line_of_a_kind_passes_after_a_minute_and_says_how_many_did_not(void **state)
{
    (void)state;
    assert_true(pass("no certificate", 0));
    for (int i = 1; i < 60; i++)
        assert_false(pass("no certificate", i * CLOCK_NS_PER_S));
    assert_true(pass("no certificate", MINUTE_NS));
    assert_int_equal(left_out, 59);
}

/* 611 lines a minute for a day, which is what gRPC core says of a peer with another authority's certificate. */
static void a_day_of_the_same_leaves_some_thirty_lines_and_counts_all_others(void **state)
{
    int lines = 0;
    uint64_t counted = 0, said = 0;

    (void)state;
    for (int64_t now_ns = 0; now_ns < 24 * HOUR_NS; now_ns += MINUTE_NS / 611) {
        said++;
        if (!pass("no certificate", now_ns))
            continue;
        lines++;
        counted += 1 + left_out;
    }
    assert_in_range(lines, 24, 36);
    assert_in_range(said - counted, 0, 611 * 60); /* the last hour's are told with the next line */
}

static void what_comes_again_after_a_pause_is_new(void **state)
{
    int64_t now_ns = 0;

    (void)state;
    for (; now_ns < 10 * HOUR_NS; now_ns += MINUTE_NS)
        (void)pass("no certificate", now_ns);
    now_ns += 3 * HOUR_NS;
    assert_true(pass("no certificate", now_ns));
    assert_false(pass("no certificate", now_ns + MINUTE_NS - 1));
    assert_true(pass("no certificate", now_ns + MINUTE_NS));
}

static void rare_lines_all_pass(void **state)
{
    (void)state;
    for (int64_t i = 0; i < 100; i++) {
        assert_true(pass("no certificate", i * 61 * CLOCK_NS_PER_S));
        assert_int_equal(left_out, 0);
    }
}

static void lines_of_ever_new_kinds_are_bounded_too(void **state)
{
    char message[LOG_LIMIT_KINDS * 4 + 1] = "";
    int lines = 0;

    (void)state;
    for (int i = 0; i < LOG_LIMIT_KINDS * 4; i++) {
        message[i] = 'x';
        lines += pass(message, i);
    }
    assert_int_equal(lines, LOG_LIMIT_KINDS + 1);
    assert_true(pass("no certificate", MINUTE_NS * 2)); /* and there is room again */
}

static void kinds_that_come_no_more_make_room_and_stay_counted(void **state)
{
    char message[LOG_LIMIT_KINDS * 2 + 1] = "";
    uint64_t counted = 0;

    (void)state;
    for (int i = 0; i < LOG_LIMIT_KINDS; i++) {
        message[i] = 'x';
        assert_true(pass(message, 0));
        assert_false(pass(message, 1));
    }
    for (int i = LOG_LIMIT_KINDS; i < 2 * LOG_LIMIT_KINDS + 1; i++) {
        message[i % (2 * LOG_LIMIT_KINDS)] = 'y';
        assert_true(pass(i < 2 * LOG_LIMIT_KINDS ? message : "no room", 3 * MINUTE_NS));
        counted += left_out;
    }
    assert_int_equal(counted, LOG_LIMIT_KINDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_first_of_a_kind_passes_at_once, begin),
        cmocka_unit_test_setup(what_differs_in_numbers_is_of_one_kind, begin),
        cmocka_unit_test_setup(a_line_of_a_kind_passes_after_a_minute_and_says_how_many_did_not, begin),
        cmocka_unit_test_setup(a_day_of_the_same_leaves_some_thirty_lines_and_counts_all_others, begin),
        cmocka_unit_test_setup(what_comes_again_after_a_pause_is_new, begin),
        cmocka_unit_test_setup(rare_lines_all_pass, begin),
        cmocka_unit_test_setup(lines_of_ever_new_kinds_are_bounded_too, begin),
        cmocka_unit_test_setup(kinds_that_come_no_more_make_room_and_stay_counted, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
