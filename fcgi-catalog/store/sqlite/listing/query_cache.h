/* SPDX-License-Identifier: MIT */
/*
 * Results of queries, id sets and ranks, by a text as their key, until the database changes. They are bounded in bytes;
 * the least recently used goes first. Used in this room only.
 */
#ifndef CATALOG_STORE_SQLITE_LISTING_QUERY_CACHE_H
#define CATALOG_STORE_SQLITE_LISTING_QUERY_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "fcgi-catalog/catalog/cache.h"
#include "fcgi-catalog/store/sqlite/listing/id_set.h"

/* A set of a million products whose ids stand close together takes 128 KiB. */
#define QUERY_CACHE_MAX ((size_t)8 * 1024 * 1024)

struct query_result {
    struct id_set *ids; /* NULL: too many to be kept, or the result is bytes */
    size_t size;
    char bytes[]; /* `size` of them */
};

/* All zero: none. */
struct query_cache {
    struct cache *results;
    int64_t version; /* of the database */
};

/* A query of this version of the database begins. Results that it finds or keeps stay until query_cache_end(). */
void query_cache_begin(struct query_cache *cache, int64_t version);
void query_cache_end(struct query_cache *cache);

/* NULL: the key is not in the cache. */
const struct query_result *query_cache_find(const struct query_cache *cache, const char *key);

/* Keeps ids, which are the cache's from now on, or NULL; and a copy of bytes. */
const struct query_result *query_cache_keep(struct query_cache *cache, const char *key, struct id_set *ids,
                                            const void *bytes, size_t size);

void query_cache_release(struct query_cache *cache);

#endif
