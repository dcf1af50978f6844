/* SPDX-License-Identifier: MIT */
/* What a command writes: to standard output, or into a file that is there whole or not at all. */
#ifndef DISCOUNT_CTL_OUTPUT_H
#define DISCOUNT_CTL_OUTPUT_H

#include <stdio.h>

#include "common/compiler.h"
#include "discount/ctl/options.h"

struct output {
    const struct ctl_options *options;
    const char *path; /* NULL: standard output */
    char *temporary;
    FILE *stream;
};

/* Begins to write to `path`, beside it at first; NULL or "-": standard output. COMMAND_OK, or it was told. */
MUST_CHECK int output_open(struct output *output, const struct ctl_options *options, const char *path);

/* Ends: with `is_whole` the file, all of it on the disk, takes the place of what was at the path; without, nothing
 * changes. COMMAND_OK, or it was told. */
MUST_CHECK int output_close(struct output *output, bool is_whole);

#endif
