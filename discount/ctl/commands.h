/* SPDX-License-Identifier: MIT */
/* The subcommands of discountctl, each of the signature of common/ctl/command.h; main.c has the tables. */
#ifndef DISCOUNT_CTL_COMMANDS_H
#define DISCOUNT_CTL_COMMANDS_H

int command_init(int argc, char **argv);

int command_rule_list(int argc, char **argv);
int command_rule_show(int argc, char **argv);
int command_rule_set(int argc, char **argv);
int command_rule_remove(int argc, char **argv);
int command_rule_enable(int argc, char **argv);
int command_rule_disable(int argc, char **argv);

int command_group_list(int argc, char **argv);
int command_group_show(int argc, char **argv);
int command_group_set(int argc, char **argv);
int command_group_remove(int argc, char **argv);
int command_group_add(int argc, char **argv);
int command_group_drop(int argc, char **argv);

int command_product_list(int argc, char **argv);
int command_product_set(int argc, char **argv);
int command_product_remove(int argc, char **argv);

int command_import(int argc, char **argv);
int command_export(int argc, char **argv);

int command_explain(int argc, char **argv);
int command_preview(int argc, char **argv);
int command_lint(int argc, char **argv);

int command_history(int argc, char **argv);
int command_diff(int argc, char **argv);
int command_rollback(int argc, char **argv);
int command_status(int argc, char **argv);

#endif
