/* SPDX-License-Identifier: MIT */
/* The fields of a product: names and forms. */
#include "fcgi-catalog/catalog/field.h"

#include <string.h>
#include <utf8proc.h>

#include "common/text.h"

/* In the order of the bits. */
static const char *const names[] = {
    "slug",     "description", "price_in_cents", "discount_value", "categories", "sku",        "name",
    "currency", "tags",        "images",         "stock",          "created_at", "updated_at",
};

const char *field_name(enum field_bit bit)
{
    size_t i = 0;

    while (i + 1 < ARRAY_LENGTH(names) && (1u << i) != (unsigned)bit)
        i++;
    return names[i];
}

int field_find(const char *name, size_t length)
{
    if (length == 2 && memcmp(name, "id", 2) == 0)
        return 0;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
            return 1 << i;
    }
    return -1;
}

/* ---- Forms ---- */

static bool is_hyphenated(const char *text, size_t max)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return length > 0 && length <= max && text[length] == '\0' && text[0] != '-' && text[length - 1] != '-' &&
           strstr(text, "--") == NULL;
}

bool field_is_slug(const char *text)
{
    return is_hyphenated(text, FIELD_SLUG_MAX) && text[strspn(text, "0123456789")] != '\0';
}

bool field_is_category(const char *text)
{
    return is_hyphenated(text, FIELD_CATEGORY_MAX);
}

bool field_is_stock(const char *text)
{
    static const char *const states[] = {"", "in-stock", "low", "out-of-stock", "preorder", "discontinued"};

    for (size_t i = 0; i < ARRAY_LENGTH(states); i++) {
        if (strcmp(text, states[i]) == 0)
            return true;
    }
    return false;
}

static bool is_space(utf8proc_int32_t point)
{
    if (point > ' ' && point < 0x7f)
        return false;
    switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return true;
    default:
        return point == ' ' || (point >= '\t' && point <= '\r') || point == 0x85;
    }
}

/* The character that UTF-8 text begins with, and how many bytes it has. */
static utf8proc_int32_t read_character(const char *text, size_t length, size_t *size)
{
    utf8proc_int32_t point;

    if ((unsigned char)text[0] < 0x80) {
        *size = 1;
        return text[0];
    }
    utf8proc_ssize_t taken = utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, &point);

    *size = taken > 0 ? (size_t)taken : 1;
    return taken > 0 ? point : -1;
}

bool field_has_control(const char *text, size_t length)
{
    for (size_t i = 0, size; i < length; i += size) {
        if (utf8proc_category(read_character(text + i, length - i, &size)) == UTF8PROC_CATEGORY_CC)
            return true;
    }
    return false;
}

static bool has_space(const char *text, size_t length)
{
    for (size_t i = 0, size; i < length; i += size) {
        if (is_space(read_character(text + i, length - i, &size)))
            return true;
    }
    return false;
}

bool field_is_url(const char *text)
{
    size_t length = strlen(text);
    bool is_path = text[0] == '/' && text[1] != '/' && text[1] != '\\';
    bool is_absolute =
        (strncmp(text, "https://", 8) == 0 && length > 8) || (strncmp(text, "http://", 7) == 0 && length > 7);

    return (is_path || is_absolute) && length <= FIELD_URL_MAX && text_is_utf8(text, length) &&
           !field_has_control(text, length) && !has_space(text, length);
}

/* ---- People's text ---- */

static const char *compose(const char *text, struct arena *arena)
{
    /* Taken apart, no text has more code points than three times its bytes. */
    size_t room = strlen(text) * 3 + 4;
    utf8proc_int32_t *points = arena_get(arena, room * sizeof *points);
    utf8proc_ssize_t count = utf8proc_decompose((const utf8proc_uint8_t *)text, 0, points, (utf8proc_ssize_t)room,
                                                UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE);

    if (count < 0 || (size_t)count >= room)
        return text;
    utf8proc_ssize_t length = utf8proc_reencode(points, count, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    return length < 0 ? text : arena_copy(arena, (const char *)points, (size_t)length);
}

/* Most texts are: then the long way ends where it began. */
static bool is_tidy_ascii(const char *text)
{
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == ' ' ? i == 0 || text[i + 1] == ' ' || text[i + 1] == '\0' : text[i] < '!' || text[i] > '~')
            return false;
    }
    return true;
}

const char *field_tidy(const char *text, struct arena *arena)
{
    if (is_tidy_ascii(text))
        return arena_copy(arena, text, strlen(text));
    const char *composed = compose(text, arena);
    size_t length = strlen(composed), to = 0;
    char *tidy = arena_get(arena, length + 1);
    bool is_behind_space = false;

    for (size_t from = 0, size; from < length; from += size) {
        if (is_space(read_character(composed + from, length - from, &size))) {
            is_behind_space = to > 0;
            continue;
        }
        if (is_behind_space)
            tidy[to++] = ' ';
        is_behind_space = false;
        memcpy(tidy + to, composed + from, size);
        to += size;
    }
    tidy[to] = '\0';
    return tidy;
}

static bool is_visible(utf8proc_int32_t point)
{
    switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return false;
    default:
        return point >= 0;
    }
}

#define SHOWN_MAX 60

const char *field_show(const char *text, size_t length, struct arena *arena)
{
    char shown[SHOWN_MAX + sizeof "\"\"..."];
    size_t to = 0, from = 0, size;

    shown[to++] = '"';
    for (; from < length; from += size) {
        utf8proc_int32_t point = read_character(text + from, length - from, &size);
        if (to + size > SHOWN_MAX + 1)
            break;
        if (is_visible(point)) {
            memcpy(shown + to, text + from, size);
            to += size;
        } else {
            shown[to++] = '?';
        }
    }
    shown[to] = '\0';
    return arena_print(arena, "%s\"%s", shown, from < length ? "..." : "");
}
