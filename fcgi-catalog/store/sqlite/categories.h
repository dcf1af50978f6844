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

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/product.h"

struct category {
    const char *slug;
    const char *parent_slug; /* NULL: it is at the top */
    struct category *parent;
    size_t mark; /* of the last walk that came by */
};

/* All zero is an empty tree. */
struct categories {
    struct category *items; /* by slug, once they are joined */
    size_t count, room;
    size_t marks; /* that were used */
};

void categories_release(struct categories *categories);

/* Strings are borrowed. `parent_slug` may be NULL. */
void categories_add(struct categories *categories, const char *slug, const char *parent_slug);

/* Makes a tree of what was added. On false `reason` names a category whose parent is not there, or that is above
 * itself. */
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
