/* SPDX-License-Identifier: MIT */
/*
 * What time it is in a process that has a library of this folder preloaded: CLOCK_REALTIME is off by CLOCK_OFF_S
 * seconds, which the library defines before it includes this, and the monotonic clock, and so every relative wait, is
 * as it was.
 */
#ifndef TESTS_CLOCK_WALL_H
#define TESTS_CLOCK_WALL_H

#include <dlfcn.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* What the next library in line has by that name. */
#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

/* Calls the kernel; six words, whatever the number. */
static long (*next_syscall)(long, ...);

/* The first call may come before any constructor of ours. */
static void prepare(void)
{
    if (next_syscall == NULL)
        next_syscall = NEXT(syscall);
}

static int is_wall_clock(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    prepare();
    long result = next_syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && is_wall_clock(clock))
        now->tv_sec += CLOCK_OFF_S;
    return (int)result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec precise;

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &precise);
    *now = (struct timeval){.tv_sec = precise.tv_sec, .tv_usec = precise.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *at)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (at != NULL)
        *at = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *now, int base)
{
    return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

/* How the library waits on a futex until a point of the wall clock: the words of the call. */
static long wait_until(long word[6]);

/* Abseil, below gRPC, waits by the futex itself. */
long syscall(long number, ...)
{
    long word[6];
    va_list words;

    prepare();
    va_start(words, number);
    for (int i = 0; i < 6; i++)
        word[i] = va_arg(words, long);
    va_end(words);
    if (number == SYS_futex && (word[1] & FUTEX_CLOCK_REALTIME) != 0 && word[3] != 0)
        return wait_until(word);
    if (number == SYS_clock_gettime)
        return clock_gettime((clockid_t)word[0], (struct timespec *)word[1]);
    return next_syscall(number, word[0], word[1], word[2], word[3], word[4], word[5]);
}

#endif
