/* SPDX-License-Identifier: MIT */
/* The categories of one revision of the shop. */
#include "fcgi-catalog/site/tree.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "fcgi-catalog/catalog/json.h"

#define READS_MAX 3 /* while somebody changes the shop */

struct tree {
    atomic_size_t users;
    struct arena arena;
    struct shop shop;
    struct category_list categories;
    struct text json;
};

/* ---- Making ---- */

/* The list is of a revision when that was the same before and after. */
static enum store_status read_list(struct store *store, struct tree *tree)
{
    struct shop after;

    for (int i = 0; i < READS_MAX; i++) {
        enum store_status status = store->methods->shop(store, &tree->shop);
        if (status == STORE_OK)
            status = store->methods->list_categories(store, &tree->arena, &tree->categories);
        if (status == STORE_OK)
            status = store->methods->shop(store, &after);
        if (status != STORE_OK || after.revision == tree->shop.revision)
            return status;
    }
    return STORE_BUSY;
}

static void print_json(struct tree *tree)
{
    char *text = json_print_categories(&tree->categories);

    tree->json.bytes = arena_print(&tree->arena, "%s\n", text);
    tree->json.length = strlen(tree->json.bytes);
    free(text);
}

enum store_status tree_read(struct store *store, struct tree **tree)
{
    struct tree *fresh = memory_get_zeroed(1, sizeof *fresh);
    enum store_status status = read_list(store, fresh);

    atomic_init(&fresh->users, 1);
    if (status != STORE_OK) {
        tree_drop(fresh);
        return status;
    }
    print_json(fresh);
    *tree = fresh;
    return STORE_OK;
}

/* ---- Users ---- */

struct tree *tree_take(struct tree *tree)
{
    atomic_fetch_add_explicit(&tree->users, 1, memory_order_relaxed);
    return tree;
}

void tree_drop(struct tree *tree)
{
    /* The thread that frees must see all that other users did with the tree. */
    if (tree == NULL || atomic_fetch_sub_explicit(&tree->users, 1, memory_order_acq_rel) > 1)
        return;
    arena_release(&tree->arena);
    free(tree);
}

/* ---- Reading ---- */

int64_t tree_revision(const struct tree *tree)
{
    return tree->shop.revision;
}

int64_t tree_changed_at(const struct tree *tree)
{
    return tree->shop.changed_at;
}

const struct category_list *tree_categories(const struct tree *tree)
{
    return &tree->categories;
}

const struct category_entry *tree_find(const struct tree *tree, const char *slug)
{
    return category_find(&tree->categories, slug);
}

struct category_list tree_children(const struct tree *tree, const struct category_entry *category, struct arena *arena)
{
    const struct category_list *all = &tree->categories;
    struct category_entry *items = arena_get(arena, all->count * sizeof *items);
    size_t count = 0;

    for (size_t i = 0; i < all->count; i++) {
        if (all->items[i].parent != NULL && strcmp(all->items[i].parent, category->slug) == 0)
            items[count++] = all->items[i];
    }
    return (struct category_list){.items = items, .count = count};
}

struct text tree_json(const struct tree *tree)
{
    return tree->json;
}
