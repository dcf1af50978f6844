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
    char *temporary;     /* NULL: nothing is replaced */
    char *place;         /* what is: the path, or what it leads to */
    FILE *stream;
};

/*
 * Begins to write to `path`, beside it at first; NULL, "-" or what standard output is: standard output. Through a link
 * to what it names; a device, a FIFO or another thing that is no regular file is written into at once. A file that is
 * replaced keeps its mode, and its owner where this user may give it. COMMAND_OK, or it was told.
 */
MUST_CHECK int output_open(struct output *output, const char *command, const char *path);

/* Ends: with `is_whole` the file, all of it on the disk, takes the place of what was at the path; without, nothing
 * changes. COMMAND_OK, or it was told. */
MUST_CHECK int output_close(struct output *output, bool is_whole);

#endif
