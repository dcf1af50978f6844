/* SPDX-License-Identifier: MIT */
/* Writing the catalog: one product. It is found, compared, and written when something is different. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/store/lists.h"
#include "fcgi-catalog/store/row.h"
#include "fcgi-catalog/store/writing/item.h"

/* ---- Which product it is ---- */

static bool read_known(struct item *item, sqlite3_stmt *row)
{
    struct arena *arena = &item->import->arena;
    const void *lists = sqlite3_column_blob(row, 9);

    item->known = (struct product){.id = sqlite3_column_int(row, 0),
                                   .slug = row_copy_text(row, 1, arena),
                                   .description = row_copy_text(row, 2, arena),
                                   .price_cents = sqlite3_column_int(row, 3),
                                   .sku = row_copy_text(row, 4, arena),
                                   .name = row_copy_text(row, 5, arena),
                                   .stock = row_copy_text(row, 6, arena),
                                   .created_at = sqlite3_column_int64(row, 7),
                                   .updated_at = sqlite3_column_int64(row, 8)};
    return lists_unpack(lists, (size_t)sqlite3_column_bytes(row, 9), arena, &item->known);
}

/* SQLITE_ROW, SQLITE_DONE, or an error: SQLITE_MISMATCH for a row that cannot be read. */
static int find_product(struct item *item, enum writing_statement which, const char *text)
{
    sqlite3_stmt *row = writing_get(item->import, which);

    sqlite3_bind_text(row, 1, text, -1, SQLITE_STATIC);
    int result = sqlite3_step(row);
    if (result == SQLITE_ROW && !read_known(item, row))
        result = SQLITE_MISMATCH;
    sqlite3_reset(row);
    return result;
}

static enum import_status fail_finding(struct item *item, int result)
{
    if (result != SQLITE_MISMATCH)
        return writing_fail(item->import);
    snprintf(item->import->reason, sizeof item->import->reason,
             "product %" PRId32 ": its column lists is not what the tables of its lists say", item->known.id);
    return IMPORT_FAILED;
}

/* The id of the product that has left and was known by this text. SQLITE_ROW, SQLITE_DONE, or an error. */
static int find_former(struct item *item, enum writing_statement which, const char *text)
{
    sqlite3_stmt *row = writing_get(item->import, which);

    sqlite3_bind_text(row, 1, text, -1, SQLITE_STATIC);
    int result = sqlite3_step(row);
    if (result == SQLITE_ROW)
        item->former_id = sqlite3_column_int(row, 0);
    sqlite3_reset(row);
    return result;
}

/* The product of the row's SKU, or else of its slug; or else one that had it and has left. */
static int find_known(struct item *item)
{
    bool has_sku = (item->fields & FIELD_SKU) != 0 && text_of(item->row->sku)[0] != '\0';
    bool has_slug = (item->fields & FIELD_SLUG) != 0 && text_of(item->row->slug)[0] != '\0';
    int result = has_sku ? find_product(item, WRITING_FIND_SKU, item->row->sku) : SQLITE_DONE;

    item->key = FIELD_SKU;
    if (result == SQLITE_DONE && has_slug) {
        item->key = FIELD_SLUG;
        result = find_product(item, WRITING_FIND_SLUG, item->row->slug);
    }
    item->is_new = result == SQLITE_DONE;
    if (result == SQLITE_DONE && has_sku)
        result = find_former(item, WRITING_FIND_FORMER_SKU, item->row->sku);
    if (result == SQLITE_DONE && has_slug)
        result = find_former(item, WRITING_FIND_FORMER_SLUG, item->row->slug);
    return result;
}

