/* SPDX-License-Identifier: MIT */
/*
 * Waits of gRPC core, made monotonic. Its timers, and every timed wait of its locks (Abseil's), end in
 * syscall(SYS_futex, …, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, …): until a point of the wall clock. A wall clock
 * that is set back by an hour would make deadlines, back-off and retries an hour late. Here such a wait becomes one
 * until the same distance on the monotonic clock (futex(2)); every other call passes.
 */
#include "common/rpc/interpose.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

DECLARE_INTERPOSED(long, syscall, long number, ...);

#define WALL_CLOCK_WAIT (FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME)

static int64_t to_ns(const struct timespec *time)
{
    return (int64_t)time->tv_sec * CLOCK_NS_PER_S + time->tv_nsec;
}

/* The point of the monotonic clock that is as far away as `until` is on the wall clock. */
static struct timespec monotonic(const struct timespec *until)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    int64_t at_ns = clock_now_ns();
    if (until->tv_sec - now.tv_sec > INT64_MAX / CLOCK_NS_PER_S / 2) /* for ever, more or less */
        return (struct timespec){.tv_sec = INT32_MAX};
    at_ns += to_ns(until) - to_ns(&now);
    if (at_ns < 0)
        at_ns = 0;
    return (struct timespec){.tv_sec = at_ns / CLOCK_NS_PER_S, .tv_nsec = (long)(at_ns % CLOCK_NS_PER_S)};
}

long INTERPOSED(syscall)(long number, ...)
{
    long words[6];
    va_list list;

    va_start(list, number);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        words[i] = va_arg(list, long); /* as the C library's own does it: what was not given is not looked at */
    va_end(list);
    bool is_known = sizeof(time_t) == sizeof(long); /* the kernel's time is ours, too: not on 32 bits */
    if (!is_known || number != SYS_futex || (words[1] & ~FUTEX_PRIVATE_FLAG) != WALL_CLOCK_WAIT || words[3] == 0)
        return NEXT(syscall)(number, words[0], words[1], words[2], words[3], words[4], words[5]);
    struct timespec until = monotonic((const struct timespec *)words[3]); /* NOLINT: the kernel's own interface */
    return NEXT(syscall)(number, words[0], words[1] & ~FUTEX_CLOCK_REALTIME, words[2], &until, words[4], words[5]);
}

void interpose_waits(void)
{
}
