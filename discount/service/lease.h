/* SPDX-License-Identifier: MIT */
/*
 * Leases: the Catalog that asks with wants_lease may price by a revision for a while without asking again, and nobody
 * goes over to another revision before that while is over.
 *
 * A struct lease lies in memory that all workers share, and outlives each of them. Lenders and announcers agree by the
 * order in which each looks at the other's word, all of it sequentially consistent:
 *
 *     lender       raises the end of the latest lease, then looks whether a newer revision was announced: then there
 *                  is no lease
 *     announcer    announces the revision, then looks at the end of the latest lease, and waits for it
 *
 * One of them sees the other. Pure: whoever calls says what time it is, on common/clock.h's clock.
 */
#ifndef DISCOUNT_SERVICE_LEASE_H
#define DISCOUNT_SERVICE_LEASE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/clock.h"
#include "common/compiler.h"

/* How long a lease is at the most; a constant, for a service that was just started does not know what the one before it
 * lent. After a change none is given for as long, so that a thousand changes in a row wait once. */
#define LEASE_MS 250
#define LEASE_NS (LEASE_MS * CLOCK_NS_PER_MS)

struct lease {
    _Atomic int64_t announced; /* the latest revision that anybody here knows of */
    _Atomic int64_t end_ns;    /* of the latest lease */
    _Atomic int64_t from_ns;   /* none is given before */
};

/* As if a lease had been given just now: a service before this one may have. */
void lease_init(struct lease *lease, int64_t now_ns);

/* Lends `revision` for length_ns, at most LEASE_NS, from now on. False: a newer one was announced, or none may be given
 * yet. */
MUST_CHECK bool lease_give(struct lease *lease, int64_t revision, int64_t now_ns, int64_t length_ns);

/* From here on nothing older than `revision` is lent. */
void lease_announce(struct lease *lease, int64_t revision);

/* Nothing is lent before from_ns. */
void lease_pause(struct lease *lease, int64_t from_ns);

/* When the latest lease ends, or has ended. */
int64_t lease_end_ns(const struct lease *lease);

#endif
