/* SPDX-License-Identifier: MIT */
/* The cache: a hash table of uthash, whose order of entries is that of their use, the one used last at the end. */
#include "fcgi-catalog/catalog/cache.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "fcgi-catalog/catalog/hash.h"

struct cache_entry {
    UT_hash_handle hh;
    void *value;
    size_t bytes;
    char key[];
};

struct cache {
    struct cache_entry *entries;
    size_t bytes, bytes_max;
    size_t large_count; /* entries that are larger than bytes_max */
    void (*release)(void *value);
};

struct cache *cache_new(size_t bytes_max, void (*release)(void *value))
{
    struct cache *cache = memory_get_zeroed(1, sizeof *cache);

    cache->bytes_max = bytes_max;
    cache->release = release;
    return cache;
}

static void drop(struct cache *cache, struct cache_entry *entry)
{
    HASH_DEL(cache->entries, entry);
    cache->bytes -= entry->bytes;
    cache->large_count -= entry->bytes > cache->bytes_max;
    cache->release(entry->value);
    free(entry);
}

void cache_clear(struct cache *cache)
{
    while (cache->entries != NULL)
        drop(cache, cache->entries);
}

void cache_free(struct cache *cache)
{
    if (cache == NULL)
        return;
    cache_clear(cache);
    free(cache);
}

void *cache_find(struct cache *cache, const void *key, size_t size)
{
    struct cache_entry *entry;
    unsigned hash;

    HASH_VALUE(key, size, hash);
    HASH_FIND_BYHASHVALUE(hh, cache->entries, key, size, hash, entry);
    if (entry == NULL)
        return NULL;
    if (entry->hh.next != NULL) {
        HASH_DEL(cache->entries, entry);
        HASH_ADD_KEYPTR_BYHASHVALUE(hh, cache->entries, entry->key, size, hash, entry);
    }
    return entry->value;
}

void cache_put(struct cache *cache, const void *key, size_t size, void *value, size_t bytes)
{
    struct cache_entry *entry;

    HASH_FIND(hh, cache->entries, key, size, entry);
    if (entry != NULL)
        drop(cache, entry);
    entry = memory_get(sizeof *entry + size);
    *entry = (struct cache_entry){.value = value, .bytes = bytes + sizeof *entry + size};
    memcpy(entry->key, key, size);
    HASH_ADD_KEYPTR(hh, cache->entries, entry->key, size, entry);
    cache->bytes += entry->bytes;
    cache->large_count += entry->bytes > cache->bytes_max;
}

void cache_trim(struct cache *cache)
{
    struct cache_entry *next;

    for (struct cache_entry *entry = cache->entries; cache->large_count > 0; entry = next) {
        next = entry->hh.next;
        if (entry->bytes > cache->bytes_max)
            drop(cache, entry);
    }
    while (cache->bytes > cache->bytes_max)
        drop(cache, cache->entries);
}

size_t cache_bytes(const struct cache *cache)
{
    return cache->bytes;
}

size_t cache_count(const struct cache *cache)
{
    return HASH_COUNT(cache->entries);
}
