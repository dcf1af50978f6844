/* SPDX-License-Identifier: MIT */
/* Where things stand in the text of an object of JSON. */
#include "fcgi-catalog/import/members.h"

#include <stdbool.h>
#include <string.h>

/* Behind the string whose opening quote is at `at`. */
static const char *skip_string(const char *at)
{
    for (at++; *at != '\0' && *at != '"'; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
    }
    return *at != '\0' ? at + 1 : at;
}

size_t members_find(const char *json, size_t *places, size_t max)
{
    size_t count = 0;
    int depth = 0;
    bool is_name_next = false;

    for (const char *at = json; *at != '\0' && count < max;) {
        if (*at == '"') {
            if (depth == 1 && is_name_next)
                places[count++] = (size_t)(at - json) + 1;
            is_name_next = false;
            at = skip_string(at);
            continue;
        }
        if (*at == '{' || *at == '[')
            depth++;
        else if (*at == '}' || *at == ']')
            depth--;
        if (*at == '{' || *at == ',')
            is_name_next = true;
        at++;
    }
    return count;
}

size_t members_count(const char *json)
{
    size_t count = 1;

    for (const char *at = json; *at != '\0';) {
        count += *at == ',' || *at == '{' || *at == '[';
        at = *at == '"' ? skip_string(at) : at + 1;
    }
    return count;
}

size_t members_find_nul(const char *json)
{
    for (const char *at = json; (at = strchr(at, '\\')) != NULL; at += 2) {
        if (strncmp(at + 1, "u0000", 5) == 0)
            return (size_t)(at - json) + 1;
        if (at[1] == '\0')
            break;
    }
    return 0;
}
