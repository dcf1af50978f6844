/* SPDX-License-Identifier: MIT */
/* A hash table from hashes to small numbers: open addressing, at most two thirds full. */
#include "discount/rule/hash_index.h"

#include <stdlib.h>

#include "common/memory.h"

static void put(struct hash_index *index, struct hash_slot slot)
{
    size_t place = slot.hash & (index->room - 1);

    while (index->slots[place].number != 0)
        place = (place + 1) & (index->room - 1);
    index->slots[place] = slot;
}

static void grow(struct hash_index *index)
{
    struct hash_slot *old = index->slots;
    size_t old_room = index->room;

    index->room = old_room > 0 ? old_room * 2 : 16;
    index->slots = memory_get_zeroed(index->room, sizeof *index->slots);
    for (size_t i = 0; i < old_room; i++) {
        if (old[i].number != 0)
            put(index, old[i]);
    }
    free(old);
}

void hash_index_add(struct hash_index *index, uint64_t hash, uint32_t number)
{
    if ((index->count + 1) * 3 > index->room * 2)
        grow(index);
    put(index, (struct hash_slot){.hash = (uint32_t)hash, .number = number + 1});
    index->count++;
}

bool hash_index_next(const struct hash_index *index, uint64_t hash, size_t *place, uint32_t *number)
{
    if (index->room == 0)
        return false;
    for (;;) { /* a third is empty, so it ends */
        const struct hash_slot *slot = &index->slots[((uint32_t)hash + *place) & (index->room - 1)];
        (*place)++;
        if (slot->number == 0)
            return false;
        if (slot->hash == (uint32_t)hash) {
            *number = slot->number - 1;
            return true;
        }
    }
}

void hash_index_release(struct hash_index *index)
{
    free(index->slots);
    *index = (struct hash_index){0};
}
