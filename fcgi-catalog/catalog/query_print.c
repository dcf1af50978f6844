/* SPDX-License-Identifier: MIT */
/* A query as text in one form. */
#include <stdio.h>
#include <string.h>

#include "common/buffer.h"
#include "fcgi-catalog/catalog/internal.h"
#include "fcgi-catalog/catalog/percent.h"

static void put_plain(struct buffer *printed, const char *text)
{
    buffer_append(printed, text, strlen(text));
}

static void put_text(struct buffer *printed, const char *name, const char *value)
{
    if (value == NULL)
        return;
    if (printed->length > 0)
        put_plain(printed, "&");
    put_plain(printed, name);
    put_plain(printed, "=");
    percent_append(printed, value, ","); /* stands for itself in a query */
}

static void put_number(struct buffer *printed, const char *name, int64_t number)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)number);
    put_text(printed, name, text);
}

const char *query_sort_name(enum sort sort)
{
    static const char *const names[] = {"id", "name", "price", "-price", "-updated", ""};

    return names[sort];
}

static void put_scope(struct buffer *printed, const struct product_query *query, bool with_category)
{
    enum sort usual = query->text != NULL ? SORT_RANK : SORT_ID;

    if (with_category)
        put_text(printed, "category", query->category);
    put_text(printed, "tag", query->tag);
    put_text(printed, "q", query->text);
    if (query->min_price >= 0)
        put_number(printed, "min_price", query->min_price);
    if (query->max_price >= 0)
        put_number(printed, "max_price", query->max_price);
    if (query->sort != usual)
        put_text(printed, "sort", query_sort_name(query->sort));
}

static void put_fields(struct buffer *printed, unsigned fields)
{
    if (fields == FIELD_ALL)
        return;
    put_text(printed, "fields", "id");
    for (const struct field *field = field_table; field < field_table + FIELD_COUNT; field++) {
        if ((fields & field->bit) == 0)
            continue;
        put_plain(printed, ",");
        put_plain(printed, field->name);
    }
}

static void put_rest(struct buffer *printed, const struct product_query *query)
{
    if (query->limit != QUERY_LIMIT_DEFAULT)
        put_number(printed, "limit", query->limit);
    put_fields(printed, query->fields);
    if (query->wants_count)
        put_text(printed, "count", "1");
    if (query->wants_explanation)
        put_text(printed, "explain", "1");
}

/* Most queries fit into 256 bytes. */
static struct buffer begin(struct arena *arena)
{
    struct buffer printed = {.arena = arena};

    buffer_reserve(&printed, 256);
    return printed;
}

const char *query_print_scope(const struct product_query *query, struct arena *arena)
{
    struct buffer printed = begin(arena);

    put_scope(&printed, query, true);
    return buffer_text(&printed);
}

const char *query_print_key(const struct product_query *query, struct arena *arena)
{
    struct buffer printed = begin(arena);
    const struct position *position = &query->position;

    put_scope(&printed, query, true);
    put_rest(&printed, query);
    if (query->variant != 0)
        put_number(&printed, "variant", query->variant);
    if (query->is_category_of_path) /* its links have other addresses */
        put_text(&printed, "path", "1");
    if (position->is_set) {
        put_number(&printed, position->is_backwards ? "before" : "after", position->id);
        put_number(&printed, "number", position->number);
        put_text(&printed, "text", position->text);
    }
    return buffer_text(&printed);
}

const char *query_print_link(const struct product_query *query, const struct position *position,
                             const struct cursor_secret *secret, struct arena *arena)
{
    struct buffer printed = begin(arena);

    put_scope(&printed, query, !query->is_category_of_path);
    put_rest(&printed, query);
    if (position->is_set)
        put_text(&printed, position->is_backwards ? "before" : "after",
                 cursor_print(position, query_print_scope(query, arena), secret, arena));
    return buffer_text(&printed);
}
