/* SPDX-License-Identifier: MIT */
/*
 * Square's item library as CSV. What becomes of its columns:
 *
 *     Reference Handle, Item Name
 *                             rows of one are the variations of an item
 *     Item Name, Permalink    name, and the slug: the permalink, or made of the name
 *     Variation Name          options of the variant, where there are several
 *     SKU, Description        sku, description
 *     Categories, Category    categories, "Clothing > Shirts, Sale"
 *     Price, Online Sale Price
 *                             price: the lower of the two, with the other one for compare-at price
 *     Square Online Item Visibility, Archived
 *                             hidden, unavailable and archived items are not on sale
 *
 * A price of "variable" is none, and all other columns (quantities by location …) are passed over.
 */
#include <string.h>
#include <strings.h>

#include "fcgi-catalog/import/plain.h"

static const struct shop_column columns[PLAIN_COLUMNS] = {
    [PLAIN_KEY] = {.names = SHOP_NAMES("reference handle")},
    [PLAIN_ID] = {.names = SHOP_NAMES("token"), .is_mark = true},
    [PLAIN_NAME] = {.names = SHOP_NAMES("item name"), .is_text = true, .is_needed = true},
    [PLAIN_SLUG] = {.names = SHOP_NAMES("permalink")},
    [PLAIN_OPTION] = {.names = SHOP_NAMES("variation name"), .is_mark = true},
    [PLAIN_SKU] = {.names = SHOP_NAMES("sku"), .is_text = true},
    [PLAIN_DESCRIPTION] = {.names = SHOP_NAMES("description"), .is_text = true},
    [PLAIN_CATEGORIES] = {.names = SHOP_NAMES("categories", "category")},
    [PLAIN_PRICE] = {.names = SHOP_NAMES("price")},
    [PLAIN_SALE_PRICE] = {.names = SHOP_NAMES("online sale price")},
    [PLAIN_STATE] = {.names = SHOP_NAMES("square online item visibility"), .is_mark = true},
    [PLAIN_STATE + 1] = {.names = SHOP_NAMES("archived")},
};

static const char *find_key(struct shop *shop, const struct shop_row *row, const char **other, struct arena *arena)
{
    const char *key = plain_key(shop, row, other, arena);

    return key != NULL ? key : arena_print(arena, "name:%s", shop_cell(shop, row, PLAIN_NAME).text);
}

const struct shop_format square_format = {
    .title = "Square's item library",
    .lack = "the header lacks Item Name; Square's item library has it",
    .columns = columns,
    .column_count = PLAIN_COLUMNS,
    .marks = 2,
    .makes_handles = true,
    .plain = &(const struct plain_rules){.states = {{.shown = SHOP_NAMES("visible"),
                                                     .hidden = SHOP_NAMES("hidden", "unavailable")},
                                                    {.shown = SHOP_NAMES("n"), .hidden = SHOP_NAMES("y")}},
                                         .no_price = "variable",
                                         .category_separators = ",",
                                         .tag_separators = "",
                                         .image_separators = "",
                                         .path_separator = '>'},
    .key = find_key,
    .build = plain_build,
};
