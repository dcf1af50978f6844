/* SPDX-License-Identifier: MIT */
/* What a file names, and where: a hash table, so that finding what is named twice takes linear time. */
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#include "discount/rulefile/internal.h"

#define ROOM_MIN 64

struct name {
    const char *text;
    uint32_t line;
    uint32_t generation;
    int scope;
};

/* FNV-1a. */
static uint64_t hash_name(int scope, const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)scope;

    for (; *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * UINT64_C(1099511628211);
    return hash ^ (hash >> 32);
}

/* Where the name is, or would be. */
static struct name *find_name(const struct name_set *set, int scope, const char *text)
{
    size_t place = (size_t)hash_name(scope, text) & (set->room - 1);

    for (;;) {
        struct name *name = &set->names[place];
        if (name->text == NULL || name->generation != set->generation ||
            (name->scope == scope && strcmp(name->text, text) == 0))
            return name;
        place = (place + 1) & (set->room - 1);
    }
}

static bool is_there(const struct name_set *set, const struct name *name)
{
    return name->text != NULL && name->generation == set->generation;
}

static void grow(struct name_set *set)
{
    struct name_set larger = {.room = set->room > 0 ? set->room * 2 : ROOM_MIN, .generation = set->generation};

    larger.names = memory_get_zeroed(larger.room, sizeof *larger.names);
    for (size_t i = 0; i < set->room; i++) {
        if (is_there(set, &set->names[i]))
            *find_name(&larger, set->names[i].scope, set->names[i].text) = set->names[i];
    }
    larger.count = set->count;
    free(set->names);
    *set = larger;
}

size_t name_set_add(struct name_set *set, int scope, const char *text, size_t line)
{
    if (set->count * 2 >= set->room)
        grow(set);
    struct name *name = find_name(set, scope, text);
    if (is_there(set, name))
        return name->line;
    *name = (struct name){.text = text, .line = (uint32_t)line, .generation = set->generation, .scope = scope};
    set->count++;
    return 0;
}

void name_set_clear(struct name_set *set)
{
    set->generation++;
    set->count = 0;
}

void name_set_release(struct name_set *set)
{
    free(set->names);
    *set = (struct name_set){0};
}
