/* SPDX-License-Identifier: MIT */
/*
 * The log: one line per event, key=value, to standard error.
 *
 *   2026-11-22T10:00:00.123Z info discountd[4711] worker-started index=0 worker=4712
 *
 * Under systemd (JOURNAL_STREAM names standard error) the time and the level word give way to a "<6>" prefix, which the
 * journal reads (sd-daemon(3)). Control characters in a line are replaced by '?', so that no value can forge a line.
 * A line is at most LOG_LINE_MAX bytes, what is cut ends with a whole character of UTF-8, and it leaves in one
 * write(2): lines of several processes do not mix.
 * Secrets are never passed to these functions.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include "common/compiler.h"

#define LOG_LINE_MAX 2048

/* In rising importance; the values order. */
enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* Their names, in the order of the values, ended by NULL: for a setting. */
extern const char *const log_level_names[];

/* Names the program in every line. `program` must live as long as the process. Call once, before any thread. */
void log_open(const char *program);

/* Drops lines below `level`; LOG_LEVEL_INFO until told otherwise. */
void log_set_level(enum log_level level);

/* The most that LOG_QUOTED() leaves of a text, quotes included. */
#define LOG_QUOTED_MAX 768

/*
 * `text` in double quotes, with '"' and '\' in it escaped by '\', cut after the last whole character that fits in
 * LOG_QUOTED_MAX bytes: a value that cannot be taken for more than one. Lives as long as the block that it stands in.
 */
#define LOG_QUOTED(text) log_quote((char[LOG_QUOTED_MAX]){0}, text)
const char *log_quote(char *buffer, const char *text);

/*
 * Writes one line. `event` is a constant name such as "worker-started"; format makes the key=value pairs that
 * follow it ("" for none). Text that may hold spaces goes through LOG_QUOTED(). May be called from any thread.
 */
void log_event(enum log_level level, const char *event, const char *format, ...) PRINTF_LIKE(3, 4);

#define log_debug(event, ...) log_event(LOG_LEVEL_DEBUG, event, __VA_ARGS__)
#define log_info(event, ...) log_event(LOG_LEVEL_INFO, event, __VA_ARGS__)
#define log_warning(event, ...) log_event(LOG_LEVEL_WARNING, event, __VA_ARGS__)
#define log_error(event, ...) log_event(LOG_LEVEL_ERROR, event, __VA_ARGS__)

#endif
