/* SPDX-License-Identifier: MIT */
/* discountctl init: makes a new database of rules, empty or with the demo's. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <sysexits.h>

#include "common/ctl/command.h"

#include "discount/ctl/commands.h"
#include "discount/store/store.h"

enum { OPTION_DEMO = 256 }; /* no letter */

struct rule_init_options {
    bool demo;
    const char *path;
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct rule_init_options *options = state->input;

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

int command_init(int argc, char **argv)
{
    static const struct argp_option rows[] = {
        {.name = "demo", .key = OPTION_DEMO, .doc = "fill it with the demo's rule"}, {0}};
    static const struct argp argp = {.options = rows,
                                     .parser = parse_option,
                                     .args_doc = "DATABASE",
                                     .doc = "Makes a new discount database. A file that exists is left as it is."};
    struct rule_init_options options = {0};
    char reason[512];

    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0)
        return EX_USAGE;
    if (!store_create(options.path, options.demo, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", argv[0], reason);
        return COMMAND_FAILED;
    }
    printf("%s: made, %s\n", options.path, options.demo ? "with the demo's rule" : "empty");
    return COMMAND_OK;
}
