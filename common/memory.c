/* SPDX-License-Identifier: MIT */
/* Memory that is never NULL. */
#include "common/memory.h"

#include <stdbool.h>
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
        bytes = SIZE_MAX; /* for the log alone */
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
 * In a static program the linker redirects the libraries' calls to us, too (--wrap, see the Makefile): gRPC core, for
 * one, does not check what malloc() returned.
 */
#ifdef LINKER_WRAPS

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

#ifdef __has_feature /* clang's */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SCRATCH_BYTES ((size_t)1) /* no block fits: the sanitizer watches each one on its own */
#else
#define SCRATCH_BYTES ((size_t)64 * 1024)
#endif
#define ALIGNMENT ((size_t)16)

/* Each block has its size in front of it, for realloc(). */
static _Thread_local struct {
    char *begin;
    size_t taken;
    bool is_open;
} scratch;

void memory_scratch_open(void)
{
    if (scratch.begin == NULL)
        scratch.begin = memory_get(SCRATCH_BYTES);
    scratch.taken = 0;
    scratch.is_open = true;
}

void memory_scratch_close(void)
{
    scratch.is_open = false;
}

static bool is_of_scratch(const void *block)
{
    return scratch.begin != NULL && (uintptr_t)block - (uintptr_t)scratch.begin < SCRATCH_BYTES;
}

/* NULL: the scratch area is closed, or too full. */
static void *scratch_get(size_t size)
{
    if (!scratch.is_open || size > SCRATCH_BYTES)
        return NULL;
    size_t taken = ALIGNMENT + (size / ALIGNMENT + 1) * ALIGNMENT;
    if (taken > SCRATCH_BYTES - scratch.taken)
        return NULL;
    char *head = scratch.begin + scratch.taken;
    memcpy(head, &size, sizeof size);
    scratch.taken += taken;
    return head + ALIGNMENT;
}

static void *scratch_resize(const char *block, size_t size)
{
    size_t before;

    memcpy(&before, block - ALIGNMENT, sizeof before);
    return memcpy(__wrap_malloc(size), block, before < size ? before : size);
}

void *__wrap_malloc(size_t size)
{
    void *block = scratch_get(size);

    return block != NULL ? block : insist(__real_malloc(size), size);
}

void __wrap_free(void *block)
{
    if (!is_of_scratch(block))
        __real_free(block);
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
    if (is_of_scratch(block))
        return scratch_resize(block, size);
    void *resized = __real_realloc(block, size);
    return size > 0 ? insist(resized, size) : resized;
}

#else

void memory_scratch_open(void)
{
}

void memory_scratch_close(void)
{
}

#endif
