/* SPDX-License-Identifier: MIT */
/* Where a product is, and a category in a list. */
#include "fcgi-catalog/catalog/product.h"

#include <stdlib.h>
#include <string.h>

#include "fcgi-catalog/catalog/field.h"

const char *product_path(const struct product *product, struct arena *arena)
{
    if (field_is_slug(product->slug))
        return arena_print(arena, "/products/%s", product->slug);
    return arena_print(arena, "/products/%d", (int)product->id);
}

static int compare_slug(const void *slug, const void *category)
{
    return strcmp(slug, ((const struct category_entry *)category)->slug);
}

const struct category_entry *category_find(const struct category_list *categories, const char *slug)
{
    if (categories == NULL || categories->count == 0 || slug == NULL)
        return NULL;
    return bsearch(slug, categories->items, categories->count, sizeof *categories->items, compare_slug);
}
