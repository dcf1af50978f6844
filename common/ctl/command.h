/* SPDX-License-Identifier: MIT */
/* A program of subcommands: one table, a file for each row. What catalogctl and discountctl share. */
#ifndef COMMON_CTL_COMMAND_H
#define COMMON_CTL_COMMAND_H

#include <stddef.h>

/* Exit codes, which scripts may rely on; 64 (EX_USAGE of sysexits.h) for a wrong command line is argp's own. */
#define COMMAND_OK 0
#define COMMAND_FAILED 1

struct command {
    const char *name;
    const char *arguments; /* for --help */
    const char *help;      /* one line */
    /* argv[0] is "PROGRAM NAME", for messages. Returns the exit code. */
    int (*run)(int argc, char **argv);
};

struct command_table {
    const char *program;
    const char *purpose; /* one line for --help */
    const struct command *rows;
    size_t count;
};

/* main() of such a program: finds the command and runs it. Returns the exit code. */
int command_main(const struct command_table *table, int argc, char **argv);

/* Reads the command line of a command that takes a DATABASE and nothing else; anything wrong exits 64. `purpose` is for
 * its --help. */
const char *command_read_path(int argc, char **argv, const char *purpose);

#endif
