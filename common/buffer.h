/* SPDX-License-Identifier: MIT */
/* A byte buffer that doubles its room when it grows: appending costs time for the appended bytes alone, on average. */
#ifndef COMMON_BUFFER_H
#define COMMON_BUFFER_H

#include <stddef.h>

#include "common/arena.h"

/* All zero is an empty buffer on the heap, to be freed by buffer_release(). With an arena the bytes are in the arena,
 * which keeps their old place, unused, when they move. */
struct buffer {
    struct arena *arena;
    char *bytes; /* `length` of them; NULL before there is any room */
    size_t length, room;
};

/* Moves the bytes to a larger place, with room for `more` of them and a NUL. */
void buffer_grow(struct buffer *buffer, size_t more);

/* Makes room for `more` bytes and a NUL behind them, and returns where they go. The caller adds to `length`. */
static inline char *buffer_reserve(struct buffer *buffer, size_t more)
{
    if (buffer->room - buffer->length <= more)
        buffer_grow(buffer, more);
    return buffer->bytes + buffer->length;
}

void buffer_append(struct buffer *buffer, const char *bytes, size_t length);

void buffer_append_byte(struct buffer *buffer, char byte);

/* Ends the bytes by a NUL that `length` does not count, and returns them. */
const char *buffer_text(struct buffer *buffer);

/* Frees the bytes of a buffer on the heap, which is empty then. Not for a buffer in an arena. */
void buffer_release(struct buffer *buffer);

#endif
