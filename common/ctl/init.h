/* SPDX-License-Identifier: MIT */
/* The subcommand init of a ctl program: makes a new database. */
#ifndef COMMON_CTL_INIT_H
#define COMMON_CTL_INIT_H

#include <stdbool.h>
#include <stddef.h>

struct init_command {
    const char *kind; /* "catalog": what is made */
    const char *demo; /* "the demo's products and customers": what --demo fills in */
    bool (*create)(const char *path, bool demo, char *reason, size_t reason_size);
};

/* init [--demo] DATABASE. Returns the exit code. */
int init_run(const struct init_command *init, int argc, char **argv);

#endif
