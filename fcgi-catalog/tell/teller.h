/* SPDX-License-Identifier: MIT */
/*
 * A thread that keeps Discount told of the shop: at the start, a second after every change, and once a minute in case
 * Discount forgot. Every process of a site has one; which of them tells makes no difference.
 */
#ifndef CATALOG_TELL_TELLER_H
#define CATALOG_TELL_TELLER_H

#include "common/compiler.h"
#include "fcgi-catalog/tell/tell.h"

struct teller;

/* Starts the thread and hands the store over to it. What options point to must outlive it. NULL: there is no thread;
 * the store stays the caller's. */
MUST_CHECK struct teller *teller_new(const struct tell_options *options, struct store *store);

/* Ends it, also in the middle of a pass. NULL is allowed. */
void teller_free(struct teller *teller);

#endif
