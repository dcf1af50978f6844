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
    bool is_used, is_known;
};

struct customer_cache {
    struct slot slots[1 << SLOT_BITS];
};

struct customer_cache *customer_cache_new(void)
{
    return memory_get_zeroed(1, sizeof(struct customer_cache));
}

void customer_cache_clear(struct customer_cache *cache)
{
    for (size_t i = 0; i < 1 << SLOT_BITS; i++) {
        if (cache->slots[i].is_used) {
            free(cache->slots[i].names);
            cache->slots[i] = (struct slot){0};
        }
    }
}

void customer_cache_free(struct customer_cache *cache)
{
    if (cache == NULL)
        return;
    customer_cache_clear(cache);
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

    if (!slot->is_used || slot->customer.id != id)
        return false;
    *customer = slot->is_known ? &slot->customer : NULL;
    return true;
}

static char *join_names(const struct customer *customer, size_t first_size)
{
    size_t last_size = strlen(customer->last_name) + 1;
    char *names = memory_get(first_size + last_size);

    memcpy(names, customer->first_name, first_size);
    memcpy(names + first_size, customer->last_name, last_size);
    return names;
}

void customer_cache_put(struct customer_cache *cache, int32_t id, const struct customer *customer)
{
    struct slot *slot = &cache->slots[find_slot(id)];
    char *replaced = slot->names;

    *slot = (struct slot){.customer = {.id = id}, .is_used = true, .is_known = customer != NULL};
    if (customer != NULL) {
        size_t first_size = strlen(customer->first_name) + 1;
        slot->names = join_names(customer, first_size);
        slot->customer.first_name = slot->names;
        slot->customer.last_name = slot->names + first_size;
    }
    free(replaced);
}
