/* SPDX-License-Identifier: MIT */
/*
 * The categories of one revision of the shop, as they were read, and printed once. A tree never changes; it counts its
 * references, which any thread may take or drop.
 */
#ifndef CATALOG_SITE_TREE_H
#define CATALOG_SITE_TREE_H

#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/rendered_page.h"
#include "fcgi-catalog/store/store.h"

struct tree;

/* Reads the categories. On STORE_OK the caller holds a reference to the tree. */
MUST_CHECK enum store_status tree_read(struct store *store, struct tree **tree);

struct tree *tree_take(struct tree *tree);
void tree_drop(struct tree *tree); /* NULL is allowed */

int64_t tree_revision(const struct tree *tree);   /* of the shop */
int64_t tree_changed_at(const struct tree *tree); /* likewise */

/* In the order of slugs; it lives as long as the tree. */
const struct category_list *tree_categories(const struct tree *tree);

/* The category of this slug, NULL: there is none; and those right below one, in `arena`. */
const struct category_entry *tree_find(const struct tree *tree, const char *slug);
struct category_list tree_children(const struct tree *tree, const struct category_entry *category, struct arena *arena);

/* All of them as JSON, a compact array and one newline. Lives as long as the tree. */
struct text tree_json(const struct tree *tree);

#endif
