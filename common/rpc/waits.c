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
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

DECLARE_INTERPOSED(long, syscall, long number, ...);

#define WALL_CLOCK_WAIT (FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME)

/* The time that SYS_futex takes: two words of the machine, whatever the C library's time_t is. */
struct futex_time {
    long s;
    long ns;
};

/* The point of the monotonic clock that is as far away as `until` is on the wall clock. */
static struct futex_time monotonic(const struct futex_time *until)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    int64_t at_ns = clock_now_ns();
    int64_t left_s = (int64_t)until->s - now.tv_sec;
    if (left_s > INT32_MAX - at_ns / CLOCK_NS_PER_S - 1) /* for ever, more or less */
        return (struct futex_time){.s = INT32_MAX};
    at_ns += left_s * CLOCK_NS_PER_S + until->ns - now.tv_nsec;
    if (at_ns < 0)
        at_ns = 0;
    return (struct futex_time){.s = (long)(at_ns / CLOCK_NS_PER_S), .ns = (long)(at_ns % CLOCK_NS_PER_S)};
}

long INTERPOSED(syscall)(long number, ...)
{
    long words[6];
    va_list list;

    va_start(list, number);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        words[i] = va_arg(list, long); /* as the C library does it: arguments that were not given are not used */
    va_end(list);
    if (number != SYS_futex || (words[1] & ~FUTEX_PRIVATE_FLAG) != WALL_CLOCK_WAIT || words[3] == 0)
        return NEXT(syscall)(number, words[0], words[1], words[2], words[3], words[4], words[5]);
    struct futex_time until = monotonic((const struct futex_time *)words[3]); /* NOLINT: the kernel's own interface */
    return NEXT(syscall)(number, words[0], words[1] & ~FUTEX_CLOCK_REALTIME, words[2], &until, words[4], words[5]);
}

void interpose_waits(void)
{
}
