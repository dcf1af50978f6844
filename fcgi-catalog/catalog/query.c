/* SPDX-License-Identifier: MIT */
/*
 * Query parameters: each is read by its own row of a table, a cursor last, as it is bound to all the others. A fault
 * ends the parser, except faults of filters, which people can mend, and tracking parameters: those are reported at the
 * end, if there is no worse fault.
 */
#include "fcgi-catalog/catalog/query.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/number.h"
#include "common/text.h"
#include "fcgi-catalog/catalog/internal.h"

/* A query string that is being read. */
struct query_parser {
    const struct query_frame *frame;
    struct arena *arena;
    struct product_query *query;
    struct query_fault *fault;
    struct query_fault of_filter; /* the first fault of a filter, postponed; parameter NULL: none */
    struct query_fault of_click;  /* likewise */
    unsigned seen;                /* enum query_bit */
    bool has_fields, has_id;      /* `fields` was there, and named the id */
    const char *cursor;           /* of after or before */
};

/* One known parameter. A NUL ends the value; once it is checked, there is none inside. */
struct parameter {
    const char *name;
    const char *value;
    size_t length;
};

/* ---- What is wrong ---- */

/* Always false. */
static bool refuse(struct query_parser *parser, const char *parameter, const char *detail, const char *allowed)
{
    *parser->fault = (struct query_fault){.parameter = parameter, .detail = detail, .allowed = allowed};
    return false;
}

static bool refuse_value(struct query_parser *parser, const struct parameter *parameter, const char *allowed)
{
    const char *shown = field_show(parameter->value, parameter->length, parser->arena);

    return refuse(parser, parameter->name,
                  arena_print(parser->arena, "The parameter %s is %s; allowed is %s.", parameter->name, shown, allowed),
                  allowed);
}

/* The fault that was just found waits in *place, if it is the first of its kind. Always true. */
static bool postpone(struct query_parser *parser, struct query_fault *place)
{
    if (place->parameter == NULL)
        *place = *parser->fault;
    return true;
}

/* ---- Values ---- */

static bool read_number(struct query_parser *parser, const struct parameter *parameter, int64_t min, int64_t max,
                        int64_t *number)
{
    if (number_parse(parameter->value, min, max, number) == NUMBER_OK)
        return true;
    return refuse_value(parser, parameter,
                        arena_print(parser->arena, "a whole number from %lld to %lld", (long long)min, (long long)max));
}

/* Text that people type, of at most `max` bytes. White space alone is no text. */
static bool read_words(struct query_parser *parser, const struct parameter *parameter, size_t max, const char **words)
{
    const char *tidy = field_tidy(parameter->value, parser->arena);

    *words = tidy[0] != '\0' ? tidy : NULL;
    if (strlen(tidy) > max)
        return refuse_value(parser, parameter, arena_print(parser->arena, "a text of at most %zu bytes of UTF-8", max));
    return true;
}

/* Of text that is tidy. */
static int count_words(const char *text)
{
    int count = text != NULL;

    for (; text != NULL && *text != '\0'; text++)
        count += *text == ' ';
    return count;
}

static bool refuse_fields(struct query_parser *parser, const struct parameter *parameter)
{
    return refuse_value(parser, parameter,
                        arena_print(parser->arena, "a list, each once, with commas between them, of %s",
                                    field_list(FIELD_ALL, ", ", parser->arena)));
}

/* Adds the fields that a value names, with commas between them: programs write lists in one value or several. */
static bool read_fields(struct query_parser *parser, const struct parameter *parameter)
{
    const char *at = parameter->value;

    if (!parser->has_fields)
        parser->query->fields = 0;
    parser->has_fields = true;
    for (;;) {
        size_t length = strcspn(at, ",");
        int bit = field_find(at, length);
        if (bit < 0 || (bit == 0 && parser->has_id) || (parser->query->fields & (unsigned)bit) != 0)
            return refuse_fields(parser, parameter);
        parser->has_id = parser->has_id || bit == 0;
        parser->query->fields |= (unsigned)bit;
        if (at[length] == '\0')
            return true;
        at += length + 1;
    }
}

static bool read_one(struct query_parser *parser, const struct parameter *parameter, bool *is_one)
{
    *is_one = strcmp(parameter->value, "1") == 0;
    if (*is_one)
        return true;
    return refuse(parser, parameter->name,
                  arena_print(parser->arena, "The parameter %s can only be 1: %s=1.", parameter->name, parameter->name),
                  "1");
}

