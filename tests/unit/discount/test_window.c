/* SPDX-License-Identifier: MIT */
/* Windows: local dates and times of time zones, around the days on which clocks change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/zone.h"
#include "discount/window/window.h"

#include "discount/rule/rule.h"

#include "window_table.h"

static char reason[512];

static int64_t read_window(const char *text, const char *zone, bool is_end)
{
    int64_t instant = 0;
    if (!window_parse(text, zone, is_end, &instant, reason, sizeof reason))
        fail_msg("%s in %s: %s", text, zone, reason);
    return instant;
}

static int64_t start(const char *text, const char *zone)
{
    return read_window(text, zone, false);
}

static int64_t end(const char *text, const char *zone)
{
    return read_window(text, zone, true);
}

/* `part` is what the reason has to say. */
static void assert_refused(const char *text, const char *zone, bool is_end, const char *part)
{
    int64_t instant = 42;
    if (window_parse(text, zone, is_end, &instant, reason, sizeof reason))
        fail_msg("%s in %s was read as %lld", text, zone, (long long)instant);
    assert_int_equal(instant, 42);
    if (strstr(reason, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", reason, part);
    assert_null(strchr(reason, '\n'));
}

static void a_date_starts_with_its_first_instant(void **state)
{
    (void)state;
    assert_int_equal(start("2026-11-27", ""), 1795737600);
    assert_int_equal(start("2026-11-27", "Europe/Berlin"), 1795737600 - 3600);
    assert_int_equal(start("2026-07-01", "Europe/Berlin"), 1782864000 - 7200);
}

static void a_date_ends_behind_its_last_instant(void **state)
{
    (void)state;
    assert_int_equal(end("2026-11-27", ""), 1795737600 + 86400);
    assert_int_equal(end("2026-11-27", "Europe/Berlin"), start("2026-11-28", "Europe/Berlin"));
    assert_int_equal(end("2026-12-31", "Asia/Kathmandu"), start("2027-01-01", "Asia/Kathmandu"));
}

static void a_time_is_that_instant_at_either_end(void **state)
{
    (void)state;
    assert_int_equal(start("2026-11-27T18:00", "Europe/Berlin"), 1795737600 + 17 * 3600);
    assert_int_equal(end("2026-11-27T18:00", "Europe/Berlin"), 1795737600 + 17 * 3600);
    assert_int_equal(start("2026-11-27T18:00:30", "Europe/Berlin"), 1795737600 + 17 * 3600 + 30);
    assert_int_equal(start("2026-11-27T18:00Z", "Europe/Berlin"), 1795737600 + 18 * 3600);
    assert_int_equal(end("2026-11-27T18:00:30Z", "America/New_York"), 1795737600 + 18 * 3600 + 30);
}

static void days_with_a_change_of_clocks_are_shorter_or_longer(void **state)
{
    static const struct {
        const char *zone, *day;
        int64_t minutes;
    } days[] = {
        {"Europe/Berlin", "2026-03-29", 23 * 60},     {"Europe/Berlin", "2026-10-25", 25 * 60},
        {"America/New_York", "2026-03-08", 23 * 60},  {"America/New_York", "2026-11-01", 25 * 60},
        {"Australia/Lord_Howe", "2026-04-05", 1470},  {"Australia/Lord_Howe", "2026-10-04", 1410},
        {"Europe/Istanbul", "2015-11-08", 25 * 60},   {"Europe/Istanbul", "2026-11-08", 24 * 60},
        {"America/Sao_Paulo", "2017-10-15", 23 * 60}, {"Europe/Berlin", "2028-02-29", 24 * 60},
        {"Europe/Berlin", "9998-03-29", 23 * 60},     {"Asia/Tokyo", "2026-03-29", 24 * 60},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(days); i++) {
        int64_t minutes = (end(days[i].day, days[i].zone) - start(days[i].day, days[i].zone)) / 60;
        if (minutes != days[i].minutes)
            fail_msg("%s in %s has %lld minutes", days[i].day, days[i].zone, (long long)minutes);
    }
}

static void skipped_times_are_refused_with_those_around_them(void **state)
{
    (void)state;
    assert_refused("2026-03-29T02:30", "Europe/Berlin", false, "from 2026-03-29T01:59:59 to 2026-03-29T03:00");
    assert_refused("2026-03-29T02:00", "Europe/Berlin", true, "does not exist in Europe/Berlin");
    assert_refused("2026-10-04T02:15", "Australia/Lord_Howe", false, "from 2026-10-04T01:59:59 to 2026-10-04T02:30");
    assert_int_equal(start("2026-03-29T03:00", "Europe/Berlin"), start("2026-03-29T01:59:59", "Europe/Berlin") + 1);
}

static void of_a_time_that_comes_twice_the_window_has_both(void **state)
{
    (void)state;
    assert_int_equal(start("2026-10-25T02:30", "Europe/Berlin"), start("2026-10-25T00:30Z", ""));
    assert_int_equal(end("2026-10-25T02:30", "Europe/Berlin"), start("2026-10-25T01:30Z", ""));
    assert_int_equal(end("2026-04-05T01:45", "Australia/Lord_Howe") - start("2026-04-05T01:45", "Australia/Lord_Howe"),
                     1800);
    /* Summer time was not involved: the zone's own offset changed. */
    assert_int_equal(end("2014-10-26T01:30", "Europe/Moscow") - start("2014-10-26T01:30", "Europe/Moscow"), 3600);
}

static void a_midnight_that_clocks_skip_begins_the_day_behind_it(void **state)
{
    (void)state;
    assert_int_equal(start("2017-10-15", "America/Sao_Paulo"), start("2017-10-15T01:00", "America/Sao_Paulo"));
    assert_int_equal(end("2017-10-14", "America/Sao_Paulo"), start("2017-10-15T01:00", "America/Sao_Paulo"));
}

static void a_day_that_comes_back_for_an_hour_ends_only_then(void **state)
{
    (void)state;
    /* In St John's, at 00:01 of November 4th clocks went back to 23:01 of the 3rd. */
    assert_int_equal(end("2007-11-03", "America/St_Johns") - start("2007-11-03", "America/St_Johns"), 25 * 3600);
    assert_int_equal(end("2007-11-03", "America/St_Johns") - start("2007-11-04", "America/St_Johns"), 3600);
    /* In Havana midnight comes twice, but both are the next day's. */
    assert_int_equal(end("2026-10-31", "America/Havana"), start("2026-11-01", "America/Havana"));
}

static void a_day_that_does_not_exist_is_refused(void **state)
{
    (void)state;
    assert_refused("2011-12-30", "Pacific/Apia", false, "from 2011-12-29T23:59:59 to 2011-12-31T00:00");
    assert_refused("2011-12-30", "Pacific/Apia", true, "does not exist in Pacific/Apia");
    assert_refused("2011-12-30T12:00", "Pacific/Apia", true, "does not exist in Pacific/Apia");
    assert_int_equal(end("2011-12-29", "Pacific/Apia"), start("2011-12-31", "Pacific/Apia"));
}

static void far_years_follow_the_zone_s_rule(void **state)
{
    (void)state;
    assert_int_equal(start("9999-07-01T12:00", "Europe/Berlin"), start("9999-07-01T10:00Z", ""));
    assert_int_equal(start("9999-01-01T12:00", "Europe/Berlin"), start("9999-01-01T11:00Z", ""));
    assert_int_equal(start("2500-07-01T12:00", "America/New_York"), start("2500-07-01T16:00Z", ""));
}

static void the_first_and_the_last_instant_are_read(void **state)
{
    (void)state;
    assert_int_equal(start("1970-01-02", ""), RULE_INSTANT_MIN);
    assert_int_equal(end("1970-01-01", ""), RULE_INSTANT_MIN);
    assert_int_equal(end("9999-12-31T23:59:59", ""), RULE_INSTANT_MAX);
    assert_refused("1970-01-01T23:59:59", "", false, "1970-01-02T00:00Z to 9999-12-31T23:59:59Z");
    assert_int_equal(end("9999-12-31", ""), RULE_INSTANT_MAX);
    assert_int_equal(end("9999-12-31", "America/New_York"), RULE_INSTANT_MAX);
    assert_int_equal(end("9999-12-31", "Asia/Tokyo"), end("9999-12-31T15:00Z", ""));
    assert_refused("9999-12-31T20:00", "America/New_York", true, "out of range");
    assert_refused("9999-12-31T20:00", "America/New_York", false, "out of range");
    assert_refused("1969-12-31", "America/New_York", false, "1970 to 9999");
}

static void what_is_no_date_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "2026",
        "2026-1-1",
        "26-01-01",
        "2026-01-01 ",
        " 2026-01-01",
        "2026/01/01",
        "2026-01-01T",
        "2026-01-01T1:00",
        "2026-01-01T01",
        "2026-01-01T01:00:",
        "2026-01-01t01:00",
        "2026-01-01Z",
        "2026-01-01T01:00z",
        "2026-01-01T01:00+01:00",
        "12026-01-01",
        "-026-01-01",
        "tomorrow",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        assert_refused(texts[i], "", false, "2026-11-27T18:00");
}

static void figures_out_of_range_are_refused_by_name(void **state)
{
    (void)state;
    assert_refused("2026-13-01", "", false, "month 13; 1 to 12");
    assert_refused("2026-00-01", "", false, "month 0");
    assert_refused("2026-02-29", "", false, "day 29; 1 to 28");
    assert_refused("2100-02-29", "", false, "day 29; 1 to 28");
    assert_refused("2026-04-31", "", false, "day 31; 1 to 30");
    assert_refused("2026-01-01T24:00", "", true, "hour 24; 0 to 23");
    assert_refused("2026-01-01T23:60", "", true, "minute 60; 0 to 59");
    assert_refused("2016-12-31T23:59:60Z", "", true, "second 60; 0 to 59");
    assert_int_equal(start("2028-02-29", ""), start("2028-02-28", "") + 86400);
    assert_int_equal(start("2000-02-29", ""), start("2000-03-01", "") - 86400);
}

static void zones_are_known_by_the_system_s_files(void **state)
{
    (void)state;
    assert_true(zone_is_known(""));
    assert_true(zone_is_known("UTC"));
    assert_true(zone_is_known("Europe/Berlin"));
    assert_true(zone_is_known("America/Argentina/Buenos_Aires"));
    static const char *const others[] = {"Mars/Base",
                                         "Europe",
                                         "europe/berlin",
                                         "../../etc/passwd",
                                         "tzdata.zi",
                                         "zone.tab",
                                         "/usr/share/zoneinfo/Europe/Berlin",
                                         "Europe/",
                                         "right/UTC",
                                         "posix/Europe/Berlin",
                                         "localtime",
                                         "CET-1CEST",
                                         ":Europe/Berlin"};
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
        if (zone_is_known(others[i]))
            fail_msg("%s is taken for a zone", others[i]);
        assert_refused("2026-01-01", others[i], false, "is no time zone");
    }
}

