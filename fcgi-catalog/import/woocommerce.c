/* SPDX-License-Identifier: MIT */
/*
 * WooCommerce's product CSV, with the headings of 13 languages (woocommerce_columns.c). What becomes of its columns:
 *
 *     Type                    a variation is a variant of its parent, wherever the two stand in the file; a variable
 *                             product is that parent, and no product of its own. All others are products: simple,
 *                             external, grouped, with virtual and downloadable
 *     SKU, Name               sku, name, and the slug: that of an equal name gets the SKU or the ID behind it. A
 *                             variation has its parent's name, and the values of its attributes: "Shirt - Red / L"
 *     Description             description, as plain text; Short description where it is empty. "\n" is a line end
 *     Regular price           price, and the compare-at price while a sale is on. A product without a price is passed
 *                             over and counted
 *     Sale price              price, where it is lower and now is within Date sale price starts and ends: times of ISO
 *                             8601, of the shop's zone where they say no other, or days, both of them included
 *     Categories              "Clothing > Shirts, Sale": as Shopify's Product Category
 *     Tags, Brands            tags
 *     Images                  images, the main one first
 *     In stock?               stock: 1 and "backorder" are in-stock, 0 is out-of-stock; without it Stock is counted,
 *                             and Backorders allowed? keeps it in stock
 *     Published, Visibility   what is not 1, or hidden, is not on sale, and counted
 *     Parent                  the SKU of a variation's parent, or "id:7"
 *
 * A variation has its parent's categories and tags, and its description and images where it has none. In lists "\," is
 * a comma of the text. An apostrophe before =, +, - and @, which keeps spreadsheets from calculating, is no part of a
 * cell. All other columns (GTIN, Weight, Meta: …) are passed over, and named at the end if they hold anything.
 */
#include "fcgi-catalog/catalog/list_text.h"
#include "fcgi-catalog/import/woocommerce.h"

#include <string.h>
#include <strings.h>

#include "common/number.h"

#define OPTION_READ_MAX ((size_t)16 * FIELD_NAME_MAX) /* bytes, with character references */

/* The cell without the apostrophe that keeps spreadsheets from calculating. */
static struct shop_cell find(const struct shop *shop, const struct shop_row *row, size_t column)
{
    struct shop_cell cell = shop_cell(shop, row, column);

    if (cell.text[0] == '\'' && cell.text[1] != '\0' && strchr("=+-@", cell.text[1]) != NULL)
        cell.text++;
    return cell;
}

static const char *text_of(const struct shop *shop, const struct shop_row *row, size_t column)
{
    return find(shop, row, column).text;
}

/* ---- Which rows are of one product ---- */

/* Types are words with commas between them: "variation, virtual". */
static bool has_type(const struct shop *shop, const struct shop_row *row, const char *word)
{
    return strcasestr(text_of(shop, row, WOOCOMMERCE_TYPE), word) != NULL;
}

static bool is_variation(const struct shop *shop, const struct shop_row *row)
{
    return has_type(shop, row, "variation");
}

static bool is_parent(const struct shop *shop, const struct shop_row *row)
{
    return has_type(shop, row, "variable") && !is_variation(shop, row);
}

/* "id:7", as variations write the parent that has no SKU. */
static const char *find_id(struct shop *shop, const struct shop_row *row, struct arena *arena)
{
    const char *id = text_of(shop, row, WOOCOMMERCE_ID);

    return id[0] != '\0' ? arena_print(arena, "id:%s", id) : NULL;
}

static const char *find_key(struct shop *shop, const struct shop_row *row, const char **other, struct arena *arena)
{
    const char *sku = text_of(shop, row, WOOCOMMERCE_SKU), *parent = text_of(shop, row, WOOCOMMERCE_PARENT);

    *other = NULL;
    if (is_variation(shop, row))
        return parent[0] != '\0' ? cell_trim(parent, arena) : NULL;
    if (!is_parent(shop, row))
        return NULL;
    sku = cell_trim(sku, arena);
    if (sku[0] != '\0')
        *other = find_id(shop, row, arena);
    return sku[0] != '\0' ? sku : find_id(shop, row, arena);
}

