/* SPDX-License-Identifier: MIT */
/*
 * Leases: a Catalog that asks with wants_lease may price by a revision without asking again until the lease ends, and
 * no worker goes over to another revision before that.
 *
 * A struct lease lies in memory that all workers share, and outlives each of them. Lenders and announcers each write
 * their own word before they read the other's, all of it sequentially consistent:
 *
 *     lender       raises the end of the latest lease, then looks whether a newer revision was announced: then there
 *                  is no lease
 *     announcer    announces the revision, then looks at the end of the latest lease, and waits for it
 *
 * So at least one of them sees the other. Pure: the caller passes the time, of common/clock.h's clock.
 */
#ifndef DISCOUNT_SERVICE_LEASE_H
#define DISCOUNT_SERVICE_LEASE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/clock.h"
#include "common/compiler.h"

/* How long a lease is at the most; a constant, since a service that was just started does not know the leases of the
 * service before it. For as long after a change no lease is given, so that a thousand changes in a row wait once. */
#define LEASE_MS 250
#define LEASE_NS (LEASE_MS * CLOCK_NS_PER_MS)

struct lease {
    _Atomic int64_t announced; /* the latest revision that anybody here knows of */
    _Atomic int64_t end_ns;    /* of the latest lease */
    _Atomic int64_t from_ns;   /* no lease is given before */
};

/* Begins as if a lease had just been given: the service before this one may have given one. */
void lease_init(struct lease *lease, int64_t now_ns);

/* Lends `revision` for length_ns, at most LEASE_NS, from now_ns on. False: a newer revision was announced, no lease may
 * be given yet, or length_ns is not above 0. */
MUST_CHECK bool lease_give(struct lease *lease, int64_t revision, int64_t now_ns, int64_t length_ns);

/* From here on nothing older than `revision` is lent. */
void lease_announce(struct lease *lease, int64_t revision);

/* No lease is given before from_ns. */
void lease_pause(struct lease *lease, int64_t from_ns);

/* When the latest lease ends, or has ended. */
int64_t lease_end_ns(const struct lease *lease);

#endif
