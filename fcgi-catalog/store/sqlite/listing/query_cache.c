/* SPDX-License-Identifier: MIT */
/* Results of queries. */
#include "fcgi-catalog/store/sqlite/listing/query_cache.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

static void drop(void *data)
{
    struct query_result *result = data;

    id_set_free(result->ids);
    free(result);
}

void query_cache_begin(struct query_cache *cache, int64_t version)
{
    if (cache->results == NULL)
        cache->results = cache_new(QUERY_CACHE_MAX, drop);
    if (cache->version != version)
        cache_clear(cache->results);
    cache->version = version;
}

void query_cache_end(struct query_cache *cache)
{
    cache_trim(cache->results);
}

const struct query_result *query_cache_find(const struct query_cache *cache, const char *key)
{
    return cache_find(cache->results, key, strlen(key));
}

const struct query_result *query_cache_keep(struct query_cache *cache, const char *key, struct id_set *ids,
                                            const void *bytes, size_t size)
{
    struct query_result *result = memory_get(sizeof *result + size);

    *result = (struct query_result){.ids = ids, .size = size};
    if (size > 0)
        memcpy(result->bytes, bytes, size);
    cache_put(cache->results, key, strlen(key), result, sizeof *result + size + (ids != NULL ? id_set_size(ids) : 0));
    return result;
}

void query_cache_release(struct query_cache *cache)
{
    cache_free(cache->results);
    *cache = (struct query_cache){0};
}
