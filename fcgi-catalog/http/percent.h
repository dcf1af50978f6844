/* SPDX-License-Identifier: MIT */
/* Percent-encoding (RFC 3986, 2.1): what paths and queries share. Pure. Used in this room only. */
#ifndef CATALOG_HTTP_PERCENT_H
#define CATALOG_HTTP_PERCENT_H

#include <stddef.h>

/* The byte that the `left` bytes at `at` begin with, when they are "%41" and so on; -1: they are not. */
int percent_read(const char *at, size_t left);

#endif
