/* SPDX-License-Identifier: MIT */
/* Slugs made of names. */
#include "fcgi-catalog/import/slug.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

const char *slug_make(const char *text, size_t max, struct arena *arena)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t length = utf8proc_map((const utf8proc_uint8_t *)text, 0, &folded,
                                           UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE |
                                               UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK);
    char *slug = arena_get(arena, max + 1);
    size_t used = 0;
    bool is_behind_gap = false;

    for (utf8proc_ssize_t i = 0; i < length; i++) {
        char c = (char)folded[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
            is_behind_gap = used > 0;
            continue;
        }
        if (used + is_behind_gap + 1 > max)
            break;
        if (is_behind_gap)
            slug[used++] = '-';
        slug[used++] = c;
        is_behind_gap = false;
    }
    free(folded);
    slug[used] = '\0';
    return slug;
}

/* FNV-1a. */
static uint32_t checksum(const char *text)
{
    uint32_t sum = UINT32_C(0x811c9dc5);

    for (; *text != '\0'; text++)
        sum = (sum ^ (unsigned char)*text) * UINT32_C(0x01000193);
    return sum;
}

#define CHECKSUM_SIZE (sizeof "-00000000" - 1)

const char *slug_join(const char *first, const char *second, size_t max, struct arena *arena)
{
    const char *whole = first[0] == '\0'    ? second
                        : second[0] == '\0' ? first
                                            : arena_print(arena, "%s-%s", first, second);

    if (strlen(whole) <= max)
        return whole;
    size_t kept = max - CHECKSUM_SIZE;
    while (kept > 0 && whole[kept - 1] == '-')
        kept--;
    return arena_print(arena, "%.*s-%08" PRIx32, (int)kept, whole, checksum(whole));
}
