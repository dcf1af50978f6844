/* SPDX-License-Identifier: MIT */
/* Plain text of HTML: what a reader would see of a description, without its looks. */
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "fcgi-catalog/import/formats.h"

/* White space is written when something follows it: one space, or the line ends that blocks ask for. */
struct plain {
    char *text;
    size_t length;
    bool wants_space;
    int wanted_lines;
};

static void put(struct plain *plain, const char *bytes, size_t length)
{
    if (plain->length > 0) {
        for (int i = 0; i < plain->wanted_lines; i++)
            plain->text[plain->length++] = '\n';
        if (plain->wanted_lines == 0 && plain->wants_space)
            plain->text[plain->length++] = ' ';
    }
    plain->wants_space = false;
    plain->wanted_lines = 0;
    memcpy(plain->text + plain->length, bytes, length);
    plain->length += length;
}

static void want_lines(struct plain *plain, int lines)
{
    if (plain->wanted_lines < lines)
        plain->wanted_lines = lines;
}

/* ---- Character references ---- */

static const struct {
    const char *name;
    const char *text;
} entities[] = {
    {"amp", "&"},    {"lt", "<"},     {"gt", ">"},     {"quot", "\""},  {"apos", "'"},   {"nbsp", " "},
    {"copy", "©"},   {"reg", "®"},    {"trade", "™"},  {"deg", "°"},    {"euro", "€"},   {"pound", "£"},
    {"ndash", "–"},  {"mdash", "—"},  {"lsquo", "‘"},  {"rsquo", "’"},  {"ldquo", "“"},  {"rdquo", "”"},
    {"hellip", "…"}, {"bull", "•"},   {"middot", "·"}, {"times", "×"},  {"frac12", "½"}, {"frac14", "¼"},
    {"eacute", "é"}, {"egrave", "è"}, {"agrave", "à"}, {"aacute", "á"}, {"iacute", "í"}, {"oacute", "ó"},
    {"uacute", "ú"}, {"ntilde", "ñ"}, {"ccedil", "ç"}, {"auml", "ä"},   {"ouml", "ö"},   {"uuml", "ü"},
    {"Auml", "Ä"},   {"Ouml", "Ö"},   {"Uuml", "Ü"},   {"szlig", "ß"},
};

/* The character of "#39" or "#x27"; 0: none, or one that text may not have. */
static utf8proc_int32_t read_point(const char *at, size_t length)
{
    static const char hex[] = "0123456789abcdef";
    bool is_hex = length > 1 && (at[1] == 'x' || at[1] == 'X');
    int base = is_hex ? 16 : 10;
    utf8proc_int32_t point = 0;

    for (size_t i = is_hex ? 2 : 1; i < length; i++) {
        char low = at[i] >= 'A' && at[i] <= 'F' ? (char)(at[i] | 0x20) : at[i];
        const char *digit = memchr(hex, low, (size_t)base);
        if (digit == NULL || point > 0x10ffff)
            return 0;
        point = point * base + (utf8proc_int32_t)(digit - hex);
    }
    return utf8proc_codepoint_valid(point) ? point : 0;
}

/* Puts what the reference at `at` ("&amp;") means and returns its length in bytes; 0: it is no reference. */
static size_t put_reference(struct plain *plain, const char *at)
{
    size_t length = strcspn(at + 1, "; &<");
    utf8proc_uint8_t bytes[4];

    if (at[1 + length] != ';' || length == 0 || length > 10)
        return 0;
    if (at[1] == '#') {
        utf8proc_int32_t point = read_point(at + 1, length);
        if (point == 0)
            return 0;
        if (point == ' ' || (point >= '\t' && point <= '\r') || point == 0xa0)
            plain->wants_space = true;
        else
            put(plain, (const char *)bytes, (size_t)utf8proc_encode_char(point, bytes));
        return length + 2;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(entities); i++) {
        if (strlen(entities[i].name) != length || memcmp(entities[i].name, at + 1, length) != 0)
            continue;
        if (entities[i].text[0] == ' ')
            plain->wants_space = true;
        else
            put(plain, entities[i].text, strlen(entities[i].text));
        return length + 2;
    }
    return 0;
}

/* ---- Tags ---- */

static bool is_tag(const char *name, size_t length, const char *list)
{
    for (const char *at = list; *at != '\0'; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");
        if (word == length && strncasecmp(at, name, length) == 0)
            return true;
        at += word;
    }
    return false;
}

/* Behind the tag's '>', which does not count inside of quotes. */
static const char *skip_tag(const char *at)
{
    char quote = '\0';

    for (; *at != '\0' && (quote != '\0' || *at != '>'); at++) {
        if (quote != '\0' ? *at == quote : *at == '"' || *at == '\'')
            quote = quote != '\0' ? '\0' : *at;
    }
    return *at != '\0' ? at + 1 : at;
}

/* Behind the closing tag of this name. */
static const char *skip_element(const char *at, const char *name, size_t length)
{
    while ((at = strstr(at, "</")) != NULL) {
        at += 2;
        if (strncasecmp(at, name, length) == 0)
            return skip_tag(at);
    }
    return NULL;
}

/* Takes what is between '<' and '>' at `at` and returns the place behind it; `at` itself when it is no tag. */
static const char *take_tag(struct plain *plain, const char *at)
{
    if (strncmp(at, "<!--", 4) == 0) {
        const char *end = strstr(at + 4, "-->");
        return end != NULL ? end + 3 : at + strlen(at);
    }
    const char *name = at + 1 + (at[1] == '/');
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    if ((length == 0 && at[1] != '!' && at[1] != '?') || (*name >= '0' && *name <= '9'))
        return at; /* "1 < 2", "<3" */
    const char *behind = skip_tag(name);
    if (at[1] != '/' && is_tag(name, length, "script style template head")) {
        const char *end = skip_element(behind, name, length);
        return end != NULL ? end : behind + strlen(behind);
    }
    if (is_tag(name, length, "p ul ol table h1 h2 h3 h4 h5 h6 blockquote pre dl"))
        want_lines(plain, 2);
    else if (is_tag(name, length, "br div li tr dt dd section article header footer hr"))
        want_lines(plain, 1);
    else if (is_tag(name, length, "td th"))
        plain->wants_space = true;
    return behind;
}

const char *html_to_text(const char *html, struct arena *arena)
{
    /* No tag and no reference is shorter than what it becomes. */
    struct plain plain = {.text = arena_get(arena, strlen(html) + 1)};

    while (*html != '\0') {
        const char *behind = *html == '<' ? take_tag(&plain, html) : html;
        size_t reference = *html == '&' ? put_reference(&plain, html) : 0;
        if (behind != html) {
            html = behind;
        } else if (reference > 0) {
            html += reference;
        } else {
            if (strchr(" \t\r\n\f", *html) != NULL)
                plain.wants_space = true;
            else
                put(&plain, html, 1);
            html++;
        }
    }
    plain.text[plain.length] = '\0';
    return plain.text;
}
