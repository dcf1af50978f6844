/* SPDX-License-Identifier: MIT */
/* Percent-encoding. */
#include "fcgi-catalog/catalog/percent.h"

#include <stdbool.h>
#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int percent_read(const char *at, size_t left)
{
    if (left < 3 || at[0] != '%')
        return -1;
    int high = hex_digit(at[1]), low = hex_digit(at[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void percent_append(struct buffer *buffer, const char *text, const char *also)
{
    static const char digits[] = "0123456789ABCDEF";
    char *begin = buffer_reserve(buffer, strlen(text) * 3), *end = begin;

    for (; *text != '\0'; text++) {
        bool is_plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
                        (*text >= '0' && *text <= '9') || strchr("-._~", *text) != NULL || strchr(also, *text) != NULL;
        if (is_plain) {
            *end++ = *text;
            continue;
        }
        *end++ = '%';
        *end++ = digits[(unsigned char)*text >> 4];
        *end++ = digits[(unsigned char)*text & 15];
    }
    buffer->length += (size_t)(end - begin);
}

const char *percent_print(const char *text, const char *also, struct arena *arena)
{
    struct buffer buffer = {.arena = arena};

    percent_append(&buffer, text, also);
    return buffer_text(&buffer);
}
