/* SPDX-License-Identifier: MIT */
/* Windows as they are written: shortly, and so that the same instant is read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "discount/window/window.h"

#include "discount/rule/rule.h"

static int64_t read_window(const char *text, const char *zone, bool is_end)
{
    char reason[512];
    int64_t instant = 0;
    if (!window_parse(text, zone, is_end, &instant, reason, sizeof reason))
        fail_msg("%s in %s: %s", text, zone, reason);
    return instant;
}

static void assert_prints(int64_t instant, const char *zone, bool is_end, const char *expected)
{
    char text[WINDOW_TEXT_SIZE];
    assert_string_equal(window_print(instant, zone, is_end, text), expected);
    assert_int_equal(read_window(text, zone != NULL ? zone : "", is_end), instant);
}

static void instants_are_written_as_shortly_as_they_can_be(void **state)
{
    (void)state;
    assert_prints(1795737600 - 3600, "Europe/Berlin", false, "2026-11-27");
    assert_prints(1795737600 - 3600, "Europe/Berlin", true, "2026-11-26");
    assert_prints(1795737600, "Europe/Berlin", false, "2026-11-27T01:00");
    assert_prints(1795737600 + 30, "Europe/Berlin", true, "2026-11-27T01:00:30");
    assert_prints(1795737600, NULL, false, "2026-11-27");
    assert_prints(1795737600 + 86400, "", true, "2026-11-27");
}

static void the_other_one_of_a_time_that_comes_twice_is_written_in_utc(void **state)
{
    int64_t first = read_window("2026-10-25T00:30Z", "", false);

    (void)state;
    assert_prints(first, "Europe/Berlin", false, "2026-10-25T02:30");
    assert_prints(first, "Europe/Berlin", true, "2026-10-25T00:30Z");
    assert_prints(first + 3600, "Europe/Berlin", false, "2026-10-25T01:30Z");
    assert_prints(first + 3600, "Europe/Berlin", true, "2026-10-25T02:30");
}

static void a_year_that_cannot_be_written_is_written_in_utc(void **state)
{
    (void)state;
    assert_prints(RULE_INSTANT_MAX, "Asia/Tokyo", false, "9999-12-31T23:59:59Z");
    assert_prints(RULE_INSTANT_MIN, "America/New_York", false, "1970-01-01T19:00");
    assert_prints(RULE_INSTANT_MAX, "America/New_York", true, "9999-12-31");
}

static void an_unknown_zone_s_instants_are_written_in_utc(void **state)
{
    char text[WINDOW_TEXT_SIZE];

    (void)state;
    assert_string_equal(window_print(1795737600, "Mars/Base", false, text), "2026-11-27T00:00Z");
}

static void instants_that_no_window_has_are_written_without_harm(void **state)
{
    static const int64_t instants[] = {INT64_MIN, -1, 0, RULE_INSTANT_MAX + 1, INT64_MAX};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(instants); i++) {
        char text[WINDOW_TEXT_SIZE];
        window_print(instants[i], "Europe/Berlin", true, text);
        assert_true(strlen(text) > 0 && strlen(text) < WINDOW_TEXT_SIZE);
    }
    char text[WINDOW_TEXT_SIZE];
    assert_string_equal(window_print(-1, "Europe/Berlin", false, text), "1969-12-31T23:59:59Z");
}

static void what_is_written_is_read_back(void **state)
{
    static const char *const zones[] = {
        "",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/St_Johns",
        "America/Havana",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "America/Sao_Paulo",
        "Africa/Casablanca",
        "Africa/Monrovia",
        "Pacific/Kiritimati",
        "Antarctica/Troll",
        "Europe/Dublin",
    };
    unsigned short seed[3] = {2026, 11, 27};

    (void)state;
    for (int i = 0; i < 4000; i++) {
        const char *zone = zones[(size_t)nrand48(seed) % ARRAY_LENGTH(zones)];
        int64_t far = nrand48(seed) % 8 == 0 ? RULE_INSTANT_MAX : 4102444800;
        int64_t instant = RULE_INSTANT_MIN + (int64_t)(erand48(seed) * (double)(far - RULE_INSTANT_MIN));
        if (nrand48(seed) % 2 == 0)
            instant -= instant % 1800;
        bool is_end = nrand48(seed) % 2 == 0;
        char text[WINDOW_TEXT_SIZE];
        window_print(instant, zone, is_end, text);
        if (instant >= RULE_INSTANT_MIN && read_window(text, zone, is_end) != instant)
            fail_msg("%lld in %s is written %s", (long long)instant, zone, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instants_are_written_as_shortly_as_they_can_be),
        cmocka_unit_test(the_other_one_of_a_time_that_comes_twice_is_written_in_utc),
        cmocka_unit_test(a_year_that_cannot_be_written_is_written_in_utc),
        cmocka_unit_test(an_unknown_zone_s_instants_are_written_in_utc),
        cmocka_unit_test(instants_that_no_window_has_are_written_without_harm),
        cmocka_unit_test(what_is_written_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
