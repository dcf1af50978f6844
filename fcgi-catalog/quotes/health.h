/* SPDX-License-Identifier: MIT */
/*
 * What is known of the Discount service when nobody asks for a quote: that it is there again, and when a price will
 * change by itself. Two kinds of an ApplyDiscounts without asks:
 *
 *     probe    while it is away, again and again: when it is answered, the service is there
 *     look     when somebody wants to know how long prices stay as they are, and the service has not told lately, or
 *              when what it lends is to be lent anew; that it is not answered says nothing
 *
 * For the polling thread, except health_renew(), health_steady_until() and health_stop().
 */
#ifndef CATALOG_QUOTES_HEALTH_H
#define CATALOG_QUOTES_HEALTH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/rpc/client.h"
#include "fcgi-catalog/quotes/circuit_breaker.h"
#include "proto/ecommerce.pb-c.h"

/* How long what the service told counts as known; after half of that it is asked again. */
#define HEALTH_KNOWN_S 10

struct health_events {
    /* An ApplyDiscounts without asks was answered, which was sent at sent_ns on clock_boot_ns(). */
    void (*on_answer)(void *data, const Ecommerce__ApplyDiscountsResponse *response, int64_t sent_ns);
    void (*on_away)(void *data); /* the service is found to be away */
    void *data;
};

struct health {
    struct rpc_client *client; /* NULL until there is one */
    struct health_events events;
    struct circuit_breaker breaker;
    bool is_probing, is_looking;
    int64_t probed_ns, boot_ns; /* when the last probe and the last look were sent, on clock_boot_ns() */
    atomic_bool is_look_wanted, is_lease_wanted, is_stopping;
    _Atomic int64_t looked_ns;            /* when the last look was sent */
    _Atomic int64_t next_change, told_ns; /* what was told last, and when */
};

void health_init(struct health *health, const char *service, const struct health_events *events);

/* Sends a probe now, whether the service is away or not. Any thread, before the first health_run(). */
void health_check(struct health *health);

/* When health_run() has to be called next, on common/clock.h's clock. */
int64_t health_moment(struct health *health);

/* Sends what is due. */
void health_run(struct health *health);

/* Notes from an answer when the next price changes by itself. */
void health_note_told(struct health *health, const Ecommerce__ApplyDiscountsResponse *response);

/* The next look asks for a lease, too, and is sent at once. Any thread. */
void health_renew(struct health *health);

/* See quotes_steady_until(). */
int64_t health_steady_until(struct health *health);

/* Nothing is sent from now on, and a cancelled call does not count as a miss. */
void health_stop(struct health *health);

#endif
