/* SPDX-License-Identifier: MIT */
/*
 * What a file has said of categories so far, row by row: what is new goes to the store, what is not costs one look, and
 * what contradicts is found. Grows with the categories that the file names. Used in this room only.
 */
#ifndef CATALOG_IMPORT_TOLD_H
#define CATALOG_IMPORT_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "fcgi-catalog/import/row.h"

struct told_category {
    const char *slug, *name, *parent; /* as in struct row_category */
    size_t name_line, parent_line;    /* where it was said */
    size_t hash;
};

/* All zero: nothing was told. */
struct told {
    struct arena arena;
    struct told_category *places; /* by hash, open addressing; a slug of NULL is a free place */
    size_t room, count;
};

void told_release(struct told *told);

enum told_status {
    TOLD_NEW,         /* the category was not named before, or less was said of it */
    TOLD_KNOWN,       /* nothing new */
    TOLD_OTHER_NAME,  /* another name was said before; */
    TOLD_OTHER_PARENT /* it was put below another one before: nothing of this is taken in then */
};

/* Takes in what a row says. *before is what was said of it until now; it lives during the call and up to the
 * next. */
enum told_status told_add(struct told *told, const struct row_category *category, struct told_category *before);

#endif
