/* SPDX-License-Identifier: MIT */
/* A hash table from names to small numbers: open addressing, at most two thirds full. */
#include "discount/ruleset/names.h"

#include <stdlib.h>

#include "common/memory.h"

static void put(struct names *names, struct name_slot slot)
{
    size_t place = slot.hash & (names->room - 1);

    while (names->slots[place].number != 0)
        place = (place + 1) & (names->room - 1);
    names->slots[place] = slot;
}

static void grow(struct names *names)
{
    struct name_slot *old = names->slots;
    size_t old_room = names->room;

    names->room = old_room > 0 ? old_room * 2 : 16;
    names->slots = memory_get_zeroed(names->room, sizeof *names->slots);
    for (size_t i = 0; i < old_room; i++) {
        if (old[i].number != 0)
            put(names, old[i]);
    }
    free(old);
}

void names_add(struct names *names, uint64_t hash, uint32_t number)
{
    if ((names->count + 1) * 3 > names->room * 2)
        grow(names);
    put(names, (struct name_slot){.hash = (uint32_t)hash, .number = number + 1});
    names->count++;
}

bool names_next(const struct names *names, uint64_t hash, size_t *place, uint32_t *number)
{
    if (names->room == 0)
        return false;
    for (;;) { /* a third is empty, so it ends */
        const struct name_slot *slot = &names->slots[((uint32_t)hash + *place) & (names->room - 1)];
        (*place)++;
        if (slot->number == 0)
            return false;
        if (slot->hash == (uint32_t)hash) {
            *number = slot->number - 1;
            return true;
        }
    }
}

void names_release(struct names *names)
{
    free(names->slots);
    *names = (struct names){0};
}
