/* SPDX-License-Identifier: MIT */
/* Percent-encoding (RFC 3986, 2.1): what paths and queries share. Pure. Used in this room only. */
#ifndef CATALOG_HTTP_PERCENT_H
#define CATALOG_HTTP_PERCENT_H

#include <stddef.h>

#include "common/arena.h"

/* The byte that the `left` bytes at `at` begin with, when they are "%41" and so on; -1: they are not. */
int percent_read(const char *at, size_t left);

/* A path's bytes as an address may have them: what is neither unreserved nor a slash is encoded. In `arena`. */
const char *percent_print(const char *path, size_t length, struct arena *arena);

/* A query string as it came, with what may not stand in an address encoded. In `arena`. */
const char *percent_print_query(const char *query, struct arena *arena);

#endif
