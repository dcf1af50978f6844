/* SPDX-License-Identifier: MIT */
/* What a command writes: to standard output, or into a file that is there whole or not at all. */
#ifndef COMMON_CTL_OUTPUT_H
#define COMMON_CTL_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "common/compiler.h"

struct output {
    const char *command; /* "catalogctl export", for messages */
    const char *path;    /* NULL: standard output */
    char *temporary;     /* the file that is written; NULL: no file is replaced */
    char *place;         /* the file to be replaced: the path, or the target of its link */
    FILE *stream;
};

/*
 * Opens standard output for a `path` that is NULL, "-" or names standard output; else a temporary file beside `path`,
 * or beside the target of a link. A device, a FIFO or another file that is not regular is written directly. The new
 * file gets the mode of the file that it replaces, and its owner where this user may give it. COMMAND_OK, or
 * COMMAND_FAILED after a message.
 */
MUST_CHECK int output_open(struct output *output, const char *command, const char *path);

/* Closes the output. With `is_whole` the temporary file is synced to the disk and renamed to the path; without, it is
 * removed. COMMAND_OK, or COMMAND_FAILED after a message. */
MUST_CHECK int output_close(struct output *output, bool is_whole);

#endif
