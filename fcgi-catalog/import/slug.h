/* SPDX-License-Identifier: MIT */
/* Slugs made of names. Pure. Used in this room only. */
#ifndef CATALOG_IMPORT_SLUG_H
#define CATALOG_IMPORT_SLUG_H

#include <stddef.h>

#include "common/arena.h"

/*
 * The text in lower case without accents, every run of anything but a-z and 0-9 a hyphen, cut to `max` bytes: "Men's
 * Größe 42" is "men-s-grosse-42". "" when nothing of it is left. In `arena`.
 */
const char *slug_make(const char *text, size_t max, struct arena *arena);

/*
 * Puts two slugs together, "shirts-red"; when that is longer than `max`, the end gives way to a checksum, so that
 * different ones stay different. In `arena`.
 */
const char *slug_join(const char *first, const char *second, size_t max, struct arena *arena);

#endif
