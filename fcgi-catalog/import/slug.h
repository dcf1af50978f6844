/* SPDX-License-Identifier: MIT */
/* Slugs made of names. Pure. Used in this room only. */
#ifndef CATALOG_IMPORT_SLUG_H
#define CATALOG_IMPORT_SLUG_H

#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"

/*
 * The text in lower case, every run of anything but a-z and 0-9 a hyphen, cut to `max` bytes. Latin, Cyrillic,
 * Greek, kana and Hangul are transliterated: "Men's Größe 42" is "men-s-grosse-42", "Łódź" is "lodz", "Чайник" is
 * "chaynik", "Tシャツ" "tshatsu". Where a letter of another script is left out, or nothing is left, a checksum of the
 * text stands at the end: "T恤" is "t-x" and 16 hexadecimal digits. "" of an empty text, and of one that is not UTF-8.
 * In `arena`.
 */
const char *slug_make(const char *text, size_t max, struct arena *arena);

/* The same as versions before made it, without transliteration and checksum: slugs that shops may have. */
const char *slug_make_before(const char *text, size_t max, struct arena *arena);

/*
 * Puts two slugs together, "shirts-red"; when that is longer than `max`, the end gives way to a checksum, so that
 * different ones stay different. In `arena`.
 */
const char *slug_join(const char *first, const char *second, size_t max, struct arena *arena);

/* FNV-1a, of 64 bits. */
uint64_t slug_checksum(const char *text);

#endif
