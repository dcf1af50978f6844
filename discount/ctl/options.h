/* SPDX-License-Identifier: MIT */
/* What every command of discountctl takes, and what can be set for it. */
#ifndef DISCOUNT_CTL_OPTIONS_H
#define DISCOUNT_CTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "common/ctl/arguments.h"
#include "common/settings.h"
#include "common/zone.h"
#include "discount/rule/rule.h"

/* Each command has a structure that begins with this one. All zero: nothing was given. */
struct ctl_options {
    const char *name; /* "discountctl rule list", for messages */
    const char *config;
    const char *host;
    int64_t timeout_s; /* 0: OPTIONS_TIMEOUT_S */
    bool is_json;
    bool is_plain; /* --no-colour */
};

#define OPTIONS_TIMEOUT_S 60

extern const struct argument_row ctl_option_rows[];
extern const size_t ctl_option_count;

/* A command that changes rules has this instead, and change_option_rows. */
struct change_options {
    struct ctl_options ctl;
    const char *message;
    int64_t expect; /* 0: any revision */
    bool is_dry_run;
};

extern const struct argument_row change_option_rows[];
extern const size_t change_option_count; /* --message and --expect */

/* The rows of a struct change_options at that offset of the command's structure. */
#define CHANGE_OPTIONS(offset_)                                                                                        \
    TEXT_OPTION("message", (offset_) + offsetof(struct change_options, message), "WHY", "for the history"),            \
        NUMBER_OPTION("expect", (offset_) + offsetof(struct change_options, expect), "REVISION",                       \
                      "change nothing (exit code 4) when the rules have moved on from it", 1, INT64_MAX)

/*
 * Runs a command: reads its command line by `arguments`, to which the options of every command are added, into
 * `options`, which begins with a struct ctl_options, and hands these, the words and an arena to `run`. The exit code.
 */
typedef int options_run_f(const void *options, const struct argument_words *words, struct arena *arena);
int options_run(const struct arguments *arguments, int argc, char **argv, void *options, options_run_f *run);

struct ctl_settings {
    char *host;
    char *zone; /* the shop's time zone; "": UTC */
    char *ca, *certificate, *key;
};

extern const struct settings_table ctl_settings_table;

/* The shop's time zone, for what names none: a name that zone_is_known() knows, or "". COMMAND_OK, or COMMAND_CONFIG,
 * a setting that is wrong having been told. */
MUST_CHECK int options_zone(const struct ctl_options *options, char zone[ZONE_NAME_MAX + 1]);

#endif
