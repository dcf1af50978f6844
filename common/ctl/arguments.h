/* SPDX-License-Identifier: MIT */
/* The command line of one subcommand as a table: a row for each option, read by argp into a structure. */
#ifndef COMMON_CTL_ARGUMENTS_H
#define COMMON_CTL_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"

/* The arguments that are no options, in their order: a part of argv. */
struct argument_words {
    char **items;
    size_t count;
};

/* The values of an option that may be given more than once. All zero: it was not given. */
struct argument_texts {
    const char **items;
    size_t count;
};
struct argument_numbers {
    int64_t *items;
    size_t count;
};

enum argument_type {
    ARGUMENT_FLAG,    /* bool: whether it was given */
    ARGUMENT_TEXT,    /* const char *: argv's */
    ARGUMENT_NUMBER,  /* int64_t: decimal, min … max */
    ARGUMENT_CHOICE,  /* int64_t: the place in `choices`, counted from 1 */
    ARGUMENT_TEXTS,   /* struct argument_texts */
    ARGUMENT_NUMBERS, /* struct argument_numbers */
};

/* -h prints the help, too: argp itself has only -? and --help. */
#define ARGUMENTS_KEY_HELP 'h'

struct argument_row {
    const char *name; /* without the two hyphens */
    enum argument_type type;
    size_t offset;     /* of the field in the target; offsetof(). An option that is not given leaves it as it is. */
    const char *value; /* what --help calls its value; NULL for a flag */
    const char *help;
    int64_t min, max;
    const char *const *choices; /* ended by NULL */
};

/* Rows by type. */
#define FLAG_OPTION(name_, offset_, help_)                                                                             \
    {                                                                                                                  \
        .name = name_, .type = ARGUMENT_FLAG, .offset = offset_, .help = help_                                         \
    }
#define TEXT_OPTION(name_, offset_, value_, help_)                                                                     \
    {                                                                                                                  \
        .name = name_, .type = ARGUMENT_TEXT, .offset = offset_, .value = value_, .help = help_                        \
    }
#define TEXTS_OPTION(name_, offset_, value_, help_)                                                                    \
    {                                                                                                                  \
        .name = name_, .type = ARGUMENT_TEXTS, .offset = offset_, .value = value_, .help = help_                       \
    }
#define NUMBER_OPTION(name_, offset_, value_, help_, min_, max_)                                                       \
    {                                                                                                                  \
        .name = name_, .type = ARGUMENT_NUMBER, .offset = offset_, .value = value_, .help = help_, .min = min_,        \
        .max = max_                                                                                                    \
    }
#define NUMBERS_OPTION(name_, offset_, value_, help_, min_, max_)                                                      \
    {                                                                                                                  \
        .name = name_, .type = ARGUMENT_NUMBERS, .offset = offset_, .value = value_, .help = help_, .min = min_,       \
        .max = max_                                                                                                    \
    }
#define CHOICE_OPTION(name_, offset_, value_, help_, choices_)                                                         \
    {                                                                                                                  \
        .name = name_, .type = ARGUMENT_CHOICE, .offset = offset_, .value = value_, .help = help_, .choices = choices_ \
    }

struct arguments {
    const char *purpose; /* for --help */
    const char *words;   /* what --help calls the arguments that are no options, "KEY..."; NULL: there are none */
    size_t words_min, words_max;
    const struct argument_row *rows;
    size_t row_count;
    const struct argument_row *shared; /* further rows, for the same target */
    size_t shared_count;
};

/*
 * Reads the command line into `target`, and the arguments that are no options into *words, when it is not NULL.
 * Anything wrong exits 64 with a line that says so; --help prints and exits 0. Lists live in the arena; texts are
 * argv's.
 */
void arguments_read(const struct arguments *arguments, int argc, char **argv, struct arena *arena, void *target,
                    struct argument_words *words);

#endif
