/* SPDX-License-Identifier: MIT */
/* The log: makes one line per event and writes it to standard error. */
#include "common/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

const char *const log_level_names[] = {"debug", "info", "warning", "error", NULL};

static const char *log_program = "-";
static enum log_level log_least = LOG_LEVEL_INFO;
static bool log_to_journal;

/* JOURNAL_STREAM holds "device:inode" of the stream that systemd connected; standard error may have been redirected
 * since. */
static bool stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat st;

    return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
           st.st_dev == (dev_t)device && st.st_ino == (ino_t)inode;
}

void log_open(const char *program)
{
    log_program = program;
    log_to_journal = stderr_is_journal();
}

void log_set_level(enum log_level level)
{
    log_least = level;
}

/* A text that was cut may end inside a character of UTF-8: the length without that one. */
static size_t drop_part(const char *text, size_t length)
{
    size_t first = length;

    while (first > 0 && length - first < 3 && ((unsigned char)text[first - 1] & 0xC0) == 0x80)
        first--;
    if (first == 0)
        return length;
    unsigned char lead = (unsigned char)text[first - 1];
    size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
    return size > length - first + 1 ? first - 1 : length;
}

const char *log_quote(char *buffer, const char *text)
{
    size_t used = 0, length = 0, quoted = 1;

    /* Room is kept for an escaped character, the closing quote and the NUL. */
    while (text[length] != '\0' && quoted < LOG_QUOTED_MAX - 4) {
        quoted += text[length] == '"' || text[length] == '\\' ? 2 : 1;
        length++;
    }
    if (text[length] != '\0')
        length = drop_part(text, length);
    buffer[used++] = '"';
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"' || text[i] == '\\')
            buffer[used++] = '\\';
        buffer[used++] = text[i];
    }
    buffer[used++] = '"';
    buffer[used] = '\0';
    return buffer;
}

static size_t clamp_length(int wanted, size_t room)
{
    if (wanted < 0)
        return 0;
    return (size_t)wanted < room ? (size_t)wanted : room - 1;
}

static size_t print_prefix(char *line, size_t room, enum log_level level)
{
    static const int priorities[] = {7, 6, 4, 3};

    if (log_to_journal)
        return clamp_length(snprintf(line, room, "<%d>", priorities[level]), room);

    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t length = strftime(line, room, "%Y-%m-%dT%H:%M:%S", &utc);
    return length + clamp_length(snprintf(line + length, room - length, ".%03ldZ %s %s[%ld] ", now.tv_nsec / 1000000,
                                          log_level_names[level], log_program, (long)getpid()),
                                 room - length);
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    if (level < log_least)
        return;

    char line[LOG_LINE_MAX];
    const size_t room = sizeof line - 1; /* one byte is kept for the newline */
    size_t start = print_prefix(line, room, level);
    size_t length = start + clamp_length(snprintf(line + start, room - start, "%s ", event), room - start);
    va_list values;
    va_start(values, format);
    int wanted = vsnprintf(line + length, room - length, format, values);
    bool is_cut = wanted > 0 && (size_t)wanted >= room - length;
    length += clamp_length(wanted, room - length);
    va_end(values);
    if (is_cut)
        length = drop_part(line, length);

    if (length > 0 && line[length - 1] == ' ')
        length--;
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    }
    line[length++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, length);
    (void)written; /* a failure here cannot be reported */
}
