/* SPDX-License-Identifier: MIT */
/*
 * What a file has said of categories so far, row by row: new statements are for the store, known ones cost one lookup,
 * and contradictions are found. Grows with the categories that the file names. Used in this room only.
 */
#ifndef CATALOG_IMPORT_FILE_CATEGORIES_H
#define CATALOG_IMPORT_FILE_CATEGORIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "fcgi-catalog/catalog/hash.h"
#include "fcgi-catalog/import/row.h"

struct file_category {
    const char *slug, *name, *parent; /* as in struct row_category */
    size_t name_line, parent_line;    /* the lines that said so */
    UT_hash_handle hh;
};

/* By slug; all zero: the file has said nothing yet. */
struct file_categories {
    struct arena arena;
    struct file_category *first;
};

void file_categories_release(struct file_categories *categories);

enum file_category_status {
    FILE_CATEGORY_NEW,         /* the category was not named before, or less was said of it */
    FILE_CATEGORY_KNOWN,       /* nothing new */
    FILE_CATEGORY_OTHER_NAME,  /* another name was said before; */
    FILE_CATEGORY_OTHER_PARENT /* it was put below another one before: in both cases nothing of this is taken in */
};

/* Takes in what a row says of a category. *before is what earlier rows said of it; its texts live as long as
 * `categories`. */
enum file_category_status file_categories_add(struct file_categories *categories, const struct row_category *category,
                                              struct file_category *before);

#endif
