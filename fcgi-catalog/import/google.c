/* SPDX-License-Identifier: MIT */
/*
 * A feed for Google Merchant Center, as tab-separated text or CSV, which Facebook's catalogs have, too, or as XML
 * (feed.h). A row is a product. What becomes of its columns, whose names may have spaces for underscores:
 *
 *     id                      sku
 *     title                   name, and the slug: that of an equal title gets the id behind it. Where the row is one of
 *                             a group (item_group_id), the color, size, material and pattern that the title does not
 *                             name are put behind it: "Shirt - Red / L"
 *     description             description, as plain text
 *     price                   price, and the compare-at price while a sale is on; its currency is the row's
 *     sale_price              price, where it is lower and now is within sale_price_effective_date,
 *                             "2026-01-01T00:00+0100/…", or that is empty
 *     product_type            categories: "Clothing > Shirts"
 *     brand                   tag
 *     image_link, additional_image_link
 *                             images
 *     availability            stock: in_stock and backorder are in-stock, out_of_stock, preorder
 *
 * All other columns (link, gtin, condition …) are passed over, and named at the end if they hold anything.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "fcgi-catalog/catalog/list_text.h"
#include "fcgi-catalog/import/shop.h"

enum {
    ID,
    TITLE,
    DESCRIPTION,
    PRICE,
    SALE_PRICE,
    SALE_DATES,
    PRODUCT_TYPE,
    BRAND,
    IMAGE,
    MORE_IMAGES,
    AVAILABILITY,
    GROUP,
    COLOR,
    SIZE,
    MATERIAL,
    PATTERN,
    COLUMNS
};

static const struct shop_column columns[COLUMNS] = {
    [ID] = {.names = SHOP_NAMES("id"), .is_needed = true},
    [TITLE] = {.names = SHOP_NAMES("title"), .is_needed = true},
    [DESCRIPTION] = {.names = SHOP_NAMES("description"), .is_text = true},
    [PRICE] = {.names = SHOP_NAMES("price"), .is_mark = true},
    [SALE_PRICE] = {.names = SHOP_NAMES("sale_price", "sale price")},
    [SALE_DATES] = {.names = SHOP_NAMES("sale_price_effective_date", "sale price effective date")},
    [PRODUCT_TYPE] = {.names = SHOP_NAMES("product_type", "product type")},
    [BRAND] = {.names = SHOP_NAMES("brand")},
    [IMAGE] = {.names = SHOP_NAMES("image_link", "image link"), .is_mark = true},
    [MORE_IMAGES] = {.names = SHOP_NAMES("additional_image_link", "additional image link")},
    [AVAILABILITY] = {.names = SHOP_NAMES("availability"), .is_mark = true},
    [GROUP] = {.names = SHOP_NAMES("item_group_id", "item group id")},
    [COLOR] = {.names = SHOP_NAMES("color")},
    [SIZE] = {.names = SHOP_NAMES("size")},
    [MATERIAL] = {.names = SHOP_NAMES("material")},
    [PATTERN] = {.names = SHOP_NAMES("pattern")},
};

static const char *find_key(struct shop *shop, const struct shop_row *row, const char **other, struct arena *arena)
{
    (void)shop, (void)row, (void)arena;
    *other = NULL;
    return NULL;
}

/* "2026-01-31T12:00+0100", with seconds or without, with a colon in the offset or without. */
static bool read_moment(const char *text, struct arena *arena, int64_t *seconds)
{
    size_t length = strlen(text), offset = strcspn(text, "Z");
    const char *sign = length > 10 ? strpbrk(text + 10, "+-") : NULL;

    if (length < 16)
        return false;
    if (sign != NULL)
        offset = (size_t)(sign - text);
    const char *zone = text + offset, *middle = offset == 16 ? ":00" : "";
    if (strlen(zone) == 5)
        zone = arena_print(arena, "%.3s:%s", zone, zone + 3);
    return field_read_time(arena_print(arena, "%.*s%s%s", (int)offset, text, middle, zone), seconds);
}

static bool is_on_sale(struct shop *shop, struct shop_product *product, const struct shop_row *row)
{
    struct shop_cell dates = shop_cell(shop, row, SALE_DATES);
    size_t first = strcspn(dates.text, "/");
    int64_t now = shop->output->source.now, starts, ends;

    if (shop_cell(shop, row, SALE_PRICE).text[0] == '\0')
        return false;
    if (dates.text[0] == '\0')
        return true;
    const char *start = cell_trim(arena_copy(&product->arena, dates.text, first), &product->arena);
    const char *end = dates.text[first] != '\0' ? cell_trim(dates.text + first + 1, &product->arena) : "";
    if (read_moment(start, &product->arena, &starts) && read_moment(end, &product->arena, &ends))
        return starts <= now && now < ends;
    shop_refuse(shop, product, dates.place,
                "the dates of the sale are %s; two times with a slash, as 2026-01-01T00:00+0100/2026-01-31T23:59+0100, "
                "are allowed",
                field_show(dates.text, strlen(dates.text), &product->arena));
    return false;
}

