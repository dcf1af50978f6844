/* SPDX-License-Identifier: MIT */
/* The instants of windows, read and written in a time zone. */
#include "discount/window/window.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/zone.h"
#include "discount/rule/faults.h"

#define DAY INT64_C(86400)
#define YEAR_MIN 1970
#define YEAR_MAX 9999
#define FORMS "2026-11-27, 2026-11-27T18:00, 2026-11-27T18:00:30, or in UTC 2026-11-27T18:00Z"

/* What was written: a local date, perhaps with a time. */
struct written {
    int year, month, day, hour, minute, second;
    bool has_time;
    bool is_utc; /* by a Z behind it */
};

/* Where a reason goes. */
struct reason {
    char *text;
    size_t size;
};

static bool read_digits(const char **text, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++) {
        char digit = (*text)[i];
        if (digit < '0' || digit > '9')
            return false;
        *value = *value * 10 + (digit - '0');
    }
    *text += count;
    return true;
}

static bool read_mark(const char **text, char mark)
{
    if (**text != mark)
        return false;
    (*text)++;
    return true;
}

static bool read_time(const char **text, struct written *written)
{
    written->has_time = true;
    if (!read_digits(text, 2, &written->hour) || !read_mark(text, ':') || !read_digits(text, 2, &written->minute))
        return false;
    if (read_mark(text, ':') && !read_digits(text, 2, &written->second))
        return false;
    written->is_utc = read_mark(text, 'Z');
    return true;
}

static bool read_written(const char *text, struct written *written)
{
    *written = (struct written){0};
    if (!read_digits(&text, 4, &written->year) || !read_mark(&text, '-') || !read_digits(&text, 2, &written->month) ||
        !read_mark(&text, '-') || !read_digits(&text, 2, &written->day))
        return false;
    if (read_mark(&text, 'T') && !read_time(&text, written))
        return false;
    return *text == '\0';
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && is_leap ? 29 : days[month - 1];
}

static bool check_range(const struct reason *reason, const char *text, const char *part, int value, int min, int max)
{
    if (value >= min && value <= max)
        return true;
    snprintf(reason->text, reason->size, "%s has the %s %d; %d to %d is allowed", text, part, value, min, max);
    return false;
}

/* A leap second has no instant of its own in POSIX time, so second 60 is out of range like any other. */
static bool check_written(const struct written *written, const char *text, const struct reason *reason)
{
    return check_range(reason, text, "year", written->year, YEAR_MIN, YEAR_MAX) &&
           check_range(reason, text, "month", written->month, 1, 12) &&
           check_range(reason, text, "day", written->day, 1, days_of_month(written->year, written->month)) &&
           check_range(reason, text, "hour", written->hour, 0, 23) &&
           check_range(reason, text, "minute", written->minute, 0, 59) &&
           check_range(reason, text, "second", written->second, 0, 59);
}

/* In seconds, counted as if it were UTC. */
static int64_t count_local(const struct written *written)
{
    struct tm tm = {.tm_year = written->year - 1900,
                    .tm_mon = written->month - 1,
                    .tm_mday = written->day,
                    .tm_hour = written->hour,
                    .tm_min = written->minute,
                    .tm_sec = written->second};
    return (int64_t)timegm(&tm);
}

/* Room for a date and time of any year that 64 bits of seconds can have. */
#define LOCAL_TEXT_SIZE 80

/* "2026-11-27", with "T18:00" when has_time and ":30" when there are seconds. */
static const char *print_local(int64_t local, bool has_time, char text[LOCAL_TEXT_SIZE])
{
    struct tm tm = {0};
    time_t time = (time_t)local;

    gmtime_r(&time, &tm);
    int length = snprintf(text, LOCAL_TEXT_SIZE, "%04ld-%02d-%02d", tm.tm_year + 1900L, tm.tm_mon + 1, tm.tm_mday);
    if (has_time)
        length += snprintf(text + length, LOCAL_TEXT_SIZE - (size_t)length, "T%02d:%02d", tm.tm_hour, tm.tm_min);
    if (has_time && tm.tm_sec != 0)
        snprintf(text + length, LOCAL_TEXT_SIZE - (size_t)length, ":%02d", tm.tm_sec);
    return text;
}

/* Says between which local times the clocks skip `local`. */
static void explain_gap(const struct zone_stretch *stretches, size_t count, int64_t local, const char *text,
                        const char *zone, const struct reason *reason)
{
    char before[LOCAL_TEXT_SIZE], after[LOCAL_TEXT_SIZE];

    for (size_t i = 1; i < count; i++) {
        int64_t last = stretches[i].begin - 1 + stretches[i - 1].offset;
        int64_t next = stretches[i].begin + stretches[i].offset;
        if (local <= last || local >= next)
            continue;
        snprintf(reason->text, reason->size,
                 "%s does not exist in %s, where clocks go from %s to %s; name one of these", text, zone,
                 print_local(last, true, before), print_local(next, true, after));
        return;
    }
    snprintf(reason->text, reason->size, "%s does not exist in %s", text, zone);
}

/* Finds the instants of a local time. False: there is none. */
static bool find_local(const struct zone_stretch *stretches, size_t count, int64_t local, bool is_end, int64_t *instant)
{
    bool is_found = false;

    for (size_t i = 0; i < count; i++) {
        int64_t candidate = local - stretches[i].offset;
        if (candidate < stretches[i].begin || candidate >= stretches[i].end)
            continue;
        if (!is_found || is_end)
            *instant = candidate;
        is_found = true;
    }
    return is_found;
}

