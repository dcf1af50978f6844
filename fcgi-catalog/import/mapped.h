/* SPDX-License-Identifier: MIT */
/* Files of no known system, whose headings a person maps to fields (catalog/import_map.h). Used in this room only. */
#ifndef CATALOG_IMPORT_MAPPED_H
#define CATALOG_IMPORT_MAPPED_H

#include "fcgi-catalog/catalog/import_map.h"
#include "fcgi-catalog/import/shop.h"

/* What the map says of a folded heading; NULL: nothing. */
const struct import_mapping *mapped_find(const struct import_map *map, const char *heading, struct arena *arena);

/* Whether the header has all headings of the map, which has one at least. */
bool mapped_is_for(const struct import_map *map, const struct cell *cells, size_t count, struct arena *arena);

/* The first heading of the map that the header lacks; NULL: it has all. */
const char *mapped_find_missing(const struct import_map *map, const struct cell *cells, size_t count,
                                struct arena *arena);

/* The field that such a column of a format of plain.h becomes; NULL: none by itself. */
const char *mapped_field(size_t column);

#endif
