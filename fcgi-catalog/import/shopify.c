/* SPDX-License-Identifier: MIT */
/*
 * Shopify's product CSV: the rows of one handle, wherever they stand, are one product of it. What becomes of its
 * columns:
 *
 *     Handle                  slug, transliterated ("Łódź" is "lodz"); one of digits alone, which would be an id, gets
 *                             a word before it ("1984" is "product-1984"), and is counted
 *     Title                   name
 *     Body (HTML)             description, as plain text
 *     Vendor, Tags            tags
 *     Product Category        category, with those above it ("A > B"); its slug is made of all of them: "a-b"
 *     Type                    category at the top
 *     Variant SKU, … Price, … Compare At Price
 *                             sku, price and compare-at price (decimals in the shop's currency)
 *     Variant Inventory …     stock: out-of-stock when it is counted, nothing is left and selling on is not allowed
 *     Image Src, … Alt Text   images, in the order of Image Position; a variant's own one first
 *     Status, Published       drafts, archived, unlisted and unpublished products are counted, and not on sale any more
 *                             if they were; a word that Shopify does not have there is refused
 *
 * A product of one variant is one product of ours. One of several is as many, as in the product feeds of search
 * engines: each has its own price, SKU and stock, "Shirt - Red / L" for a name and "shirt-red-l" for a slug.
 *
 * Names of columns count without regard to case; those of the exports of 2021 (Standardized Product Type …) and of the
 * present ones (URL handle, SKU, Price …) are known, too. Other columns (Variant Barcode, SEO
 * Title, metafields …) are passed over, and named at the end if they hold anything.
 */
#include <string.h>
#include <strings.h>

#include "common/number.h"
#include "fcgi-catalog/import/shop.h"

#define OPTIONS 3

enum {
    HANDLE,
    TITLE,
    BODY,
    VENDOR,
    CATEGORY,
    TYPE,
    TAGS,
    PUBLISHED,
    STATUS,
    OPTION_VALUE,
    SKU = OPTION_VALUE + OPTIONS,
    PRICE,
    COMPARE_AT,
    TRACKER,
    QUANTITY,
    POLICY,
    IMAGE,
    IMAGE_POSITION,
    IMAGE_ALT,
    VARIANT_IMAGE,
    COLUMNS
};

static const struct shop_column columns[COLUMNS] = {
    [HANDLE] = {.names = SHOP_NAMES("handle", "url handle"), .is_needed = true},
    [TITLE] = {.names = SHOP_NAMES("title"), .is_text = true, .is_needed = true},
    [BODY] = {.names = SHOP_NAMES("body (html)", "description"), .is_text = true},
    [VENDOR] = {.names = SHOP_NAMES("vendor")},
    [CATEGORY] = {.names = SHOP_NAMES("product category", "standardized product type", "standard product type")},
    [TYPE] = {.names = SHOP_NAMES("type", "custom product type")},
    [TAGS] = {.names = SHOP_NAMES("tags")},
    [PUBLISHED] = {.names = SHOP_NAMES("published", "published on online store")},
    [STATUS] = {.names = SHOP_NAMES("status")},
    [OPTION_VALUE] = {.names = SHOP_NAMES("option%d value"), .numbers = OPTIONS},
    [SKU] = {.names = SHOP_NAMES("variant sku", "sku"), .is_text = true},
    [PRICE] = {.names = SHOP_NAMES("variant price", "price")},
    [COMPARE_AT] = {.names = SHOP_NAMES("variant compare at price", "compare-at price")},
    [TRACKER] = {.names = SHOP_NAMES("variant inventory tracker", "inventory tracker")},
    [QUANTITY] = {.names = SHOP_NAMES("variant inventory qty", "inventory quantity")},
    [POLICY] = {.names = SHOP_NAMES("variant inventory policy", "continue selling when out of stock")},
    [IMAGE] = {.names = SHOP_NAMES("image src", "product image url")},
    [IMAGE_POSITION] = {.names = SHOP_NAMES("image position")},
    [IMAGE_ALT] = {.names = SHOP_NAMES("image alt text"), .is_text = true},
    [VARIANT_IMAGE] = {.names = SHOP_NAMES("variant image", "variant image url")},
};

static const char *find_key(struct shop *shop, const struct shop_row *row, const char **other, struct arena *arena)
{
    (void)arena;
    *other = NULL;
    return shop_cell(shop, row, HANDLE).text;
}

/* ---- What variants share ---- */

static void check_words(struct shop *shop, struct shop_product *product, const struct shop_cell *status,
                        const struct shop_cell *published)
{
    static const char *const states[] = {"active", "draft", "archived", "unlisted", NULL};
    static const char *const answers[] = {"true", "false", NULL};

    shop_check_word(shop, product, status, "Status", states, "active, draft, archived and unlisted");
    shop_check_word(shop, product, published, "Published", answers, "true and false");
}

static bool is_hidden(const char *status, const char *published)
{
    return strcasecmp(status, "draft") == 0 || strcasecmp(status, "archived") == 0 ||
           strcasecmp(status, "unlisted") == 0 || strcasecmp(published, "false") == 0;
}

static void build_shared(struct shop *shop, struct shop_product *product, const struct shop_row *row)
{
    struct row_builder *builder = &product->shared;
    struct shop_cell body = shop_cell(shop, row, BODY), category = shop_cell(shop, row, CATEGORY),
                     type = shop_cell(shop, row, TYPE), tags = shop_cell(shop, row, TAGS),
                     vendor = shop_cell(shop, row, VENDOR);

    product->has_images = shop_has(shop, IMAGE);
    if (shop_has(shop, BODY))
        row_builder_set(builder, body.place, FIELD_DESCRIPTION, html_to_text(body.text, builder->arena));
    if (shop_has(shop, CATEGORY))
        shop_add_path(product, category.place, category.text);
    if (shop_has(shop, TYPE))
        shop_add_category(product, type.place, type.text);
    if (shop_has(shop, TAGS))
        shop_add_tags(product, &tags);
    if (shop_has(shop, VENDOR))
        row_builder_add_tag(builder, vendor.place, vendor.text);
}

