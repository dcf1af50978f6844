/* SPDX-License-Identifier: MIT */
/* The command line that both servers share: --config FILE, -t, --help with every setting, --version. */
#ifndef COMMON_PROGRAM_H
#define COMMON_PROGRAM_H

#include <stdbool.h>

#include "common/settings.h"

#define PROGRAM_VERSION "0.1.0"

/* What the command line said. Strings are argv's. */
struct program_options {
    const char *config;   /* --config, or NULL */
    bool is_test;         /* -t: check everything, start nothing */
    const char *argument; /* the one argument, or NULL */
};

struct program {
    const char *name;
    const char *purpose;       /* a line for --help */
    const char *argument_name; /* what one argument means, such as "[PORT]"; NULL: none is taken */
    const struct settings_table *settings;
};

/* Reads the command line (argp: GNU conventions). --help and --version print and exit 0, anything wrong exits 64 with a
 * line that says so. */
void program_read_options(const struct program *program, int argc, char **argv, struct program_options *options);

#endif
