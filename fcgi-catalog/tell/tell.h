/* SPDX-License-Identifier: MIT */
/*
 * Tells Discount what the shop has: products, by ranges of ids with a checksum for each, and categories
 * (DiscountShop in proto/ecommerce.proto). Memory does not grow with the shop.
 */
#ifndef CATALOG_TELL_TELL_H
#define CATALOG_TELL_TELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"
#include "common/rpc/keyset.h"
#include "fcgi-catalog/store/store.h"

struct tell_options {
    const char *service_host; /* "host:port" */
    struct keyset_files keyset;
};

enum tell_status {
    TELL_DONE, /* Discount knows the shop as it is, or was when the pass began */
    TELL_BUSY, /* somebody else tells it, or it changed meanwhile: asking again in a second tells what became of it */
    TELL_OF_ANOTHER, /* another shop told last, and takes_over was not set */
    TELL_UNKNOWN,    /* the service knows no such method: it is an older one */
    TELL_REFUSED,    /* Discount does not take this shop, or has too much to do; `reason` says why */
    TELL_FAILED,     /* `reason` says why; a later try goes on where this one stopped */
};

struct tell_result {
    bool was_known;   /* nothing was sent */
    int64_t products; /* that the shop has */
    int64_t ranges;   /* of products, that were compared */
    int64_t sent;     /* products that were sent */
    int64_t renamed;  /* the revision of the rules that followed; 0: none */
    char reason[512]; /* of TELL_REFUSED and TELL_FAILED */
};

struct tell;

/* Begins a connection. rpc_runtime_start() must have been called. What options point to must outlive it. NULL: `reason`
 * says why. */
MUST_CHECK struct tell *tell_new(const struct tell_options *options, char *reason, size_t reason_size);
void tell_free(struct tell *tell); /* NULL is allowed */

/* Tells the shop of the store, once. takes_over: what another shop told gives way. */
enum tell_status tell_shop(struct tell *tell, struct store *store, bool takes_over, struct tell_result *result);

/* Makes the tell_shop() in progress fail soon. Any thread. */
void tell_stop(struct tell *tell);

#endif
