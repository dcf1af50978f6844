/* SPDX-License-Identifier: MIT */
/* A program of subcommands. */
#include "common/ctl/command.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/log.h"
#include "common/program.h"

struct choice {
    const struct command_table *table;
    const struct command *command;
    int first; /* the command's index in argv */
};

static const struct command *find_command(const struct command_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->rows[i].name, name) == 0)
            return &table->rows[i];
    }
    return NULL;
}

static error_t parse_command(int key, char *argument, struct argp_state *state)
{
    struct choice *choice = state->input;

    switch (key) {
    case ARGP_KEY_ARG:
        choice->command = find_command(choice->table, argument);
        if (choice->command == NULL)
            argp_error(state, "there is no command \"%s\"", argument);
        choice->first = state->next - 1;
        state->next = state->argc; /* the rest is the command's */
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "a command is missing");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
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
    for (size_t i = 0; i < choice->table->count; i++) {
        const struct command *row = &choice->table->rows[i];
        fprintf(out, "  %s %s\n      %s\n", row->name, row->arguments, row->help);
    }
    fputs("\nExit code: 0 done, 1 failed, 64 wrong usage.", out);
    return fclose(out) == 0 ? description : NULL;
}

int command_main(const struct command_table *table, int argc, char **argv)
{
    const struct argp argp = {
        .parser = parse_command,
        .args_doc = "COMMAND [ARGUMENT...]",
        .doc = table->purpose,
        .help_filter = describe_commands,
    };
    struct choice choice = {.table = table};
    static char version[64]; /* argp prints it, in whichever parser meets --version */
    char name[64];

    log_open(table->program);
    snprintf(version, sizeof version, "%s %s", table->program, PROGRAM_VERSION);
    argp_program_version = version;
    if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &choice) != 0)
        return EX_USAGE;
    snprintf(name, sizeof name, "%s %s", table->program, choice.command->name);
    argv[choice.first] = name;
    return choice.command->run(argc - choice.first, argv + choice.first);
}

static error_t parse_path(int key, char *argument, struct argp_state *state)
{
    const char **path = state->input;

    switch (key) {
    case ARGP_KEY_ARG:
        if (*path != NULL)
            argp_error(state, "one DATABASE only");
        *path = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "DATABASE is missing");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const char *command_read_path(int argc, char **argv, const char *purpose)
{
    const struct argp argp = {.parser = parse_path, .args_doc = "DATABASE", .doc = purpose};
    const char *path = NULL;

    if (argp_parse(&argp, argc, argv, 0, NULL, &path) != 0)
        exit(EX_USAGE);
    return path;
}
