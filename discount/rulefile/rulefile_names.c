/* SPDX-License-Identifier: MIT */
/* What a file names, and where. */
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#include "discount/rulefile/internal.h"

struct name {
    const char *text;
    size_t line;
    int scope;
};

size_t name_set_add(struct name_set *set, int scope, const char *text, size_t line)
{
    uint64_t hash = hash_mix(hash_text(text) ^ (uint64_t)scope);
    uint32_t number;

    for (size_t place = 0; hash_index_next(&set->index, hash, &place, &number);) {
        if (set->names[number].scope == scope && strcmp(set->names[number].text, text) == 0)
            return set->names[number].line;
    }
    set->names = memory_grow(set->names, set->count, 1, sizeof *set->names);
    hash_index_add(&set->index, hash, (uint32_t)set->count);
    set->names[set->count++] = (struct name){.text = text, .line = line, .scope = scope};
    return 0;
}

void name_set_release(struct name_set *set)
{
    hash_index_release(&set->index);
    free(set->names);
    *set = (struct name_set){0};
}
