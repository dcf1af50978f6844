/* SPDX-License-Identifier: MIT */
/*
 * The text of a settings file: NAME=value lines, comment lines and empty lines, read as systemd's EnvironmentFile=
 * reads them. inih does the reading; what it would silently cut, join or take for something else is refused before it
 * gets there, and so is what systemd would read differently (a backslash, text behind a closing quote). Pure: bytes in,
 * lines out.
 */
#ifndef COMMON_SETTINGS_FILE_H
#define COMMON_SETTINGS_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/compiler.h"

/* A settings file's size, and the length of one line, in bytes. */
#define SETTINGS_FILE_MAX (64u * 1024u)
#define SETTINGS_LINE_MAX 4000

/* Called for each NAME=value line, in order, with the quotes taken off; name and value live for the call only. False:
 * stop, the receiver knows why. */
typedef bool settings_file_receiver(void *data, int line, const char *name, const char *value);

struct settings_file_fault {
    int line;         /* counted from 1 */
    const char *text; /* what is wrong with it, a constant */
};

/*
 * Hands every setting in `bytes` to `receive`. False: the receiver stopped (fault->line is 0), or a line is wrong
 * (*fault says which and why); lines before it were handed over.
 */
MUST_CHECK bool settings_file_parse(const char *bytes, size_t length, settings_file_receiver *receive, void *data,
                                    struct settings_file_fault *fault);

#endif
