/* SPDX-License-Identifier: MIT */
/* Where a product is. */
#include "fcgi-catalog/catalog/product.h"

#include "fcgi-catalog/catalog/field.h"

const char *product_path(const struct product *product, struct arena *arena)
{
    if (field_is_slug(product->slug))
        return arena_print(arena, "/products/%s", product->slug);
    return arena_print(arena, "/products/%d", (int)product->id);
}
