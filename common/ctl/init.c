/* SPDX-License-Identifier: MIT */
/* init: makes a new database, empty or with the demo's data. */
#include "common/ctl/init.h"

#include <argp.h>
#include <stdio.h>
#include <sysexits.h>

#include "common/ctl/command.h"

enum { OPTION_DEMO = 256 }; /* no letter */

struct init_options {
    bool demo;
    const char *path;
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct init_options *options = state->input;

    switch (key) {
    case OPTION_DEMO:
        options->demo = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->path != NULL)
            argp_error(state, "one DATABASE only");
        options->path = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "DATABASE is missing");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int init_run(const struct init_command *init, int argc, char **argv)
{
    char demo_doc[128], doc[128], reason[512];
    const struct argp_option rows[] = {{.name = "demo", .key = OPTION_DEMO, .doc = demo_doc}, {0}};
    const struct argp argp = {.options = rows, .parser = parse_option, .args_doc = "DATABASE", .doc = doc};
    struct init_options options = {0};

    snprintf(demo_doc, sizeof demo_doc, "fill it with %s", init->demo);
    snprintf(doc, sizeof doc, "Makes a new %s database. A file that exists is left as it is.", init->kind);
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0)
        return EX_USAGE;
    if (!init->create(options.path, options.demo, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", argv[0], reason);
        return COMMAND_FAILED;
    }
    printf("%s: made, %s%s\n", options.path, options.demo ? "with " : "empty", options.demo ? init->demo : "");
    return COMMAND_OK;
}
