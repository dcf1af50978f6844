/* SPDX-License-Identifier: MIT */
/*
 * What it took a while to find out about the products, kept by a text until the database changes. Used in this room
 * only.
 */
#ifndef CATALOG_STORE_LISTING_FINDINGS_H
#define CATALOG_STORE_LISTING_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fcgi-catalog/store/listing/sieve.h"

/* So much is kept from query to query; what was asked for longest ago goes first. A set of a million products whose ids
 * stand close together takes 128 KiB. */
#define FINDINGS_MAX 128
#define FINDINGS_SIZE_MAX (8 * 1024 * 1024)

struct finding {
    char *key;           /* NULL: a free place */
    struct sieve *sieve; /* NULL: it is not known, or bytes */
    void *bytes;
    size_t byte_count;
    size_t size;
    uint64_t used_at;
};

/* All zero: none. */
struct findings {
    struct finding items[FINDINGS_MAX];
    size_t size;
    int64_t version;
    uint64_t query; /* its number */
};

/* A query of this version of the database begins. What it finds and keeps stays until it ends. */
void findings_begin(struct findings *findings, int64_t version);

/* It ends: what is too much goes. */
void findings_end(struct findings *findings);

/* NULL: nothing is known. */
const struct finding *findings_find(struct findings *findings, const char *key);

/* Keeps a sieve (or NULL: there are too many to say which), or a copy of bytes, and returns what is kept. The key must
 * not be there yet; the sieve is theirs from now on. */
const struct sieve *findings_keep(struct findings *findings, const char *key, struct sieve *sieve);
const void *findings_keep_bytes(struct findings *findings, const char *key, const void *bytes, size_t count);

void findings_release(struct findings *findings);

#endif
