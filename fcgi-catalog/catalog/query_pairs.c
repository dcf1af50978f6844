/* SPDX-License-Identifier: MIT */
/* A query string taken apart, and the tracking parameters in it. */
#include <string.h>

#include "fcgi-catalog/catalog/internal.h"
#include "fcgi-catalog/catalog/percent.h"

/* ---- Pairs ---- */

/* Decoded text, ended by a NUL; it may contain others. */
static char *decode(const char *text, size_t length, struct arena *arena, size_t *decoded_length)
{
    char *decoded = arena_get(arena, length + 1);
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        int byte = text[i] == '%' ? percent_read(text + i, length - i) : -1;
        decoded[used++] = byte >= 0 ? (char)byte : text[i] == '+' ? ' ' : text[i];
        i += byte >= 0 ? 2 : 0;
    }
    decoded[used] = '\0';
    *decoded_length = used;
    return decoded;
}

bool query_next_pair(const char **at, struct arena *arena, struct query_pair *pair)
{
    *at += strspn(*at, "&");
    if (**at == '\0')
        return false;
    size_t length = strcspn(*at, "&");
    const char *equals = memchr(*at, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - *at) : length;

    *pair = (struct query_pair){.raw = *at, .raw_length = length, .value = ""};
    pair->name = decode(*at, name_length, arena, &pair->name_length);
    if (equals != NULL)
        pair->value = decode(equals + 1, length - name_length - 1, arena, &pair->value_length);
    *at += length;
    return true;
}

/* ---- What others put into it ---- */

/* Tracking parameters in wide use; none has a name that a parameter of ours may want. A '*' stands for any end. */
static const char *const clicks[] = {
    "utm_*",                                                           /* everybody, since Urchin */
    "gclid",   "gbraid", "wbraid", "dclid", "srsltid",   "_ga", "_gl", /* Google */
    "fbclid",  "igshid",                                               /* Meta */
    "msclkid", "twclid", "ttclid", "yclid", "li_fat_id",               /* Microsoft, X, TikTok, Yandex, LinkedIn */
    "mc_cid",  "mc_eid",                                               /* Mailchimp */
};

bool query_is_click(const char *name, size_t length)
{
    for (size_t i = 0; i < ARRAY_LENGTH(clicks); i++) {
        size_t known = strcspn(clicks[i], "*");
        bool has_length = clicks[i][known] == '*' ? length >= known : length == known;
        if (has_length && memcmp(name, clicks[i], known) == 0)
            return true;
    }
    return false;
}

const char *query_drop_clicks(const char *query_string, struct arena *arena)
{
    char *left = arena_get(arena, strlen(query_string) + 1), *end = left;
    struct query_pair pair;

    while (query_next_pair(&query_string, arena, &pair)) {
        if (query_is_click(pair.name, pair.name_length))
            continue;
        if (end > left)
            *end++ = '&';
        memcpy(end, pair.raw, pair.raw_length);
        end += pair.raw_length;
    }
    *end = '\0';
    return left;
}
