/* SPDX-License-Identifier: MIT */
/*
 * Query parameters: split, decoded, then each read by its own row of a table. A cursor is read last: it is bound to all
 * the others.
 */
#include "fcgi-catalog/catalog/query.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/number.h"
#include "common/text.h"
#include "fcgi-catalog/catalog/internal.h"

/* A query string that is being read. */
struct reading {
    const struct query_frame *frame;
    struct arena *arena;
    struct product_query *query;
    struct query_fault *fault;
    unsigned seen;      /* enum query_bit */
    const char *cursor; /* of after or before */
};

/* One parameter, decoded. The value has a NUL behind it and none inside. */
struct parameter {
    const char *name;
    const char *value;
    size_t length;
};

/* ---- What is wrong ---- */

/* Always false. */
static bool refuse(struct reading *reading, const char *parameter, const char *detail, const char *allowed)
{
    *reading->fault = (struct query_fault){.parameter = parameter, .detail = detail, .allowed = allowed};
    return false;
}

static bool refuse_value(struct reading *reading, const struct parameter *parameter, const char *allowed)
{
    const char *shown = field_show(parameter->value, parameter->length, reading->arena);

    return refuse(
        reading, parameter->name,
        arena_print(reading->arena, "The parameter %s is %s; allowed is %s.", parameter->name, shown, allowed),
        allowed);
}

/* ---- Values ---- */

static bool read_number(struct reading *reading, const struct parameter *parameter, int64_t min, int64_t max,
                        int64_t *number)
{
    if (number_parse(parameter->value, min, max, number) == NUMBER_OK)
        return true;
    return refuse_value(
        reading, parameter,
        arena_print(reading->arena, "a whole number from %lld to %lld", (long long)min, (long long)max));
}

static bool read_limit(struct reading *reading, const struct parameter *parameter)
{
    int64_t limit;

    if (!read_number(reading, parameter, 1, QUERY_LIMIT_MAX, &limit))
        return false;
    reading->query->limit = (int)limit;
    return true;
}

static bool read_min_price(struct reading *reading, const struct parameter *parameter)
{
    return read_number(reading, parameter, 0, FIELD_PRICE_MAX, &reading->query->min_price);
}

static bool read_max_price(struct reading *reading, const struct parameter *parameter)
{
    return read_number(reading, parameter, 0, FIELD_PRICE_MAX, &reading->query->max_price);
}

static bool read_after(struct reading *reading, const struct parameter *parameter)
{
    reading->cursor = parameter->value;
    return true;
}

static bool read_before(struct reading *reading, const struct parameter *parameter)
{
    reading->cursor = parameter->value;
    reading->query->position.is_backwards = true;
    return true;
}

static bool read_category(struct reading *reading, const struct parameter *parameter)
{
    if (!field_is_category(parameter->value))
        return refuse_value(reading, parameter, "the slug of a category: " FIELD_CATEGORY_FORM);
    reading->query->category = parameter->value;
    return true;
}

/* Text that people type, of at most `max` bytes. Nothing but white space is none. */
static bool read_words(struct reading *reading, const struct parameter *parameter, size_t max, const char **words)
{
    const char *tidy = field_tidy(parameter->value, reading->arena);

    if (strlen(tidy) > max)
        return refuse_value(reading, parameter,
                            arena_print(reading->arena, "a text of at most %zu bytes of UTF-8", max));
    *words = tidy[0] != '\0' ? tidy : NULL;
    return true;
}

static bool read_tag(struct reading *reading, const struct parameter *parameter)
{
    return read_words(reading, parameter, FIELD_TAG_MAX, &reading->query->tag);
}

static bool read_text(struct reading *reading, const struct parameter *parameter)
{
    return read_words(reading, parameter, QUERY_TEXT_MAX, &reading->query->text);
}

static bool read_sort(struct reading *reading, const struct parameter *parameter)
{
    for (enum sort sort = SORT_ID; sort < SORT_RANK; sort++) {
        if (strcmp(parameter->value, query_sort_name(sort)) == 0) {
            reading->query->sort = sort;
            return true;
        }
    }
    return refuse_value(reading, parameter, "id, name, price, -price or -updated");
}

