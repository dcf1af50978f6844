/* SPDX-License-Identifier: MIT */
/* HTML as it grows. */
#include "fcgi-catalog/page/html.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "fcgi-catalog/catalog/percent.h"

void html_put_markup(struct html *html, const char *markup, size_t length)
{
    buffer_append(&html->text, markup, length);
}

/* ---- Text -------------------------------------------------------------------------------------------------------- */

/* The bytes of the character that begins here; 0: it is no UTF-8, or a character that HTML does not allow: of the
 * control characters (C0, DEL and C1) only tab and line ends are allowed. */
static size_t character_length(const char *at)
{
    utf8proc_int32_t point = (unsigned char)at[0];
    utf8proc_ssize_t length = point < 0x80 ? 1 : utf8proc_iterate((const utf8proc_uint8_t *)at, -1, &point);
    bool is_control =
        (point < ' ' && point != '\t' && point != '\n' && point != '\r') || (point >= 0x7f && point < 0xa0);

    return length > 0 && !is_control ? (size_t)length : 0;
}

/* What does not stand for itself: in HTML the characters of markup, in JSON within HTML those and JSON's own. */
enum escape { ESCAPE_HTML, ESCAPE_JSON };

static void put_special(struct html *html, enum escape escape, char c)
{
    char escaped[8];

    if (escape == ESCAPE_JSON) {
        int length = snprintf(escaped, sizeof escaped, "\\u%04x", (unsigned char)c);
        html_put_markup(html, escaped, (size_t)length);
        return;
    }
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

static inline bool is_special(enum escape escape, unsigned char c)
{
    if (c == '&' || c == '<' || c == '>' || c == '"')
        return true;
    return escape == ESCAPE_HTML ? c == '\'' : c == '\\' || c == '\t' || c == '\n' || c == '\r';
}

/* How many bytes from here on stand as they are. */
static inline size_t plain_length(enum escape escape, const char *text)
{
    const char *at = text;

    for (size_t length = 1; length > 0; at += length) {
        unsigned char c = (unsigned char)*at;
        length = c == '\0' || is_special(escape, c) ? 0 : c >= ' ' && c < 0x7f ? 1 : character_length(at);
    }
    return (size_t)(at - text);
}

static inline void put_text(struct html *html, enum escape escape, const char *text)
{
    for (;;) {
        size_t length = plain_length(escape, text);
        html_put_markup(html, text, length);
        text += length;
        if (*text == '\0')
            return;
        utf8proc_int32_t point;
        if (is_special(escape, (unsigned char)*text))
            put_special(html, escape, *text);
        else
            html_put(html, "\xef\xbf\xbd");
        /* A control character may have two bytes. */
        utf8proc_ssize_t skipped = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &point);
        text += skipped > 0 ? skipped : 1;
    }
}

void html_text(struct html *html, const char *text)
{
    put_text(html, ESCAPE_HTML, text);
}

void html_json(struct html *html, const char *text)
{
    html_put(html, "\"");
    put_text(html, ESCAPE_JSON, text);
    html_put(html, "\"");
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

void html_put_address(struct html *html, const char *begin, size_t length, const char *address)
{
    if (!is_address(address))
        return;
    html_put_markup(html, begin, length);
    for (const char *from = address, *at = from;; at++) {
        if (is_of_address(*at) && !is_special(ESCAPE_HTML, (unsigned char)*at))
            continue;
        html_put_markup(html, from, (size_t)(at - from));
        if (*at == '\0')
            break;
        if (is_special(ESCAPE_HTML, (unsigned char)*at) && is_of_address(*at))
            put_special(html, ESCAPE_HTML, *at);
        else
            percent_append(&html->text, (const char[]){*at, '\0'}, "");
        from = at + 1;
    }
    html_put(html, "\"");
}
