/* SPDX-License-Identifier: MIT */
/* Command lines by a table of options. */
#include "common/ctl/arguments.h"

#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/number.h"

enum { KEY_FIRST = 1024 }; /* above any letter: no short options */

struct reading {
    const struct arguments *arguments;
    char *target;
    struct arena *arena;
    struct argument_words words;
};

static const struct argument_row *find_row(const struct arguments *arguments, int key)
{
    if (key < KEY_FIRST)
        return NULL;
    size_t index = (size_t)(key - KEY_FIRST);
    if (index < arguments->row_count)
        return &arguments->rows[index];
    index -= arguments->row_count;
    return index < arguments->shared_count ? &arguments->shared[index] : NULL;
}

/* `items` with room for one more: lists are short. */
static void *grow(struct arena *arena, const void *items, size_t count, size_t size)
{
    void *grown = arena_get(arena, (count + 1) * size);

    if (count > 0)
        memcpy(grown, items, count * size);
    return grown;
}

static void add_text(struct arena *arena, struct argument_texts *texts, const char *text)
{
    texts->items = grow(arena, texts->items, texts->count, sizeof *texts->items);
    texts->items[texts->count++] = text;
}

static void add_number(struct arena *arena, struct argument_numbers *numbers, int64_t number)
{
    numbers->items = grow(arena, numbers->items, numbers->count, sizeof *numbers->items);
    numbers->items[numbers->count++] = number;
}

static int64_t read_number(const struct argument_row *row, const char *text, const struct argp_state *state)
{
    int64_t value = 0;

    if (number_parse(text, row->min, row->max, &value) != NUMBER_OK)
        argp_error(state, "--%s %s: a number from %" PRId64 " to %" PRId64 " is allowed", row->name, text, row->min,
                   row->max);
    return value;
}

static int64_t read_choice(const struct argument_row *row, const char *text, const struct argp_state *state)
{
    char allowed[256] = "";

    for (int64_t i = 0; row->choices[i] != NULL; i++) {
        if (strcmp(row->choices[i], text) == 0)
            return i + 1;
        size_t used = strlen(allowed);
        snprintf(allowed + used, sizeof allowed - used, "%s%s", i == 0 ? "" : ", ", row->choices[i]);
    }
    argp_error(state, "--%s %s: allowed are %s", row->name, text, allowed);
    return 0;
}

static void read_option(const struct argument_row *row, char *text, struct reading *reading,
                        const struct argp_state *state)
{
    void *field = reading->target + row->offset;

    switch (row->type) {
    case ARGUMENT_FLAG:
        *(bool *)field = true;
        return;
    case ARGUMENT_TEXT:
        *(const char **)field = text;
        return;
    case ARGUMENT_NUMBER:
        *(int64_t *)field = read_number(row, text, state);
        return;
    case ARGUMENT_CHOICE:
        *(int64_t *)field = read_choice(row, text, state);
        return;
    case ARGUMENT_TEXTS:
        add_text(reading->arena, field, text);
        return;
    case ARGUMENT_NUMBERS:
        add_number(reading->arena, field, read_number(row, text, state));
        return;
    }
}

static error_t parse_argument(int key, char *text, struct argp_state *state)
{
    struct reading *reading = state->input;
    const struct arguments *arguments = reading->arguments;
    const struct argument_row *row = find_row(arguments, key);

    if (row != NULL) {
        read_option(row, text, reading, state);
        return 0;
    }
    switch (key) {
    case ARGUMENTS_KEY_HELP:
        argp_state_help(state, stdout, ARGP_HELP_STD_HELP); /* exits */
        return 0;
    case ARGP_KEY_ARGS: /* all that are no options: argp has put them behind the options */
        reading->words =
            (struct argument_words){.items = &state->argv[state->next], .count = (size_t)(state->argc - state->next)};
        if (reading->words.count > arguments->words_max)
            argp_error(state, "unexpected argument: %s", reading->words.items[arguments->words_max]);
        return 0;
    case ARGP_KEY_END:
        if (reading->words.count < arguments->words_min)
            argp_error(state, "an argument is missing: %s", arguments->words);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* argp's rows, ended by an empty one. */
static struct argp_option *describe_options(const struct arguments *arguments)
{
    size_t count = arguments->row_count + arguments->shared_count;
    struct argp_option *options = memory_get_zeroed(count + 2, sizeof *options);

    for (size_t i = 0; i < count; i++) {
        const struct argument_row *row = find_row(arguments, KEY_FIRST + (int)i);
        options[i] = (struct argp_option){.name = row->name,
                                          .key = KEY_FIRST + (int)i,
                                          .arg = row->value,
                                          .doc = row->help,
                                          .group = i < arguments->row_count ? 0 : 1};
    }
    options[count] = (struct argp_option){.key = ARGUMENTS_KEY_HELP, .flags = OPTION_HIDDEN};
    return options;
}

void arguments_read(const struct arguments *arguments, int argc, char **argv, struct arena *arena, void *target,
                    struct argument_words *words)
{
    struct argp_option *options = describe_options(arguments);
    const struct argp argp = {
        .options = options, .parser = parse_argument, .args_doc = arguments->words, .doc = arguments->purpose};
    struct reading reading = {.arguments = arguments, .target = target, .arena = arena};

    argp_parse(&argp, argc, argv, 0, NULL, &reading);
    free(options);
    if (words != NULL)
        *words = reading.words;
}
