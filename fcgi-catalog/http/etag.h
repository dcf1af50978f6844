/* SPDX-License-Identifier: MIT */
/*
 * Strong entity tags (RFC 9110, 8.8.3): a hash of everything that an answer's bytes follow from, keyed with the shop's
 * secret, so that a tag tells nobody what it was made of.
 */
#ifndef CATALOG_HTTP_ETAG_H
#define CATALOG_HTTP_ETAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/cursor.h"
#include "fcgi-catalog/catalog/product.h"

struct etag_basis {
    const struct cursor_secret *secret;
    int64_t shop_revision;
    const char *type; /* the media type */
    const char *key;  /* which address and query, in one form */
    /* Of a customer's answer; else 0 and NULL. */
    int32_t customer_id;
    int64_t rules_revision;
    const struct quote *quotes;
    size_t quote_count;
};

/* The tag with its quotes, "\"0123456789abcdef…\"", in `arena`. */
const char *etag_print(const struct etag_basis *basis, struct arena *arena);

/*
 * Whether an If-None-Match header names the tag (RFC 9110, 13.1.2: "*", or a list, compared weakly), also as servers
 * that compress hand it out: W/"x", "x-gzip", "x;br" and so on.
 */
bool etag_is_named(const char *header, const char *etag);

#endif
