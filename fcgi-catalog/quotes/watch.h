/* SPDX-License-Identifier: MIT */
/*
 * What is known of the Discount service when nobody asks for a quote: that it is there again, and when a price will
 * change by itself. Two kinds of an ApplyDiscounts without asks:
 *
 *     probe    while it is away, again and again: when it is answered, the service is there
 *     look     when somebody wants to know how long prices stay as they are, and the service has not told lately; that
 *              it is not answered says nothing
 *
 * Of the polling thread, but for watch_steady_until() and watch_stop().
 */
#ifndef CATALOG_QUOTES_WATCH_H
#define CATALOG_QUOTES_WATCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/rpc/client.h"
#include "fcgi-catalog/quotes/availability.h"
#include "proto/ecommerce.pb-c.h"

/* What the service told is known for so long, and older than half of it is looked at again. */
#define WATCH_KNOWN_S 10

struct watch_events {
    void (*on_answer)(void *data); /* an ApplyDiscounts without asks was answered */
    void (*on_away)(void *data);   /* the service is found to be away */
    void *data;
};

struct watch {
    struct rpc_client *client; /* NULL until there is one */
    struct watch_events events;
    struct availability availability;
    bool is_probing, is_looking;
    atomic_bool is_look_wanted, is_stopping;
    _Atomic int64_t looked_ns;            /* when the last look was sent */
    _Atomic int64_t next_change, told_ns; /* what was told last, and when */
};

void watch_init(struct watch *watch, const char *service, const struct watch_events *events);

/* Sends a probe now, whether the service is away or not. Any thread, before the first watch_run(). */
void watch_check(struct watch *watch);

/* When watch_run() has to be called next, on common/clock.h's clock. */
int64_t watch_moment(struct watch *watch);

/* Sends what is due. */
void watch_run(struct watch *watch);

/* An answer came: when the next price changes by itself is in it. */
void watch_note_told(struct watch *watch, const Ecommerce__ApplyDiscountsResponse *response);

/* See quotes_steady_until(). */
int64_t watch_steady_until(struct watch *watch);

/* No more is sent from now on, and what is cancelled is no miss. */
void watch_stop(struct watch *watch);

#endif