/* False: the row has no price. */
static bool read_prices(struct shop *shop, struct shop_product *product, const struct shop_row *row,
                        struct shop_variant *variant)
{
    struct shop_cell regular = shop_cell(shop, row, PRICE), sale = shop_cell(shop, row, SALE_PRICE);
    bool is_sale = is_on_sale(shop, product, row) && !shop_is_no_sale(shop, product, sale.text, regular.text);

    variant->price = is_sale ? sale : regular;
    if (shop_has(shop, SALE_PRICE))
        variant->compare_at = (struct shop_cell){.text = is_sale ? regular.text : "", .place = regular.place};
    if (!is_sale && !shop_has(shop, PRICE))
        variant->price.text = NULL;
    return variant->price.text == NULL || variant->price.text[0] != '\0';
}

static void read_stock(struct shop *shop, struct shop_product *product, const struct shop_row *row,
                       struct shop_variant *variant)
{
    static const char *const words[] = {"in_stock",  "in stock", "out_of_stock", "out of stock", "preorder",
                                        "backorder", NULL};
    struct shop_cell cell = shop_cell(shop, row, AVAILABILITY);

    shop_check_word(shop, product, &cell, "availability", words, "in_stock, out_of_stock, preorder and backorder");
    variant->stock_place = cell.place;
    if (cell.text[0] != '\0')
        variant->stock = strncasecmp(cell.text, "out", 3) == 0    ? "out-of-stock"
                         : strcasecmp(cell.text, "preorder") == 0 ? "preorder"
                                                                  : "in-stock";
}

/* Whether the title names an option: not as a part of a word ("S" of "Shirt"). A title that is too long, as a fault
 * says, is not looked through: that would take the product of both lengths. */
static bool has_word(const char *title, const char *option)
{
    size_t length = strlen(title) <= FIELD_NAME_MAX ? strlen(option) : 0;

    for (const char *at = strcasestr(title, option); at != NULL && length > 0; at = strcasestr(at + 1, option)) {
        unsigned char before = at > title ? (unsigned char)at[-1] : ' ', behind = (unsigned char)at[length];
        if (isalnum(before) == 0 && before < 0x80 && isalnum(behind) == 0 && behind < 0x80)
            return true;
    }
    return false;
}

/* What the title of one of a group does not name. */
static const char *join_options(const struct shop *shop, const struct shop_row *row, struct arena *arena)
{
    struct buffer options = {.arena = arena};

    for (size_t i = COLOR; i <= PATTERN && shop_cell(shop, row, GROUP).text[0] != '\0'; i++) {
        const char *option = shop_cell(shop, row, i).text;
        if (!has_word(shop_cell(shop, row, TITLE).text, option))
            shop_add_option(&options, option);
    }
    return buffer_text(&options);
}

static void add_images(struct shop *shop, struct shop_product *product, const struct shop_row *row, size_t column)
{
    struct shop_cell cell = shop_cell(shop, row, column);
    char found = ',';

    while (found == ',' && !product->is_faulty) {
        const char *url = list_next(&cell.text, column == IMAGE ? "" : ",", "", &found, &product->arena);
        struct shop_image image = {.url = {.text = cell_trim(url, &product->arena), .place = cell.place},
                                   .alt.text = ""};
        if (image.url.text[0] != '\0')
            shop_add_image(shop, product, &image);
    }
}

static bool build(struct shop *shop, struct shop_product *product)
{
    const struct shop_row *row = product->rows;
    struct shop_cell description = shop_cell(shop, row, DESCRIPTION), type = shop_cell(shop, row, PRODUCT_TYPE),
                     brand = shop_cell(shop, row, BRAND);
    struct shop_variant *variant = shop_add_variant(shop, product, row->line);

    product->name = product->handle = shop_cell(shop, row, TITLE);
    product->handle_ends[0] = shop_cell(shop, row, ID).text;
    if (!read_prices(shop, product, row, variant) && !product->is_faulty) {
        shop->output->counts.unpriced++;
        return false;
    }
    variant->sku = shop_cell(shop, row, ID);
    variant->options = join_options(shop, row, &product->arena);
    variant->options_place = shop_cell(shop, row, TITLE).place;
    read_stock(shop, product, row, variant);
    if (shop_has(shop, DESCRIPTION))
        row_builder_set(&product->shared, description.place, FIELD_DESCRIPTION,
                        html_to_text(description.text, &product->arena));
    if (shop_has(shop, PRODUCT_TYPE))
        shop_add_path(product, type.place, type.text);
    if (shop_has(shop, BRAND))
        row_builder_add_tag(&product->shared, brand.place, brand.text);
    product->has_images = shop_has(shop, IMAGE) || shop_has(shop, MORE_IMAGES);
    add_images(shop, product, row, IMAGE);
    add_images(shop, product, row, MORE_IMAGES);
    return true;
}

const struct shop_format google_format = {
    .title = "a feed for Google Merchant Center",
    .lack = "the header lacks id or title; a feed for Google Merchant Center has both",
    .columns = columns,
    .column_count = COLUMNS,
    .marks = 3,
    .makes_handles = true,
    .key = find_key,
    .build = build,
};
