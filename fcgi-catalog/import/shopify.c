/* SPDX-License-Identifier: MIT */
/*
 * Shopify's product CSV: several rows, one after the other, are one product of it. What becomes of its columns:
 *
 *     Handle                  slug, with letters beyond a-z made plain ("café" is "cafe"); one of digits alone, which
 *                             would be an id, gets a word before it ("1984" is "product-1984"), and is counted
 *     Title                   name
 *     Body (HTML)             description, as plain text
 *     Vendor, Tags            tags
 *     Product Category        category, with those above it ("A > B"); its slug is made of all of them: "a-b"
 *     Type                    category at the top
 *     Variant SKU, … Price, … Compare At Price
 *                             sku, price and compare-at price (decimals in the shop's currency)
 *     Variant Inventory …     stock: out-of-stock when it is counted, nothing is left and selling on is not allowed
 *     Image Src, … Alt Text   images, in the order of Image Position; a variant's own one first
 *     Status, Published       drafts, archived, unlisted and unpublished products are passed over and counted; a word
 *                             that Shopify does not have there is refused
 *
 * A product of one variant is one product of ours. One of several is as many, as in the product feeds of search
 * engines: each has its own price, SKU and stock, "Shirt - Red / L" for a name and "shirt-red-l" for a slug.
 *
 * Names of columns count without regard to case; those of the exports of 2021 (Standardized Product Type …) and of the
 * present ones (URL handle, SKU, Price …) are known, too. Other columns (Variant Barcode, SEO
 * Title, metafields …) are passed over, and named at the end if they hold anything.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/memory.h"
#include "common/number.h"
#include "fcgi-catalog/import/shopify.h"

static const char *const column_names[SHOPIFY_COLUMNS][3] = {
    {"Handle", "URL handle"},
    {"Title"},
    {"Body (HTML)", "Description"},
    {"Vendor"},
    {"Product Category", "Standardized Product Type", "Standard Product Type"},
    {"Type", "Custom Product Type"},
    {"Tags"},
    {"Published", "Published on online store"},
    {"Status"},
    {"Option1 Value"},
    {"Option2 Value"},
    {"Option3 Value"},
    {"Variant SKU", "SKU"},
    {"Variant Price", "Price"},
    {"Variant Compare At Price", "Compare-at price"},
    {"Variant Inventory Tracker", "Inventory tracker"},
    {"Variant Inventory Qty", "Inventory quantity"},
    {"Variant Inventory Policy", "Continue selling when out of stock"},
    {"Image Src", "Product image URL"},
    {"Image Position"},
    {"Image Alt Text"},
    {"Variant Image", "Variant image URL"},
};

struct shopify *shopify_new(struct row_sink *output)
{
    struct shopify *shopify = memory_get_zeroed(1, sizeof *shopify);

    shopify->output = output;
    return shopify;
}

void shopify_free(struct shopify *shopify)
{
    if (shopify == NULL)
        return;
    arena_release(&shopify->header);
    free(shopify->others);
    arena_release(&shopify->group.arena);
    free(shopify->group.variants);
    free(shopify->group.images);
    free(shopify);
}

/* ---- The header ---- */

static bool is_column(const char *name, size_t index)
{
    for (size_t i = 0; i < ARRAY_LENGTH(column_names[index]) && column_names[index][i] != NULL; i++) {
        if (strcasecmp(name, column_names[index][i]) == 0)
            return true;
    }
    return false;
}

bool shopify_is_header(const struct cell *cells, size_t count)
{
    bool has_handle = false, has_title = false;

    for (size_t i = 0; i < count; i++) {
        has_handle = has_handle || is_column(cells[i].text, SHOPIFY_HANDLE);
        has_title = has_title || is_column(cells[i].text, SHOPIFY_TITLE);
    }
    return has_handle && has_title;
}

/* False: the same column came before, as a fault says. */
static bool read_column(struct shopify *shopify, size_t line, const struct cell *cells, size_t index)
{
    size_t column = 0;

    while (column < SHOPIFY_COLUMNS && !is_column(cells[index].text, column))
        column++;
    if (column == SHOPIFY_COLUMNS) {
        shopify->others[index].name = arena_copy(&shopify->header, cells[index].text, strlen(cells[index].text));
        return true;
    }
    if (shopify->places[column] == 0) {
        shopify->places[column] = index + 1;
        return true;
    }
    import_faults_add(shopify->output->source.faults, line, index + 1,
                      "the column \"%s\" is there twice, as \"%s\" before; once is allowed", cells[index].text,
                      cells[shopify->places[column] - 1].text);
    return false;
}

