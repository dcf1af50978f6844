/* SPDX-License-Identifier: MIT */
/* Memory that is never NULL. */
#include "common/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"

static void *insist(void *block, size_t size)
{
    if (block == NULL) {
        log_error("out-of-memory", "bytes=%zu", size);
        _exit(MEMORY_EXIT_CODE);
    }
    return block;
}

void *memory_get(size_t size)
{
    return insist(malloc(size > 0 ? size : 1), size);
}

void *memory_get_zeroed(size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        bytes = SIZE_MAX; /* for the log: nobody has as much */
    return insist(calloc(count > 0 ? count : 1, size > 0 ? size : 1), bytes);
}

void *memory_resize(void *block, size_t size)
{
    return insist(realloc(block, size > 0 ? size : 1), size);
}

static size_t room_for(size_t count)
{
    size_t room = count > 0 ? 16 : 0;

    while (room < count)
        room *= 2;
    return room;
}

void *memory_grow(void *items, size_t count, size_t more, size_t item_size)
{
    size_t room = room_for(count + more);

    return room == room_for(count) ? items : memory_resize(items, room * item_size);
}

char *memory_copy_text(const char *text)
{
    return insist(strdup(text), strlen(text) + 1);
}

/*
 * In a static program the linker gives us the libraries' calls, too (--wrap, see the Makefile): gRPC core, for one,
 * does not look whether it got what it asked for.
 */
#ifdef LINKER_WRAPS

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

void *__wrap_malloc(size_t size)
{
    return insist(__real_malloc(size), size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        bytes = SIZE_MAX;
    return insist(__real_calloc(count, size), bytes);
}

void *__wrap_realloc(void *block, size_t size)
{
    void *resized = __real_realloc(block, size);

    return size > 0 ? insist(resized, size) : resized;
}

#endif
