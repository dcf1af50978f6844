/* SPDX-License-Identifier: MIT */
/*
 * What is Linux's or glibc's own, and POSIX has nothing for: a port begins here. (argp, which reads options, is glibc's
 * too; elsewhere it is a library.)
 */
#ifndef COMMON_PLATFORM_H
#define COMMON_PLATFORM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/compiler.h"

/* futex(2): sleeps while *word is `seen`, until platform_wake(), a signal or timeout_ms (0 or more), and sometimes for
 * no reason. The word may lie in memory that processes share. */
void platform_sleep(_Atomic uint32_t *word, uint32_t seen, int timeout_ms);
void platform_wake(_Atomic uint32_t *word); /* everybody who sleeps there */

/* pthread_mutex_lock(3) until a point of the monotonic clock; an errno, as that returns. */
MUST_CHECK int platform_lock_until(pthread_mutex_t *mutex, int64_t until_ns);

/*
 * A descriptor for a process, which a later process of the same number does not inherit (pidfd_open(2)), to be closed
 * by the caller; and SIGKILL for that process. -1: errno says why.
 */
MUST_CHECK int platform_process_open(pid_t pid);
MUST_CHECK int platform_process_kill(int fd);

/* rename(2) that never replaces: -1 with EEXIST where `to` is there. `from` may be left as a second name. */
MUST_CHECK int platform_rename_new(const char *from, const char *to);

/*
 * A descriptor for a file that marks one byte of it as held (fcntl(2), F_OFD_SETLK, shared), as long as it is open here
 * or in a process that inherited it, to be closed by the caller; -1: errno says why. And whether nobody else holds the
 * byte by a descriptor of their own; false also when nobody can tell.
 */
MUST_CHECK int platform_hold_byte(const char *path, off_t at);
MUST_CHECK bool platform_holds_alone(int fd, off_t at);

/* One heap for all threads, in a process whose threads seldom ask for memory at the same time: glibc would reserve
 * addresses for one per thread, which a limit on them (ulimit -v) counts. */
void platform_share_heap(void);

/* The memory that is this process's alone and resident, in bytes; 0: nobody says. */
size_t platform_memory_held(void);

/* Bytes that nobody can guess (getrandom(2)): at most 256, which Linux gives at once, always. */
void platform_fill_random(void *bytes, size_t size);

/* The last part of the name by which this program was called. */
const char *platform_program_name(void);

/* Gives freed memory back to the system, where there is a way: after something large, in a process that lives on. */
void platform_trim_memory(void);

#endif
