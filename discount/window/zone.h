/* SPDX-License-Identifier: MIT */
/*
 * A time zone by the C library, as stretches of time with one offset from UTC. Local times are counted in seconds as if
 * they were UTC: "1970-01-02T00:00" is 86400 in any zone.
 */
#ifndef DISCOUNT_WINDOW_ZONE_H
#define DISCOUNT_WINDOW_ZONE_H

#include <stddef.h>
#include <stdint.h>

/* From `begin` until before `end` the offset is the same. */
struct zone_stretch {
    int64_t begin, end, offset;
};

#define ZONE_STRETCHES_MAX 8

/*
 * The stretches, ascending and without gaps, of a zone that window_is_zone() knows, for two days around `time`,
 * which is an instant or a local time: either lies in them. They live until the next call. Returns how many.
 */
size_t zone_stretches(const char *zone, int64_t time, const struct zone_stretch **stretches);

#endif
