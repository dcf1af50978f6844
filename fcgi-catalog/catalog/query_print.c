/* SPDX-License-Identifier: MIT */
/* A query as text in one form. */
#include <stdio.h>
#include <string.h>

#include "fcgi-catalog/catalog/internal.h"

/* So much text that is not of people: names, numbers, signs. */
#define ROOM_FOR_NUMBERS 256

struct printing {
    struct arena *arena;
    char *text;
    size_t length, room;
};

static char *reserve(struct printing *printing, size_t more)
{
    if (printing->room - printing->length <= more) {
        char *moved = arena_get(printing->arena, printing->length + more + ROOM_FOR_NUMBERS);
        if (printing->length > 0)
            memcpy(moved, printing->text, printing->length);
        printing->text = moved;
        printing->room = printing->length + more + ROOM_FOR_NUMBERS;
    }
    return printing->text + printing->length;
}

static void put_plain(struct printing *printing, const char *text)
{
    size_t length = strlen(text);

    memcpy(reserve(printing, length), text, length);
    printing->length += length;
    printing->text[printing->length] = '\0';
}

/* RFC 3986's unreserved characters stand for themselves; a comma and a colon do in a query. */
static void put_encoded(struct printing *printing, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    char *from = reserve(printing, strlen(text) * 3), *at = from;

    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                        strchr("-._~,", byte) != NULL;
        if (is_plain) {
            *at++ = *text;
            continue;
        }
        *at++ = '%';
        *at++ = hex[byte >> 4];
        *at++ = hex[byte & 15];
    }
    printing->length += (size_t)(at - from);
    *at = '\0';
}

static void put_text(struct printing *printing, const char *name, const char *value)
{
    if (value == NULL)
        return;
    if (printing->length > 0)
        put_plain(printing, "&");
    put_plain(printing, name);
    put_plain(printing, "=");
    put_encoded(printing, value);
}

static void put_number(struct printing *printing, const char *name, int64_t number)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)number);
    put_text(printing, name, text);
}

const char *query_sort_name(enum sort sort)
{
    static const char *const names[] = {"id", "name", "price", "-price", "-updated", ""};

    return names[sort];
}

static void put_scope(struct printing *printing, const struct product_query *query, bool with_category)
{
    enum sort usual = query->text != NULL ? SORT_RANK : SORT_ID;

    if (with_category)
        put_text(printing, "category", query->category);
    put_text(printing, "tag", query->tag);
    put_text(printing, "q", query->text);
    if (query->min_price >= 0)
        put_number(printing, "min_price", query->min_price);
    if (query->max_price >= 0)
        put_number(printing, "max_price", query->max_price);
    if (query->sort != usual)
        put_text(printing, "sort", query_sort_name(query->sort));
}

static void put_fields(struct printing *printing, unsigned fields)
{
    if (fields == FIELD_ALL)
        return;
    put_text(printing, "fields", "id");
    for (unsigned bit = 1; bit & FIELD_ALL; bit <<= 1) {
        if (!(fields & bit))
            continue;
        put_plain(printing, ",");
        put_plain(printing, field_name((enum field_bit)bit));
    }
}

static void put_rest(struct printing *printing, const struct product_query *query)
{
    if (query->limit != QUERY_LIMIT_DEFAULT)
        put_number(printing, "limit", query->limit);
    put_fields(printing, query->fields);
    if (query->wants_count)
        put_text(printing, "count", "1");
    if (query->wants_explanation)
        put_text(printing, "explain", "1");
}

static struct printing begin(struct arena *arena)
{
    struct printing printing = {.arena = arena};

    put_plain(&printing, "");
    return printing;
}

const char *query_print_scope(const struct product_query *query, struct arena *arena)
{
    struct printing printing = begin(arena);

    put_scope(&printing, query, true);
    return printing.text;
}

const char *query_print_key(const struct product_query *query, struct arena *arena)
{
    struct printing printing = begin(arena);
    const struct position *position = &query->position;

    put_scope(&printing, query, true);
    put_rest(&printing, query);
    if (query->is_category_of_path) /* its links are others */
        put_text(&printing, "path", "1");
    if (position->is_set) {
        put_number(&printing, position->is_backwards ? "before" : "after", position->id);
        put_number(&printing, "number", position->number);
        put_text(&printing, "text", position->text);
    }
    return printing.text;
}

const char *query_print_link(const struct product_query *query, const struct position *position,
                             const struct cursor_secret *secret, struct arena *arena)
{
    struct printing printing = begin(arena);

    put_scope(&printing, query, !query->is_category_of_path);
    put_rest(&printing, query);
    if (position->is_set)
        put_text(&printing, position->is_backwards ? "before" : "after",
                 cursor_print(position, query_print_scope(query, arena), secret, arena));
    return printing.text;
}