/*
 * Finds where clocks come to a local midnight, or past it when they skip it. When they come to it twice, the first is
 * where a day begins and the second where the day before is really over.
 */
static bool find_midnight(const struct zone_stretch *stretches, size_t count, int64_t midnight, bool is_end,
                          int64_t *instant)
{
    bool is_found = false;

    for (size_t i = 0; i < count; i++) {
        const struct zone_stretch *stretch = &stretches[i];
        int64_t candidate = midnight - stretch->offset;
        if (candidate < stretch->begin)
            candidate = stretch->begin;
        if (candidate >= stretch->end)
            continue;
        bool is_first = candidate == stretch->begin;
        if (is_first && (i == 0 || candidate - 1 + stretches[i - 1].offset >= midnight))
            continue;
        if (!is_found || is_end)
            *instant = candidate;
        is_found = true;
    }
    return is_found;
}

/* The local date at an instant, as its midnight. */
static int64_t local_day(const struct zone_stretch *stretches, size_t count, int64_t instant)
{
    for (size_t i = 0; i < count; i++) {
        if (instant >= stretches[i].begin && instant < stretches[i].end) {
            int64_t local = instant + stretches[i].offset;
            return local - ((local % DAY) + DAY) % DAY;
        }
    }
    return INT64_MIN;
}

static bool find_day(const struct zone_stretch *stretches, size_t count, int64_t day, bool is_end, int64_t *instant)
{
    return find_midnight(stretches, count, is_end ? day + DAY : day, is_end, instant) &&
           local_day(stretches, count, is_end ? *instant - 1 : *instant) == day;
}

static bool resolve(const struct written *written, const char *text, const char *zone, bool is_end, int64_t *instant,
                    const struct reason *reason)
{
    const struct zone_stretch *stretches;
    int64_t local = count_local(written);

    if (written->is_utc) {
        *instant = local;
        return true;
    }
    size_t count = zone_stretches(zone, local, &stretches);
    bool is_found = written->has_time ? find_local(stretches, count, local, is_end, instant)
                                      : find_day(stretches, count, local, is_end, instant);
    if (!is_found)
        explain_gap(stretches, count, local, text, zone, reason);
    return is_found;
}

/* In a zone that is known. */
static bool parse_known(const char *text, const char *zone, bool is_end, int64_t *instant, const struct reason *reason)
{
    struct written written;
    int64_t found = 0;

    if (!read_written(text, &written)) {
        struct shown shown;
        snprintf(reason->text, reason->size, "%s is no date or time; write it like %s", show_text(text, &shown), FORMS);
        return false;
    }
    if (!check_written(&written, text, reason) || !resolve(&written, text, zone, is_end, &found, reason))
        return false;
    /* The last day of all ends with its last second in UTC, also in zones where it ends later. */
    if (is_end && !written.has_time && found > RULE_INSTANT_MAX)
        found = RULE_INSTANT_MAX;
    if (found < RULE_INSTANT_MIN || found > RULE_INSTANT_MAX) {
        snprintf(reason->text, reason->size, "%s is out of range; 1970-01-02T00:00Z to 9999-12-31T23:59:59Z is allowed",
                 text);
        return false;
    }
    *instant = found;
    return true;
}

bool window_parse(const char *text, const char *zone, bool is_end, int64_t *instant, char *reason, size_t reason_size)
{
    if (!zone_is_known(zone)) {
        struct shown shown;
        snprintf(reason, reason_size, "%s is no time zone here; it is a name like Europe/Berlin of the IANA time zones",
                 show_text(zone, &shown));
        return false;
    }
    return parse_known(text, zone, is_end, instant, &(struct reason){.text = reason, .size = reason_size});
}

/* Whether the text fits and reads as the instant. */
static bool reads_as(const char *text, const char *zone, bool is_end, int64_t instant)
{
    char reason[512];
    int64_t read;

    return strlen(text) < WINDOW_TEXT_SIZE &&
           parse_known(text, zone, is_end, &read, &(struct reason){.text = reason, .size = sizeof reason}) &&
           read == instant;
}

static int64_t to_local(const char *zone, int64_t instant)
{
    const struct zone_stretch *stretches;
    size_t count = zone_stretches(zone, instant, &stretches);

    for (size_t i = 0; i < count; i++) {
        if (instant >= stretches[i].begin && instant < stretches[i].end)
            return instant + stretches[i].offset;
    }
    return instant;
}

/* "2026-11-27T18:00Z" says any instant. */
static void print_utc(int64_t instant, char text[LOCAL_TEXT_SIZE])
{
    size_t length = strlen(print_local(instant, true, text));
    snprintf(text + length, LOCAL_TEXT_SIZE - length, "Z");
}

const char *window_print(int64_t instant, const char *zone, bool is_end, char *text)
{
    char local[LOCAL_TEXT_SIZE];

    if (zone == NULL)
        zone = "";
    /* An instant in a zone that this system does not know is shown in UTC with the Z, which is right in any zone. */
    if (instant < RULE_INSTANT_MIN || instant > RULE_INSTANT_MAX || !zone_is_known(zone)) {
        print_utc(instant, local);
    } else {
        /* The day of an end is the one that holds the last instant before it. */
        print_local(to_local(zone, is_end ? instant - 1 : instant), false, local);
        if (!reads_as(local, zone, is_end, instant))
            print_local(to_local(zone, instant), true, local);
        if (!reads_as(local, zone, is_end, instant))
            print_utc(instant, local);
    }
    snprintf(text, WINDOW_TEXT_SIZE, "%.*s", WINDOW_TEXT_SIZE - 1, local);
    return text;
}
