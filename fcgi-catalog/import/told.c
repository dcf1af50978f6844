/* SPDX-License-Identifier: MIT */
/* What a file has said of categories. */
#include "fcgi-catalog/import/told.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define FIRST_ROOM 64

/* FNV-1a. */
static size_t hash_text(const char *text)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);

    for (; *text != '\0'; text++)
        sum = (sum ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return (size_t)sum;
}

void told_release(struct told *told)
{
    free(told->places);
    arena_release(&told->arena);
    *told = (struct told){0};
}

/* The category's place, or the free one where it would be. There is always a free one. */
static struct told_category *find_place(const struct told *told, const char *slug, size_t hash)
{
    for (size_t i = hash;; i++) {
        struct told_category *place = &told->places[i & (told->room - 1)];
        if (place->slug == NULL || (place->hash == hash && strcmp(place->slug, slug) == 0))
            return place;
    }
}

static void make_room(struct told *told)
{
    struct told grown = {.room = told->room > 0 ? told->room * 2 : FIRST_ROOM};

    if (told->count * 2 < told->room)
        return;
    grown.places = memory_get_zeroed(grown.room, sizeof *grown.places);
    for (size_t i = 0; i < told->room; i++) {
        const struct told_category *place = &told->places[i];
        if (place->slug != NULL)
            *find_place(&grown, place->slug, place->hash) = *place;
    }
    free(told->places);
    told->places = grown.places;
    told->room = grown.room;
}

static bool is_other(const char *now, const char *before)
{
    return now != NULL && before != NULL && strcmp(now, before) != 0;
}

/* Keeps a text that was said for the first time. */
static bool keep(struct told *told, const char *now, const char **kept)
{
    if (now == NULL || *kept != NULL)
        return false;
    *kept = arena_copy(&told->arena, now, strlen(now));
    return true;
}

enum told_status told_add(struct told *told, const struct row_category *category, struct told_category *before)
{
    size_t hash = hash_text(category->slug);

    make_room(told);
    struct told_category *place = find_place(told, category->slug, hash);
    bool is_new = place->slug == NULL;
    *before = *place;
    if (is_other(category->parent, place->parent))
        return TOLD_OTHER_PARENT;
    if (is_other(category->name, place->name))
        return TOLD_OTHER_NAME;
    if (is_new) {
        place->slug = arena_copy(&told->arena, category->slug, strlen(category->slug));
        place->hash = hash;
        told->count++;
    }
    if (keep(told, category->name, &place->name)) {
        place->name_line = category->place.line;
        is_new = true;
    }
    if (keep(told, category->parent, &place->parent)) {
        place->parent_line = category->place.line;
        is_new = true;
    }
    return is_new ? TOLD_NEW : TOLD_KNOWN;
}
