/* SPDX-License-Identifier: MIT */
/*
 * PrestaShop's products: the export of its list of products, and files in the form of its import, whose names are
 * behind a slash. What becomes of their columns:
 *
 *     Product ID              tells equal names apart
 *     Name / Name *           name
 *     Reference / Reference # sku
 *     / URL rewritten         slug; where it is missing, it is made of the name
 *     / Description, Summary  description, as plain text: the summary where that is empty
 *     Price (tax incl.), Price (tax excl.) / Price tax included, Price tax excluded
 *                             price: the one with taxes where the file has it
 *     / Discount amount, Discount percent, Discount from, Discount to
 *                             taken off the price between those days, which is the compare-at price then
 *     Quantity                stock
 *     Status / Active (0/1), Visibility
 *                             0 and the visibility none are not on sale
 *     Category / Categories (x,y,z...)
 *                             categories, "Home/Clothes/Shirts,Sale", without Home
 *     / Tags (x,y,z...), Manufacturer
 *                             tags
 *     Image / Image URLs (x,y,z...)
 *                             images
 *
 * Combinations are in a file of their own, which is not read. All other columns are passed over.
 */
#include "fcgi-catalog/import/plain.h"

static const struct shop_column columns[PLAIN_COLUMNS] = {
    [PLAIN_ID] = {.names = SHOP_NAMES("product id"), .is_needed = true},
    [PLAIN_NAME] = {.names = SHOP_NAMES("name", "name *"), .is_text = true, .is_needed = true},
    [PLAIN_SKU] = {.names = SHOP_NAMES("reference", "reference #"), .is_text = true, .is_mark = true},
    [PLAIN_SLUG] = {.names = SHOP_NAMES("url rewritten", "rewritten url")},
    [PLAIN_DESCRIPTION] = {.names = SHOP_NAMES("description"), .is_text = true},
    [PLAIN_SHORT] = {.names = SHOP_NAMES("summary", "short description"), .is_text = true},
    [PLAIN_PRICE] = {.names = SHOP_NAMES("price (tax incl.)", "price tax included", "final price"), .is_mark = true},
    [PLAIN_NET_PRICE] = {.names = SHOP_NAMES("price (tax excl.)", "price tax excluded",
                                             "price tax excluded or price tax included", "base price"),
                         .is_mark = true},
    [PLAIN_OFF] = {.names = SHOP_NAMES("discount amount")},
    [PLAIN_PERCENT] = {.names = SHOP_NAMES("discount percent")},
    [PLAIN_STARTS] = {.names = SHOP_NAMES("discount from (yyyy-mm-dd)")},
    [PLAIN_ENDS] = {.names = SHOP_NAMES("discount to (yyyy-mm-dd)")},
    [PLAIN_STOCK] = {.names = SHOP_NAMES("quantity")},
    [PLAIN_STATE] = {.names = SHOP_NAMES("active (0/1)", "status"), .is_mark = true},
    [PLAIN_STATE + 1] = {.names = SHOP_NAMES("visibility")},
    [PLAIN_CATEGORIES] = {.names = SHOP_NAMES("categories (x,y,z...)", "category")},
    [PLAIN_TAGS] = {.names = SHOP_NAMES("tags (x,y,z...)")},
    [PLAIN_TAGS + 1] = {.names = SHOP_NAMES("manufacturer")},
    [PLAIN_IMAGES] = {.names = SHOP_NAMES("image urls (x,y,z...)", "image")},
};

const struct shop_format prestashop_format = {
    .title = "PrestaShop's product export",
    .lack = "the header lacks Product ID or Name; PrestaShop's product export has both",
    .columns = columns,
    .column_count = PLAIN_COLUMNS,
    .marks = 2,
    .makes_handles = true,
    .plain = &(const struct plain_rules){.states = {{.shown = SHOP_NAMES("1"), .hidden = SHOP_NAMES("0")},
                                                    {.shown = SHOP_NAMES("both", "catalog", "search"),
                                                     .hidden = SHOP_NAMES("none")}},
                                         .category_separators = ",",
                                         .tag_separators = ",",
                                         .image_separators = ",",
                                         .path_separator = '/',
                                         .root = "Home"},
    .key = plain_no_key,
    .build = plain_build,
};
