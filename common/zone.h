/* SPDX-License-Identifier: MIT */
/*
 * A time zone by the C library, as stretches of time with one offset from UTC: sets TZ, calls localtime_r(3), and puts
 * TZ back, so all but the names of zones is for single-threaded programs only. Local times are counted in seconds as if
 * they were UTC: "1970-01-02T00:00" is 86400 in any zone.
 */
#ifndef COMMON_ZONE_H
#define COMMON_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZONE_NAME_MAX 64 /* bytes of a zone's name */

/* Whether text can be a zone's name: letters, digits and "_+-/", no empty or dot segment, up to ZONE_NAME_MAX. */
bool zone_is_name(const char *text);

/* Whether the system knows the zone (its name is in the time zone database, below TZDIR when that is set). "" is UTC.
 */
bool zone_is_known(const char *zone);

/* From `begin` until before `end` the offset is the same. */
struct zone_stretch {
    int64_t begin, end, offset;
};

#define ZONE_STRETCHES_MAX 8

/*
 * The stretches, ascending and without gaps, of a zone that zone_is_known() knows, for two days around `time`,
 * which is an instant or a local time: either lies in them. They live until the next call. Returns how many.
 */
size_t zone_stretches(const char *zone, int64_t time, const struct zone_stretch **stretches);

/* The instant of a local time in a zone that zone_is_known() knows: the first one where it comes twice; where clocks
 * skip it, that at which they do. False: the zone has no such time. */
bool zone_read_local(const char *zone, int64_t local, int64_t *instant);

#endif
