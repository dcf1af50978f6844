/* SPDX-License-Identifier: MIT */
/* What the readers of lines and blocks do: they gather lists, tell faults, read numbers and keep changes. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/memory.h"
#include "common/number.h"

#include "discount/rulefile/internal.h"

/* ---- Lists ---- */

void *list_add(struct item_list *list, size_t item_size)
{
    list->items = memory_grow(list->items, list->count, 1, item_size);
    return (char *)list->items + item_size * list->count++;
}

void *list_copy(const struct item_list *list, size_t item_size, struct arena *arena)
{
    if (list->count == 0)
        return NULL;
    void *items = arena_get(arena, list->count * item_size);
    return memcpy(items, list->items, list->count * item_size);
}

/* ---- Faults and changes ---- */

void parser_tell(struct parser *parser, enum field field, const char *format, ...)
{
    char message[512];
    va_list values;

    parser->block.is_faulty[field] = true;
    if (parser->faults.count >= RULEFILE_FAULTS_MAX) {
        parser->faults.count++;
        return;
    }
    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    line_faults_add(&parser->faults, parser->line, "%s", message);
}

bool parser_read_number(struct parser *parser, enum field field, const char *what, const char *text, int64_t min,
                        int64_t max, int64_t *value)
{
    struct shown shown;

    switch (number_parse(text, min, max, value)) {
    case NUMBER_OK:
        return true;
    case NUMBER_MALFORMED:
        parser_tell(parser, field, "%s is %s, which is no whole number; %" PRId64 " to %" PRId64 " is allowed", what,
                    show_text(text, &shown), min, max);
        return false;
    case NUMBER_OUT_OF_RANGE:
        parser_tell(parser, field, "%s is %s; %" PRId64 " to %" PRId64 " is allowed", what, show_text(text, &shown),
                    min, max);
        return false;
    }
    return false;
}

#define KIND_NAMES(constant, name, ...) {#name, FIELD_##constant}, {"kind", FIELD_##constant},

/* What faults call fields; those of the table of rule fields are called by their words. */
static const struct {
    const char *name;
    enum field field;
} field_names[] = {{"key", FIELD_KEY},         {"floor", FIELD_FLOOR},        {"members", FIELD_MEMBERS},
                   {"group", FIELD_AUDIENCE},  {"customer", FIELD_AUDIENCE},  {"audience", FIELD_AUDIENCE},
                   {"include", FIELD_INCLUDE}, {"exclude", FIELD_EXCLUDE},    {"zone", FIELD_starts_at},
                   {"zone", FIELD_ends_at},    {"enabled", FIELD_is_enabled}, RULE_KIND_ROWS(KIND_NAMES)};

/* The field of that name that the block says; FIELD_KEY: none. */
static enum field find_field(const struct rulefile_place *place, const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(field_names); i++) {
        if (strcmp(field_names[i].name, name) == 0 && place->lines[field_names[i].field] != 0)
            return field_names[i].field;
    }
    for (size_t i = 0; i < RULE_FIELD_COUNT; i++) {
        if (strcmp(rule_fields[i].word, name) == 0 && place->lines[FIELD_RULE + i] != 0)
            return (enum field)(FIELD_RULE + i);
    }
    return FIELD_KEY;
}

size_t rulefile_line(const struct rulefile *rulefile, size_t change, const char *field)
{
    const struct rulefile_place *place = &rulefile->places[change];
    return place->lines[find_field(place, field)];
}

/* Leaves out what change_check() finds in a field that had a fault already: it is likely to follow from that. */
static void take_fault(void *data, const char *name, const char *message)
{
    struct parser *parser = data;
    enum field field = find_field(&parser->block.place, name);

    if (!parser->block.is_faulty[field])
        line_faults_add(&parser->faults, parser->block.place.lines[field], "%s: %s", name, message);
}

void parser_keep(struct parser *parser, const struct change *change)
{
    if (!change_check(change, take_fault, parser) || parser->faults.count > 0)
        return;
    *(struct change *)list_add(&parser->changes, sizeof *change) = *change;
    *(struct rulefile_place *)list_add(&parser->places, sizeof parser->block.place) = parser->block.place;
}
