/* SPDX-License-Identifier: MIT */
/* Percent-encoding (RFC 3986, 2.1): what paths and queries share. Pure. */
#ifndef CATALOG_CATALOG_PERCENT_H
#define CATALOG_CATALOG_PERCENT_H

#include <stddef.h>

#include "common/arena.h"
#include "common/buffer.h"

/* The byte that the `left` bytes at `at` begin with, when they are "%41" and so on; -1: they are not. */
int percent_read(const char *at, size_t left);

/* Appends the text with every byte encoded but letters, digits, "-._~" and those of `also`. */
void percent_append(struct buffer *buffer, const char *text, const char *also);

/* The same as a text in `arena`. */
const char *percent_print(const char *text, const char *also, struct arena *arena);

/* Bytes that stay as they are: in a path, and in a query string that is encoded already (3.4), with its '%'. */
#define PERCENT_PATH "/"
#define PERCENT_QUERY "%!$&'()*+,;=:@/?"

#endif