static const char *list_fields(struct arena *arena)
{
    const char *list = "id";

    for (unsigned bit = 1; bit & FIELD_ALL; bit <<= 1)
        list = arena_print(arena, "%s, %s", list, field_name((enum field_bit)bit));
    return list;
}

static bool refuse_fields(struct reading *reading, const struct parameter *parameter)
{
    return refuse_value(
        reading, parameter,
        arena_print(reading->arena, "a list, each once, with commas between them, of %s", list_fields(reading->arena)));
}

static bool read_fields(struct reading *reading, const struct parameter *parameter)
{
    const char *at = parameter->value;
    bool has_id = false;

    reading->query->fields = 0;
    for (;;) {
        size_t length = strcspn(at, ",");
        int bit = field_find(at, length);
        if (bit < 0 || (bit == 0 && has_id) || (reading->query->fields & (unsigned)bit) != 0)
            return refuse_fields(reading, parameter);
        has_id = has_id || bit == 0;
        reading->query->fields |= (unsigned)bit;
        if (at[length] == '\0')
            return true;
        at += length + 1;
    }
}

static bool read_one(struct reading *reading, const struct parameter *parameter, bool *is_one)
{
    *is_one = strcmp(parameter->value, "1") == 0;
    if (*is_one)
        return true;
    return refuse(
        reading, parameter->name,
        arena_print(reading->arena, "The parameter %s can only be 1: %s=1.", parameter->name, parameter->name), "1");
}

static bool read_count(struct reading *reading, const struct parameter *parameter)
{
    return read_one(reading, parameter, &reading->query->wants_count);
}

static bool read_explain(struct reading *reading, const struct parameter *parameter)
{
    return read_one(reading, parameter, &reading->query->wants_explanation);
}

/* In the order of the bits. */
static const struct known {
    const char *name;
    bool (*read)(struct reading *reading, const struct parameter *parameter);
    bool is_filter; /* empty, it is none */
} parameters[] = {
    {"limit", read_limit, false},
    {"after", read_after, false},
    {"before", read_before, false},
    {"category", read_category, true},
    {"tag", read_tag, true},
    {"q", read_text, true},
    {"min_price", read_min_price, true},
    {"max_price", read_max_price, true},
    {"sort", read_sort, false},
    {"fields", read_fields, false},
    {"count", read_count, false},
    {"explain", read_explain, false},
};

/* ---- Parameters ---- */

static int read_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decoded text, a NUL behind it; it may have others. */
static char *decode(const char *text, size_t length, struct arena *arena, size_t *decoded_length)
{
    char *decoded = arena_get(arena, length + 1);
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        int high = text[i] == '%' && length - i > 2 ? read_hex(text[i + 1]) : -1;
        int low = high >= 0 ? read_hex(text[i + 2]) : -1;
        decoded[used++] = low >= 0 ? (char)(high * 16 + low) : text[i] == '+' ? ' ' : text[i];
        if (low >= 0)
            i += 2;
    }
    decoded[used] = '\0';
    *decoded_length = used;
    return decoded;
}

static const char *list_parameters(unsigned bits, struct arena *arena)
{
    const char *list = "";

    for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++) {
        if (bits & 1u << i)
            list = arena_print(arena, "%s%s%s", list, list[0] != '\0' ? ", " : "", parameters[i].name);
    }
    return list[0] != '\0' ? list : "none";
}

static bool refuse_name(struct reading *reading, const char *name, size_t length)
{
    struct arena *arena = reading->arena;
    const char *shown = field_show(name, length, arena), *allowed = list_parameters(reading->frame->parameters, arena);
    bool can_be_shown = length > 0 && length <= 60 && text_is_utf8(name, length) && !field_has_control(name, length);

    return refuse(reading, can_be_shown ? name : "",
                  arena_print(arena, "%s is no parameter of this address; allowed is %s.", shown, allowed), allowed);
}

/* Whether the address knows the parameter; *index is its row. */
static bool find_parameter(const struct reading *reading, const char *name, size_t length, size_t *index)
{
    for (*index = 0; *index < ARRAY_LENGTH(parameters); ++*index) {
        const char *known = parameters[*index].name;
        if (strlen(known) == length && memcmp(known, name, length) == 0)
            return (reading->frame->parameters & 1u << *index) != 0;
    }
    return false;
}

