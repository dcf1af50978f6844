/* SPDX-License-Identifier: MIT */
/*
 * How asks become RPCs, and answers reach them. Used in this room only.
 *
 * Two threads: the asking one calls quotes_ask(), the polling one does everything else. What they share is under the
 * lock. A batch belongs to whoever builds it until its RPC starts, and to the polling thread from then on.
 */
#ifndef CATALOG_QUOTES_DISPATCH_H
#define CATALOG_QUOTES_DISPATCH_H

#include <pthread.h>

#include "fcgi-catalog/quotes/batch.h"
#include "fcgi-catalog/quotes/health.h"
#include "fcgi-catalog/quotes/kept/kept.h"
#include "fcgi-catalog/quotes/quotes.h"

struct quotes {
    struct rpc_client *client;
    struct quotes_options options;
    pthread_mutex_t lock;
    /* Under the lock: */
    struct quote_ask *waiting, **waiting_end;
    int64_t waiting_until_ns; /* the earliest deadline in the waiting line */
    struct batch *out;        /* NULL: no RPC is out */
    bool out_is_leaving;      /* … but the asking thread still packs it */
    int64_t out_until_ns;     /* the latest deadline in `out` */
    struct batch *spare;      /* memory of an earlier batch */
    bool was_out;             /* an RPC was out, since the polling thread last looked */
    bool is_asleep;           /* the polling thread waits for an event, however long it takes */
    bool asks_singles;        /* the server knows only ApplyDiscount: the polling thread asks product by product */
    bool is_flush_due;        /* the asking thread has asked, or was woken, and has not flushed since */
    struct kept *kept;        /* NULL: no quotes are kept */
    int asking_fd;            /* an eventfd that wakes the asking thread; -1: there is none */
    struct health health;
    /* Of the polling thread: */
    int64_t singles_until_ns; /* when ApplyDiscounts is tried again */
    int64_t check_keyset_ns;  /* when to check the keyset; CLOCK_NEVER: not at all, or done */
};

/* Moves the waiting asks, up to the bounds, into the batch that is out. NULL: none waits. Under the lock. */
struct batch *dispatch_take(struct quotes *quotes);

/* Starts one RPC for all asks of a batch, on either thread: the asking thread never asks product by product. The batch
 * may be gone when it returns. */
void dispatch_start(struct batch *batch);

/*
 * Sends the waiting asks when no RPC is out. Mostly it leaves this to the asking thread, which first takes the asks of
 * new requests: on busy processors an RPC carries half as much again. While a server is asked product by product, the
 * polling thread sends them.
 */
void dispatch_leave(struct quotes *quotes);

/* Answers every waiting ask with QUOTES_DEGRADED; the data is the quotes. */
void dispatch_degrade(void *quotes);

/* Notes a call that was not answered. Every waiting ask is answered at once; later ones find the breaker degraded. */
void dispatch_note_miss(struct quotes *quotes, enum rpc_code code, const char *message);

/* The service answered an ApplyDiscounts without asks, which was sent at sent_ns (clock_boot_ns()): it is not asked
 * product by product any more, and its lease is noted; the data is the quotes. */
void dispatch_note_answer(void *quotes, const Ecommerce__ApplyDiscountsResponse *response, int64_t sent_ns);

#endif
