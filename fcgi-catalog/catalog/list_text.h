/* SPDX-License-Identifier: MIT */
/* A list in one text: parts with separators between them, and a backslash before a byte that belongs to a part and is
 * one of some special ones. Pure. */
#ifndef CATALOG_CATALOG_LIST_TEXT_H
#define CATALOG_CATALOG_LIST_TEXT_H

#include "common/arena.h"
#include "common/buffer.h"

/* Appends a part, with a backslash before each byte of `special`. */
void list_put(struct buffer *list, const char *part, const char *special);

/*
 * The next part of a list: up to one of `separators` or the end, without the backslashes before bytes of `special`.
 * *found is the separator, NUL at the end. *at moves behind it. In `arena`.
 */
const char *list_next(const char **at, const char *separators, const char *special, char *found, struct arena *arena);

#endif
