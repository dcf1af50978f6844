/* SPDX-License-Identifier: MIT */
/*
 * A cache: values by key, with a bound in bytes; the one that was not used for longest gives way first. Used by one
 * thread.
 */
#ifndef CATALOG_CATALOG_CACHE_H
#define CATALOG_CATALOG_CACHE_H

#include <stddef.h>

struct cache;

/* `release` is called for a value that leaves the cache. */
struct cache *cache_new(size_t bytes_max, void (*release)(void *value));
void cache_free(struct cache *cache); /* NULL is allowed */

/* The value of the key (`size` bytes of any kind), used last from now on; NULL: it is not there. */
void *cache_find(struct cache *cache, const void *key, size_t size);

/* Keeps a value of so many bytes, which the cache owns from now on, in the place of one of the same key. Until
 * cache_trim() nothing else gives way to it. */
void cache_put(struct cache *cache, const void *key, size_t size, void *value, size_t bytes);

/* Drops what is too much. A value that is larger than the bound goes, and takes nobody else's place. */
void cache_trim(struct cache *cache);

void cache_clear(struct cache *cache);

/* What is in it now; of the bytes, keys and the cache's own are some. */
size_t cache_bytes(const struct cache *cache);
size_t cache_count(const struct cache *cache);

#endif
