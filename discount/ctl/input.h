/* SPDX-License-Identifier: MIT */
/* Files that commands are given, "-" being standard input. */
#ifndef DISCOUNT_CTL_INPUT_H
#define DISCOUNT_CTL_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "discount/ctl/options.h"
#include "discount/rulefile/rulefile.h"

/* What people call it: "standard input", or the path. */
const char *input_name(const char *path);

/* An open input. */
struct input {
    FILE *stream;
    pid_t child; /* that writes to the stream; 0: none */
};

/* Opens a file, or what `catalogctl export` writes of a catalog's database: the program beside this one, or else of the
 * PATH. False: errno says why. */
MUST_CHECK bool input_open(struct input *input, const char *path);
MUST_CHECK bool input_open_catalog(struct input *input, const char *database);

/* False: the child that wrote to the stream failed, and said so. */
MUST_CHECK bool input_close(struct input *input);

/* Reads the whole of it, at most `max` bytes, into the arena, a NUL behind it. COMMAND_OK, or an exit code, what is
 * wrong having been told. */
MUST_CHECK int input_read(const struct ctl_options *options, const char *path, size_t max, struct arena *arena,
                          char **text, size_t *length);

/* Reads a rule file. The same results. */
MUST_CHECK int input_rulefile(const struct ctl_options *options, const char *path, struct arena *arena,
                              struct rulefile *rulefile);

#endif