static bool read_parameter(struct reading *reading, const char *name, size_t name_length, struct parameter *parameter)
{
    size_t index;

    if (!find_parameter(reading, name, name_length, &index))
        return refuse_name(reading, name, name_length);
    const struct known *known = &parameters[index];
    parameter->name = known->name;
    if (reading->seen & 1u << index)
        return refuse(
            reading, known->name,
            arena_print(reading->arena, "The parameter %s is there more than once; once is allowed.", known->name),
            "once");
    reading->seen |= 1u << index;
    if (!text_is_utf8(parameter->value, parameter->length) || field_has_control(parameter->value, parameter->length))
        return refuse_value(reading, parameter, "text in UTF-8 without control characters");
    if (parameter->length == 0 && known->is_filter)
        return true;
    return known->read(reading, parameter);
}

/* One parameter, as it came. What is between two '&' and empty is none. */
static bool read_pair(struct reading *reading, const char *text, size_t length)
{
    const char *equals = memchr(text, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - text) : length;
    struct parameter parameter = {.value = ""};

    if (length == 0)
        return true;
    const char *name = decode(text, name_length, reading->arena, &name_length);
    if (equals != NULL)
        parameter.value = decode(equals + 1, length - (size_t)(equals + 1 - text), reading->arena, &parameter.length);
    return read_parameter(reading, name, name_length, &parameter);
}

/* ---- All of them together ---- */

static bool check_prices(struct reading *reading)
{
    const struct product_query *query = reading->query;

    if (query->min_price < 0 || query->max_price < 0 || query->min_price <= query->max_price)
        return true;
    return refuse(reading, "min_price",
                  arena_print(reading->arena,
                              "The parameter min_price is %lld, more than max_price, %lld; at most that is allowed.",
                              (long long)query->min_price, (long long)query->max_price),
                  arena_print(reading->arena, "at most max_price, %lld", (long long)query->max_price));
}

static bool read_cursor(struct reading *reading)
{
    struct product_query *query = reading->query;
    bool is_backwards = query->position.is_backwards;
    const char *name = is_backwards ? "before" : "after";

    if (reading->cursor == NULL)
        return true;
    if ((reading->seen & QUERY_AFTER) && (reading->seen & QUERY_BEFORE))
        return refuse(reading, "before", "The parameters after and before are both there; one of them is allowed.",
                      "one of after and before");
    query->position = (struct position){0};
    switch (cursor_read(reading->cursor, query_print_scope(query, reading->arena), reading->frame->secret,
                        reading->arena, &query->position)) {
    case CURSOR_OK:
        query->position.is_backwards = is_backwards;
        return true;
    case CURSOR_MALFORMED:
        return refuse_value(
            reading, &(struct parameter){.name = name, .value = reading->cursor, .length = strlen(reading->cursor)},
            "a cursor, as the Link header of a page has it");
    case CURSOR_OF_ANOTHER_QUERY:
        break;
    }
    return refuse(reading, name,
                  arena_print(reading->arena,
                              "The parameter %s is a cursor of another query; allowed is one from the Link header of a "
                              "page with the same filters and sort.",
                              name),
                  "a cursor from the Link header of a page with the same filters and sort");
}

struct product_query query_default(void)
{
    return (struct product_query){
        .limit = QUERY_LIMIT_DEFAULT, .sort = SORT_ID, .min_price = -1, .max_price = -1, .fields = FIELD_ALL};
}

bool query_parse(const char *query_string, const struct query_frame *frame, struct arena *arena,
                 struct product_query *query, struct query_fault *fault)
{
    struct reading reading = {.frame = frame, .arena = arena, .query = query, .fault = fault};

    *query = query_default();
    query->category = frame->category;
    query->is_category_of_path = frame->category != NULL;
    for (const char *at = query_string;; at++) {
        size_t length = strcspn(at, "&");
        if (!read_pair(&reading, at, length))
            return false;
        at += length;
        if (*at == '\0')
            break;
    }
    if (query->text != NULL && !(reading.seen & QUERY_SORT))
        query->sort = SORT_RANK;
    return check_prices(&reading) && read_cursor(&reading);
}
