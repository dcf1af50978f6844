/* SPDX-License-Identifier: MIT */
/*
 * A product's categories, tags, images and variants as they are in its own row, the column product.lists: in this
 * order, each kind in the order in which it is read, and every text with a NUL behind it.
 *
 *     'c' slug NUL            a category that it is put into
 *     't' tag NUL
 *     'i' url NUL alt NUL     an image
 *     'v' id NUL options NUL … NUL
 *                             a variant: options as of catalog/variant.h, then the fields of variant.def
 *
 * The view lists_now makes the same of the tables that say it. Used in this room only.
 */
#ifndef CATALOG_STORE_SQLITE_LISTS_H
#define CATALOG_STORE_SQLITE_LISTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/product.h"

/* Bytes in an arena. */
struct lists {
    const char *bytes;
    size_t size;
};

/* The product's own categories, its tags, images and variants. */
struct lists lists_pack(const struct product *product, struct arena *arena);

/* The name of the one option of a variant whose options cannot be read; its value is all of their text. */
#define LISTS_MENDED_OPTION "?"

/* Gives the product the categories that it is put into, and no others, its tags, images and variants; all of them live
 * in `arena`. False: the bytes are not as said above. */
MUST_CHECK bool lists_unpack(const void *bytes, size_t size, struct arena *arena, struct product *product);

#endif
