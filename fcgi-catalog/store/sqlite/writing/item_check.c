/* SPDX-License-Identifier: MIT */
/* Writing the catalog: what may go in. */
#include <inttypes.h>
#include <string.h>

#include "common/text.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/catalog/variant.h"
#include "fcgi-catalog/store/sqlite/writing/item.h"

static bool is_text(const char *text, size_t max)
{
    size_t length = strlen(text);

    return length <= max && text_is_utf8(text, length);
}

static enum import_status refuse_text(const struct item *item, enum field_bit field, const char *text, size_t max)
{
    return writing_refuse(item->import, field, "%s %s is not UTF-8, or longer than %zu bytes", field_of(field)->name,
                          field_show(text, strlen(text), &item->import->arena), max);
}

/* The plain fields but slug and SKU: see item_check_keys(). */
static enum import_status check_plain(const struct item *item, const struct field *field)
{
    struct writing *import = item->import;

    if (field->kind == FIELD_KIND_TEXT) {
        const char *text = field_text(field, item->row);
        if (field->is_allowed == NULL)
            return is_text(text, field->max) ? IMPORT_OK : refuse_text(item, field->bit, text, field->max);
        if (!field->is_allowed(text))
            return writing_refuse(import, field->bit, "%s %s is not allowed; %s are", field->name,
                                  field_show(text, strlen(text), &import->arena), field->form);
    } else if (field->kind == FIELD_KIND_NUMBER && field_number(field, item->row) < 0) {
        return writing_refuse(import, field->bit, "%s %" PRId64 " is not allowed; 0 to %zu are", field->name,
                              field_number(field, item->row), field->max);
    }
    return IMPORT_OK;
}

/* Also checks a time that the row does not give. */
static enum import_status check_time(const struct item *item, const struct field *field)
{
    int64_t seconds = field_number(field, item->row);

    if (seconds >= 0 && seconds <= FIELD_TIME_MAX)
        return IMPORT_OK;
    return writing_refuse(item->import, field->bit, "%s is not of the years 1970 to 9999", field->name);
}

static enum import_status check_images(const struct item *item)
{
    const struct product *row = item->row;

    if (row->image_count > FIELD_IMAGES_MAX)
        return writing_refuse(item->import, FIELD_IMAGES, "more than %d images", FIELD_IMAGES_MAX);
    for (size_t i = 0; i < row->image_count; i++) {
        const struct product_image *image = &row->images[i];
        if (!field_is_url(image->url))
            return writing_refuse(item->import, FIELD_IMAGES, "image %s is not allowed; " FIELD_URL_FORM,
                                  field_show(image->url, strlen(image->url), &item->import->arena));
        if (image->alt != NULL && !is_text(image->alt, FIELD_ALT_MAX))
            return refuse_text(item, FIELD_IMAGES, image->alt, FIELD_ALT_MAX);
    }
    return IMPORT_OK;
}

/* Marks and counts a category and those above it; false: they are more than a product may have. */
static bool count_node(struct writing *import, const struct category *first, size_t *count)
{
    /* Found again, as `first` is const, and marks are written. */
    for (struct category *node = categories_find(&import->categories, first->slug);
         node != NULL && node->mark != import->categories.marks; node = node->parent) {
        node->mark = import->categories.marks;
        if (++*count > PRODUCT_CATEGORIES_MAX)
            return false;
    }
    return true;
}

static enum import_status check_categories(const struct item *item)
{
    struct writing *import = item->import;
    size_t count = 0;

    import->categories.marks++;
    for (size_t i = 0; i < item->wanted.own_category_count; i++) {
        const char *slug = item->wanted.categories[i];
        const struct category *node = categories_find(&import->categories, slug);
        if (node == NULL && !field_is_category(slug))
            return writing_refuse(import, FIELD_CATEGORIES,
                                  "%s is no category's slug; " FIELD_CATEGORY_FORM " are allowed",
                                  field_show(slug, strlen(slug), &import->arena));
        if (node != NULL ? !count_node(import, node, &count) : ++count > PRODUCT_CATEGORIES_MAX)
            return writing_refuse(import, FIELD_CATEGORIES, "more than %d categories, those above them included",
                                  PRODUCT_CATEGORIES_MAX);
    }
    return IMPORT_OK;
}

static enum import_status check_tags(const struct item *item)
{
    if (item->wanted.tag_count > FIELD_TAGS_MAX)
        return writing_refuse(item->import, FIELD_TAGS, "more than %d tags", FIELD_TAGS_MAX);
    for (size_t i = 0; i < item->wanted.tag_count; i++) {
        const char *tag = item->wanted.tags[i];
        if (tag[0] == '\0' || !is_text(tag, FIELD_TAG_MAX))
            return writing_refuse(item->import, FIELD_TAGS, "tag %s is empty, not UTF-8, or longer than %d bytes",
                                  field_show(tag, strlen(tag), &item->import->arena), FIELD_TAG_MAX);
    }
    return IMPORT_OK;
}

static enum import_status check_variants(const struct item *item)
{
    struct arena *arena = &item->import->arena;

    if (item->row->variant_count > FIELD_VARIANTS_MAX)
        return writing_refuse(item->import, FIELD_VARIANTS, "more than %d variants", FIELD_VARIANTS_MAX);
    for (size_t i = 0; i < item->row->variant_count; i++) {
        const char *fault = variant_fault(item->row, i, arena);
        if (fault != NULL)
            return writing_refuse(item->import, FIELD_VARIANTS, "%s", fault);
    }
    return IMPORT_OK;
}

enum import_status item_check(const struct item *item)
{
    enum import_status status = IMPORT_OK;

    for (const struct field *field = field_table; field < field_table + FIELD_COUNT && status == IMPORT_OK; field++) {
        bool is_key = field->bit == FIELD_SLUG || field->bit == FIELD_SKU;
        if (field->kind == FIELD_KIND_TIME)
            status = check_time(item, field);
        else if ((item->fields & field->bit) == 0 || is_key)
            continue;
        else if (field->kind == FIELD_KIND_IMAGES)
            status = check_images(item);
        else if (field->kind == FIELD_KIND_VARIANTS)
            status = check_variants(item);
        else if (field->kind == FIELD_KIND_TAGS)
            status = check_tags(item);
        else if (field->kind == FIELD_KIND_CATEGORIES)
            status = check_categories(item);
        else
            status = check_plain(item, field);
    }
    return status;
}

enum import_status item_check_keys(const struct item *item)
{
    const char *slug = text_of(item->row->slug), *sku = text_of(item->row->sku);

    if ((item->fields & FIELD_SLUG) != 0 && !is_text(slug, FIELD_SLUG_MAX))
        return refuse_text(item, FIELD_SLUG, slug, FIELD_SLUG_MAX);
    if ((item->fields & FIELD_SKU) != 0 && !is_text(sku, FIELD_SKU_MAX))
        return refuse_text(item, FIELD_SKU, sku, FIELD_SKU_MAX);
    return IMPORT_OK;
}
