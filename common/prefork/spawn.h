/* SPDX-License-Identifier: MIT */
/*
 * How a worker comes into being: fork(2), what the child has to put right, and the scoreboard on which it says that it
 * serves. For prefork.c only.
 */
#ifndef COMMON_PREFORK_SPAWN_H
#define COMMON_PREFORK_SPAWN_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/compiler.h"
#include "common/prefork/prefork.h"

struct spawn_point {
    /* Shared memory, one cell for each slot: the serial of the youngest worker that became ready there. */
    _Atomic uint64_t *scoreboard;
    _Atomic uint64_t *retired; /* … that asked for a successor there */
    int slots;
    pid_t master;
    sigset_t caller_mask; /* the signal mask of prefork_run()'s caller */
};

/* Makes an empty scoreboard. On false errno says why and nothing needs releasing. */
MUST_CHECK bool spawn_point_init(struct spawn_point *place, int slots);

void spawn_point_release(struct spawn_point *place);

/*
 * Forks a worker. Serials grow from 1. Returns its process id in the master, -1 and errno when there can be no child;
 * in the child it does not return.
 */
MUST_CHECK pid_t spawn_fork(const struct spawn_point *place, const struct prefork *prefork, int slot, uint64_t serial);

/* Whether the worker of this serial called prefork_worker_ready(), prefork_worker_retire(). */
bool spawn_is_ready(const struct spawn_point *place, int slot, uint64_t serial);
bool spawn_is_retired(const struct spawn_point *place, int slot, uint64_t serial);

#endif
