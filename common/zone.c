/* SPDX-License-Identifier: MIT */
/* Time zones by the C library: TZ is set, asked, and put back. */
#include "common/zone.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/memory.h"

#define ZONE_DIRECTORY "/usr/share/zoneinfo"
#define HOUR 3600

/* An instant and its local time are less than a day apart, and the end of a local day is one more away. */
#define LOCAL_REACH (52 * HOUR)
/* No zone has kept an offset for less than a week since 1970: a sample every half a day misses none. */
#define SAMPLE_STEP (13 * HOUR)

static bool is_utc(const char *zone)
{
    return zone[0] == '\0' || strcmp(zone, "UTC") == 0;
}

/* ---- Names ---- */

bool zone_is_name(const char *text)
{
    if (text == NULL)
        return false;
    size_t length = strnlen(text, ZONE_NAME_MAX + 1);
    if (length == 0 || length > ZONE_NAME_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' || c == '+' ||
            c == '-')
            continue;
        if (c != '/' || i == 0 || i + 1 == length || text[i - 1] == '/')
            return false;
    }
    return true;
}

/* Files in the directory of zones that are no zones by name: variants with leap seconds, which POSIX time has not, and
 * links to the zone that this system is in. */
static bool is_other_file(const char *zone)
{
    return strncmp(zone, "right/", 6) == 0 || strncmp(zone, "posix/", 6) == 0 || strcmp(zone, "localtime") == 0 ||
           strcmp(zone, "posixrules") == 0;
}

static bool is_zone_file(const char *path)
{
    struct stat status;
    char magic[4];
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (file < 0)
        return false;
    bool is_one = fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
                  read(file, magic, sizeof magic) == (ssize_t)sizeof magic && memcmp(magic, "TZif", sizeof magic) == 0;
    close(file);
    return is_one;
}

bool zone_is_known(const char *zone)
{
    char path[PATH_MAX];
    const char *directory = getenv("TZDIR");

    if (is_utc(zone))
        return true;
    if (!zone_is_name(zone) || is_other_file(zone))
        return false;
    if (directory == NULL || directory[0] == '\0')
        directory = ZONE_DIRECTORY;
    int length = snprintf(path, sizeof path, "%s/%s", directory, zone);
    return length > 0 && (size_t)length < sizeof path && is_zone_file(path);
}

/* ---- Asking the C library ---- */

/* The process's time zone while another one is looked at. */
struct visit {
    char *before; /* TZ as it was; NULL: it was not set */
};

static void enter(struct visit *visit, const char *zone)
{
    char tz[ZONE_NAME_MAX + 2];
    const char *before = getenv("TZ");

    visit->before = before != NULL ? memory_copy_text(before) : NULL;
    snprintf(tz, sizeof tz, ":%s", zone);
    setenv("TZ", tz, 1);
    tzset();
}

static void leave(struct visit *visit)
{
    if (visit->before != NULL)
        setenv("TZ", visit->before, 1);
    else
        unsetenv("TZ");
    tzset();
    free(visit->before);
}

/* Seconds to add to UTC at an instant, in the zone that was entered. */
static int64_t offset_at(int64_t instant)
{
    struct tm tm;
    time_t time = (time_t)instant;

    return localtime_r(&time, &tm) != NULL ? tm.tm_gmtoff : 0;
}

/* The first instant after `low` with another offset than at `low`; `high` has another one. */
static int64_t find_change(int64_t low, int64_t high)
{
    int64_t offset = offset_at(low);

    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (offset_at(middle) == offset)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static size_t find_stretches(int64_t begin, int64_t end, struct zone_stretch stretches[ZONE_STRETCHES_MAX])
{
    size_t count = 1;

    stretches[0] = (struct zone_stretch){.begin = begin, .end = end, .offset = offset_at(begin)};
    for (int64_t sample = begin; sample < end && count < ZONE_STRETCHES_MAX; sample += SAMPLE_STEP) {
        int64_t next = sample + SAMPLE_STEP < end ? sample + SAMPLE_STEP : end;
        int64_t offset = offset_at(next);
        if (offset == stretches[count - 1].offset)
            continue;
        int64_t change = find_change(sample, next);
        stretches[count - 1].end = change;
        stretches[count++] = (struct zone_stretch){.begin = change, .end = end, .offset = offset};
    }
    return count;
}

/* ---- Remembering its answers ---- */

/*
 * To set TZ is to read a file, twice. The windows of a shop lie in few zones and few months, so a direct-mapped cache
 * of spans of ten days serves nearly all of them.
 */
#define SPAN (INT64_C(10) * 24 * HOUR)
#define REMEMBERED_MAX 512

static struct remembered {
    char zone[ZONE_NAME_MAX + 1]; /* "": nothing yet */
    int64_t span;
    size_t count;
    struct zone_stretch stretches[ZONE_STRETCHES_MAX];
} remembered_spans[REMEMBERED_MAX];

static struct remembered *find_remembered(const char *zone, int64_t span)
{
    uint64_t hash = (uint64_t)span;

    for (; *zone != '\0'; zone++)
        hash = hash * 31 + (unsigned char)*zone;
    return &remembered_spans[hash % REMEMBERED_MAX];
}

size_t zone_stretches(const char *zone, int64_t time, const struct zone_stretch **stretches)
{
    static const struct zone_stretch utc = {.begin = INT64_MIN, .end = INT64_MAX};
    int64_t span = time / SPAN;
    struct visit visit;

    if (is_utc(zone)) {
        *stretches = &utc;
        return 1;
    }
    struct remembered *remembered = find_remembered(zone, span);
    if (remembered->span != span || strcmp(remembered->zone, zone) != 0) {
        enter(&visit, zone);
        remembered->count =
            find_stretches(span * SPAN - LOCAL_REACH, (span + 1) * SPAN + LOCAL_REACH, remembered->stretches);
        leave(&visit);
        remembered->span = span;
        snprintf(remembered->zone, sizeof remembered->zone, "%s", zone);
    }
    *stretches = remembered->stretches;
    return remembered->count;
}

bool zone_read_local(const char *zone, int64_t local, int64_t *instant)
{
    const struct zone_stretch *stretches;
    size_t count = zone_stretches(zone, local, &stretches);

    for (size_t i = 0; i < count; i++) {
        *instant = local - stretches[i].offset;
        if (*instant >= stretches[i].begin && *instant < stretches[i].end)
            return true;
        if (*instant < stretches[i].begin) {
            *instant = stretches[i].begin;
            return true;
        }
    }
    return false;
}
