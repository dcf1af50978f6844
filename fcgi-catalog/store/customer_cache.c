/* SPDX-License-Identifier: MIT */
/* Customers that were looked up lately. */
#include "fcgi-catalog/store/customer_cache.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define SLOT_BITS 15

/* One place for every id of the same hash. The names stand in one block, one behind the other. */
struct slot {
    struct customer customer;
    char *names;
    uint64_t round; /* of the cache when it was put in; another one: what is here is of before */
    bool is_known;
};

/* Most of it is never touched by a process that answers one request, and so costs it nothing. */
struct customer_cache {
    uint64_t round; /* from 1 */
    struct slot slots[1 << SLOT_BITS];
};

struct customer_cache *customer_cache_new(void)
{
    struct customer_cache *cache = memory_get_zeroed(1, sizeof(struct customer_cache));

    cache->round = 1;
    return cache;
}

void customer_cache_clear(struct customer_cache *cache)
{
    cache->round++;
}

void customer_cache_free(struct customer_cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t i = 0; i < 1 << SLOT_BITS; i++)
        free(cache->slots[i].names);
    free(cache);
}

/* Multiplicative hashing (Knuth, The Art of Computer Programming, 6.4): ids in a row land apart. */
static size_t find_slot(int32_t id)
{
    return ((uint32_t)id * UINT32_C(2654435769)) >> (32 - SLOT_BITS);
}

bool customer_cache_find(const struct customer_cache *cache, int32_t id, const struct customer **customer)
{
    const struct slot *slot = &cache->slots[find_slot(id)];

    if (slot->round != cache->round || slot->customer.id != id)
        return false;
    *customer = slot->is_known ? &slot->customer : NULL;
    return true;
}

/* The three texts, each with its NUL; *places tells where they begin. */
static char *join_names(const struct customer *customer, const char *places[3])
{
    const char *const names[] = {customer->first_name, customer->last_name, customer->login};
    size_t sizes[3], size = 0;

    for (size_t i = 0; i < 3; i++)
        size += sizes[i] = strlen(names[i]) + 1;
    char *joined = memory_get(size), *end = joined;
    for (size_t i = 0; i < 3; i++) {
        memcpy(end, names[i], sizes[i]);
        places[i] = end;
        end += sizes[i];
    }
    return joined;
}

void customer_cache_put(struct customer_cache *cache, int32_t id, const struct customer *customer)
{
    struct slot *slot = &cache->slots[find_slot(id)];
    char *replaced = slot->names;

    *slot = (struct slot){.customer = {.id = id}, .round = cache->round, .is_known = customer != NULL};
    if (customer != NULL) {
        const char *places[3];
        slot->names = join_names(customer, places);
        slot->customer.first_name = places[0];
        slot->customer.last_name = places[1];
        slot->customer.login = places[2];
    }
    free(replaced);
}