static void the_directory_of_zones_is_the_one_of_tzdir(void **state)
{
    char directory[] = "/tmp/test-window-XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(directory));
    assert_int_equal(setenv("TZDIR", directory, 1), 0);
    bool knows_berlin = zone_is_known("Europe/Berlin"), knows_utc = zone_is_known("UTC");
    int64_t utc = start("2026-11-27", "UTC");
    unsetenv("TZDIR");
    rmdir(directory);
    assert_false(knows_berlin);
    assert_true(knows_utc);
    assert_int_equal(utc, 1795737600);
}

static long here(void)
{
    time_t time = 1782864000;
    struct tm tm;
    localtime_r(&time, &tm);
    return tm.tm_gmtoff;
}

static void the_process_s_own_zone_is_as_before(void **state)
{
    char text[WINDOW_TEXT_SIZE];

    (void)state;
    assert_int_equal(setenv("TZ", "Asia/Tokyo", 1), 0);
    tzset();
    start("2026-11-27", "Europe/Berlin");
    assert_refused("2026-03-29T02:30", "Europe/Berlin", false, "does not exist");
    window_print(1782864000, "Europe/Berlin", false, text);
    assert_string_equal(getenv("TZ"), "Asia/Tokyo");
    assert_int_equal(here(), 9 * 3600);
    assert_int_equal(start("2026-11-27", ""), 1795737600);
    unsetenv("TZ");
    tzset();
    long before = here();
    start("2026-11-27", "Asia/Kathmandu");
    assert_null(getenv("TZ"));
    assert_int_equal(here(), before);
}

