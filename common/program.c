/* SPDX-License-Identifier: MIT */
/* The command line that both servers share. */
#include "common/program.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/libraries.h"
#include "common/stdout_check.h"

#define USAGE_EXIT_CODE 64 /* EX_USAGE of sysexits.h */

struct reading {
    const struct program *program;
    struct program_options *options;
};

enum { KEY_HELP = 'h', KEY_VERSION = 'V', KEY_TEST = 't', KEY_CONFIG = 'c' };

static const struct argp_option option_rows[] = {
    {"config", KEY_CONFIG, "FILE", 0, "Read settings from FILE", 0},
    {"test", KEY_TEST, NULL, 0, "Check settings, keys and database, print OK, start nothing", 0},
    {"help", KEY_HELP, NULL, 0, "Print this help with every setting", -1},
    {"version", KEY_VERSION, NULL, 0, "Print the version, and those of the libraries inside", -1},
    {0},
};

static void print_help(struct argp_state *state, const struct program *program)
{
    argp_state_help(state, stdout, ARGP_HELP_USAGE | ARGP_HELP_PRE_DOC | ARGP_HELP_LONG);
    printf("\nSettings (environment variables, or NAME=value lines of the file named by --config,\n"
           "by %s, or of %s beside the program):\n",
           program->settings->config_variable, program->settings->config_name);
    settings_describe(program->settings, stdout);
    exit(EXIT_SUCCESS);
}

static void print_version(const struct program *program)
{
    char text[256];

    libraries_print_version(text, sizeof text, program->name, libraries_all);
    puts(text);
    exit(EXIT_SUCCESS);
}

static error_t read_option(int key, char *value, struct argp_state *state)
{
    const struct reading *reading = state->input;

    switch (key) {
    case KEY_CONFIG:
        reading->options->config = value;
        return 0;
    case KEY_TEST:
        reading->options->is_test = true;
        return 0;
    case KEY_HELP:
        print_help(state, reading->program);
        return 0;
    case KEY_VERSION:
        print_version(reading->program);
        return 0;
    case ARGP_KEY_ARG:
        if (reading->program->argument_name == NULL || reading->options->argument != NULL)
            argp_error(state, "unexpected argument: %s", value);
        reading->options->argument = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void program_read_options(const struct program *program, int argc, char **argv, struct program_options *options)
{
    struct argp argp = {
        .options = option_rows, .parser = read_option, .args_doc = program->argument_name, .doc = program->purpose};
    struct reading reading = {.program = program, .options = options};

    *options = (struct program_options){0};
    stdout_check_at_exit(program->name);
    argp_err_exit_status = USAGE_EXIT_CODE;
    argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, &reading);
}
