/* SPDX-License-Identifier: MIT */
/* A rule file, line by line, becomes changes. */
#include "discount/rulefile/rulefile.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/number.h"

#include "discount/rulefile/internal.h"

#define MARK "discount-rules"
#define VERSION "1"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

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

/* What faults call fields; those of the table of rule fields are called by their words. */
static const struct {
    const char *name;
    enum field field;
} field_names[] = {
    {"key", FIELD_KEY},         {"floor", FIELD_FLOOR},        {"members", FIELD_MEMBERS},
    {"percent", FIELD_PERCENT}, {"amount", FIELD_AMOUNT},      {"price", FIELD_PRICE},
    {"kind", FIELD_PERCENT},    {"kind", FIELD_AMOUNT},        {"kind", FIELD_PRICE},
    {"group", FIELD_AUDIENCE},  {"customer", FIELD_AUDIENCE},  {"audience", FIELD_AUDIENCE},
    {"include", FIELD_INCLUDE}, {"exclude", FIELD_EXCLUDE},    {"zone", FIELD_starts_at},
    {"zone", FIELD_ends_at},    {"enabled", FIELD_is_enabled},
};

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

/* What change_check() finds in a field of which something was told is likely to follow from that. */
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

/* ---- Lines ---- */

/* The line that says what the file is. Another file altogether has nothing more to tell of. */
static void read_mark(struct parser *parser)
{
    const struct word *words = parser->words.list;
    struct shown shown;

    parser->is_begun = true;
    if (strcmp(words[0].text, MARK) != 0) {
        line_faults_add(&parser->faults, parser->line,
                        "the first line is not " MARK " " VERSION ", so this is no rule file");
        parser->is_stopped = true;
    } else if (parser->words.count != 2 || strcmp(words[1].text, VERSION) != 0) {
        line_faults_add(&parser->faults, parser->line, "the version is %s; " MARK " " VERSION " is allowed",
                        show_text(parser->words.count > 1 ? words[1].text : "", &shown));
        parser->is_stopped = true;
    }
}

static void read_line(struct parser *parser, char *line, size_t length)
{
    char reason[REASON_SIZE];

    parser->is_indented = length > 0 && (line[0] == ' ' || line[0] == '\t');
    bool is_whole = words_split(&parser->words, line, length, reason);
    if (!is_whole)
        line_faults_add(&parser->faults, parser->line, "%s", reason);
    if (is_whole && parser->words.count == 0)
        return;
    if (!parser->is_begun && is_whole) {
        read_mark(parser);
    } else if (!parser->is_begun) {
        parser->is_stopped = true;
    } else if (parser->is_ended) {
        line_faults_add(&parser->faults, parser->line, "something follows the line end, which is the last");
        parser->is_stopped = true;
    } else if (is_whole) {
        block_read_line(parser);
    } else {
        block_read_broken_line(parser);
    }
}

static void read_lines(struct parser *parser, char *text, size_t length)
{
    char *end = text + length;

    for (char *from = text; from < end && !parser->is_stopped;) {
        char *newline = memchr(from, '\n', (size_t)(end - from));
        char *to = newline != NULL ? newline : end;
        size_t size = (size_t)(to - from);
        if (size > 0 && from[size - 1] == '\r')
            size--;
        parser->line++;
        parser->is_open = newline == NULL;
        read_line(parser, from, size);
        from = to + 1;
    }
}

static void finish(struct parser *parser)
{
    if (parser->line == 0)
        parser->line = 1;
    if (parser->is_stopped)
        return;
    block_finish(parser);
    if (!parser->is_begun)
        line_faults_add(&parser->faults, parser->line, "the file is empty; its first line is " MARK " " VERSION);
    else if (!parser->is_ended)
        line_faults_add(&parser->faults, parser->line, "the last line is not end, so the file may have been cut here");
}

static void release(struct parser *parser)
{
    free(parser->words.list);
    free(parser->products.items);
    free(parser->categories.items);
    free(parser->excluded_products.items);
    free(parser->excluded_categories.items);
    free(parser->ranges.items);
    free(parser->changes.items);
    free(parser->places.items);
    name_set_release(&parser->targets);
    name_set_release(&parser->blocks);
}

/* Words stay where they are in this copy of the text. */
static void read_text(struct parser *parser, const char *text, size_t length)
{
    size_t mark = strlen(BYTE_ORDER_MARK);

    if (length >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0) {
        text += mark;
        length -= mark;
    }
    read_lines(parser, arena_copy(parser->arena, text, length), length);
    finish(parser);
}

bool rulefile_parse(const char *text, size_t length, struct arena *arena, struct rulefile *rulefile,
                    rulefile_fault_f *fault, void *data)
{
    struct parser parser = {.arena = arena};

    if (length > RULEFILE_SIZE_MAX)
        line_faults_add(&parser.faults, 1, "the file has %zu bytes; up to %zu are allowed", length, RULEFILE_SIZE_MAX);
    else
        read_text(&parser, text, length);
    bool is_sound = parser.faults.count == 0;
    if (is_sound) {
        rulefile->changes = list_copy(&parser.changes, sizeof *rulefile->changes, arena);
        rulefile->places = list_copy(&parser.places, sizeof *rulefile->places, arena);
        rulefile->change_count = parser.changes.count;
    }
    release(&parser);
    line_faults_tell(&parser.faults, fault, data);
    return is_sound;
}
