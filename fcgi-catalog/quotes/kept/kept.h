/* SPDX-License-Identifier: MIT */
/*
 * Kept quotes: a cache of Discount's answers, each valid while Discount lends it (ApplyDiscountsResponse.lease_ms).
 *
 *     customer ──> audience ─┐
 *                     page ──┴──> quotes, and the rules that made them
 *
 * All kept quotes rest on one basis. An answer with another basis and a live lease replaces it, and what was kept
 * before is found no more; when a lease lapses, all stays, to be found again after the next answer with the same basis.
 * The cache is bounded in bytes, takes its memory as it fills, and overwrites the oldest quotes first. Pure; used by
 * one thread at a time.
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

/* What prices rest on: customers of one audience pay the same while these are the same. */
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

/* Whether to ask for a new lease, by a call of its own: true once, in the second half of a lease, and again when the
 * call is late. */
MUST_CHECK bool kept_is_renewal_due(struct kept *kept, int64_t now_ns);

/* Since the start: asks that were answered from here, and that were not; leases that were given. */
struct kept_counts {
    uint64_t hits, misses, leases;
};
struct kept_counts kept_counts(const struct kept *kept);

#endif
