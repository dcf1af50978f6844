/* SPDX-License-Identifier: MIT */
/*
 * BigCommerce's product CSV, of its first export and of its present one. What becomes of its columns, the present
 * names behind a slash:
 *
 *     Item Type / Item        Product; SKU / Variant is a variant of the product above it; Image has an image of it;
 *                             Rule is passed over
 *     Product ID / ID         tells equal names apart
 *     Product Name / Name     name, and the slug; of a variant's name, "[S]Color=Red,[RB]Size=L", the options
 *     Options                 options of a variant, "Type=Rectangle|Name=Size|Value=L"
 *     Product Code/SKU / SKU  sku
 *     Product Description / Description
 *                             description, as plain text
 *     Price, Sale Price, Retail Price
 *                             price: the sale price where there is a lower one, the price being compared with it then;
 *                             without a sale the retail price is. 0.00 is none
 *     Product Visible? / Is Visible
 *                             N and false are not on sale
 *     Track Inventory, Current Stock Level / Inventory Tracking, Current Stock
 *                             stock; what is not tracked is in stock
 *     Category                categories, "Shop/Shirts;Sale"
 *     Brand Name              tag
 *     Product Image URL - 1 … / Image URL (Import)
 *                             images
 *
 * All other columns are passed over: Categories of the present export, too, which are numbers.
 */
#include <string.h>
#include <strings.h>

#include "fcgi-catalog/import/plain.h"

static const struct shop_column columns[PLAIN_COLUMNS] = {
    [PLAIN_KIND] = {.names = SHOP_NAMES("item type", "item"), .is_needed = true},
    [PLAIN_ID] = {.names = SHOP_NAMES("product id", "id")},
    [PLAIN_NAME] = {.names = SHOP_NAMES("product name", "name"), .is_text = true, .is_needed = true},
    [PLAIN_OPTION] = {.names = SHOP_NAMES("options")},
    [PLAIN_SKU] = {.names = SHOP_NAMES("product code/sku", "sku"), .is_text = true, .is_mark = true},
    [PLAIN_DESCRIPTION] = {.names = SHOP_NAMES("product description", "description"), .is_text = true},
    [PLAIN_PRICE] = {.names = SHOP_NAMES("price")},
    [PLAIN_SALE_PRICE] = {.names = SHOP_NAMES("sale price")},
    [PLAIN_COMPARE_AT] = {.names = SHOP_NAMES("retail price")},
    [PLAIN_STATE] = {.names = SHOP_NAMES("product visible?", "is visible"), .is_mark = true},
    [PLAIN_TRACKED] = {.names = SHOP_NAMES("track inventory", "inventory tracking"), .is_mark = true},
    [PLAIN_STOCK] = {.names = SHOP_NAMES("current stock level", "current stock")},
    [PLAIN_CATEGORIES] = {.names = SHOP_NAMES("category")},
    [PLAIN_TAGS] = {.names = SHOP_NAMES("brand name")},
    [PLAIN_IMAGES] = {.names = SHOP_NAMES("product image url - %d"), .numbers = PLAIN_IMAGES_MAX - 1},
    [PLAIN_IMAGES + PLAIN_IMAGES_MAX - 1] = {.names = SHOP_NAMES("image url (import)")},
};

static const struct plain_word kinds[] = {
    {"product", PLAIN_PRODUCT}, {"sku", PLAIN_VARIANT}, {"variant", PLAIN_VARIANT},
    {"image", PLAIN_IMAGE},     {"rule", PLAIN_NONE},   {NULL, PLAIN_NONE},
};

/* What is no product is of the one above it. */
static const char *find_key(struct shop *shop, const struct shop_row *row, const char **other, struct arena *arena)
{
    *other = NULL;
    if (plain_kind(shop, row) == PLAIN_PRODUCT) {
        const char *key = arena_print(arena, "%zu", row->line);
        shop->key.length = 0;
        buffer_append(&shop->key, key, strlen(key));
    }
    return shop->key.length > 0 ? buffer_text(&shop->key) : NULL;
}

/* Adds the text up to one of the ends. Returns where it ends. */
static const char *add_value(struct buffer *options, const char *text, const char *ends, const char *next,
                             struct arena *arena)
{
    const char *behind = strstr(text, next);
    size_t length = strcspn(text, ends);

    if (behind != NULL && (size_t)(behind - text) < length)
        length = (size_t)(behind - text);
    shop_add_option(options, cell_trim(arena_copy(arena, text, length), arena));
    return text + length;
}

static const char *join_options(const struct shop *shop, const struct shop_row *row, const struct shop_row *parent,
                                struct arena *arena)
{
    struct buffer options = {.arena = arena};
    const char *text = shop_cell(shop, row, PLAIN_OPTION).text;

    (void)parent;
    while ((text = strstr(text, "Value=")) != NULL)
        text = add_value(&options, text + strlen("Value="), "|;\n", ",Type=", arena);
    text = shop_cell(shop, row, PLAIN_NAME).text;
    for (const char *at = text; text[0] == '[' && (at = strchr(at, '=')) != NULL;)
        at = add_value(&options, at + 1, "", ",[", arena);
    return buffer_text(&options);
}

const struct shop_format bigcommerce_format = {
    .title = "BigCommerce's product export",
    .lack = "the header lacks Item Type or Product Name (Item or Name); BigCommerce's product export has both",
    .columns = columns,
    .column_count = PLAIN_COLUMNS,
    .marks = 2,
    .makes_handles = true,
    .plain =
        &(const struct plain_rules){.kinds = kinds,
                                    .states = {{.shown = SHOP_NAMES("y", "true"), .hidden = SHOP_NAMES("n", "false")}},
                                    .category_separators = ";",
                                    .tag_separators = "",
                                    .image_separators = "",
                                    .path_separator = '/',
                                    .options = join_options},
    .key = find_key,
    .build = plain_build,
};
