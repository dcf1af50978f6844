/* SPDX-License-Identifier: MIT */
/* A file that an import reads, piece by piece. */
#ifndef CATALOG_CTL_INPUT_H
#define CATALOG_CTL_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

struct input {
    const char *command, *name; /* for messages: "catalogctl import", and "standard input" or the path */
    int fd;
    uint64_t size, bytes_read; /* size 0: not known */
};

/* What people call it. */
const char *input_name(const char *path);

/* Opens the file; "-" is standard input. False: an error was printed. */
MUST_CHECK bool input_open(struct input *input, const char *command, const char *path);
void input_close(struct input *input);

/* Hands the file on until it ends or `take` returns false. False: it could not be read to its end; *cause is its
 * errno. */
MUST_CHECK bool input_feed(struct input *input, bool (*take)(void *data, const char *bytes, size_t length), void *data,
                           int *cause);

#endif
