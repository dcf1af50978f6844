/* SPDX-License-Identifier: MIT */
/* The subcommands of discountctl. Each has a file of its own; main.c has the table. */
#ifndef DISCOUNT_CTL_COMMAND_H
#define DISCOUNT_CTL_COMMAND_H

/* Exit codes, which scripts may rely on; 64 (EX_USAGE of sysexits.h) for a wrong command line is argp's own. */
#define COMMAND_OK 0
#define COMMAND_FAILED 1

struct command {
    const char *name;
    const char *arguments; /* for --help */
    const char *help;      /* one line */
    /* argv[0] is "discountctl NAME", for messages. Returns the exit code. */
    int (*run)(int argc, char **argv);
};

int command_init(int argc, char **argv);

#endif