/* ---- Texts ---- */

/* "\n" is a line end, and "\\n" a backslash and an n. Where no tag makes paragraphs, a line end is one of the text. */
static const char *read_text(const char *text, struct arena *arena)
{
    bool has_blocks = strcasestr(text, "<p") != NULL || strcasestr(text, "<br") != NULL ||
                      strcasestr(text, "<li") != NULL || strcasestr(text, "<div") != NULL;
    const char *end = has_blocks ? "\n" : "<br>";
    struct buffer html = {.arena = arena};

    while (*text != '\0') {
        if (strncmp(text, "\\\\n", 3) == 0) {
            buffer_append(&html, "\\n", 2);
            text += 3;
        } else if (strncmp(text, "\\n", 2) == 0 || *text == '\n') {
            buffer_append(&html, end, strlen(end));
            text += *text == '\n' ? 1 : 2;
        } else {
            buffer_append_byte(&html, *text++);
        }
    }
    return html_to_text(buffer_text(&html), arena);
}

/* Names have character references in them, as the shop's pages do: "Tops &amp; more". */
static const char *read_name(const char *text, struct arena *arena)
{
    return strchr(text, '&') != NULL ? html_to_text(text, arena) : text;
}

/* The description; "" at the place of the first column there is. False: the file has none. */
static bool read_description(struct shop *shop, const struct shop_row *row, struct arena *arena, struct shop_cell *cell)
{
    struct shop_cell whole = find(shop, row, WOOCOMMERCE_DESCRIPTION), brief = find(shop, row, WOOCOMMERCE_SHORT);

    *cell = whole.text[0] != '\0' || !shop_has(shop, WOOCOMMERCE_SHORT) ? whole : brief;
    if (whole.text[0] != '\0' && brief.text[0] != '\0')
        shop_pass_over(shop, WOOCOMMERCE_SHORT);
    cell->text = read_text(cell->text, arena);
    return shop_has(shop, WOOCOMMERCE_DESCRIPTION) || shop_has(shop, WOOCOMMERCE_SHORT);
}

/* "Clothing > Shirts, Sale". */
static void add_categories(struct shop_product *product, const struct shop_cell *cell)
{
    const char *at = cell->text;
    char found = ',';

    while (found == ',' && !product->shared.is_full) {
        const char *path = list_next(&at, ",", "\\,", &found, &product->arena);
        shop_add_path(product, cell->place, read_name(path, &product->arena));
    }
}

static void add_tags(struct shop *shop, struct shop_product *product, const struct shop_row *row, size_t column)
{
    struct shop_cell cell = find(shop, row, column);

    cell.text = read_name(cell.text, &product->arena);
    if (shop_has(shop, column))
        shop_add_tags(product, &cell);
}

/* ---- Images ---- */

/* Those of a row. Returns how many. */
static size_t read_images(struct shop *shop, struct shop_product *product, const struct shop_row *row,
                          const struct shop_image **images)
{
    struct shop_cell cell = find(shop, row, WOOCOMMERCE_IMAGES);
    struct shop_image *list = NULL;
    size_t count = 0;
    char found = ',';

    while (found == ',' && count <= FIELD_IMAGES_MAX) { /* one too many is a fault later */
        const char *url = list_next(&cell.text, ",", "\\,", &found, &product->arena);
        url = cell_trim(url, &product->arena);
        if (url[0] == '\0')
            continue;
        list = arena_grow(&product->arena, list, count, sizeof *list);
        list[count++] = (struct shop_image){.url = {.text = url, .place = cell.place}, .alt.text = ""};
    }
    *images = list;
    return count;
}

/* ---- Prices ---- */

