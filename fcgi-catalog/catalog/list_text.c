/* SPDX-License-Identifier: MIT */
/* A list in one text. */
#include "fcgi-catalog/catalog/list_text.h"

#include <stdbool.h>
#include <string.h>

void list_put(struct buffer *list, const char *part, const char *special)
{
    for (; *part != '\0'; part++) {
        if (strchr(special, *part) != NULL)
            buffer_append_byte(list, '\\');
        buffer_append_byte(list, *part);
    }
}

/* Bytes up to the separator or the end, backslashes included. */
static size_t measure_part(const char *text, const char *separators, const char *special)
{
    size_t length = 0;

    while (text[length] != '\0' && strchr(separators, text[length]) == NULL) {
        bool is_escaped = text[length] == '\\' && text[length + 1] != '\0' && strchr(special, text[length + 1]) != NULL;
        length += is_escaped ? 2 : 1;
    }
    return length;
}

const char *list_next(const char **at, const char *separators, const char *special, char *found, struct arena *arena)
{
    const char *text = *at, *end = text + measure_part(text, separators, special);
    char *part = arena_get(arena, (size_t)(end - text) + 1);
    size_t length = 0;

    for (; text < end; text++) {
        if (*text == '\\' && text[1] != '\0' && strchr(special, text[1]) != NULL)
            text++;
        part[length++] = *text;
    }
    part[length] = '\0';
    *found = *end;
    *at = *end != '\0' ? end + 1 : end;
    return part;
}
