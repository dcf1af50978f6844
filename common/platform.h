/* SPDX-License-Identifier: MIT */
/*
 * Functions of Linux or glibc that POSIX lacks: a port begins here. (argp, which reads options, is glibc's too;
 * elsewhere it is a library.)
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

/* pthread_mutex_lock(3) with a deadline on the monotonic clock. Returns 0 or an errno. */
MUST_CHECK int platform_lock_until(pthread_mutex_t *mutex, int64_t until_ns);

/*
 * A descriptor for a process, never for a later process of the same number (pidfd_open(2)), to be closed by the caller;
 * and SIGKILL for the descriptor's process. -1: errno says why.
 */
MUST_CHECK int platform_process_open(pid_t pid);
MUST_CHECK int platform_process_kill(int fd);

/* rename(2) that never replaces: -1 with EEXIST where `to` is there. `from` may be left as a second name. */
MUST_CHECK int platform_rename_new(const char *from, const char *to);

/*
 * Opens a file and holds a shared lock on one byte of it (fcntl(2), F_OFD_SETLK), until the descriptor is closed here
 * and in every process that inherited it; the caller closes it. -1: errno says why. And whether no descriptor of
 * another open(2) holds the byte; false also when that cannot be found out.
 */
MUST_CHECK int platform_hold_byte(const char *path, off_t at);
MUST_CHECK bool platform_holds_alone(int fd, off_t at);

/* One heap for all threads, for a process whose threads seldom allocate at the same time: glibc would reserve address
 * space for a heap per thread, which ulimit -v counts. */
void platform_share_heap(void);

/* The resident memory that this process does not share, in bytes; 0: unknown. */
size_t platform_memory_held(void);

/* Bytes that nobody can guess (getrandom(2)): at most 256, which Linux gives at once, always. */
void platform_fill_random(void *bytes, size_t size);

/* The last part of the name by which this program was called. */
const char *platform_program_name(void);

/* Gives freed memory back to the system where possible: after a large task, in a process that lives on. */
void platform_trim_memory(void);

#endif
