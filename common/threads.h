/* SPDX-License-Identifier: MIT */
/* Whether a process may have the threads that it needs. */
#ifndef COMMON_THREADS_H
#define COMMON_THREADS_H

#include <stdbool.h>

#include "common/compiler.h"

/*
 * Makes `count` threads at a time, beside the calling one, and ends them. False, after a line in the log: a limit
 * forbids so many (RLIMIT_NPROC, TasksMax, pids.max). To be called before gRPC core is started, which neither works nor
 * ends when it lacks one of its threads.
 */
MUST_CHECK bool threads_try(int count);

#endif
