/* SPDX-License-Identifier: MIT */
/*
 * The categories as a tree, and which of them a product is in. Pure: whoever reads the database fills it in.
 *
 *     electronics            a product in "phones" and "sale" is in
 *       ├ phones             phones, sale, electronics
 *       └ cameras
 *     sale
 */
#ifndef CATALOG_STORE_SQLITE_CATEGORIES_H
#define CATALOG_STORE_SQLITE_CATEGORIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/hash.h"
#include "fcgi-catalog/catalog/product.h"

struct category {
    const char *slug;
    const char *parent_slug; /* as it was added; NULL: at the top */
    struct category *parent;
    size_t mark;       /* of the last walk up the tree that passed it */
    UT_hash_handle hh; /* by slug */
    /* What an import knows besides. */
    char *name; /* on the heap; "": it has none */
    int64_t number;
    bool was_put;  /* by put_category() */
    bool is_used;  /* products have its name among their words, or may */
    bool is_empty; /* these two: see prune() */
    size_t children;
};

/* All zero is an empty tree. */
struct categories {
    struct category *first; /* the list of all, by hh.next */
    size_t marks;           /* used so far */
    struct arena arena;     /* of categories and slugs */
};

void categories_release(struct categories *categories);

/* Texts are copied. `parent_slug` may be NULL. */
struct category *categories_add(struct categories *categories, const char *slug, const char *parent_slug);

/* Gives each its parent. On false `reason` names a category whose parent is not there, or that is above itself. */
MUST_CHECK bool categories_join(struct categories *categories, char *reason, size_t reason_size);

/* The category of this slug in a tree, or NULL. */
struct category *categories_find(const struct categories *categories, const char *slug);

/*
 * Puts a product into `count` different categories of the tree: it gets their slugs, then those of all above them, in
 * an array in `arena`; the slugs stay the tree's. False: there are more than PRODUCT_CATEGORIES_MAX.
 */
MUST_CHECK bool categories_put(struct categories *categories, struct category *const *own, size_t count,
                               struct arena *arena, struct product *product);

#endif
