/* SPDX-License-Identifier: MIT */
/* A byte buffer that grows. */
#include "common/buffer.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

void buffer_grow(struct buffer *buffer, size_t more)
{
    size_t room = (buffer->length + more) * 2 + 64;
    char *moved = buffer->arena != NULL ? arena_get(buffer->arena, room) : memory_resize(buffer->bytes, room);

    if (buffer->arena != NULL && buffer->length > 0)
        memcpy(moved, buffer->bytes, buffer->length);
    buffer->bytes = moved;
    buffer->room = room;
}

void buffer_append(struct buffer *buffer, const char *bytes, size_t length)
{
    char *end = buffer_reserve(buffer, length);

    if (length > 0)
        memcpy(end, bytes, length);
    buffer->length += length;
}

void buffer_append_byte(struct buffer *buffer, char byte)
{
    *buffer_reserve(buffer, 1) = byte;
    buffer->length++;
}

const char *buffer_text(struct buffer *buffer)
{
    *buffer_reserve(buffer, 0) = '\0';
    return buffer->bytes;
}

void buffer_release(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}
