/* SPDX-License-Identifier: MIT */
/*
 * A thread that keeps Discount told of the shop: at the start, a second after every change, and once a minute in case
 * Discount forgot. What fails is tried again less and less often, or soon after the next change. Every process of
 * a site has one; which of them tells makes no difference.
 */
#ifndef CATALOG_TELL_TELLER_H
#define CATALOG_TELL_TELLER_H

#include "common/compiler.h"
#include "fcgi-catalog/tell/tell.h"

struct teller;

/* Starts the thread and hands the store over to it. What options point to must outlive it. NULL: there is no thread;
 * the store stays the caller's. */
MUST_CHECK struct teller *teller_new(const struct tell_options *options, struct store *store);

/* How long until it tries again, though nothing changed, after so many tries in a row, from 1 up, with this outcome;
 * beside a jitter of up to an eighth. */
int64_t teller_wait_ns(enum tell_status status, unsigned tries);

/* Ends it, also in the middle of a pass. NULL is allowed. */
void teller_free(struct teller *teller);

#endif
