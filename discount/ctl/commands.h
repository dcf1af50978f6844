/* SPDX-License-Identifier: MIT */
/* The subcommands of discountctl. Each has a file of its own; main.c has the table. */
#ifndef DISCOUNT_CTL_COMMANDS_H
#define DISCOUNT_CTL_COMMANDS_H

int command_init(int argc, char **argv);

#endif
