/* SPDX-License-Identifier: MIT */
/* A program of subcommands: one table, a file for each row. What catalogctl and discountctl share. */
#ifndef COMMON_CTL_COMMAND_H
#define COMMON_CTL_COMMAND_H

#include <stddef.h>

#include "common/ctl/arguments.h"
#include "common/libraries.h"

/* Exit codes, which scripts may rely on; 64 (EX_USAGE of sysexits.h) for a wrong command line is argp's own. */
#define COMMAND_OK 0
#define COMMAND_FAILED 1      /* anything that has no code of its own */
#define COMMAND_REFUSED 2     /* the input has faults; nothing was changed */
#define COMMAND_NOT_FOUND 3   /* what was asked for does not exist */
#define COMMAND_MOVED 4       /* somebody else's change came first: --expect does not hold */
#define COMMAND_UNREACHABLE 5 /* the service cannot be reached, or does not let this identity in */
#define COMMAND_FINDINGS 6    /* lint found something */
#define COMMAND_UNSETTLED 7   /* a change that may have been made, or may still be made: its use was not confirmed */
#define COMMAND_CONFIG 78     /* a setting is wrong (EX_CONFIG) */

struct command {
    const char *name;
    const char *arguments; /* for --help */
    const char *help;      /* one line */
    /* argv[0] is "PROGRAM NAME", for messages. Returns the exit code. */
    int (*run)(int argc, char **argv);
};

/* Commands of two words: NAME, then one of the table. */
struct command_group {
    const char *name;
    const struct command_table *table;
};

struct command_table {
    const char *program;
    const char *purpose; /* one line for --help */
    const struct command *rows;
    size_t count;
    const struct command_group *groups;
    size_t group_count;
    /* Options that every command takes, in the first table only. Those given before the command's name are moved behind
     * it. */
    const struct argument_row *options;
    size_t option_count;
    const struct library *libraries; /* the first table's only: for --version */
    const char *exit_codes;          /* for --help; NULL: done, failed, wrong usage */
};

/* main() of such a program: finds the command and runs it. Returns the exit code. */
int command_main(const struct command_table *table, int argc, char **argv);

/* Reads the command line of a command that takes a DATABASE and nothing else; anything wrong exits 64. `purpose` is for
 * its --help. */
const char *command_read_path(int argc, char **argv, const char *purpose);

#endif
