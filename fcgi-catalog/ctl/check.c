/* SPDX-License-Identifier: MIT */
/* catalogctl check: looks at a whole database and says what is in it. */
#include "fcgi-catalog/ctl/command.h"

#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>

#include "fcgi-catalog/store/store.h"

static error_t parse_option(int key, char *argument, struct argp_state *state)
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

int command_check(int argc, char **argv)
{
    static const struct argp argp = {
        .parser = parse_option,
        .args_doc = "DATABASE",
        .doc = "Opens the database as the catalog does, checks it whole, and counts what is in it.",
    };
    const char *path = NULL;
    struct store *store;
    struct store_counts counts;
    char reason[512];

    if (argp_parse(&argp, argc, argv, 0, NULL, &path) != 0)
        return EX_USAGE;
    if (!store_open(path, &store, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", argv[0], reason);
        return COMMAND_FAILED;
    }
    store_close(store);
    if (!store_check(path, &counts, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", argv[0], reason);
        return COMMAND_FAILED;
    }
    printf("%s: OK, %" PRId64 " products, %" PRId64 " customers\n", path, counts.products, counts.customers);
    return COMMAND_OK;
}
