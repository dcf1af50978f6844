/* SPDX-License-Identifier: MIT */
/*
 * A library to preload: another wall clock for a process and all that it starts, CLOCK_SHIFT seconds ahead (behind,
 * when negative; a number that tests/clock/at compiles in, for many programs keep no environment). CLOCK_REALTIME alone
 * is another one; the monotonic clock, and so every relative wait, is as it was. Waits until a point of the wall clock
 * are moved back by as much, for the kernel knows only the real one. (libfaketime replaces every clock and every wait,
 * and Python's own locks suffer.)
 */
#include <dlfcn.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* What the next library in line has by that name. */
#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

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

/* ---- What time it is ---- */

int clock_gettime(clockid_t clock, struct timespec *now)
{
    prepare();
    long result = next_syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && is_wall_clock(clock))
        now->tv_sec += CLOCK_SHIFT;
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

/* ---- Waits until a point of the wall clock ---- */

static const struct timespec *moved_back(const struct timespec *until, struct timespec *moved)
{
    if (until == NULL)
        return NULL;
    *moved = *until;
    moved->tv_sec -= CLOCK_SHIFT;
    return moved;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until)
{
    static __typeof__(&pthread_cond_timedwait) next;
    const int is_monotonic = condition->__data.__wrefs & 2; /* glibc: the clock of pthread_condattr_setclock() */
    struct timespec moved;

    if (next == NULL)
        next = NEXT(pthread_cond_timedwait);
    return next(condition, mutex, is_monotonic ? until : moved_back(until, &moved));
}

int pthread_cond_clockwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, clockid_t clock,
                           const struct timespec *restrict until)
{
    static __typeof__(&pthread_cond_clockwait) next;
    struct timespec moved;

    if (next == NULL)
        next = NEXT(pthread_cond_clockwait);
    return next(condition, mutex, clock, is_wall_clock(clock) ? moved_back(until, &moved) : until);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until)
{
    static __typeof__(&sem_timedwait) next;
    struct timespec moved;

    if (next == NULL)
        next = NEXT(sem_timedwait);
    return next(semaphore, moved_back(until, &moved));
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict until)
{
    static __typeof__(&pthread_mutex_timedlock) next;
    struct timespec moved;

    if (next == NULL)
        next = NEXT(pthread_mutex_timedlock);
    return next(mutex, moved_back(until, &moved));
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request, struct timespec *left)
{
    static __typeof__(&clock_nanosleep) next;
    struct timespec moved;

    if (next == NULL)
        next = NEXT(clock_nanosleep);
    return next(clock, flags, is_wall_clock(clock) && (flags & TIMER_ABSTIME) ? moved_back(request, &moved) : request,
                left);
}

/* Abseil, below gRPC, waits by the futex itself. */
long syscall(long number, ...)
{
    long word[6];
    va_list words;
    struct timespec moved;

    prepare();
    va_start(words, number);
    for (int i = 0; i < 6; i++)
        word[i] = va_arg(words, long);
    va_end(words);
    if (number == SYS_futex && (word[1] & FUTEX_CLOCK_REALTIME) != 0 && word[3] != 0) {
        word[3] = (long)moved_back((const struct timespec *)word[3], &moved);
    } else if (number == SYS_clock_gettime) {
        return clock_gettime((clockid_t)word[0], (struct timespec *)word[1]);
    }
    return next_syscall(number, word[0], word[1], word[2], word[3], word[4], word[5]);
}
