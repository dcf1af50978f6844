/* SPDX-License-Identifier: MIT */
/* How the guard sends callers away: what it says to them, and what it keeps from gRPC core. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/rpc/guard.h"

#define PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define SETTINGS "\0\0\0\4\0\0\0\0\0"
#define HEADERS(stream) "\0\0\2\1\4\0\0\0" stream "hh"
#define DATA(stream) "\0\0\1\0\1\0\0\0" stream "d"

static bool take(struct guard *guard, const void *bytes, size_t size, uint8_t *seen)
{
    const char *reason;

    memcpy(seen, bytes, size);
    return guard_take(guard, seen, size, 0, &reason);
}

static void goaway_stands_between_frames_and_once(void **state)
{
    (void)state;
    static const uint8_t expected[] = {0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0};
    static const uint8_t settings[] = SETTINGS;
    uint8_t frame[GUARD_GOAWAY_SIZE];
    struct guard *guard = guard_new();

    assert_int_equal(sizeof expected, GUARD_GOAWAY_SIZE);
    assert_false(guard_goaway(guard, settings, 4, frame)); /* the frame has not ended */
    assert_true(guard_goaway(guard, settings, 9, frame));
    assert_memory_equal(frame, expected, sizeof expected);
    assert_false(guard_goaway(guard, settings, 9, frame));
    guard_free(guard);
}

static void it_is_quiet_when_no_call_is_under_way_and_none_has_come_for_a_while(void **state)
{
    (void)state;
    static const uint8_t answer[] = "\0\0\2\1\5\0\0\0\1hh";
    uint8_t seen[64];
    const char *reason;
    struct guard *guard = guard_new();

    guard_note_connection(1000);
    assert_false(guard_is_quiet(1099, 100));
    assert_true(guard_is_quiet(1100, 100));
    assert_true(take(guard, PREFACE SETTINGS HEADERS("\1"), 24 + 9 + 11, seen));
    assert_false(guard_is_quiet(1000000, 100));
    assert_true(guard_send(guard, answer, 11, &reason));
    assert_true(guard_is_quiet(1000000, 100));
    guard_free(guard);
}

/* The last: what is hidden once stays so in this process. */
static void calls_that_come_too_late_are_hidden_and_those_before_are_not(void **state)
{
    (void)state;
    static const uint8_t late[] = DATA("\1") HEADERS("\3") DATA("\3");
    uint8_t seen[64];
    struct guard *guard = guard_new();

    assert_true(take(guard, PREFACE SETTINGS HEADERS("\1"), 24 + 9 + 11, seen));
    guard_hide();
    assert_true(take(guard, late, 10 + 11 + 10, seen));
    assert_int_equal(seen[3], 0);              /* DATA of a call that was seen */
    assert_int_equal(seen[10 + 3], 0xfa);      /* HEADERS of a new one */
    assert_int_equal(seen[10 + 11 + 3], 0xfa); /* and its DATA */
    seen[3] = late[3], seen[13] = late[13], seen[24] = late[24];
    assert_memory_equal(seen, late, 31);
    guard_free(guard);
    assert_int_equal(guard_held(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goaway_stands_between_frames_and_once),
        cmocka_unit_test(it_is_quiet_when_no_call_is_under_way_and_none_has_come_for_a_while),
        cmocka_unit_test(calls_that_come_too_late_are_hidden_and_those_before_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
