/* SPDX-License-Identifier: MIT */
/* The subcommands of catalogctl. Each has a file of its own; main.c has the table. */
#ifndef CATALOG_CTL_COMMANDS_H
#define CATALOG_CTL_COMMANDS_H

int command_init(int argc, char **argv);
int command_import(int argc, char **argv);
int command_export(int argc, char **argv);
int command_check(int argc, char **argv);
int command_upgrade(int argc, char **argv);

#endif
