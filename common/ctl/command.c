/* SPDX-License-Identifier: MIT */
/* A program of subcommands. */
#include "common/ctl/command.h"

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/log.h"
#include "common/memory.h"
#include "common/program.h"
#include "common/stdout_check.h"

enum { KEY_OPTION = 1024 }; /* above any letter: no short options */

struct choice {
    const struct command_table *table;
    const struct command_table *top; /* has the options and the exit codes */
    const struct command *command;   /* NULL: not yet */
    int place;                       /* index of the last word in argv */
};

/* Sets the command, or the table to look in for the next word. False: there is nothing of this name. */
static bool find_command(struct choice *choice, const char *name)
{
    const struct command_table *table = choice->table;

    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->rows[i].name, name) == 0) {
            choice->command = &table->rows[i];
            return true;
        }
    }
    for (size_t i = 0; i < table->group_count; i++) {
        if (strcmp(table->groups[i].name, name) == 0) {
            choice->table = table->groups[i].table;
            return true;
        }
    }
    return false;
}

/* Options before the command are only skipped: the command reads them itself. */
static error_t parse_command(int key, char *argument, struct argp_state *state)
{
    struct choice *choice = state->input;

    switch (key) {
    case ARGP_KEY_ARG:
        if (!find_command(choice, argument))
            argp_error(state, "there is no command \"%s\"", argument);
        choice->place = state->next - 1;
        state->next = state->argc; /* the rest is the command's */
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "a command is missing");
        return EINVAL;
    case KEY_OPTION:
        return 0;
    case ARGUMENTS_KEY_HELP:
        argp_state_help(state, stdout, ARGP_HELP_STD_HELP); /* exits */
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void describe_table(FILE *out, const struct command_table *table, const char *prefix)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct command *row = &table->rows[i];
        fprintf(out, "  %s%s%s%s\n      %s\n", prefix, row->name, row->arguments[0] != '\0' ? " " : "", row->arguments,
                row->help);
    }
    for (size_t i = 0; i < table->group_count; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s%s ", prefix, table->groups[i].name);
        describe_table(out, table->groups[i].table, name);
    }
}

/* The table, as the last part of --help. */
static char *describe_commands(int key, const char *text, void *input)
{
    const struct choice *choice = input;
    char *description;
    size_t length;

    if (key != ARGP_KEY_HELP_POST_DOC)
        return (char *)text;
    FILE *out = open_memstream(&description, &length);
    if (out == NULL)
        return NULL;
    fputs("Commands:\n", out);
    describe_table(out, choice->table, "");
    fprintf(out, "\nExit code: %s.",
            choice->top->exit_codes != NULL ? choice->top->exit_codes : "0 done, 1 failed, 64 wrong usage");
    return fclose(out) == 0 ? description : NULL;
}

static struct argp_option *describe_options(const struct command_table *table)
{
    struct argp_option *options = memory_get_zeroed(table->option_count + 2, sizeof *options);

    for (size_t i = 0; i < table->option_count; i++) {
        const struct argument_row *row = &table->options[i];
        options[i] = (struct argp_option){.name = row->name, .key = KEY_OPTION, .arg = row->value, .doc = row->help};
    }
    options[table->option_count] = (struct argp_option){.key = ARGUMENTS_KEY_HELP, .flags = OPTION_HIDDEN};
    return options;
}

static void choose_command(struct choice *choice, int argc, char **argv)
{
    struct argp_option *options = describe_options(choice->top);
    const struct argp argp = {.options = options,
                              .parser = parse_command,
                              .args_doc = "COMMAND [ARGUMENT...]",
                              .doc = choice->table->purpose,
                              .help_filter = describe_commands};

    if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, choice) != 0)
        exit(EX_USAGE);
    free(options);
}

/* "help", "help rule list": as the words with --help behind them. */
static void translate_help(int argc, char **argv)
{
    static char option[] = "--help";

    if (argc < 2 || strcmp(argv[1], "help") != 0)
        return;
    memmove(&argv[1], &argv[2], (size_t)(argc - 2) * sizeof *argv);
    argv[argc - 1] = option;
}

int command_main(const struct command_table *table, int argc, char **argv)
{
    static char version[256]; /* argp prints it, in whichever parser meets --version */
    char name[128];
    struct choice choice = {.table = table, .top = table};

    stdout_check_at_exit(table->program);
    log_open(table->program);
    translate_help(argc, argv);
    libraries_print_version(version, sizeof version, table->program, table->libraries);
    argp_program_version = version;
    snprintf(name, sizeof name, "%s", table->program);
    while (choice.command == NULL) {
        choose_command(&choice, argc, argv);
        /* Moves the word from its place to the end of argv[0]; the options before it now stand before the rest. */
        size_t used = strlen(name);
        snprintf(name + used, sizeof name - used, " %s", argv[choice.place]);
        memmove(&argv[choice.place], &argv[choice.place + 1], (size_t)(argc - choice.place) * sizeof *argv);
        argv[0] = name;
        argc--;
    }
    return choice.command->run(argc, argv);
}

const char *command_read_path(int argc, char **argv, const char *purpose)
{
    const struct arguments arguments = {.purpose = purpose, .words = "DATABASE", .words_min = 1, .words_max = 1};
    struct argument_words words;

    arguments_read(&arguments, argc, argv, NULL, NULL, &words);
    return words.items[0];
}
