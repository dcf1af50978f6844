/* SPDX-License-Identifier: MIT */
/*
 * The instants of windows as people write them: a local date, or date and time, in an IANA time zone.
 *
 *   2026-11-27           as a start: the first instant of that day;
 *                        as an end: the first one after it, so that the window goes through that day
 *   2026-11-27T18:00     that minute
 *   2026-11-27T18:00:30  that second
 *   2026-11-27T18:00Z    in UTC, whatever the zone
 *
 * Uses the C library's time zones as common/zone.h does: for single-threaded programs only.
 */
#ifndef DISCOUNT_WINDOW_WINDOW_H
#define DISCOUNT_WINDOW_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

/*
 * Reads an instant of RULE_INSTANT_MIN … RULE_INSTANT_MAX. Local times that a zone's clocks skip are refused, with the
 * two instants around them named; of local times that come twice a start takes the first, an end the second, so that a
 * window is never shorter than it reads. On false `reason` says what is wrong and what is allowed.
 */
MUST_CHECK bool window_parse(const char *text, const char *zone, bool is_end, int64_t *instant, char *reason,
                             size_t reason_size);

#define WINDOW_TEXT_SIZE 32

/* Writes an instant so that window_parse() reads the same one: as a date where a date suffices, else with its time. In
 * UTC with a "Z" behind it, which window_parse() reads in any zone, where the local time comes twice and would be read
 * as the other instant, or the system does not know the zone (NULL is UTC). Returns `text`, WINDOW_TEXT_SIZE. */
const char *window_print(int64_t instant, const char *zone, bool is_end, char *text);

#endif
