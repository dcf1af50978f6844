/* SPDX-License-Identifier: MIT */
/*
 * Memory that is taken piece by piece and given back all at once: one arena for one request, reset when it is answered.
 * Pieces are aligned for any object. An arena is used by one thread at a time.
 */
#ifndef COMMON_ARENA_H
#define COMMON_ARENA_H

#include <stddef.h>

#include "common/compiler.h"

struct arena_block;

/* All zero is an empty arena. */
struct arena {
    struct arena_block *first;   /* kept over a reset */
    struct arena_block *current; /* pieces come from here */
    size_t used;                 /* bytes of current that are taken */
    size_t block_size;           /* bytes of a block; 0: ARENA_BLOCK_SIZE. A small arena that lives long sets less */
};

#define ARENA_BLOCK_SIZE ((size_t)32 * 1024)

/* `size` bytes, not set to anything. Never NULL: see common/memory.h. */
void *arena_get(struct arena *arena, size_t size);

/* A copy of `length` bytes of text, and a NUL behind them. */
char *arena_copy(struct arena *arena, const char *text, size_t length);

/* Returns the array with room for one more item behind its `count`. When `count` is 0 or a power of two, the array
 * moves to a place for one item, or for twice as many. */
void *arena_grow(struct arena *arena, const void *items, size_t count, size_t item_size);

/* What printf would print, in the arena. */
char *arena_print(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* Bytes that the arena has taken from the system. */
size_t arena_held(const struct arena *arena);

/* Takes every piece back. The first block stays for the next request if it is no larger than block_size; all other
 * blocks go back to the system. */
void arena_reset(struct arena *arena);

/* Gives everything back; the arena is empty and can be used again. */
void arena_release(struct arena *arena);

#endif
