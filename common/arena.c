/* SPDX-License-Identifier: MIT */
/* Memory that is taken piece by piece and given back all at once. */
#include "common/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

struct arena_block {
    struct arena_block *next;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
};

static struct arena_block *block_new(size_t size)
{
    struct arena_block *block = memory_get(sizeof *block + size);
    block->next = NULL;
    block->size = size;
    return block;
}

static size_t block_size(const struct arena *arena)
{
    return arena->block_size == 0 ? ARENA_BLOCK_SIZE : arena->block_size;
}

void *arena_get(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);

    assert(size < SIZE_MAX / 2);
    size = (size + align - 1) & ~(align - 1);
    if (arena->current == NULL || arena->current->size - arena->used < size) {
        struct arena_block *block = block_new(size > block_size(arena) ? size : block_size(arena));
        if (arena->current == NULL)
            arena->first = block;
        else
            arena->current->next = block;
        arena->current = block;
        arena->used = 0;
    }
    void *piece = arena->current->bytes + arena->used;
    arena->used += size;
    return piece;
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_get(arena, length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

void *arena_grow(struct arena *arena, const void *items, size_t count, size_t item_size)
{
    if (count > 0 && (count & (count - 1)) != 0)
        return (void *)items;
    void *moved = arena_get(arena, (count > 0 ? count * 2 : 1) * item_size);
    if (count > 0)
        memcpy(moved, items, count * item_size);
    return moved;
}

/* Prints into the rest of the current block, and only if that is too small a second time into the new piece. */
char *arena_print(struct arena *arena, const char *format, ...)
{
    size_t room = arena->current == NULL ? 0 : arena->current->size - arena->used;
    char *place = room == 0 ? NULL : (char *)arena->current->bytes + arena->used;
    va_list values, again;

    va_start(values, format);
    va_copy(again, values);
    int length = vsnprintf(place, room, format, values);
    va_end(values);
    assert(length >= 0);
    char *text = arena_get(arena, (size_t)length + 1);
    if (text != place)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

size_t arena_held(const struct arena *arena)
{
    size_t held = 0;

    for (const struct arena_block *block = arena->first; block != NULL; block = block->next)
        held += sizeof *block + block->size;
    return held;
}

static void free_blocks(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_reset(struct arena *arena)
{
    if (arena->first == NULL)
        return;
    free_blocks(arena->first->next);
    arena->first->next = NULL;
    if (arena->first->size > block_size(arena)) {
        free(arena->first);
        arena->first = NULL;
    }
    arena->current = arena->first;
    arena->used = 0;
}

void arena_release(struct arena *arena)
{
    free_blocks(arena->first);
    *arena = (struct arena){.block_size = arena->block_size};
}