static void another_reading_of_the_zones_agrees(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(window_table); i++) {
        const char *text = window_table[i].text, *zone = window_table[i].zone;
        if (window_table[i].instant == 0)
            assert_refused(text, zone, window_table[i].is_end, "does not exist");
        else if (read_window(text, zone, window_table[i].is_end) != window_table[i].instant)
            fail_msg("%s in %s", text, zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_date_starts_with_its_first_instant),
        cmocka_unit_test(a_date_ends_behind_its_last_instant),
        cmocka_unit_test(a_time_is_that_instant_at_either_end),
        cmocka_unit_test(days_with_a_change_of_clocks_are_shorter_or_longer),
        cmocka_unit_test(skipped_times_are_refused_with_those_around_them),
        cmocka_unit_test(of_a_time_that_comes_twice_the_window_has_both),
        cmocka_unit_test(a_midnight_that_clocks_skip_begins_the_day_behind_it),
        cmocka_unit_test(a_day_that_comes_back_for_an_hour_ends_only_then),
        cmocka_unit_test(a_day_that_does_not_exist_is_refused),
        cmocka_unit_test(far_years_follow_the_zone_s_rule),
        cmocka_unit_test(the_first_and_the_last_instant_are_read),
        cmocka_unit_test(what_is_no_date_is_refused),
        cmocka_unit_test(figures_out_of_range_are_refused_by_name),
        cmocka_unit_test(zones_are_known_by_the_system_s_files),
        cmocka_unit_test(the_directory_of_zones_is_the_one_of_tzdir),
        cmocka_unit_test(the_process_s_own_zone_is_as_before),
        cmocka_unit_test(another_reading_of_the_zones_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