/* In the order of the bits of enum query_bit. */
static const struct known {
    const char *name;
    bool is_filter; /* with an empty value it is no filter */
    bool is_list;   /* it may be given again, also as name[] */
} parameters[] = {
    {"limit", false, false}, {"after", false, false},   {"before", false, false},   {"category", true, false},
    {"tag", true, false},    {"q", true, false},        {"min_price", true, false}, {"max_price", true, false},
    {"sort", false, false},  {"fields", false, true},   {"count", false, false},    {"explain", false, false},
    {"for", false, false},   {"variant", false, false},
};

static bool read_sort(struct query_parser *parser, const struct parameter *parameter)
{
    for (enum sort sort = SORT_ID; sort < SORT_RANK; sort++) {
        if (strcmp(parameter->value, query_sort_name(sort)) == 0) {
            parser->query->sort = sort;
            return true;
        }
    }
    return refuse_value(parser, parameter, "id, name, price, -price or -updated");
}

static bool read_known(struct query_parser *parser, enum query_bit bit, const struct parameter *parameter)
{
    struct product_query *query = parser->query;
    int64_t limit, id;

    switch (bit) {
    case QUERY_LIMIT:
        if (!read_number(parser, parameter, 1, QUERY_LIMIT_MAX, &limit))
            return false;
        query->limit = (int)limit;
        return true;
    case QUERY_AFTER:
    case QUERY_BEFORE:
        parser->cursor = parameter->value;
        query->position.is_backwards |= bit == QUERY_BEFORE;
        return true;
    case QUERY_CATEGORY:
        if (!field_is_category(parameter->value))
            return refuse_value(parser, parameter, "the slug of a category: " FIELD_CATEGORY_FORM);
        query->category = parameter->value;
        return true;
    case QUERY_TAG:
        return read_words(parser, parameter, FIELD_TAG_MAX, &query->tag);
    case QUERY_TEXT:
        if (!read_words(parser, parameter, QUERY_TEXT_MAX, &query->text))
            return false;
        return count_words(query->text) <= QUERY_WORDS_MAX ||
               refuse_value(
                   parser, parameter,
                   arena_print(parser->arena, "at most %d words, with white space between them", QUERY_WORDS_MAX));
    case QUERY_MIN_PRICE:
        return read_number(parser, parameter, 0, FIELD_PRICE_MAX, &query->min_price);
    case QUERY_MAX_PRICE:
        return read_number(parser, parameter, 0, FIELD_PRICE_MAX, &query->max_price);
    case QUERY_SORT:
        return read_sort(parser, parameter);
    case QUERY_FIELDS:
        return read_fields(parser, parameter);
    case QUERY_COUNT:
        return read_one(parser, parameter, &query->wants_count);
    case QUERY_EXPLAIN:
        return read_one(parser, parameter, &query->wants_explanation);
    case QUERY_FOR:
        query->is_for_spreadsheet = strcmp(parameter->value, "spreadsheet") == 0;
        return query->is_for_spreadsheet || refuse_value(parser, parameter, "spreadsheet");
    case QUERY_VARIANT:
        if (!read_number(parser, parameter, 1, INT32_MAX, &id))
            return false;
        query->variant = (int32_t)id;
        return true;
    default:
        return false;
    }
}

/* ---- Parameters ---- */

static const char *list_parameters(unsigned bits, struct arena *arena)
{
    const char *list = "";

    for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++) {
        if (bits & 1u << i)
            list = arena_print(arena, "%s%s%s", list, list[0] != '\0' ? ", " : "", parameters[i].name);
    }
    return list[0] != '\0' ? list : "none";
}

static bool refuse_name(struct query_parser *parser, const char *name, size_t length)
{
    struct arena *arena = parser->arena;
    const char *shown = field_show(name, length, arena), *allowed = list_parameters(parser->frame->parameters, arena);
    bool can_be_shown = length > 0 && length <= 60 && text_is_utf8(name, length) && !field_has_control(name, length);

    return refuse(parser, can_be_shown ? name : "",
                  arena_print(arena, "%s is no parameter of this address; allowed is %s.", shown, allowed), allowed);
}

static bool is_named(const struct known *known, const char *name, size_t length)
{
    size_t known_length = strlen(known->name);
    bool has_brackets = known->is_list && length == known_length + 2 && memcmp(name + known_length, "[]", 2) == 0;

    return (length == known_length || has_brackets) && memcmp(known->name, name, known_length) == 0;
}

