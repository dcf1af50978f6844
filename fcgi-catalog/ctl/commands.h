/* SPDX-License-Identifier: MIT */
/* The subcommands of catalogctl, a file each (main.c has the table), and what they share. */
#ifndef CATALOG_CTL_COMMANDS_H
#define CATALOG_CTL_COMMANDS_H

#include <stdint.h>

#include "common/ctl/arguments.h"

int command_init(int argc, char **argv);
int command_import(int argc, char **argv);
int command_export(int argc, char **argv);
int command_check(int argc, char **argv);
int command_upgrade(int argc, char **argv);
int command_shop(int argc, char **argv);
int command_sync(int argc, char **argv);
int command_customer_list(int argc, char **argv);
int command_customer_import(int argc, char **argv);
int command_customer_set(int argc, char **argv);
int command_customer_remove(int argc, char **argv);

/* The database of a command: the word at `index`, or without one CATALOG_DATABASE of the environment. NULL: neither is
 * given; an error was printed, and the command's exit code is EX_USAGE (64). */
const char *database_choose(const struct argument_words *words, size_t index, const char *command);

/* The word behind a number: "1 product", "0 products". */
static inline const char *plural_pick(int64_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

#endif
