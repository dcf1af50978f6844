/* SPDX-License-Identifier: MIT */
/* Asks that leave together. */
#include "fcgi-catalog/quotes/batch.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"

struct batch *batch_new(struct quotes *quotes)
{
    struct batch *batch = memory_get_zeroed(1, sizeof *batch);
    batch->quotes = quotes;
    return batch;
}

void batch_free(struct batch *batch)
{
    if (batch == NULL)
        return;
    arena_release(&batch->arena);
    free(batch->asks);
    free(batch->failed);
    free(batch);
}

void batch_reset(struct batch *batch)
{
    batch->count = 0;
    batch->singles_code = RPC_OK;
    arena_reset(&batch->arena);
}

void batch_add(struct batch *batch, struct quote_ask *ask)
{
    if (batch->count == batch->room) {
        batch->room = batch->room == 0 ? 64 : batch->room * 2;
        batch->asks = memory_resize(batch->asks, batch->room * sizeof *batch->asks);
        batch->failed = memory_resize(batch->failed, batch->room * sizeof *batch->failed);
    }
    batch->failed[batch->count] = false;
    batch->asks[batch->count++] = ask;
}

int64_t batch_earliest_deadline(const struct batch *batch)
{
    int64_t earliest = CLOCK_NEVER;

    for (size_t i = 0; i < batch->count; i++) {
        if (batch->asks[i] != NULL && batch->asks[i]->deadline_ns < earliest)
            earliest = batch->asks[i]->deadline_ns;
    }
    return earliest;
}

int64_t batch_latest_deadline(const struct batch *batch)
{
    int64_t latest = 0;

    for (size_t i = 0; i < batch->count; i++) {
        if (batch->asks[i] != NULL && batch->asks[i]->deadline_ns > latest)
            latest = batch->asks[i]->deadline_ns;
    }
    return latest;
}

/* Lets go of the ask before done() is called: it may be gone when that returns. */
static void degrade_one(struct batch *batch, size_t index)
{
    struct quote_ask *ask = batch->asks[index];

    batch->asks[index] = NULL;
    ask->done(ask, QUOTES_DEGRADED);
}

size_t batch_expire(struct batch *batch, int64_t now_ns)
{
    size_t expired = 0;

    for (size_t i = 0; i < batch->count; i++) {
        if (batch->asks[i] != NULL && batch->asks[i]->deadline_ns <= now_ns) {
            degrade_one(batch, i);
            expired++;
        }
    }
    return expired;
}

void batch_degrade(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->asks[i] != NULL)
            degrade_one(batch, i);
    }
}