static bool is_on_sale(struct shop *shop, struct shop_product *product, const struct shop_row *row)
{
    int64_t now = shop->output->source.now, starts = INT64_MIN, ends = INT64_MAX;

    if (text_of(shop, row, WOOCOMMERCE_SALE_PRICE)[0] == '\0')
        return false;
    shop_read_time(shop, product, find(shop, row, WOOCOMMERCE_SALE_STARTS), 0, false, &starts);
    shop_read_time(shop, product, find(shop, row, WOOCOMMERCE_SALE_ENDS), 1, false, &ends);
    return starts <= now && now < ends;
}

/* False: the row has no price. */
static bool read_prices(struct shop *shop, struct shop_product *product, const struct shop_row *row,
                        struct shop_variant *variant)
{
    struct shop_cell regular = find(shop, row, WOOCOMMERCE_REGULAR_PRICE),
                     sale = find(shop, row, WOOCOMMERCE_SALE_PRICE);
    bool is_sale = is_on_sale(shop, product, row) && !shop_is_no_sale(shop, product, sale.text, regular.text);

    variant->price = is_sale ? sale : regular;
    if (is_sale && regular.text[0] != '\0')
        variant->compare_at = regular;
    else if (shop_has(shop, WOOCOMMERCE_REGULAR_PRICE) && shop_has(shop, WOOCOMMERCE_SALE_PRICE))
        variant->compare_at = (struct shop_cell){.text = "", .place = regular.place};
    if (!shop_has(shop, WOOCOMMERCE_REGULAR_PRICE) && !is_sale)
        variant->price.text = NULL;
    return variant->price.text == NULL || variant->price.text[0] != '\0';
}

/* ---- Stock ---- */

static void read_stock(struct shop *shop, struct shop_product *product, const struct shop_row *row,
                       struct shop_variant *variant)
{
    static const char *const words[] = {"0", "1", "backorder", NULL};
    struct shop_cell state = find(shop, row, WOOCOMMERCE_IN_STOCK), count = find(shop, row, WOOCOMMERCE_STOCK);
    const char *backorders = text_of(shop, row, WOOCOMMERCE_BACKORDERS);
    bool is_ordered = backorders[0] != '\0' && strcmp(backorders, "0") != 0;
    int64_t quantity = 1;

    variant->stock_place = state.text[0] != '\0' ? state.place : count.place;
    shop_check_word(shop, product, &state, "In stock?", words, "0, 1 and backorder");
    if (state.text[0] != '\0') {
        variant->stock = strcmp(state.text, "0") == 0 ? "out-of-stock" : "in-stock";
        return;
    }
    size_t whole = strcspn(count.text, ".,"); /* some shops count by the decimal: what is left of 0.5 is some */
    const char *digits = arena_copy(&product->arena, count.text, whole);
    if (count.text[0] == '\0')
        return;
    if (number_parse(digits, INT32_MIN, INT32_MAX, &quantity) != NUMBER_OK)
        shop_refuse(shop, product, count.place, "the stock is %s; a number is allowed",
                    field_show(count.text, strlen(count.text), &product->arena));
    else
        variant->stock = quantity <= 0 && !is_ordered && count.text[whole] == '\0' ? "out-of-stock" : "in-stock";
}

/* ---- Products ---- */

static bool is_hidden(struct shop *shop, struct shop_product *product, const struct shop_row *row)
{
    static const char *const states[] = {"0", "1", "-1", NULL};
    static const char *const places[] = {"visible", "catalog", "search", "hidden", NULL};
    struct shop_cell published = find(shop, row, WOOCOMMERCE_PUBLISHED),
                     visibility = find(shop, row, WOOCOMMERCE_VISIBILITY);

    shop_check_word(shop, product, &published, "Published", states, "1, 0 and -1");
    shop_check_word(shop, product, &visibility, "Visibility in catalog", places, "visible, catalog, search and hidden");
    return (published.text[0] != '\0' && strcmp(published.text, "1") != 0) ||
           strcasecmp(visibility.text, "hidden") == 0;
}

