/* SPDX-License-Identifier: MIT */
/* Headings of other systems' files, compared without regard to how they are typed. Pure. Used in this room only. */
#ifndef CATALOG_IMPORT_HEADING_H
#define CATALOG_IMPORT_HEADING_H

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"

/*
 * The heading in the form that tables have: NFKC with case folded (Unicode), one space for every run of white space,
 * none at the ends and before a question mark, and straight apostrophes. In `arena`.
 */
const char *heading_fold(const char *heading, struct arena *arena);

/* Whether the folded heading is `name`, in which "%d" stands for a whole number from 1 to `most`. *number is that
 * number, 1 for a name without. */
bool heading_is(const char *heading, const char *name, size_t most, size_t *number);

#endif
