/* SPDX-License-Identifier: MIT */
/* A batch: asks that leave together in one RPC. One thread at a time works with it. */
#ifndef CATALOG_QUOTES_BATCH_H
#define CATALOG_QUOTES_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/rpc/status.h"
#include "fcgi-catalog/quotes/quotes.h"

struct batch {
    struct quotes *quotes;
    struct quote_ask **asks; /* NULL where the ask was answered before the rest */
    bool *failed;            /* one per ask, for a batch that is asked product by product */
    size_t count, room;
    int64_t sent_ns;            /* on clock_boot_ns() */
    enum rpc_code singles_code; /* the code of the last RPC that the service did not answer; RPC_OK: none */
    struct arena arena;         /* for messages while they are packed */
};

struct batch *batch_new(struct quotes *quotes);
void batch_free(struct batch *batch); /* NULL is allowed */

/* Makes it empty again and keeps its memory. */
void batch_reset(struct batch *batch);

void batch_add(struct batch *batch, struct quote_ask *ask);

/* Over the asks that are not answered yet: CLOCK_NEVER and 0 when there are none. */
int64_t batch_earliest_deadline(const struct batch *batch);
int64_t batch_latest_deadline(const struct batch *batch);

/* Answers asks whose deadline is not after now_ns as degraded. Returns how many. */
size_t batch_expire(struct batch *batch, int64_t now_ns);

/* Answers every ask that is left as degraded. */
void batch_degrade(struct batch *batch);

#endif
