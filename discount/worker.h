/* SPDX-License-Identifier: MIT */
/* The life of a worker process: the only part of discountd that starts gRPC. */
#ifndef DISCOUNT_WORKER_H
#define DISCOUNT_WORKER_H

#include <stddef.h>

#include "discount/master/ports.h"
#include "discount/service/rollout.h"
#include "discount/settings.h"

struct worker_options {
    const struct discount_settings *settings;
    struct ports *ports;     /* that the master holds */
    size_t slot;             /* this worker's */
    struct rollout *rollout; /* shared by all workers */
    uint64_t epoch;          /* drawn at the start and at each reload */
    int attendance;          /* store_attend() of the database */
};

/* Serves until it is told to stop (see common/prefork/prefork.h), in a process that was just forked. Returns its exit
 * code. */
int worker_run(const struct worker_options *options);

#endif
