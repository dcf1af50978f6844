/* SPDX-License-Identifier: MIT */
/* A query string's parameters. */
#include "fcgi-catalog/http/query.h"

#include <stddef.h>
#include <string.h>

#include "fcgi-catalog/http/percent.h"

static const char *decode(const char *text, size_t length, struct arena *arena)
{
    char *decoded = arena_get(arena, length + 1);
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        int byte = percent_read(text + i, length - i);
        decoded[used++] = byte >= 0 ? (char)byte : text[i] == '+' ? ' ' : text[i];
        if (byte >= 0)
            i += 2;
    }
    decoded[used] = '\0';
    return decoded;
}

bool query_next(const char **at, struct arena *arena, struct query_parameter *parameter)
{
    const char *text = *at + strspn(*at, "&");
    size_t length = strcspn(text, "&");
    const char *equals = memchr(text, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - text) : length;

    *at = text + length;
    if (length == 0)
        return false;
    parameter->name = decode(text, name_length, arena);
    parameter->value = equals != NULL ? decode(equals + 1, length - name_length - 1, arena) : "";
    return true;
}
