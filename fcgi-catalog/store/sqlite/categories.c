/* SPDX-License-Identifier: MIT */
/* The categories as a tree, and which of them a product is in. */
#include "fcgi-catalog/store/sqlite/categories.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void categories_release(struct categories *categories)
{
    for (struct category *category = categories->first; category != NULL; category = category->hh.next)
        free(category->name);
    HASH_CLEAR(hh, categories->first);
    arena_release(&categories->arena);
    *categories = (struct categories){0};
}

static const char *copy(struct categories *categories, const char *text)
{
    return text != NULL ? arena_copy(&categories->arena, text, strlen(text)) : NULL;
}

struct category *categories_add(struct categories *categories, const char *slug, const char *parent_slug)
{
    struct category *category = arena_get(&categories->arena, sizeof *category);

    *category = (struct category){.slug = copy(categories, slug), .parent_slug = copy(categories, parent_slug)};
    HASH_ADD_KEYPTR(hh, categories->first, category->slug, strlen(category->slug), category);
    return category;
}

struct category *categories_find(const struct categories *categories, const char *slug)
{
    struct category *category;

    HASH_FIND_STR(categories->first, slug, category);
    return category;
}

static bool find_parents(struct categories *categories, char *reason, size_t reason_size)
{
    for (struct category *category = categories->first; category != NULL; category = category->hh.next) {
        if (category->parent_slug == NULL)
            continue;
        category->parent = categories_find(categories, category->parent_slug);
        if (category->parent == NULL) {
            snprintf(reason, reason_size, "category \"%s\": its parent \"%s\" is no category", category->slug,
                     category->parent_slug);
            return false;
        }
    }
    return true;
}

/* Walks up from each category: a mark of the same walk closes a circle, one of an earlier walk leads to the top. */
static bool check_circles(struct categories *categories, char *reason, size_t reason_size)
{
    for (struct category *start = categories->first; start != NULL; start = start->hh.next) {
        struct category *category = start;
        for (size_t mark = ++categories->marks; category != NULL && category->mark == 0; category = category->parent)
            category->mark = mark;
        if (category != NULL && category->mark == categories->marks) {
            snprintf(reason, reason_size, "category \"%s\" is above itself, by way of its parent \"%s\"",
                     category->slug, category->parent_slug);
            return false;
        }
    }
    return true;
}

bool categories_join(struct categories *categories, char *reason, size_t reason_size)
{
    return find_parents(categories, reason, reason_size) && check_circles(categories, reason, reason_size);
}

bool categories_put(struct categories *categories, struct category *const *own, size_t count, struct arena *arena,
                    struct product *product)
{
    const char *slugs[PRODUCT_CATEGORIES_MAX];
    size_t used = 0, mark = ++categories->marks;

    if (count > PRODUCT_CATEGORIES_MAX)
        return false;
    for (; used < count; used++) {
        slugs[used] = own[used]->slug;
        own[used]->mark = mark;
    }
    for (size_t i = 0; i < count; i++) {
        /* The categories above a marked one are in already, or are put in at its own turn. */
        for (struct category *above = own[i]->parent; above != NULL && above->mark != mark; above = above->parent) {
            if (used == PRODUCT_CATEGORIES_MAX)
                return false;
            slugs[used++] = above->slug;
            above->mark = mark;
        }
    }
    const char **kept = arena_get(arena, used * sizeof *kept);
    memcpy(kept, slugs, used * sizeof *kept);
    product->categories = kept;
    product->category_count = used;
    product->own_category_count = count;
    return true;
}
