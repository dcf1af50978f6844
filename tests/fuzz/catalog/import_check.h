/* SPDX-License-Identifier: MIT */
/* What holds for every row that comes out of a file, whatever the file. For fuzz targets. */
#ifndef TESTS_IMPORT_CHECK_H
#define TESTS_IMPORT_CHECK_H

#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "fcgi-catalog/import/reader.h"

static inline void insist(bool holds)
{
    if (!holds)
        abort();
}

static inline void check_field(const char *text, size_t max)
{
    insist(text != NULL && strlen(text) <= max && text_is_utf8(text, strlen(text)));
}

static inline void check_lists(const struct product *product)
{
    insist(product->tag_count <= FIELD_TAGS_MAX && product->image_count <= FIELD_IMAGES_MAX);
    for (size_t i = 0; i < product->tag_count; i++) {
        check_field(product->tags[i], FIELD_TAG_MAX);
        insist(product->tags[i][0] != '\0');
    }
    for (size_t i = 0; i < product->image_count; i++) {
        insist(field_is_url(product->images[i].url));
        check_field(product->images[i].alt, FIELD_ALT_MAX);
    }
    insist(product->own_category_count == product->category_count);
    insist(product->category_count <= PRODUCT_CATEGORIES_MAX);
    for (size_t i = 0; i < product->category_count; i++)
        insist(field_is_category(product->categories[i]));
}

static inline void check_row(void *data, const struct product_row *row)
{
    const struct product *product = &row->product;

    (void)data;
    insist(row->line > 0 && product->id >= 0 && product->price_cents >= 0);
    if (row->is_former) {
        insist(product->id > 0 && !row->is_of_categories && row->category_count == 0);
        check_field(product->slug, FIELD_SLUG_MAX);
        check_field(product->sku, FIELD_SKU_MAX);
        return;
    }
    insist(!row->is_of_categories || (product->slug[0] == '\0' && product->category_count == 0));
    insist((row->fields & FIELD_SLUG) ? field_is_slug(product->slug) : product->slug[0] == '\0');
    insist(row->is_of_categories != (product->slug[0] != '\0' || product->sku[0] != '\0'));
    check_field(product->sku, FIELD_SKU_MAX);
    check_field(product->name, FIELD_NAME_MAX);
    check_field(product->description, FIELD_DESCRIPTION_MAX);
    insist(field_is_stock(product->stock));
    insist(product->created_at >= 0 && product->created_at <= FIELD_TIME_MAX);
    check_lists(product);
    for (size_t i = 0; i < row->category_count; i++) {
        insist(field_is_category(row->categories[i].slug));
        const struct row_category *category = &row->categories[i];
        insist(category->place.line > 0 && category->place.column > 0);
        insist(category->parent == NULL || field_is_category(category->parent) ||
               (row->is_of_categories && category->parent[0] == '\0'));
        insist(row->is_of_categories || category->name != NULL || category->parent != NULL);
    }
}

static inline void check_told(void *data, const struct import_fault *fault)
{
    ++*(size_t *)data;
    insist(fault->line > 0 && text_is_utf8(fault->message, strlen(fault->message)));
    insist(strlen(fault->message) > 0 && !field_has_control(fault->message, strlen(fault->message)));
}

/* Reads the file, in pieces of this size. */
static inline void check_file(enum import_format format, const uint8_t *data, size_t size, size_t piece)
{
    size_t told = 0;
    struct import_faults faults = {.tell = check_told, .data = &told, .most = SIZE_MAX};
    struct import_source source = {
        .format = format, .now = 1767268800, .exponent = 2, .faults = &faults, .take = check_row, .data = &told};
    struct import_reader *reader = import_reader_new(&source);
    bool goes_on = true;

    for (size_t from = 0; from < size && goes_on; from += piece)
        goes_on = import_reader_feed(reader, (const char *)data + from, size - from < piece ? size - from : piece);
    bool is_sound = import_reader_finish(reader);
    struct import_counts counts = import_reader_counts(reader);
    const char *title = import_format_title(import_reader_format(reader));
    insist(told == faults.count && is_sound == (told == 0) && (goes_on || told > 0));
    insist(counts.faulty <= told || title != NULL); /* variants share what is wrong with them */
    import_reader_free(reader);
}

#endif
