/* SPDX-License-Identifier: MIT */
/* catalogctl: makes and checks the catalog's database. One table of subcommands. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/compiler.h"
#include "common/log.h"
#include "fcgi-catalog/ctl/command.h"

static const struct command commands[] = {
    {"init", "[--demo] DATABASE", "make a new database, empty or with the demo's products and customers", command_init},
    {"check", "DATABASE", "check a database whole, and count what is in it", command_check},
};

struct choice {
    const struct command *command;
    int first; /* the command's index in argv */
};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct choice *choice = state->input;

    switch (key) {
    case ARGP_KEY_ARG:
        choice->command = find_command(argument);
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
    char *description;
    size_t length;

    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC)
        return (char *)text;
    FILE *out = open_memstream(&description, &length);
    if (out == NULL)
        return NULL;
    fputs("Commands:\n", out);
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++)
        fprintf(out, "  %s %s\n      %s\n", commands[i].name, commands[i].arguments, commands[i].help);
    fputs("\nExit code: 0 done, 1 failed, 64 wrong usage.", out);
    return fclose(out) == 0 ? description : NULL;
}

int main(int argc, char **argv)
{
    static const struct argp argp = {
        .parser = parse_option,
        .args_doc = "COMMAND [ARGUMENT...]",
        .doc = "Makes and checks the catalog's database.\v",
        .help_filter = describe_commands,
    };
    struct choice choice = {0};
    char name[64];

    log_open("catalogctl");
    if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &choice) != 0)
        return EX_USAGE;
    snprintf(name, sizeof name, "catalogctl %s", choice.command->name);
    argv[choice.first] = name;
    return choice.command->run(argc - choice.first, argv + choice.first);
}
