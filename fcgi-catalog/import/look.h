/* SPDX-License-Identifier: MIT */
/* A first look at a file (struct import_look). Used in this room only. */
#ifndef CATALOG_IMPORT_LOOK_H
#define CATALOG_IMPORT_LOOK_H

#include "fcgi-catalog/import/shop.h"

/* Takes the header or the next row into the look of the shop's source. `format` NULL: it is of no shop. False: enough
 * was seen. */
bool look_take(struct shop *shop, const struct shop_format *format, const struct cell *cells, size_t count,
               struct arena *arena);

#endif
