/* SPDX-License-Identifier: MIT */
/*
 * A library to preload: a wall clock that is set while a program runs. The file that CLOCK_STEP_FILE names holds, as a
 * 64-bit number, by how many seconds CLOCK_REALTIME is off; whoever writes it sets the clock of every process that
 * looks at it, those that wait for a point of the wall clock included, as the kernel would. The monotonic clock stays
 * as it is.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define STEP_NS 5000000L /* how soon who waits sees that the clock was set */

static const _Atomic int64_t right_clock;
static const _Atomic int64_t *off_s = &right_clock;

__attribute__((constructor)) static void open_file(void)
{
    const char *path = getenv("CLOCK_STEP_FILE");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    if (fd < 0)
        return;
    const void *memory = mmap(NULL, sizeof *off_s, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (memory != MAP_FAILED)
        off_s = memory;
}

static long next_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    static long (*next)(long, ...);

    if (next == NULL)
        next = (long (*)(long, ...))(uintptr_t)dlsym(RTLD_NEXT, "syscall");
    return next(number, a, b, c, d, e, f);
}

/* ---- What time it is ---- */

int clock_gettime(clockid_t clock, struct timespec *now)
{
    long result = next_syscall(SYS_clock_gettime, clock, (long)now, 0, 0, 0, 0);

    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += *off_s;
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

/* ---- Waits until a point of the wall clock ---- */

static int is_past(const struct timespec *until)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec > until->tv_sec || (now.tv_sec == until->tv_sec && now.tv_nsec >= until->tv_nsec);
}

/* In small steps, for the kernel knows only the real wall clock. */
static long wait_by_wall_clock(long word, long operation, long value, const struct timespec *until, long bits)
{
    while (!is_past(until)) {
        struct timespec step;
        clock_gettime(CLOCK_MONOTONIC, &step);
        step.tv_nsec += STEP_NS;
        if (step.tv_nsec >= 1000000000L)
            step = (struct timespec){.tv_sec = step.tv_sec + 1, .tv_nsec = step.tv_nsec - 1000000000L};
        long result = next_syscall(SYS_futex, word, operation & ~FUTEX_CLOCK_REALTIME, value, (long)&step, 0, bits);
        if (result == 0 || errno != ETIMEDOUT)
            return result;
    }
    errno = ETIMEDOUT;
    return -1;
}

long syscall(long number, ...)
{
    long words[6];
    va_list list;

    va_start(list, number);
    for (size_t i = 0; i < 6; i++)
        words[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_futex && (words[1] & FUTEX_CLOCK_REALTIME) != 0 && words[3] != 0)
        return wait_by_wall_clock(words[0], words[1], words[2], (const struct timespec *)words[3], words[5]);
    return next_syscall(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}
