/* SPDX-License-Identifier: MIT */
/*
 * Settings: one table per program says what can be set. A value comes from, first found wins,
 *
 *   1. the environment variable of the setting's name,
 *   2. a line NAME=value of the settings file,
 *   3. the table's default.
 *
 * The settings file is the one named by --config, else by the program's configuration variable, else a file of a
 * fixed name beside the executable, else there is none. It holds NAME=value lines as systemd's EnvironmentFile= reads
 * them: '#' or ';' opens a comment line, a value may stand in single or double quotes. An unknown name, a name that
 * stands twice, a line that is not NAME=value or a value that is not allowed is an error that names the file, the line,
 * the name, the value and what is allowed.
 *
 * A relative path in the settings file is taken from the file's own directory; one from the environment or a default,
 * from the working directory, except that defaults are taken from the settings file's directory when there is such a
 * file.
 */
#ifndef COMMON_SETTINGS_H
#define COMMON_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/compiler.h"

/* What a program exits with when a setting is wrong (EX_CONFIG of sysexits.h). */
#define SETTINGS_EXIT_CODE 78

enum setting_type {
    SETTING_TEXT,   /* char *: any text without control characters */
    SETTING_PATH,   /* char *: a path, made relative to the right directory; empty stays empty */
    SETTING_NUMBER, /* int64_t: decimal, min … max */
    SETTING_CHOICE, /* int64_t: the index of the value in `choices` */
};

struct setting {
    const char *name; /* NAME, also of the environment variable */
    enum setting_type type;
    size_t offset;              /* of the field in the target structure; offsetof() */
    const char *fallback;       /* the default, as text */
    const char *help;           /* one line for --help */
    int64_t min, max;           /* SETTING_NUMBER */
    const char *unit;           /* SETTING_NUMBER: "ms", "bytes", …; NULL when it counts things */
    const char *const *choices; /* SETTING_CHOICE: ended by NULL */
    /* A further check of a text or path: returns NULL if it is allowed, else what is allowed. May be NULL. */
    const char *(*check)(const char *value);
};

/* Rows by type. */
#define TEXT_SETTING(name_, offset_, fallback_, help_, check_)                                                         \
    {                                                                                                                  \
        .name = name_, .type = SETTING_TEXT, .offset = offset_, .fallback = fallback_, .help = help_, .check = check_  \
    }
#define PATH_SETTING(name_, offset_, fallback_, help_, check_)                                                         \
    {                                                                                                                  \
        .name = name_, .type = SETTING_PATH, .offset = offset_, .fallback = fallback_, .help = help_, .check = check_  \
    }
#define NUMBER_SETTING(name_, offset_, fallback_, help_, min_, max_, unit_)                                            \
    {                                                                                                                  \
        .name = name_, .type = SETTING_NUMBER, .offset = offset_, .fallback = fallback_, .help = help_, .min = min_,   \
        .max = max_, .unit = unit_                                                                                     \
    }
#define CHOICE_SETTING(name_, offset_, fallback_, help_, choices_)                                                     \
    {                                                                                                                  \
        .name = name_, .type = SETTING_CHOICE, .offset = offset_, .fallback = fallback_, .help = help_,                \
        .choices = choices_                                                                                            \
    }

/* Checks of a path that must be given, and of host:port; the choices of a switch. */
const char *settings_check_path(const char *value);
const char *settings_check_host(const char *value);
extern const char *const settings_off_or_on[];

struct settings_table {
    const struct setting *rows;
    size_t count;
    const char *config_variable; /* the environment variable that names the settings file */
    const char *config_name;     /* the settings file's name beside the executable */
};

/*
 * Fills the fields of `target` that the table names. Text fields get memory of their own; settings_release() frees it.
 * `config_path` is --config's value, or NULL. On false nothing in `target` needs releasing and `reason` holds one line.
 */
MUST_CHECK bool settings_load(const struct settings_table *table, const char *config_path, void *target, char *reason,
                              size_t reason_size);

void settings_release(const struct settings_table *table, void *target);

/* Prints a line for each row: name, default, what is allowed, help. For --help. */
void settings_describe(const struct settings_table *table, FILE *out);

#endif
