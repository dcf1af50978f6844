/* SPDX-License-Identifier: MIT */
/*
 * Magento 2's product CSV (Adobe Commerce). What becomes of its columns:
 *
 *     sku, name, url_key      sku, name, slug; without url_key it is made of the name
 *     product_type, configurable_variations
 *                             a configurable product has the products that it lists, "sku=A,size=S|sku=B,size=M", for
 *                             variants, wherever they stand in the file, with "S" and "M" for options
 *     description, short_description
 *                             description, as plain text: the short one where that is empty
 *     price, special_price    price: the special one where it is lower and now is between special_price_from_date and
 *                             special_price_to_date, days or times, "1/31/26" being one of January; the price is
 *                             compared with it then. msrp_price is the compare-at price otherwise
 *     is_in_stock             stock
 *     product_online, visibility
 *                             2, and what is not visible individually and no variant, are not on sale
 *     categories              categories, "Default Category/Gear/Bags,Default Category/Sale" or with "|" between them,
 *                             without Default Category
 *     base_image, additional_images
 *                             images, where they are addresses; paths are passed over
 *
 * Rows of a store view have texts of another language, and are passed over, as are all other columns.
 */
#include <string.h>

#include "fcgi-catalog/catalog/list_text.h"
#include "fcgi-catalog/import/plain.h"

static const struct shop_column columns[PLAIN_COLUMNS] = {
    [PLAIN_SKU] = {.names = SHOP_NAMES("sku"), .is_needed = true},
    [PLAIN_KIND] = {.names = SHOP_NAMES("product_type"), .is_needed = true},
    [PLAIN_ID] = {.names = SHOP_NAMES("attribute_set_code"), .is_needed = true},
    [PLAIN_STORE] = {.names = SHOP_NAMES("store_view_code")},
    [PLAIN_NAME] = {.names = SHOP_NAMES("name"), .is_text = true, .is_needed = true},
    [PLAIN_SLUG] = {.names = SHOP_NAMES("url_key")},
    [PLAIN_VARIATIONS] = {.names = SHOP_NAMES("configurable_variations")},
    [PLAIN_DESCRIPTION] = {.names = SHOP_NAMES("description"), .is_text = true},
    [PLAIN_SHORT] = {.names = SHOP_NAMES("short_description"), .is_text = true},
    [PLAIN_PRICE] = {.names = SHOP_NAMES("price")},
    [PLAIN_SALE_PRICE] = {.names = SHOP_NAMES("special_price")},
    [PLAIN_STARTS] = {.names = SHOP_NAMES("special_price_from_date")},
    [PLAIN_ENDS] = {.names = SHOP_NAMES("special_price_to_date")},
    [PLAIN_COMPARE_AT] = {.names = SHOP_NAMES("msrp_price")},
    [PLAIN_STOCK] = {.names = SHOP_NAMES("is_in_stock")},
    [PLAIN_STATE] = {.names = SHOP_NAMES("product_online")},
    [PLAIN_STATE + 1] = {.names = SHOP_NAMES("visibility")},
    [PLAIN_CATEGORIES] = {.names = SHOP_NAMES("categories")},
    [PLAIN_IMAGES] = {.names = SHOP_NAMES("base_image")},
    [PLAIN_IMAGES + 1] = {.names = SHOP_NAMES("additional_images")},
};

static const struct plain_word kinds[] = {
    {"configurable", PLAIN_PRODUCT}, {"grouped", PLAIN_PRODUCT}, {"bundle", PLAIN_PRODUCT},
    {"simple", PLAIN_VARIANT},       {"virtual", PLAIN_VARIANT}, {"downloadable", PLAIN_VARIANT},
    {"giftcard", PLAIN_VARIANT},     {NULL, PLAIN_NONE},
};

/* A variation of a list, "sku=A,size=S": its SKU, and what stands behind it. */
struct variation {
    const char *sku, *values;
    size_t sku_length, values_length;
};

/* Reads the next one; *at moves behind it. False: there are no more. */
static bool next_variation(const char **at, struct variation *variation)
{
    size_t length = strcspn(*at, "|");
    const char *sku = *at + 4;

    if (strncmp(*at, "sku=", 4) != 0)
        return false;
    *variation = (struct variation){.sku = sku, .sku_length = strcspn(sku, ",|")};
    variation->values = sku + variation->sku_length + (sku[variation->sku_length] == ',');
    variation->values_length = (size_t)(*at + length - variation->values);
    *at += length + ((*at)[length] != '\0');
    return true;
}

static const char *find_key(struct shop *shop, const struct shop_row *row, const char **other, struct arena *arena)
{
    const char *sku = shop_cell(shop, row, PLAIN_SKU).text, *at = shop_cell(shop, row, PLAIN_VARIATIONS).text;
    struct variation variation;

    *other = NULL;
    for (size_t i = 0; i < SHOP_VARIANTS_MAX && plain_kind(shop, row) == PLAIN_PRODUCT; i++) {
        if (!next_variation(&at, &variation))
            break;
        const char *listed = arena_copy(arena, variation.sku, variation.sku_length);
        if (strcmp(listed, sku) != 0)
            spool_name(&shop->spool, sku, listed);
    }
    return sku[0] != '\0' ? sku : NULL;
}

static const char *join_options(const struct shop *shop, const struct shop_row *row, const struct shop_row *parent,
                                struct arena *arena)
{
    const char *sku = shop_cell(shop, row, PLAIN_SKU).text, *at = shop_cell(shop, parent, PLAIN_VARIATIONS).text;
    struct buffer options = {.arena = arena};
    struct variation variation;
    char found = ',';

    do {
        if (!next_variation(&at, &variation))
            return "";
    } while (strlen(sku) != variation.sku_length || strncmp(sku, variation.sku, variation.sku_length) != 0);
    const char *values = arena_copy(arena, variation.values, variation.values_length);
    while (found == ',') {
        const char *one = list_next(&values, ",", "", &found, arena), *value = strchr(one, '=');
        shop_add_option(&options, value != NULL ? value + 1 : one);
    }
    return buffer_text(&options);
}

const struct shop_format magento_format = {
    .title = "Magento's product export",
    .lack = "the header lacks sku, product_type, attribute_set_code or name; Magento's product export has them all",
    .columns = columns,
    .column_count = PLAIN_COLUMNS,
    .makes_handles = true,
    .plain = &(const struct plain_rules){.kinds = kinds,
                                         .states = {{.shown = SHOP_NAMES("1"), .hidden = SHOP_NAMES("2", "0")},
                                                    {.shown = SHOP_NAMES("catalog", "search", "catalog, search"),
                                                     .hidden = SHOP_NAMES("not visible individually"),
                                                     .is_of_products = true}},
                                         .category_separators = ",|",
                                         .tag_separators = "",
                                         .image_separators = ",",
                                         .path_separator = '/',
                                         .root = "Default Category",
                                         .is_month_first = true,
                                         .options = join_options},
    .key = find_key,
    .build = plain_build,
};