/* Whether the address knows the parameter; *index is its row. */
static bool find_parameter(const struct query_parser *parser, const char *name, size_t length, size_t *index)
{
    for (*index = 0; *index < ARRAY_LENGTH(parameters); ++*index) {
        if (is_named(&parameters[*index], name, length))
            return (parser->frame->parameters & 1u << *index) != 0;
    }
    return false;
}

static bool read_value(struct query_parser *parser, const struct known *known, const struct parameter *parameter)
{
    if (!text_is_utf8(parameter->value, parameter->length) || field_has_control(parameter->value, parameter->length))
        return refuse_value(parser, parameter, "text in UTF-8 without control characters");
    if (parameter->length == 0 && known->is_filter)
        return true;
    return read_known(parser, (enum query_bit)(1u << (known - parameters)), parameter);
}

static bool read_pair(struct query_parser *parser, const struct query_pair *pair)
{
    size_t index;

    if (!find_parameter(parser, pair->name, pair->name_length, &index))
        return refuse_name(parser, pair->name, pair->name_length) ||
               (query_is_click(pair->name, pair->name_length) && postpone(parser, &parser->of_click));
    const struct known *known = &parameters[index];
    const struct parameter parameter = {.name = known->name, .value = pair->value, .length = pair->value_length};
    if ((parser->seen & 1u << index) && !known->is_list)
        return refuse(
            parser, known->name,
            arena_print(parser->arena, "The parameter %s is there more than once; once is allowed.", known->name),
            "once");
    parser->seen |= 1u << index;
    return read_value(parser, known, &parameter) || (known->is_filter && postpone(parser, &parser->of_filter));
}

/* ---- All of them together ---- */

static bool check_prices(struct query_parser *parser)
{
    const struct product_query *query = parser->query;

    if (query->min_price < 0 || query->max_price < 0 || query->min_price <= query->max_price)
        return true;
    return refuse(parser, "min_price",
                  arena_print(parser->arena,
                              "The parameter min_price is %lld, more than max_price, %lld; at most that is allowed.",
                              (long long)query->min_price, (long long)query->max_price),
                  arena_print(parser->arena, "at most max_price, %lld", (long long)query->max_price));
}

static bool read_cursor(struct query_parser *parser)
{
    struct product_query *query = parser->query;
    bool is_backwards = query->position.is_backwards;
    const char *name = is_backwards ? "before" : "after";

    if (parser->cursor == NULL)
        return true;
    if ((parser->seen & QUERY_AFTER) && (parser->seen & QUERY_BEFORE))
        return refuse(parser, "before", "The parameters after and before are both there; one of them is allowed.",
                      "one of after and before");
    query->position = (struct position){0};
    switch (cursor_read(parser->cursor, query_print_scope(query, parser->arena), parser->frame->secret, parser->arena,
                        &query->position)) {
    case CURSOR_OK:
        query->position.is_backwards = is_backwards;
        return true;
    case CURSOR_MALFORMED:
        return refuse_value(
            parser, &(struct parameter){.name = name, .value = parser->cursor, .length = strlen(parser->cursor)},
            "a cursor, as the Link header of a page has it");
    case CURSOR_OF_ANOTHER_QUERY:
        break;
    }
    return refuse(parser, name,
                  arena_print(parser->arena,
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

/* False: a filter is wrong. */
static bool check_filters(struct query_parser *parser)
{
    if (parser->of_filter.parameter == NULL && check_prices(parser))
        return true;
    if (parser->of_filter.parameter != NULL)
        *parser->fault = parser->of_filter;
    parser->fault->is_of_filter = true;
    parser->query->position = (struct position){0};
    return false;
}

/* False: there are tracking parameters. */
static bool check_clicks(struct query_parser *parser, const char *query_string)
{
    if (parser->of_click.parameter == NULL)
        return true;
    *parser->fault = parser->of_click;
    parser->fault->without_clicks = query_drop_clicks(query_string, parser->arena);
    return false;
}

bool query_parse(const char *query_string, const struct query_frame *frame, struct arena *arena,
                 struct product_query *query, struct query_fault *fault)
{
    struct query_parser parser = {.frame = frame, .arena = arena, .query = query, .fault = fault};
    const char *at = query_string;
    struct query_pair pair;

    *query = query_default();
    query->category = frame->category;
    query->is_category_of_path = frame->category != NULL;
    while (query_next_pair(&at, arena, &pair)) {
        if (!read_pair(&parser, &pair))
            return false;
    }
    if (query->text != NULL && !(parser.seen & QUERY_SORT))
        query->sort = SORT_RANK;
    return check_filters(&parser) && read_cursor(&parser) && check_clicks(&parser, query_string);
}
