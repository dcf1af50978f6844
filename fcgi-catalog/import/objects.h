/* SPDX-License-Identifier: MIT */
/*
 * Finds the objects of a list of JSON, "[{…},{…}]", or of several lists one after the other, byte by byte, without
 * keeping any: the caller parses an object itself. Pure. Used in this room only.
 */
#ifndef CATALOG_IMPORT_OBJECTS_H
#define CATALOG_IMPORT_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>

/* All zero: before the first list. */
struct objects {
    enum { OBJECTS_NO_LIST, OBJECTS_FIRST, OBJECTS_NEXT, OBJECTS_BEHIND } place; /* in the list; not in an object */
    size_t depth;                                                                /* 0: not in an object */
    bool is_in_text, is_escaped;
};

/* What a byte is. */
enum objects_step {
    OBJECTS_BETWEEN, /* of no object */
    OBJECTS_BEGIN,   /* the first of one */
    OBJECTS_INSIDE,
    OBJECTS_END,  /* the last one of it */
    OBJECTS_WRONG /* no list of objects can go on so: reading on makes no sense */
};

enum objects_step objects_step(struct objects *objects, char byte);

/* What is allowed in the place of a wrong byte, or of the end of the file. */
const char *objects_expect(const struct objects *objects);

#endif
