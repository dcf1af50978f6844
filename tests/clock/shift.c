/* SPDX-License-Identifier: MIT */
/*
 * A library to preload: another wall clock for a process and all that it starts, CLOCK_OFF_S seconds ahead (behind,
 * when negative; a number that tests/clock/at compiles in, for many programs keep no environment). Waits until a point
 * of the wall clock are moved back by as much, for the kernel knows only the real one. (libfaketime replaces every
 * clock and every wait, and Python's own locks suffer.)
 */
#include <pthread.h>
#include <semaphore.h>

#include "wall.h"

static const struct timespec *moved_back(const struct timespec *until, struct timespec *moved)
{
    if (until == NULL)
        return NULL;
    *moved = *until;
    moved->tv_sec -= CLOCK_OFF_S;
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

static long wait_until(long word[6])
{
    struct timespec moved;

    moved_back((const struct timespec *)word[3], &moved);
    return next_syscall(SYS_futex, word[0], word[1], word[2], &moved, word[4], word[5]);
}
