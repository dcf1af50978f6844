/* SPDX-License-Identifier: MIT */
/* Entity tags as clients send them back. */
#include "fcgi-catalog/http/etag.h"

#include <string.h>

#include "common/compiler.h"

/* Whether this is a suffix that servers add to the tag of a body that they compressed. */
static bool is_coding(const char *text, size_t length)
{
    static const char *const codings[] = {"gzip", "br", "deflate", "zstd", "compress", "bzip2"};

    if (length < 2 || (text[0] != '-' && text[0] != ';'))
        return false;
    size_t skipped = text[1] == '-' ? 2 : 1;
    for (size_t i = 0; i < ARRAY_LENGTH(codings); i++) {
        if (strlen(codings[i]) == length - skipped && memcmp(codings[i], text + skipped, length - skipped) == 0)
            return true;
    }
    return false;
}

/* Whether the `length` bytes between two quotes are those of `etag`, which has its own. */
static bool is_same(const char *text, size_t length, const char *etag)
{
    size_t tag_length = strlen(etag) - 2;

    if (length < tag_length || memcmp(text, etag + 1, tag_length) != 0)
        return false;
    return length == tag_length || is_coding(text + tag_length, length - tag_length);
}

static bool is_listed(const char *header, const char *etag, bool is_weak_enough)
{
    const char *at = header + strspn(header, " \t");

    if (at[0] == '*' && at[1 + strspn(at + 1, " \t")] == '\0')
        return true;
    while (etag != NULL && *(at += strspn(at, " \t,")) != '\0') {
        bool is_weak = strncmp(at, "W/", 2) == 0;
        if (is_weak)
            at += 2;
        if (*at != '"') {
            at += strcspn(at, ","); /* no tag: ignored */
            continue;
        }
        size_t length = strcspn(++at, "\"");
        if (at[length] == '"' && (!is_weak || is_weak_enough) && is_same(at, length, etag))
            return true;
        at += length + (at[length] == '"');
    }
    return false;
}

bool etag_is_named(const char *header, const char *etag)
{
    return is_listed(header, etag, true);
}

bool etag_is_matched(const char *header, const char *etag)
{
    return is_listed(header, etag, false);
}
