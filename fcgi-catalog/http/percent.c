/* SPDX-License-Identifier: MIT */
/* Percent-encoding. */
#include "fcgi-catalog/http/percent.h"

#include <stdbool.h>
#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int percent_read(const char *at, size_t left)
{
    if (left < 3 || at[0] != '%')
        return -1;
    int high = hex_digit(at[1]), low = hex_digit(at[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

static char *put_encoded(char *end, unsigned char byte)
{
    static const char digits[] = "0123456789ABCDEF";

    *end++ = '%';
    *end++ = digits[byte >> 4];
    *end++ = digits[byte & 15];
    return end;
}

const char *percent_print(const char *path, size_t length, struct arena *arena)
{
    char *printed = arena_get(arena, length * 3 + 1), *end = printed;

    for (size_t i = 0; i < length; i++) {
        if (is_plain(path[i]) || path[i] == '/')
            *end++ = path[i];
        else
            end = put_encoded(end, (unsigned char)path[i]);
    }
    *end = '\0';
    return printed;
}

const char *percent_print_query(const char *query, struct arena *arena)
{
    size_t length = strlen(query);
    char *printed = arena_get(arena, length * 3 + 1), *end = printed;

    for (size_t i = 0; i < length; i++) {
        /* What is encoded stays so; the rest is what RFC 3986, 3.4 allows. */
        if (is_plain(query[i]) || strchr("%!$&'()*+,;=:@/?", query[i]) != NULL)
            *end++ = query[i];
        else
            end = put_encoded(end, (unsigned char)query[i]);
    }
    *end = '\0';
    return printed;
}