/* What is too long anyway is not read: a product may have many of them. */
static const char *read_option(const char *text, struct arena *arena)
{
    return strlen(text) <= OPTION_READ_MAX ? read_name(text, arena) : text;
}

/* "Red / L": the values of a variation's attributes; where it has none, its name without the parent's. */
static const char *name_variation(const struct shop *shop, const struct shop_row *row, const char *parent,
                                  struct arena *arena)
{
    const char *name = text_of(shop, row, WOOCOMMERCE_NAME);
    struct buffer options = {.arena = arena};
    size_t length = strlen(parent);

    for (size_t i = 0; i < WOOCOMMERCE_ATTRIBUTES; i++)
        shop_add_option(&options, read_option(text_of(shop, row, WOOCOMMERCE_ATTRIBUTE_VALUE + i), arena));
    if (options.length == 0 && strncmp(name, parent, length) == 0)
        name += length + strspn(name + length, " -\xe2\x80\x93"); /* an en dash */
    if (options.length == 0)
        shop_add_option(&options, read_option(name, arena));
    return buffer_text(&options);
}

/* What the row alone has, as a variant. False: it has no price. */
static bool read_variant(struct shop *shop, struct shop_product *product, const struct shop_row *row)
{
    struct shop_variant own = {.line = row->line};
    bool has_price = read_prices(shop, product, row, &own);

    if (!has_price && !product->is_faulty)
        return false;
    read_stock(shop, product, row, &own);
    if (shop_has(shop, WOOCOMMERCE_SKU)) {
        own.sku = find(shop, row, WOOCOMMERCE_SKU);
        own.sku.text = cell_trim(own.sku.text, &product->arena);
    }
    *shop_add_variant(shop, product, row->line) = own;
    return true;
}

/* What tells the product or variation that is not on sale. */
static void add_hidden(struct shop *shop, struct shop_product *product, const struct shop_row *row, const char *options)
{
    struct shop_variant *variant = shop_add_variant(shop, product, row->line);
    struct shop_cell sku = find(shop, row, WOOCOMMERCE_SKU);

    *variant = (struct shop_variant){.line = row->line, .options = options, .is_hidden = true};
    variant->sku = (struct shop_cell){.text = cell_trim(sku.text, &product->arena), .place = sku.place};
}

static void read_variation(struct shop *shop, struct shop_product *product, const struct shop_row *row)
{
    size_t before = product->variant_count;
    const char *options = name_variation(shop, row, product->name.text, &product->arena);
    struct shop_cell description;

    if (product->is_hidden || is_hidden(shop, product, row)) {
        add_hidden(shop, product, row, options);
        return;
    }
    if (!read_variant(shop, product, row)) {
        shop->output->counts.unpriced++;
        return;
    }
    if (product->variant_count == before) /* one too many, as a fault says */
        return;
    struct shop_variant *variant = &product->variants[before];
    variant->options = options;
    variant->options_place = find(shop, row, WOOCOMMERCE_ATTRIBUTE_VALUE).place;
    if (variant->options_place.line == 0)
        variant->options_place = find(shop, row, WOOCOMMERCE_NAME).place;
    if (read_description(shop, row, &product->arena, &description) && description.text[0] != '\0')
        variant->description = description;
    variant->image_count = read_images(shop, product, row, &variant->images);
    variant->has_own_images_only = variant->image_count > 0;
}

static void build_shared(struct shop *shop, struct shop_product *product, const struct shop_row *row)
{
    struct row_builder *builder = &product->shared;
    struct shop_cell categories = find(shop, row, WOOCOMMERCE_CATEGORIES), description;
    const struct shop_image *images;

    if (read_description(shop, row, &product->arena, &description))
        row_builder_set(builder, description.place, FIELD_DESCRIPTION, description.text);
    if (shop_has(shop, WOOCOMMERCE_CATEGORIES))
        add_categories(product, &categories);
    add_tags(shop, product, row, WOOCOMMERCE_TAGS);
    add_tags(shop, product, row, WOOCOMMERCE_BRANDS);
    product->has_images = shop_has(shop, WOOCOMMERCE_IMAGES);
    for (size_t i = 0, count = read_images(shop, product, row, &images); i < count; i++)
        shop_add_image(shop, product, &images[i]);
}

