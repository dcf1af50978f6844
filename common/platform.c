/* SPDX-License-Identifier: MIT */
/* Functions of Linux or glibc that POSIX lacks. */
#include "common/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/clock.h"

/* A 32-bit machine has a call for each width of time_t, others have one. */
#ifndef SYS_futex_time64
#define SYS_futex_time64 SYS_futex
#elif !defined SYS_futex
#define SYS_futex SYS_futex_time64
#endif
#define FUTEX (sizeof(time_t) > sizeof(long) ? SYS_futex_time64 : SYS_futex)

void platform_sleep(_Atomic uint32_t *word, uint32_t seen, int timeout_ms)
{
    const struct timespec timeout = clock_timespec(timeout_ms * CLOCK_NS_PER_MS);

    if (atomic_load(word) == seen)
        syscall(FUTEX, word, FUTEX_WAIT, seen, &timeout, NULL, 0);
}

void platform_wake(_Atomic uint32_t *word)
{
    syscall(FUTEX, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

int platform_lock_until(pthread_mutex_t *mutex, int64_t until_ns)
{
    const struct timespec until = clock_timespec(until_ns);

    return pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &until);
}

/* By number: glibc has functions for these from 2.36 on. */
int platform_process_open(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

int platform_process_kill(int fd)
{
    return (int)syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
}

int platform_rename_new(const char *from, const char *to)
{
    int result = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);

    /* Some file systems do not know RENAME_NOREPLACE. */
    if (result != 0 && (errno == EINVAL || errno == ENOSYS))
        result = link(from, to);
    return result;
}

int platform_hold_byte(const char *path, off_t at)
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fcntl(fd, F_OFD_SETLK, &lock) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

bool platform_holds_alone(int fd, off_t at)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};

    return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_UNLCK;
}

void platform_share_heap(void)
{
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 1);
#endif
}

size_t platform_memory_held(void)
{
    unsigned long pages = 0, shared = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (file == NULL)
        return 0;
    if (fscanf(file, "%*u %lu %lu", &pages, &shared) != 2)
        pages = shared = 0;
    fclose(file);
    return (size_t)(pages - shared) * (size_t)sysconf(_SC_PAGESIZE);
}

void platform_fill_random(void *bytes, size_t size)
{
    if (getrandom(bytes, size, 0) != (ssize_t)size)
        abort();
}

const char *platform_program_name(void)
{
    return program_invocation_short_name;
}

void platform_trim_memory(void)
{
    malloc_trim(0);
}
