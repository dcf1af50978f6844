/* SPDX-License-Identifier: MIT */
/*
 * A library to preload: days that pass in moments. Whoever waits an hour or longer for a signal (a master, until it is
 * time for what it does each day) waits a moment instead, and both clocks of that process have gone on by all of that
 * time. It begins an hour ahead: whoever counts whole days since what was made just before is far from the next one.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LONG_S 3600
#define MOMENT_NS 20000000L

static time_t gone_s = LONG_S; /* only one thread of a process waits that long */

int clock_gettime(clockid_t clock, struct timespec *now)
{
    long result = syscall(SYS_clock_gettime, clock, now);

    if (result == 0)
        now->tv_sec += gone_s;
    return (int)result;
}

time_t time(time_t *at)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (at != NULL)
        *at = now.tv_sec;
    return now.tv_sec;
}

int sigtimedwait(const sigset_t *restrict signals, siginfo_t *restrict info, const struct timespec *restrict timeout)
{
    int (*next)(const sigset_t *, siginfo_t *, const struct timespec *) =
        (int (*)(const sigset_t *, siginfo_t *, const struct timespec *))(uintptr_t)dlsym(RTLD_NEXT, "sigtimedwait");
    const struct timespec moment = {.tv_nsec = MOMENT_NS};

    if (timeout == NULL || timeout->tv_sec < LONG_S)
        return next(signals, info, timeout);
    int signal = next(signals, info, &moment);
    if (signal < 0)
        gone_s += timeout->tv_sec + 1;
    return signal;
}