/* ---- Variants ---- */

/* A row that is no variant has a picture only. */
static bool has_variant(const struct shop *shop, const struct shop_row *row)
{
    return shop_cell(shop, row, PRICE).text[0] != '\0' || shop_cell(shop, row, OPTION_VALUE).text[0] != '\0' ||
           shop_cell(shop, row, SKU).text[0] != '\0';
}

/* "Red / L". */
static const char *join_options(const struct shop *shop, const struct shop_row *row, struct arena *arena)
{
    struct buffer options = {.arena = arena};

    for (size_t i = 0; i < OPTIONS; i++)
        shop_add_option(&options, shop_cell(shop, row, OPTION_VALUE + i).text);
    return buffer_text(&options);
}

/* The stock is known only when the file has quantities: exports without stock do not. */
static void read_stock(struct shop *shop, struct shop_product *product, const struct shop_row *row,
                       struct shop_variant *variant)
{
    int64_t quantity = 0;
    struct shop_cell cell = shop_cell(shop, row, QUANTITY);
    const char *policy = shop_cell(shop, row, POLICY).text;
    bool goes_on = strcasecmp(policy, "continue") == 0 || strcasecmp(policy, "true") == 0;
    bool is_counted = !shop_has(shop, TRACKER) || shop_cell(shop, row, TRACKER).text[0] != '\0';

    variant->stock_place = cell.place;
    if (!shop_has(shop, QUANTITY) || (is_counted && cell.text[0] == '\0'))
        return;
    if (is_counted && number_parse(cell.text, INT32_MIN, INT32_MAX, &quantity) != NUMBER_OK)
        shop_refuse(shop, product, cell.place, "the quantity is %s; a whole number is allowed",
                    field_show(cell.text, strlen(cell.text), &product->arena));
    else
        variant->stock = is_counted && quantity <= 0 && !goes_on ? "out-of-stock" : "in-stock";
}

static void read_variant(struct shop *shop, struct shop_product *product, const struct shop_row *row)
{
    struct shop_variant *variant = shop_add_variant(shop, product, row->line);
    struct shop_cell image = shop_cell(shop, row, VARIANT_IMAGE);

    variant->options = join_options(shop, row, &product->arena);
    variant->options_place = shop_cell(shop, row, OPTION_VALUE).place;
    if (shop_has(shop, SKU)) {
        variant->sku = shop_cell(shop, row, SKU);
        variant->sku.text += variant->sku.text[0] == '\''; /* spreadsheets write 'SKU for a text */
    }
    if (shop_has(shop, PRICE))
        variant->price = shop_cell(shop, row, PRICE);
    if (shop_has(shop, COMPARE_AT))
        variant->compare_at = shop_cell(shop, row, COMPARE_AT);
    read_stock(shop, product, row, variant);
    if (image.text[0] == '\0')
        return;
    struct shop_image *own = arena_get(&product->arena, sizeof *own);
    *own = (struct shop_image){.url = image, .alt.text = ""};
    variant->images = own;
    variant->image_count = 1;
}

static void read_image(struct shop *shop, struct shop_product *product, const struct shop_row *row)
{
    struct shop_image image = {.url = shop_cell(shop, row, IMAGE), .alt = shop_cell(shop, row, IMAGE_ALT)};

    if (image.url.text[0] == '\0')
        return;
    if (number_parse(shop_cell(shop, row, IMAGE_POSITION).text, 0, INT32_MAX, &image.position) != NUMBER_OK)
        image.position = INT32_MAX; /* behind all that have a position */
    shop_add_image(shop, product, &image);
}

/* The image that is a variant's own has the alternative text that it has among the product's. */
static void describe_images(struct shop_product *product, struct shop_variant *variant)
{
    for (size_t i = 0; variant->image_count > 0 && i < product->image_count; i++) {
        if (strcmp(product->images[i].url.text, variant->images[0].url.text) == 0)
            variant->images = &product->images[i];
    }
}

/* The only variant of a product is the product: it has no options of its own ("Default Title") and no image. */
static void look_at_variants(struct shop_product *product)
{
    for (size_t i = 0; i < product->variant_count; i++) {
        if (product->variant_count == 1) {
            product->variants[i].options = "";
            product->variants[i].image_count = 0;
        }
        describe_images(product, &product->variants[i]);
    }
}

static bool build(struct shop *shop, struct shop_product *product)
{
    const struct shop_row *first = product->rows;
    struct shop_cell status = shop_cell(shop, first, STATUS), published = shop_cell(shop, first, PUBLISHED);

    for (size_t i = 0; i < product->row_count; i++) {
        if (i == 0 || has_variant(shop, &product->rows[i]))
            read_variant(shop, product, &product->rows[i]);
        read_image(shop, product, &product->rows[i]);
    }
    look_at_variants(product);
    check_words(shop, product, &status, &published);
    product->handle = shop_cell(shop, first, HANDLE);
    product->name = shop_cell(shop, first, TITLE);
    product->is_hidden = !product->is_faulty && is_hidden(status.text, published.text);
    if (!product->is_hidden)
        build_shared(shop, product, first);
    return true;
}

const struct shop_format shopify_format = {
    .title = "Shopify's product export",
    .lack = "the header lacks Handle or Title; Shopify's product export has both",
    .columns = columns,
    .column_count = COLUMNS,
    .key = find_key,
    .build = build,
};