/* Whether a statement with one value finds a row. */
static bool is_taken(struct import *import, enum writing_statement which, const char *text, int64_t id)
{
    sqlite3_stmt *row = writing_get(import, which);

    if (text != NULL)
        sqlite3_bind_text(row, 1, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_int64(row, 1, id);
    bool found = sqlite3_step(row) == SQLITE_ROW;
    sqlite3_reset(row);
    return found;
}

/* An id that no product has, whether it may be that of the new one. */
static enum import_status check_free_id(const struct item *item)
{
    struct import *import = item->import;

    if (item->former_id != 0 && item->former_id != item->row->id)
        return writing_refuse(import, IMPORT_FIELD_ID,
                              "the product had the id %" PRId32 " before it left, and gets it again, not %" PRId32,
                              item->former_id, item->row->id);
    if (item->former_id == 0 && is_taken(import, WRITING_FIND_FORMER, NULL, item->row->id))
        return writing_refuse(import, IMPORT_FIELD_ID,
                              "the id %" PRId32 " was that of another product, which has left; ids are not used again",
                              item->row->id);
    return IMPORT_OK;
}

static enum import_status check_new(const struct item *item)
{
    struct import *import = item->import;

    if ((item->fields & FIELD_SLUG) == 0 || text_of(item->row->slug)[0] == '\0')
        return writing_refuse(import, FIELD_SLUG, "a new product needs a slug");
    if ((item->fields & FIELD_PRICE) == 0)
        return writing_refuse(import, FIELD_PRICE, "a new product needs a price");
    if (item->row->id < 0)
        return writing_refuse(import, IMPORT_FIELD_ID, "the id %" PRId32 " is not allowed; 1 to %d are", item->row->id,
                              INT32_MAX);
    if (item->row->id == 0 && item->former_id == 0 && import->last_id == INT32_MAX)
        return writing_refuse(import, IMPORT_FIELD_ID, "there is no id left for a new product");
    if (item->row->id != 0 && is_taken(import, WRITING_FIND_ID, NULL, item->row->id))
        return writing_refuse(import, IMPORT_FIELD_ID, "the id %" PRId32 " is that of another product", item->row->id);
    return item->row->id != 0 ? check_free_id(item) : IMPORT_OK;
}

static enum import_status check_known(const struct item *item)
{
    struct import *import = item->import;

    if (idset_has(&import->seen, item->known.id))
        return writing_refuse(import, item->key, "this product came before: it is \"%s\", with the id %" PRId32,
                              item->known.slug, item->known.id);
    if (item->row->id != 0 && item->row->id != item->known.id)
        return writing_refuse(import, IMPORT_FIELD_ID, "the product has the id %" PRId32 ", not %" PRId32,
                              item->known.id, item->row->id);
    if (item->is_renamed && is_taken(import, WRITING_FIND_SLUG, item->wanted.slug, 0))
        return writing_refuse(import, FIELD_SLUG, "the slug \"%s\" is that of another product", item->wanted.slug);
    return IMPORT_OK;
}

static enum import_status check_identity(const struct item *item)
{
    const char *slug = item->wanted.slug;

    if ((item->is_new || item->is_renamed) && slug[0] != '\0' && !field_is_slug(slug))
        return writing_refuse(item->import, FIELD_SLUG, "slug %s is not allowed; " FIELD_SLUG_FORM " are",
                              field_show(slug, strlen(slug), &item->import->arena));
    return item->is_new ? check_new(item) : check_known(item);
}

/* ---- What it becomes ---- */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A sorted copy, each text once. */
static const char **sort_texts(struct arena *arena, const char *const *texts, size_t *count)
{
    const char **sorted = arena_get(arena, (*count + 1) * sizeof *sorted);
    size_t used = 0;

    if (*count == 0)
        return sorted;
    memcpy(sorted, texts, *count * sizeof *sorted);
    qsort(sorted, *count, sizeof *sorted, compare_texts);
    for (size_t i = 0; i < *count; i++) {
        if (used == 0 || strcmp(sorted[used - 1], sorted[i]) != 0)
            sorted[used++] = sorted[i];
    }
    *count = used;
    return sorted;
}

static void merge_lists(struct item *item)
{
    const struct product *row = item->row;
    struct product *wanted = &item->wanted;
    struct arena *arena = &item->import->arena;

    if ((item->fields & FIELD_CATEGORIES) != 0) {
        wanted->own_category_count = row->own_category_count;
        wanted->categories = sort_texts(arena, row->categories, &wanted->own_category_count);
    }
    if ((item->fields & FIELD_TAGS) != 0) {
        wanted->tag_count = row->tag_count;
        wanted->tags = sort_texts(arena, row->tags, &wanted->tag_count);
    }
    if ((item->fields & FIELD_IMAGES) != 0) {
        wanted->images = row->images;
        wanted->image_count = row->image_count;
    }
}

static void merge(struct item *item)
{
    const struct product *row = item->row;
    struct product *wanted = &item->wanted;
    unsigned fields = item->fields;

    *wanted = item->known;
    wanted->slug = (fields & FIELD_SLUG) != 0 && text_of(row->slug)[0] != '\0' ? row->slug : text_of(item->known.slug);
    wanted->description = text_of((fields & FIELD_DESCRIPTION) != 0 ? row->description : item->known.description);
    wanted->sku = text_of((fields & FIELD_SKU) != 0 ? row->sku : item->known.sku);
    wanted->name = text_of((fields & FIELD_NAME) != 0 ? row->name : item->known.name);
    wanted->stock = text_of((fields & FIELD_STOCK) != 0 ? row->stock : item->known.stock);
    if ((fields & FIELD_PRICE) != 0)
        wanted->price_cents = row->price_cents;
    if ((fields & FIELD_CREATED) != 0 && (item->is_new || row->created_at != 0))
        wanted->created_at = row->created_at;
    else if (item->is_new)
        wanted->created_at = item->import->now;
    merge_lists(item);
    item->is_renamed = !item->is_new && strcmp(wanted->slug, item->known.slug) != 0;
}

static bool texts_differ(const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
    for (size_t i = 0; a_count == b_count && i < a_count; i++) {
        if (strcmp(a[i], b[i]) != 0)
            return true;
    }
    return a_count != b_count;
}

static bool images_differ(const struct product *a, const struct product *b)
{
    for (size_t i = 0; a->image_count == b->image_count && i < a->image_count; i++) {
        if (strcmp(a->images[i].url, b->images[i].url) != 0 ||
            strcmp(text_of(a->images[i].alt), text_of(b->images[i].alt)) != 0)
            return true;
    }
    return a->image_count != b->image_count;
}

static void compare_lists(struct item *item)
{
    const struct product *a = &item->known, *b = &item->wanted;

    item->categories_differ = texts_differ(a->categories, a->own_category_count, b->categories, b->own_category_count);
    item->tags_differ = texts_differ(a->tags, a->tag_count, b->tags, b->tag_count);
    item->images_differ = images_differ(a, b);
}

static bool is_different(const struct item *item)
{
    const struct product *a = &item->known, *b = &item->wanted;

    return item->categories_differ || item->tags_differ || item->images_differ || a->price_cents != b->price_cents ||
           a->created_at != b->created_at || strcmp(a->slug, b->slug) != 0 || strcmp(a->sku, b->sku) != 0 ||
           strcmp(a->name, b->name) != 0 || strcmp(a->stock, b->stock) != 0 ||
           strcmp(a->description, b->description) != 0;
}

/* ---- All of it ---- */

static void set_time(struct item *item, bool is_changed)
{
    /* A row that was exported and edited brings the old time along: that says nothing of this change. */
    int64_t given = item->row->updated_at;
    bool is_given =
        (item->fields & FIELD_UPDATED) != 0 && (item->is_new || (given != 0 && given != item->known.updated_at));

    if (is_given)
        item->wanted.updated_at = given;
    else if (is_changed && item->import->now != 0)
        item->wanted.updated_at = item->import->now;
}

static enum import_status write_item(struct item *item, enum import_outcome *outcome)
{
    struct import *import = item->import;

    compare_lists(item);
    bool is_changed = item->is_new || is_different(item);
    set_time(item, is_changed);
    if (item->is_new)
        item->wanted.id = item->row->id != 0     ? item->row->id
                          : item->former_id != 0 ? item->former_id
                                                 : import->last_id + 1;
    if (item->wanted.id > import->last_id)
        import->last_id = item->wanted.id;
    idset_add(&import->seen, item->wanted.id);
    *outcome = item->is_new ? OUTCOME_INSERTED : OUTCOME_UPDATED;
    if (is_changed || item->wanted.updated_at != item->known.updated_at)
        return item_write(item) ? IMPORT_OK : writing_fail(import);
    *outcome = OUTCOME_UNCHANGED;
    return IMPORT_OK;
}

enum import_status import_put_product(struct import *import, const struct product *product, unsigned fields,
                                      enum import_outcome *outcome, int32_t *id)
{
    struct item item = {.import = import, .row = product, .fields = fields};

    arena_reset(&import->arena);
    if (item_check_keys(&item) != IMPORT_OK)
        return IMPORT_REFUSED;
    int result = find_known(&item);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        return fail_finding(&item, result);
    merge(&item);
    enum import_status status = item_check(&item);
    if (status == IMPORT_OK)
        status = check_identity(&item);
    if (status == IMPORT_OK)
        status = write_item(&item, outcome);
    if (status == IMPORT_OK)
        *id = item.wanted.id;
    return status;
}

/* Texts of any form: it may be that of an older program. */
enum import_status import_put_former(struct import *import, int32_t id, const char *slug, const char *sku)
{
    arena_reset(&import->arena);
    if (id < 1)
        return writing_refuse(import, IMPORT_FIELD_ID, "the id %" PRId32 " is not allowed; 1 to %d are", id, INT32_MAX);
    if (is_taken(import, WRITING_FIND_ID, NULL, id) || is_taken(import, WRITING_FIND_FORMER, NULL, id))
        return IMPORT_OK;
    sqlite3_stmt *statement = writing_get(import, WRITING_INSERT_FORMER);
    sqlite3_bind_int(statement, 1, id);
    sqlite3_bind_text(statement, 2, slug, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, sku, -1, SQLITE_STATIC);
    if (!writing_run(statement))
        return writing_fail(import);
    if (id > import->last_id)
        import->last_id = id;
    return IMPORT_OK;
}
