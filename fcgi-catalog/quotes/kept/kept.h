/* SPDX-License-Identifier: MIT */
/*
 * Kept quotes: what Discount has answered, for as long as it lends that (ApplyDiscountsResponse.lease_ms).
 *
 *     customer ──> audience ─┐
 *                     page ──┴──> quotes, and the rules that made them
 *
 * All of it rests on one basis. Another one, in an answer whose lease is alive, takes its place, and what was kept
 * before is found no more; a lease that has lapsed leaves all where it is, until the next answer on the same basis.
 * With a bound in bytes, taken as it fills: what was kept first gives way. Pure; used by one thread at a time.
 *
 * A lease counts from when its call was sent, by clock_boot_ns(), and is used for 7/8 of its length.
 */
#ifndef CATALOG_QUOTES_KEPT_H
#define CATALOG_QUOTES_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"
#include "fcgi-catalog/quotes/quotes.h"

struct kept;

/* What prices rest on: customers of one audience pay the same under one of these. */
struct kept_basis {
    uint64_t epoch;
    int64_t revision, next_change;
};

/* No lease is longer, whatever a service says. */
#define KEPT_LEASE_MAX_MS 1000

/* At least 4 KiB. */
struct kept *kept_new(size_t bytes_max);
void kept_free(struct kept *kept); /* NULL is allowed */

/* An answer came, on this basis and with this lease (0: none), to a call that was sent at sent_ns. */
void kept_note(struct kept *kept, const struct kept_basis *basis, uint32_t lease_ms, int64_t sent_ns, int64_t now_ns);

/* Keeps what an ask was answered, if it rests on the basis of all that is kept. */
void kept_put(struct kept *kept, const struct kept_basis *basis, uint64_t audience, const struct quote_ask *ask);

/* Answers an ask, if a lease is alive and the quotes are there: fills it as on QUOTES_OK, copies of texts in its arena.
 * now_ns was read after the request arrived. */
MUST_CHECK bool kept_find(struct kept *kept, struct quote_ask *ask, int64_t now_ns);

/* Whether somebody should ask for a new lease, with a call that nobody waits for: true once, in the second half of a
 * lease, and again when the call is late. */
MUST_CHECK bool kept_is_renewal_due(struct kept *kept, int64_t now_ns);

/* Since the start: asks that were answered from here, and that were not; leases that were given. */
struct kept_counts {
    uint64_t hits, misses, leases;
};
struct kept_counts kept_counts(const struct kept *kept);

#endif
