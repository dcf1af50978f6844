/* SPDX-License-Identifier: MIT */
/*
 * Wix's product CSV. What becomes of its columns:
 *
 *     handleId, fieldType     rows of one handleId are a product and its variants
 *     name                    name, and the slug: that of an equal name gets the SKU or the handleId behind it
 *     description             description, as plain text
 *     productImageUrl         images, with semicolons between them; a name alone is of Wix's own server
 *     collection              categories, with semicolons between them
 *     sku                     sku
 *     price, surcharge        price; a variant's is the product's with its surcharge
 *     discountMode, discountValue
 *                             PERCENT or AMOUNT: what is taken off the price, which is the compare-at price then
 *     visible                 false is not on sale
 *     inventory               stock: InStock, OutOfStock, or a number
 *     productOptionDescription1 to 6
 *                             options of a variant, "#ff0000:Red" being Red
 *     ribbon, brand           tags
 *
 * All other columns are passed over.
 */
#include <string.h>

#include "fcgi-catalog/import/plain.h"

static const struct shop_column columns[PLAIN_COLUMNS] = {
    [PLAIN_KEY] = {.names = SHOP_NAMES("handleid"), .is_needed = true},
    [PLAIN_KIND] = {.names = SHOP_NAMES("fieldtype"), .is_needed = true},
    [PLAIN_NAME] = {.names = SHOP_NAMES("name"), .is_text = true, .is_needed = true},
    [PLAIN_DESCRIPTION] = {.names = SHOP_NAMES("description"), .is_text = true},
    [PLAIN_IMAGES] = {.names = SHOP_NAMES("productimageurl")},
    [PLAIN_CATEGORIES] = {.names = SHOP_NAMES("collection")},
    [PLAIN_SKU] = {.names = SHOP_NAMES("sku"), .is_text = true},
    [PLAIN_PRICE] = {.names = SHOP_NAMES("price")},
    [PLAIN_SURCHARGE] = {.names = SHOP_NAMES("surcharge")},
    [PLAIN_OFF_MODE] = {.names = SHOP_NAMES("discountmode")},
    [PLAIN_OFF] = {.names = SHOP_NAMES("discountvalue")},
    [PLAIN_STATE] = {.names = SHOP_NAMES("visible")},
    [PLAIN_STOCK] = {.names = SHOP_NAMES("inventory")},
    [PLAIN_OPTION] = {.names = SHOP_NAMES("productoptiondescription%d"), .numbers = PLAIN_OPTIONS_MAX},
    [PLAIN_TAGS] = {.names = SHOP_NAMES("ribbon")},
    [PLAIN_TAGS + 1] = {.names = SHOP_NAMES("brand")},
};

static const struct plain_word kinds[] = {{"product", PLAIN_PRODUCT}, {"variant", PLAIN_VARIANT}, {NULL, PLAIN_NONE}};

static const char *join_options(const struct shop *shop, const struct shop_row *row, const struct shop_row *parent,
                                struct arena *arena)
{
    struct buffer options = {.arena = arena};

    (void)parent;
    for (size_t i = 0; i < PLAIN_OPTIONS_MAX; i++) {
        const char *text = shop_cell(shop, row, PLAIN_OPTION + i).text, *name = strchr(text, ':');
        shop_add_option(&options, text[0] == '#' && name != NULL ? name + 1 : text);
    }
    return buffer_text(&options);
}

const struct shop_format wix_format = {
    .title = "Wix's product export",
    .lack = "the header lacks handleId, fieldType or name; Wix's product export has all of them",
    .columns = columns,
    .column_count = PLAIN_COLUMNS,
    .makes_handles = true,
    .plain = &(const struct plain_rules){.kinds = kinds,
                                         .states = {{.shown = SHOP_NAMES("true"), .hidden = SHOP_NAMES("false")}},
                                         .category_separators = ";",
                                         .tag_separators = "",
                                         .image_separators = ";",
                                         .image_base = "https://static.wixstatic.com/media/",
                                         .options = join_options},
    .key = plain_key,
    .build = plain_build,
};
