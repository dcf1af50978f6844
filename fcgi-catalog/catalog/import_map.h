/* SPDX-License-Identifier: MIT */
/* Which fields the headings of a file stand for, as a person says. Plain data. */
#ifndef CATALOG_CATALOG_IMPORT_MAP_H
#define CATALOG_CATALOG_IMPORT_MAP_H

#include <stddef.h>

/* Headings are compared without regard to case and white space. */
struct import_mapping {
    const char *heading; /* as it was typed */
    const char *field;   /* see import_map_fields(); "": the column is passed over */
};

/* All zero: nothing is said. */
struct import_map {
    const struct import_mapping *items;
    size_t count;
};

#endif