static bool read_header(struct shopify *shopify, size_t line, const struct cell *cells, size_t count)
{
    bool is_sound = true;

    shopify->has_header = true;
    shopify->count = count;
    shopify->others = memory_get_zeroed(count, sizeof *shopify->others);
    for (size_t i = 0; i < count; i++)
        is_sound = read_column(shopify, line, cells, i) && is_sound;
    if (shopify->places[SHOPIFY_HANDLE] != 0 && shopify->places[SHOPIFY_TITLE] != 0)
        return is_sound;
    import_faults_add(shopify->output->source.faults, line, 0,
                      "the header lacks Handle or Title; Shopify's product export has both");
    return false;
}

const char *shopify_passed_over(const struct shopify *shopify, size_t index)
{
    for (size_t i = 0; i < shopify->count; i++) {
        if (shopify->others[i].is_filled && index-- == 0)
            return shopify->others[i].name;
    }
    return NULL;
}

/* ---- A product that is gathered ---- */

/* The cell of this column, kept as long as the group. */
static struct kept keep(struct shopify *shopify, const struct cell *cells, enum shopify_column column)
{
    size_t number = shopify->places[column];

    if (number == 0)
        return (struct kept){.text = ""};
    const char *text = cells[number - 1].text;
    shopify->group.bytes += strlen(text);
    return (struct kept){.text = text[0] != '\0' ? arena_copy(&shopify->group.arena, text, strlen(text)) : "",
                         .place = {.line = cells[number - 1].line, .column = number}};
}

static void begin_group(struct shopify *shopify, size_t line, const struct cell *cells)
{
    struct shopify_group *group = &shopify->group;

    group->line = line;
    group->handle = keep(shopify, cells, SHOPIFY_HANDLE);
    group->title = keep(shopify, cells, SHOPIFY_TITLE);
    group->body = keep(shopify, cells, SHOPIFY_BODY);
    group->vendor = keep(shopify, cells, SHOPIFY_VENDOR);
    group->category = keep(shopify, cells, SHOPIFY_CATEGORY);
    group->type = keep(shopify, cells, SHOPIFY_TYPE);
    group->tags = keep(shopify, cells, SHOPIFY_TAGS);
    group->published = keep(shopify, cells, SHOPIFY_PUBLISHED);
    group->status = keep(shopify, cells, SHOPIFY_STATUS);
}

static void refuse_group(struct shopify *shopify, size_t line, const char *why)
{
    shopify->group.is_faulty = true;
    import_faults_add(shopify->output->source.faults, line, 0, "%s", why);
}

static void add_variant(struct shopify *shopify, size_t line, const struct cell *cells)
{
    struct shopify_group *group = &shopify->group;

    if (group->variant_count == SHOPIFY_VARIANTS_MAX) {
        if (!group->is_faulty)
            refuse_group(shopify, line, "the product has more than 2048 variants; fewer are allowed");
        return;
    }
    if (group->variants == NULL)
        group->variants = memory_get(SHOPIFY_VARIANTS_MAX * sizeof *group->variants);
    struct variant *variant = &group->variants[group->variant_count++];
    *variant = (struct variant){
        .line = line,
        .sku = keep(shopify, cells, SHOPIFY_SKU),
        .price = keep(shopify, cells, SHOPIFY_PRICE),
        .compare_at = keep(shopify, cells, SHOPIFY_COMPARE_AT),
        .tracker = keep(shopify, cells, SHOPIFY_TRACKER),
        .quantity = keep(shopify, cells, SHOPIFY_QUANTITY),
        .policy = keep(shopify, cells, SHOPIFY_POLICY),
        .image = keep(shopify, cells, SHOPIFY_VARIANT_IMAGE),
    };
    for (size_t i = 0; i < SHOPIFY_OPTIONS; i++)
        variant->options[i] = keep(shopify, cells, (enum shopify_column)(SHOPIFY_OPTION_1 + i));
}

static void add_image(struct shopify *shopify, size_t line, const struct cell *cells)
{
    struct shopify_group *group = &shopify->group;
    struct kept position = keep(shopify, cells, SHOPIFY_IMAGE_POSITION);

    if (group->image_count == FIELD_IMAGES_MAX) {
        if (!group->is_faulty)
            refuse_group(shopify, line, "the product has more than 250 images; fewer are allowed");
        return;
    }
    if (group->images == NULL)
        group->images = memory_get(FIELD_IMAGES_MAX * sizeof *group->images);
    struct image image = {.url = keep(shopify, cells, SHOPIFY_IMAGE), .alt = keep(shopify, cells, SHOPIFY_IMAGE_ALT)};
    if (number_parse(position.text, 0, INT32_MAX, &image.position) != NUMBER_OK)
        image.position = INT32_MAX; /* behind all that have a position */
    size_t at = group->image_count++;
    for (; at > 0 && group->images[at - 1].position > image.position; at--)
        group->images[at] = group->images[at - 1];
    group->images[at] = image;
}

static bool is_hidden(const struct shopify_group *group)
{
    return strcasecmp(group->status.text, "draft") == 0 || strcasecmp(group->status.text, "archived") == 0 ||
           strcasecmp(group->status.text, "unlisted") == 0 || strcasecmp(group->published.text, "false") == 0;
}

