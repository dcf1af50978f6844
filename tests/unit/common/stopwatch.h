/* SPDX-License-Identifier: MIT */
/*
 * How long something took, but for the time in which threads of this process could have run and other processes had the
 * processors: what may be held against a bound on a machine that has other work, too.
 */
#ifndef TESTS_STOPWATCH_H
#define TESTS_STOPWATCH_H

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/clock.h"

struct stopwatch {
    int64_t from_ns, held_ns;
};

/* How long this process's threads have waited for a processor, all in all (the second number of schedstat). */
static inline int64_t stopwatch_held_ns(void)
{
    int64_t held_ns = 0;
    DIR *threads = opendir("/proc/self/task");

    for (struct dirent *each; threads != NULL && (each = readdir(threads)) != NULL;) {
        char path[300], text[100];
        snprintf(path, sizeof path, "/proc/self/task/%s/schedstat", each->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
        int64_t waited_ns;
        if (length > 0) {
            text[length] = '\0';
            held_ns += sscanf(text, "%*d %" SCNd64, &waited_ns) == 1 ? waited_ns : 0;
        }
        if (fd >= 0)
            close(fd);
    }
    if (threads != NULL)
        closedir(threads);
    return held_ns;
}

static inline struct stopwatch stopwatch_start(void)
{
    return (struct stopwatch){.from_ns = clock_now_ns(), .held_ns = stopwatch_held_ns()};
}

/* What took that long by the clock, `watch` having been started when it began, and has just ended. */
static inline int64_t stopwatch_less_held_ns(const struct stopwatch *watch, int64_t took_ns)
{
    int64_t held_ns = stopwatch_held_ns() - watch->held_ns; /* a thread that ended took its share along */

    return held_ns > 0 ? took_ns - held_ns : took_ns;
}

static inline int64_t stopwatch_ms(const struct stopwatch *watch)
{
    return stopwatch_less_held_ns(watch, clock_now_ns() - watch->from_ns) / CLOCK_NS_PER_MS;
}

#endif
