/* SPDX-License-Identifier: MIT */
/* Writing the catalog: what may go in. */
#include <inttypes.h>
#include <string.h>

#include "common/text.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/store/writing/item.h"

static bool is_text(const char *text, size_t max)
{
    size_t length = strlen(text);

    return length <= max && text_is_utf8(text, length);
}

static enum import_status refuse_text(const struct item *item, enum field_bit field, const char *text, size_t max)
{
    return writing_refuse(item->import, field, "%s %s is not UTF-8, or longer than %zu bytes", field_name(field),
                          field_show(text, strlen(text), &item->import->arena), max);
}

static enum import_status check_texts(const struct item *item)
{
    const struct {
        enum field_bit field;
        const char *text;
        size_t max;
    } texts[] = {
        {FIELD_NAME, item->row->name, FIELD_NAME_MAX},
        {FIELD_DESCRIPTION, item->row->description, FIELD_DESCRIPTION_MAX},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        if ((item->fields & texts[i].field) != 0 && texts[i].text != NULL && !is_text(texts[i].text, texts[i].max))
            return refuse_text(item, texts[i].field, texts[i].text, texts[i].max);
    }
    return IMPORT_OK;
}

static enum import_status check_stock_and_price(const struct item *item)
{
    const struct product *row = item->row;

    if ((item->fields & FIELD_STOCK) != 0 && row->stock != NULL && !field_is_stock(row->stock))
        return writing_refuse(item->import, FIELD_STOCK, "stock %s is not allowed; " FIELD_STOCK_FORM " are",
                              field_show(row->stock, strlen(row->stock), &item->import->arena));
    if ((item->fields & FIELD_PRICE) != 0 && row->price_cents < 0)
        return writing_refuse(item->import, FIELD_PRICE, "price_in_cents %" PRId32 " is not allowed; 0 to %d are",
                              row->price_cents, FIELD_PRICE_MAX);
    return IMPORT_OK;
}

static enum import_status check_time(const struct item *item, enum field_bit field, int64_t seconds)
{
    if (seconds >= 0 && seconds <= FIELD_TIME_MAX)
        return IMPORT_OK;
    return writing_refuse(item->import, field, "%s is not of the years 1970 to 9999", field_name(field));
}

static enum import_status check_images(const struct item *item)
{
    const struct product *row = item->row;

    if ((item->fields & FIELD_IMAGES) == 0)
        return IMPORT_OK;
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

/* Marks what is above a category, too; false: those are more than a product may have. */
static bool count_branch(struct import *import, const struct branch *first, size_t *count)
{
    /* Marks are the import's own business. */
    for (struct branch *branch = branches_find(&import->branches, first->slug);
         branch != NULL && branch->mark != import->branches.marks; branch = branch->parent) {
        branch->mark = import->branches.marks;
        if (++*count > PRODUCT_CATEGORIES_MAX)
            return false;
    }
    return true;
}

static enum import_status check_categories(const struct item *item)
{
    struct import *import = item->import;
    size_t count = 0;

    if ((item->fields & FIELD_CATEGORIES) == 0)
        return IMPORT_OK;
    import->branches.marks++;
    for (size_t i = 0; i < item->wanted.own_category_count; i++) {
        const char *slug = item->wanted.categories[i];
        const struct branch *branch = branches_find(&import->branches, slug);
        if (branch == NULL && !field_is_category(slug))
            return writing_refuse(import, FIELD_CATEGORIES,
                                  "%s is no category's slug; " FIELD_CATEGORY_FORM " are allowed",
                                  field_show(slug, strlen(slug), &import->arena));
        if (branch != NULL ? !count_branch(import, branch, &count) : ++count > PRODUCT_CATEGORIES_MAX)
            return writing_refuse(import, FIELD_CATEGORIES, "more than %d categories, those above them included",
                                  PRODUCT_CATEGORIES_MAX);
    }
    return IMPORT_OK;
}

static enum import_status check_tags(const struct item *item)
{
    if ((item->fields & FIELD_TAGS) == 0)
        return IMPORT_OK;
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

enum import_status item_check(const struct item *item)
{
    enum import_status status = check_texts(item);

    if (status == IMPORT_OK)
        status = check_stock_and_price(item);
    if (status == IMPORT_OK)
        status = check_time(item, FIELD_CREATED, item->row->created_at);
    if (status == IMPORT_OK)
        status = check_time(item, FIELD_UPDATED, item->row->updated_at);
    if (status == IMPORT_OK)
        status = check_images(item);
    if (status == IMPORT_OK)
        status = check_tags(item);
    return status == IMPORT_OK ? check_categories(item) : status;
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
