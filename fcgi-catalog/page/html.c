/* SPDX-License-Identifier: MIT */
/* HTML as it grows. */
#include "fcgi-catalog/page/html.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ROOM_AT_FIRST ((size_t)16 * 1024)

static void reserve(struct html *html, size_t more)
{
    if (html->room - html->length >= more)
        return;
    size_t room = html->room * 2 + more + ROOM_AT_FIRST;
    char *bytes = arena_get(html->arena, room);
    if (html->length > 0)
        memcpy(bytes, html->bytes, html->length);
    html->bytes = bytes;
    html->room = room;
}

void html_put_markup(struct html *html, const char *markup, size_t length)
{
    if (length == 0)
        return;
    reserve(html, length);
    memcpy(html->bytes + html->length, markup, length);
    html->length += length;
}

/* ---- Text -------------------------------------------------------------------------------------------------------- */

/* How many bytes the character takes that begins here; 0: none does (RFC 3629). */
static size_t character_length(const unsigned char *at)
{
    static const struct {
        unsigned char mask, lead, second_min, second_max;
        size_t length;
    } forms[] = {
        {0xff, 0xe0, 0xa0, 0xbf, 3}, /* no longer than needed */
        {0xff, 0xed, 0x80, 0x9f, 3}, /* no surrogates */
        {0xff, 0xf0, 0x90, 0xbf, 4}, /* no longer than needed */
        {0xff, 0xf4, 0x80, 0x8f, 4}, /* up to U+10FFFF */
        {0xe0, 0xc0, 0x80, 0xbf, 2}, {0xf0, 0xe0, 0x80, 0xbf, 3}, {0xfc, 0xf0, 0x80, 0xbf, 4},
    };

    if (at[0] < 0x80)
        return 1;
    for (size_t i = 0; i < ARRAY_LENGTH(forms); i++) {
        if ((at[0] & forms[i].mask) != forms[i].lead)
            continue;
        if (at[0] < 0xc2 || at[1] < forms[i].second_min || at[1] > forms[i].second_max)
            return 0;
        for (size_t k = 2; k < forms[i].length; k++) {
            if ((at[k] & 0xc0) != 0x80)
                return 0;
        }
        return forms[i].length;
    }
    return 0;
}

/* Of C0, DEL and C1 only tab and line ends are text. */
static bool is_control(const unsigned char *at, size_t length)
{
    if (length == 2)
        return at[0] == 0xc2 && at[1] < 0xa0;
    return length == 1 && (at[0] == 0x7f || (at[0] < ' ' && at[0] != '\t' && at[0] != '\n' && at[0] != '\r'));
}

static void put_special(struct html *html, char c)
{
    switch (c) {
    case '&':
        html_put(html, "&amp;");
        return;
    case '<':
        html_put(html, "&lt;");
        return;
    case '>':
        html_put(html, "&gt;");
        return;
    case '"':
        html_put(html, "&quot;");
        return;
    default:
        html_put(html, "&#39;");
        return;
    }
}

static bool is_special(unsigned char c)
{
    return c == '&' || c == '<' || c == '>' || c == '"' || c == '\'';
}

/* How many bytes stand for themselves from here on. */
static size_t plain_length(const unsigned char *text)
{
    size_t length = 0;

    while (text[length] != '\0' && !is_special(text[length])) {
        size_t next = character_length(text + length);
        if (next == 0 || is_control(text + length, next))
            break;
        length += next;
    }
    return length;
}

void html_text(struct html *html, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    while (*at != '\0') {
        size_t length = plain_length(at);
        html_put_markup(html, (const char *)at, length);
        at += length;
        if (*at == '\0')
            return;
        length = character_length(at);
        if (is_special(*at))
            put_special(html, (char)*at);
        else
            html_put(html, "\xef\xbf\xbd");
        at += length > 0 ? length : 1;
    }
}

void html_number(struct html *html, int64_t number)
{
    char text[24];
    int length = snprintf(text, sizeof text, "%lld", (long long)number);

    html_put_markup(html, text, (size_t)length);
}

void html_put_attribute(struct html *html, const char *begin, size_t length, const char *value)
{
    html_put_markup(html, begin, length);
    html_text(html, value);
    html_put(html, "\"");
}

/* ---- Addresses --------------------------------------------------------------------------------------------------- */

/* Browsers read a backslash as a slash. */
static bool is_path(const char *address)
{
    return address[0] == '/' && address[1] != '/' && address[1] != '\\';
}

bool html_is_picture(const char *address)
{
    return is_path(address) || strncasecmp(address, "https://", 8) == 0;
}

static bool is_address(const char *address)
{
    return html_is_picture(address) || strncasecmp(address, "http://", 7) == 0;
}

/* Letters, digits and what has a meaning in an address (RFC 3986, 2.2), with the '%' of what is encoded already. */
static bool is_of_address(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~:/?#[]@!$&'()*+,;=%", c) != NULL);
}

static void put_encoded(struct html *html, unsigned char byte)
{
    static const char hex[] = "0123456789ABCDEF";
    const char code[] = {'%', hex[byte >> 4], hex[byte & 15]};

    html_put_markup(html, code, sizeof code);
}

void html_put_address(struct html *html, const char *begin, size_t length, const char *address)
{
    if (!is_address(address))
        return;
    html_put_markup(html, begin, length);
    for (const char *at = address; *at != '\0'; at++) {
        if (is_special((unsigned char)*at) && is_of_address(*at))
            put_special(html, *at);
        else if (is_of_address(*at))
            html_put_markup(html, at, 1);
        else
            put_encoded(html, (unsigned char)*at);
    }
    html_put(html, "\"");
}

const char *html_encode(const char *text, struct arena *arena)
{
    struct html encoded = {.arena = arena};

    for (const char *at = text; *at != '\0'; at++) {
        if (is_of_address(*at) && strchr(":/?#[]@!$&'()*+,;=%", *at) == NULL)
            html_put_markup(&encoded, at, 1);
        else
            put_encoded(&encoded, (unsigned char)*at);
    }
    html_put_markup(&encoded, "", 1);
    return encoded.bytes;
}
