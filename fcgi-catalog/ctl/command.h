/* SPDX-License-Identifier: MIT */
/* The subcommands of catalogctl. Each has a file of its own; main.c has the table. */
#ifndef CATALOG_CTL_COMMAND_H
#define CATALOG_CTL_COMMAND_H

/* Exit codes; 64 (EX_USAGE of sysexits.h) for a wrong command line is argp's own. */
#define COMMAND_OK 0
#define COMMAND_FAILED 1

struct command {
    const char *name;
    const char *arguments; /* for --help */
    const char *help;      /* one line */
    /* argv[0] is "catalogctl NAME", for messages. Returns the exit code. */
    int (*run)(int argc, char **argv);
};

int command_init(int argc, char **argv);
int command_check(int argc, char **argv);

#endif
