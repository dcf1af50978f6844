/* SPDX-License-Identifier: MIT */
/* A rule file, line by line, becomes changes. */
#include "discount/rulefile/rulefile.h"

#include <stdlib.h>
#include <string.h>

#include "discount/rulefile/internal.h"

#define MARK "discount-rules"
#define VERSION "1"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* ---- Lines ---- */

/* Reads the line that says what the file is. When that is wrong, reading stops: more faults would be of no use. */
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

/* Words point into this copy of the text. */
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

bool rulefile_parse(const char *text, size_t length, const char *zone, struct arena *arena, struct rulefile *rulefile,
                    rulefile_fault_f *fault, void *data)
{
    struct parser parser = {.arena = arena, .zone = arena_copy(arena, zone, strlen(zone))};

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
