/* SPDX-License-Identifier: MIT */
/*
 * Strong entity tags (RFC 9110, 8.8.3): a hash of everything that an answer's bytes follow from, keyed with the shop's
 * secret, so that a tag tells nobody what it was made of.
 */
#ifndef CATALOG_SITE_TAG_H
#define CATALOG_SITE_TAG_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "fcgi-catalog/catalog/cursor.h"
#include "fcgi-catalog/catalog/product.h"

struct tag_basis {
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
const char *tag_print(const struct tag_basis *basis, struct arena *arena);

#endif
