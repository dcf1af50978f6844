/* SPDX-License-Identifier: MIT */
/* Headings, folded and compared. */
#include "fcgi-catalog/import/heading.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define APOSTROPHE "\xe2\x80\x99" /* U+2019 */

const char *heading_fold(const char *heading, struct arena *arena)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t length =
        utf8proc_map((const utf8proc_uint8_t *)heading, 0, &folded,
                     UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
    const char *from = length > 0 ? (const char *)folded : "";
    char *text = arena_get(arena, strlen(from) + 1);
    size_t used = 0;
    bool is_behind_space = false;

    for (; *from != '\0'; from++) {
        if (strchr(" \t\r\n", *from) != NULL) {
            is_behind_space = used > 0;
            continue;
        }
        if (is_behind_space && *from != '?')
            text[used++] = ' ';
        is_behind_space = false;
        bool is_apostrophe = strncmp(from, APOSTROPHE, strlen(APOSTROPHE)) == 0;
        text[used++] = is_apostrophe ? '\'' : *from;
        from += is_apostrophe ? strlen(APOSTROPHE) - 1 : 0;
    }
    text[used] = '\0';
    free(folded);
    return text;
}

bool heading_is(const char *heading, const char *name, size_t most, size_t *number)
{
    const char *gap = strstr(name, "%d");
    size_t before = gap != NULL ? (size_t)(gap - name) : 0, digits;

    *number = 1;
    if (gap == NULL)
        return strcmp(heading, name) == 0;
    if (strncmp(heading, name, before) != 0)
        return false;
    digits = strspn(heading + before, "0123456789");
    if (digits == 0 || digits > 3 || strcmp(heading + before + digits, gap + 2) != 0)
        return false;
    *number = strtoul(heading + before, NULL, 10);
    return *number >= 1 && *number <= most;
}
