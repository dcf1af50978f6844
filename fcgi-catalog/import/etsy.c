/* SPDX-License-Identifier: MIT */
/*
 * Etsy's CSV of listings, which has active ones only. What becomes of its columns:
 *
 *     TITLE                   name, and the slug: that of an equal title gets the SKU behind it
 *     DESCRIPTION             description
 *     PRICE, CURRENCY_CODE    price: that of a listing with variations is its lowest
 *     QUANTITY                stock
 *     TAGS                    tags, with spaces for underscores
 *     IMAGE1 to IMAGE10       images
 *     SKU                     sku
 *
 * Variations have no prices of their own in the file, and are passed over with all other columns.
 */
#include "fcgi-catalog/import/plain.h"

static const struct shop_column columns[PLAIN_COLUMNS] = {
    [PLAIN_NAME] = {.names = SHOP_NAMES("title"), .is_text = true, .is_needed = true},
    [PLAIN_DESCRIPTION] = {.names = SHOP_NAMES("description"), .is_text = true},
    [PLAIN_PRICE] = {.names = SHOP_NAMES("price"), .is_mark = true},
    [PLAIN_CURRENCY] = {.names = SHOP_NAMES("currency_code"), .is_needed = true},
    [PLAIN_STOCK] = {.names = SHOP_NAMES("quantity"), .is_mark = true},
    [PLAIN_TAGS] = {.names = SHOP_NAMES("tags")},
    [PLAIN_IMAGES] = {.names = SHOP_NAMES("image%d"), .numbers = 10},
    [PLAIN_SKU] = {.names = SHOP_NAMES("sku"), .is_text = true},
};

const struct shop_format etsy_format = {
    .title = "Etsy's listings",
    .lack = "the header lacks TITLE or CURRENCY_CODE; Etsy's listings have both",
    .columns = columns,
    .column_count = PLAIN_COLUMNS,
    .marks = 2,
    .makes_handles = true,
    .plain =
        &(const struct plain_rules){
            .category_separators = "", .tag_separators = ",", .image_separators = "", .has_underscores = true},
    .key = plain_no_key,
    .build = plain_build,
};
