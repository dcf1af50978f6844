/* SPDX-License-Identifier: MIT */
/* Whether a process may have the threads that it needs. */
#ifndef COMMON_THREADS_H
#define COMMON_THREADS_H

#include <stdbool.h>

#include "common/compiler.h"

/*
 * Makes so many threads at a time, beside the calling one, and ends them. False, after a line in the log: there cannot
 * be so many (RLIMIT_NPROC, TasksMax, pids.max). To be asked before gRPC core is started, which without one of its
 * threads neither works nor ends.
 */
MUST_CHECK bool threads_try(int count);

#endif
