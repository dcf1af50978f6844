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
    bool out_is_leaving;      /* … but the asking thread still works with it */
    int64_t out_until_ns;     /* when what is out is over at the latest */
    struct batch *spare;      /* memory of an earlier batch */
    bool was_out;             /* some RPC was, since the polling thread last looked */
    bool is_asleep;           /* the polling thread waits for an event, however long it takes */
    bool asks_singles;        /* the server knows only ApplyDiscount: the polling thread asks product by product */
    bool is_flush_due;        /* the asking thread has asked, or was woken, and has not flushed since */
    struct kept *kept;        /* NULL: nothing is */
    int asking_fd;            /* it is woken by this; -1: it cannot be */
    struct health health;
    /* Of the polling thread: */
    int64_t singles_until_ns; /* when ApplyDiscounts is tried again */
    int64_t check_keyset_ns;  /* when to, if there is no answer before; CLOCK_NEVER: that is done */
};

/* What waits, up to the bounds, becomes what is out. NULL: nothing waits. Under the lock. */
struct batch *dispatch_take(struct quotes *quotes);

/* Starts one RPC for all asks of a batch: the only start that the asking thread makes, too. The batch may be gone when
 * it returns. */
void dispatch_start(struct batch *batch);

/*
 * What waits leaves when nothing is out. Mostly it is left to the asking thread, which first asks what else has come:
 * on busy processors an RPC carries half as much again. While a server is asked product by product it is not.
 */
void dispatch_leave(struct quotes *quotes);

/* Answers everybody who waits with QUOTES_DEGRADED; the data is the quotes. */
void dispatch_degrade(void *quotes);

/* Who waits is told at once when the service is found to be away: whoever asks later looks first. */
void dispatch_note_miss(struct quotes *quotes, enum rpc_code code, const char *message);

/* The service answered an ApplyDiscounts without asks, which was sent at sent_ns (clock_boot_ns()): it is not asked
 * product by product any more, and may have lent something; the data is the quotes. */
void dispatch_note_answer(void *quotes, const Ecommerce__ApplyDiscountsResponse *response, int64_t sent_ns);

#endif
