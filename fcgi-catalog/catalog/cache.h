/* SPDX-License-Identifier: MIT */
/* A cache: values by key, bounded in bytes; the least recently used value goes first. Used by one thread. */
#ifndef CATALOG_CATALOG_CACHE_H
#define CATALOG_CATALOG_CACHE_H

#include <stddef.h>

struct cache;

/* `release` is called for a value that leaves the cache. */
struct cache *cache_new(size_t bytes_max, void (*release)(void *value));
void cache_free(struct cache *cache); /* NULL is allowed */

/* The value of the key (`size` bytes of any kind), which becomes the most recently used; NULL: the key is not in the
 * cache. */
void *cache_find(struct cache *cache, const void *key, size_t size);

/* Keeps a value of `bytes` bytes, which the cache owns from now on; the old value of the same key is released. No other
 * value is dropped before cache_trim(). */
void cache_put(struct cache *cache, const void *key, size_t size, void *value, size_t bytes);

/* Drops values until the rest is within the bound. A value larger than the bound goes itself, and displaces no
 * other. */
void cache_trim(struct cache *cache);

void cache_clear(struct cache *cache);

/* How much the cache holds; its bytes include the keys and the cache's own. */
size_t cache_bytes(const struct cache *cache);
size_t cache_count(const struct cache *cache);

#endif