static void read_parent(struct shop *shop, struct shop_product *product, const struct shop_row *row)
{
    product->name = find(shop, row, WOOCOMMERCE_NAME);
    product->name.text = read_name(product->name.text, &product->arena);
    product->handle = product->name;
    product->handle_ends[0] = text_of(shop, row, WOOCOMMERCE_SKU);
    product->handle_ends[1] = text_of(shop, row, WOOCOMMERCE_ID);
}

/* The row that is no variation; NULL: all of them are. Two such rows are a fault: nothing tells whose variations are
 * whose. */
static const struct shop_row *find_parent(struct shop *shop, struct shop_product *product)
{
    const struct shop_row *parent = NULL;

    for (size_t i = 0; i < product->row_count; i++) {
        const struct shop_row *row = &product->rows[i];
        if (is_variation(shop, row))
            continue;
        if (parent != NULL)
            shop_refuse(shop, product, (struct file_place){.line = row->line},
                        "the variable product has the SKU or the ID of that on line %zu; each must have its own",
                        parent->line);
        else
            parent = row;
    }
    return parent;
}

/* False: no variation can be handed on; each was counted, and so is a parent that has none. */
static bool read_variations(struct shop *shop, struct shop_product *product)
{
    size_t count = 0;

    for (size_t i = 0; i < product->row_count; i++) {
        if (!is_variation(shop, &product->rows[i]))
            continue;
        read_variation(shop, product, &product->rows[i]);
        count++;
    }
    shop->output->counts.unpriced += count == 0 && !product->is_hidden;
    return product->variant_count > 0 || product->is_faulty || product->is_hidden;
}

/* Attributes of a product that has no variations have no place in the catalog. */
static void pass_attributes_over(struct shop *shop, const struct shop_row *row)
{
    for (size_t i = 0; i < WOOCOMMERCE_ATTRIBUTES; i++) {
        if (text_of(shop, row, WOOCOMMERCE_ATTRIBUTE_VALUE + i)[0] != '\0')
            shop_pass_over(shop, WOOCOMMERCE_ATTRIBUTE_VALUE + i);
    }
}

static bool build(struct shop *shop, struct shop_product *product)
{
    const struct shop_row *parent = find_parent(shop, product), *first = product->rows;
    bool is_there = true;

    if (parent == NULL) {
        struct shop_cell cell = find(shop, first, WOOCOMMERCE_PARENT);
        shop_refuse(shop, product, cell.text[0] != '\0' ? cell.place : (struct file_place){.line = first->line},
                    "the variation's parent is %s, which is no variable product of the file",
                    field_show(cell.text, strlen(cell.text), &product->arena));
        shop->output->counts.faulty += product->row_count;
        return false;
    }
    read_parent(shop, product, parent);
    product->is_hidden = is_hidden(shop, product, parent) && !product->is_faulty;
    if (is_parent(shop, parent)) {
        is_there = read_variations(shop, product);
    } else if (product->is_hidden) {
        add_hidden(shop, product, parent, "");
    } else {
        is_there = read_variant(shop, product, parent);
        shop->output->counts.unpriced += !is_there;
        pass_attributes_over(shop, parent);
    }
    if (is_there && !product->is_hidden)
        build_shared(shop, product, parent);
    return is_there;
}

const struct shop_format woocommerce_format = {
    .title = "WooCommerce's product export",
    .lack = "the header lacks Name; WooCommerce's product export has it, in the shop's language",
    .columns = woocommerce_columns,
    .column_count = WOOCOMMERCE_COLUMNS,
    .marks = 2,
    .makes_handles = true,
    .key = find_key,
    .build = build,
};
