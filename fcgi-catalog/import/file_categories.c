/* SPDX-License-Identifier: MIT */
/* What a file has said of categories. */
#include "fcgi-catalog/import/file_categories.h"

#include <string.h>

void file_categories_release(struct file_categories *categories)
{
    HASH_CLEAR(hh, categories->first);
    arena_release(&categories->arena);
    *categories = (struct file_categories){0};
}

/* Keeps a text that was said for the first time. */
static bool keep(struct file_categories *categories, const char *now, const char **kept)
{
    if (now == NULL || *kept != NULL)
        return false;
    *kept = arena_copy(&categories->arena, now, strlen(now));
    return true;
}

enum file_category_status file_categories_add(struct file_categories *categories, const struct row_category *category,
                                              struct file_category *before)
{
    struct file_category *place;

    HASH_FIND_STR(categories->first, category->slug, place);
    bool is_new = place == NULL;
    *before = (struct file_category){.slug = NULL};
    if (!is_new)
        *before = *place;
    if (row_says_other(category->parent, before->parent))
        return FILE_CATEGORY_OTHER_PARENT;
    if (row_says_other(category->name, before->name))
        return FILE_CATEGORY_OTHER_NAME;
    if (is_new) {
        place = arena_get(&categories->arena, sizeof *place);
        *place = (struct file_category){.slug = arena_copy(&categories->arena, category->slug, strlen(category->slug))};
        HASH_ADD_KEYPTR(hh, categories->first, place->slug, strlen(place->slug), place);
    }
    if (keep(categories, category->name, &place->name)) {
        place->name_line = category->place.line;
        is_new = true;
    }
    if (keep(categories, category->parent, &place->parent)) {
        place->parent_line = category->place.line;
        is_new = true;
    }
    return is_new ? FILE_CATEGORY_NEW : FILE_CATEGORY_KNOWN;
}