/* A word that Shopify does not have does not tell whether the product is for sale: it is refused. A file without the
 * column has no word. */
static void check_word(struct shopify *shopify, const struct kept *cell, const char *column, const char *const *words,
                       const char *allowed)
{
    struct shopify_group *group = &shopify->group;

    if (cell->text[0] == '\0')
        return;
    for (; *words != NULL; words++) {
        if (strcasecmp(cell->text, *words) == 0)
            return;
    }
    group->is_faulty = true;
    import_faults_add(shopify->output->source.faults, cell->place.line, cell->place.column,
                      "%s is %s; %s are allowed, in small letters or capitals", column,
                      field_show(cell->text, strlen(cell->text), &group->arena), allowed);
}

static void check_words(struct shopify *shopify)
{
    static const char *const states[] = {"active", "draft", "archived", "unlisted", NULL};
    static const char *const answers[] = {"true", "false", NULL};

    check_word(shopify, &shopify->group.status, "Status", states, "active, draft, archived and unlisted");
    check_word(shopify, &shopify->group.published, "Published", answers, "true and false");
}

static void end_group(struct shopify *shopify)
{
    struct shopify_group *group = &shopify->group;

    if (group->line != 0) {
        check_words(shopify);
        if (!group->is_faulty && is_hidden(group))
            shopify->output->counts.hidden++;
        else
            shopify_hand_on(shopify);
    }
    arena_reset(&group->arena);
    group->line = 0;
    group->variant_count = group->image_count = group->bytes = 0;
    group->is_faulty = false;
}

/* ---- Rows ---- */

static const char *peek(const struct shopify *shopify, const struct cell *cells, enum shopify_column column)
{
    return shopify->places[column] != 0 ? cells[shopify->places[column] - 1].text : "";
}

/* A row that is no variant has a picture only. */
static bool has_variant(const struct shopify *shopify, const struct cell *cells)
{
    return peek(shopify, cells, SHOPIFY_PRICE)[0] != '\0' || peek(shopify, cells, SHOPIFY_OPTION_1)[0] != '\0' ||
           peek(shopify, cells, SHOPIFY_SKU)[0] != '\0';
}

static void note_others(struct shopify *shopify, const struct cell *cells)
{
    for (size_t i = 0; i < shopify->count; i++) {
        struct other_column *other = &shopify->others[i];
        other->is_filled = other->is_filled || (other->name != NULL && cells[i].text[0] != '\0');
    }
}

static void take_row(struct shopify *shopify, size_t line, const struct cell *cells)
{
    const char *handle = peek(shopify, cells, SHOPIFY_HANDLE);
    bool is_new = shopify->group.line == 0 || strcmp(handle, shopify->group.handle.text) != 0;

    note_others(shopify, cells);
    if (is_new) {
        end_group(shopify);
        begin_group(shopify, line, cells);
    }
    if (shopify->group.bytes > SHOPIFY_PRODUCT_MAX) {
        if (!shopify->group.is_faulty)
            refuse_group(shopify, line, "the product is too long; 4 MiB are allowed");
        return;
    }
    if (is_new || has_variant(shopify, cells))
        add_variant(shopify, line, cells);
    if (peek(shopify, cells, SHOPIFY_IMAGE)[0] != '\0')
        add_image(shopify, line, cells);
}

/* Trims cells of columns that are no texts, where blanks at the ends mean nothing. */
static void trim_cells(const struct shopify *shopify, const struct cell *cells, struct cell *trimmed,
                       struct arena *arena)
{
    memcpy(trimmed, cells, shopify->count * sizeof *cells);
    for (enum shopify_column i = 0; i < SHOPIFY_COLUMNS; i++) {
        bool is_text = i == SHOPIFY_TITLE || i == SHOPIFY_BODY || i == SHOPIFY_SKU || i == SHOPIFY_IMAGE_ALT;
        size_t number = shopify->places[i];
        if (number != 0 && !is_text)
            trimmed[number - 1].text = cell_trim(cells[number - 1].text, arena);
    }
}

bool shopify_take(void *data, size_t line, const struct cell *cells, size_t count, struct arena *arena)
{
    struct shopify *shopify = data;

    if (!shopify->has_header)
        return read_header(shopify, line, cells, count);
    if (count == shopify->count) {
        struct cell trimmed[ROWS_CELLS_MAX];
        trim_cells(shopify, cells, trimmed, arena);
        take_row(shopify, line, trimmed);
        return true;
    }
    import_faults_add(shopify->output->source.faults, line, 0,
                      "the row has %zu %s; %zu are allowed, as many as the header has", count,
                      count == 1 ? "field" : "fields", shopify->count);
    shopify->output->counts.faulty++;
    return true;
}

void shopify_finish(struct shopify *shopify)
{
    end_group(shopify);
}
