/* SPDX-License-Identifier: MIT */
/* A library to preload: CLOCK_BOOTTIME at half its speed. Whoever counts by it thinks that what was lent holds for
 * twice as long. */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
    long result = syscall(SYS_clock_gettime, clock, now);

    if (result == 0 && clock == CLOCK_BOOTTIME) {
        now->tv_nsec = now->tv_nsec / 2 + now->tv_sec % 2 * 500000000L;
        now->tv_sec /= 2;
    }
    return (int)result;
}
