/* SPDX-License-Identifier: MIT */
/* What a row of a file says of a product. Plain data. */
#ifndef CATALOG_IMPORT_ROW_H
#define CATALOG_IMPORT_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/catalog/product.h"
#include "fcgi-catalog/import/faults.h"

/* Whether a row contradicts what was said of a category before; NULL: nothing is or was said. */
static inline bool row_says_other(const char *now, const char *before)
{
    return now != NULL && before != NULL && strcmp(now, before) != 0;
}

/* What a row says of a category, besides that the product is in it. */
struct row_category {
    const char *slug;
    const char *name;        /* NULL: nothing; "": it has none */
    const char *parent;      /* NULL: nothing; "": it is at the top; else the slug of the one above it */
    struct file_place place; /* where the row says so */
};

/*
 * Every text is UTF-8, within the limits and of the form that catalog/field.h gives, and never NULL. A field that is
 * not given is "" or 0, and an update leaves it as it is; one that is given and empty is emptied. The slug is never
 * empty when it is given.
 */
struct product_row {
    size_t line;            /* of the file, from 1: where the row begins */
    bool is_of_categories;  /* it describes categories, and has no product */
    bool is_withdrawn;      /* of a product that is not on sale, known by its slug or else its SKU: see withdraw() of
                               store/import.h */
    bool is_former;         /* of a product that has left: its id, and slug and SKU, of any form, if they are known */
    unsigned fields;        /* which of the product's fields are given: enum field_bit */
    struct product product; /* id 0: not given; its categories are its own ones; tags and categories each once */
    const char *old_slug;   /* what versions before made the slug of the same name; NULL: that, or nothing else */
    const char *currency;   /* FIELD_CURRENCY: a known code, or "" */
    const struct row_category *categories; /* parents before children, each once; may be none */
    size_t category_count;
    struct file_place id_place, places[FIELD_COUNT]; /* the places of what is given; line 0: it is not */
};

#endif
