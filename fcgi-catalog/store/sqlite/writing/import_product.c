/* SPDX-License-Identifier: MIT */
/* Writing the catalog: one product. It is found, compared, and written when something is different. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/catalog/variant.h"
#include "fcgi-catalog/store/sqlite/product_row.h"
#include "fcgi-catalog/store/sqlite/writing/item.h"

/* ---- Which product it is ---- */

/* Reads the known product. SQLITE_ROW, or an error: SQLITE_MISMATCH for a row that cannot be read, the import's reason
 * says why. */
static int read_known(struct item *item, int64_t id)
{
    struct writing *import = item->import;
    sqlite3_stmt *row = writing_get(import, WRITING_READ, (struct writing_values){.id = id});
    int result = sqlite3_step(row);

    if (result == SQLITE_ROW &&
        !product_row_read(row, id, &import->arena, &item->known, import->base.reason, sizeof import->base.reason))
        result = SQLITE_MISMATCH;
    sqlite3_reset(row);
    return result;
}

/* As writing_find(), where the text is one. */
static int find_id(const struct item *item, enum writing_statement which, const char *text, int64_t *id)
{
    return text[0] != '\0' ? writing_find(item->import, which, (struct writing_values){.text = text}, id) : SQLITE_DONE;
}

/* Whether a row of another slug may be the product of this id. */
static bool may_be_renamed(const struct item *item, int64_t id)
{
    return !id_set_has(item->import->seen, (int32_t)id) && (item->row->id == 0 || item->row->id == id);
}

/* The product that alone has the SKU, if it may be the row's. */
static int find_by_sku(struct item *item, const char *slug, const char *sku, int64_t *id)
{
    int64_t last;
    int result = find_id(item, WRITING_FIND_SKU, sku, id);

    item->has_known_sku = result == SQLITE_ROW;
    if (result != SQLITE_ROW)
        return result;
    if ((result = find_id(item, WRITING_FIND_LAST_SKU, sku, &last)) != SQLITE_ROW)
        return result;
    item->is_ambiguous = last != *id;
    if (slug[0] != '\0' && (item->is_ambiguous || !may_be_renamed(item, *id)))
        return SQLITE_DONE;
    return SQLITE_ROW;
}

/* The product that an earlier row has taken for another, by its SKU, and whose slug this row has. */
static int find_mistaken(struct item *item, const char *slug, int64_t *id)
{
    int result = find_id(item, WRITING_FIND_RENAMED, slug, id);

    item->is_mistaken = result == SQLITE_ROW;
    if (item->is_mistaken) {
        int64_t fields = 0;
        result = find_id(item, WRITING_FIND_RENAMED_FIELDS, slug, &fields);
        item->mistaken_fields = (unsigned)fields;
    }
    return result;
}

/* Finds the product that the row means, or a former one: see put_product(). */
static int find_known(struct item *item)
{
    const char *slug = (item->fields & FIELD_SLUG) != 0 ? text_of(item->row->slug) : "";
    const char *sku = (item->fields & FIELD_SKU) != 0 ? text_of(item->row->sku) : "";
    int64_t id = 0, former_id = 0;

    item->key = FIELD_SLUG;
    int result = find_id(item, WRITING_FIND_SLUG, slug, &id);
    if (result == SQLITE_DONE)
        result = find_mistaken(item, slug, &id);
    if (result == SQLITE_DONE)
        result = find_id(item, WRITING_FIND_FORMER_SLUG, slug, &former_id);
    if (result == SQLITE_DONE) {
        item->key = FIELD_SKU;
        result = find_by_sku(item, slug, sku, &id);
    }
    if (result == SQLITE_ROW && former_id == 0)
        return read_known(item, id);
    if (result == SQLITE_DONE && !item->has_known_sku)
        result = find_id(item, WRITING_FIND_FORMER_SKU, sku, &former_id);
    item->is_new = result == SQLITE_DONE || former_id != 0;
    item->former_id = (int32_t)former_id;
    return result;
}

/* Whether a statement finds a row of this text, or id. */
static bool is_taken(struct writing *import, enum writing_statement which, const char *text, int64_t id)
{
    return writing_find(import, which, (struct writing_values){.text = text, .id = id}, &id) == SQLITE_ROW;
}

/* Whether an id that no product has may be that of the new product. */
static enum import_status check_free_id(const struct item *item)
{
    struct writing *import = item->import;

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
    struct writing *import = item->import;

    if ((item->fields & FIELD_SLUG) == 0 || text_of(item->row->slug)[0] == '\0')
        return writing_refuse(import, FIELD_SLUG, "a new product needs a slug");
    if ((item->fields & FIELD_PRICE) == 0 && item->wanted.variant_count == 0)
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

static enum import_status refuse_ambiguous(const struct item *item)
{
    return writing_refuse(item->import, FIELD_SKU, "several products have the SKU %s; a slug is needed to tell which",
                          field_show(item->row->sku, strlen(item->row->sku), &item->import->arena));
}

/* The known product has what the earlier row gave it. What the present row does not give is lost, and a new product
 * needs a price. */
static enum import_status check_mistaken(const struct item *item)
{
    struct writing *import = item->import;
    unsigned fields = item->mistaken_fields != 0 ? item->mistaken_fields : item->fields;
    bool has_variants = (fields & FIELD_VARIANTS) != 0 && item->known.variant_count > 0;

    if ((fields & FIELD_PRICE) == 0 && !has_variants)
        return writing_refuse(import, FIELD_PRICE, "a new product has come with this SKU, and needs a price");
    for (const struct field *field = field_table; field < field_table + FIELD_COUNT; field++) {
        bool is_own =
            field->kind != FIELD_KIND_CURRENCY && field->kind != FIELD_KIND_DISCOUNT && field->bit != FIELD_UPDATED;
        if (is_own && (fields & ~item->fields & field->bit) != 0)
            return writing_refuse(import, field->bit,
                                  "a new product has come with this SKU and with %s; this row needs %s, too",
                                  field->name, field->name);
    }
    return IMPORT_OK;
}

static enum import_status check_known(const struct item *item)
{
    struct writing *import = item->import;

    if (item->key == FIELD_SKU && item->is_ambiguous)
        return refuse_ambiguous(item);
    if (item->is_mistaken && check_mistaken(item) != IMPORT_OK)
        return IMPORT_REFUSED;
    if (id_set_has(import->seen, item->known.id) && !item->is_mistaken)
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

/* Drops a compare-at price that is not above the price. */
static void drop_compare_at(struct item *item, int32_t price_cents, int32_t *compare_at_cents)
{
    if (*compare_at_cents == 0 || *compare_at_cents > price_cents)
        return;
    *compare_at_cents = 0;
    item->drops_compare_at = true;
}

/* A copy of the row's variants, for ids that are found later: item_settle_variants(). */
static const struct product_variant *copy_variants(struct item *item)
{
    size_t count = item->row->variant_count;
    struct product_variant *variants = arena_get(&item->import->arena, count * sizeof *variants);

    for (size_t i = 0; i < count; i++) {
        variants[i] = item->row->variants[i];
        for (const struct field *field = variant_table; field < variant_table + VARIANT_FIELD_COUNT; field++) {
            if (field->kind == FIELD_KIND_TEXT)
                field_set(field, &variants[i], field_text(field, &variants[i]), 0);
        }
        drop_compare_at(item, variants[i].price_cents, &variants[i].compare_at_cents);
    }
    return variants;
}

/* The known product with what the row says of it: lists that are sets are sorted, each text once. */
static void merge(struct item *item)
{
    const struct product *row = item->row;
    struct product *wanted = &item->wanted;
    struct arena *arena = &item->import->arena;

    *wanted = item->known;
    for (const struct field *field = field_table; field < field_table + FIELD_COUNT; field++) {
        bool is_said = (item->fields & field->bit) != 0;
        switch (field->kind) {
        case FIELD_KIND_TEXT:
            is_said = is_said && (field->bit != FIELD_SLUG || text_of(row->slug)[0] != '\0');
            field_set(field, wanted, field_text(field, is_said ? row : &item->known), 0);
            break;
        case FIELD_KIND_NUMBER:
            field_set(field, wanted, NULL, field_number(field, is_said ? row : &item->known));
            break;
        case FIELD_KIND_CATEGORIES:
            wanted->own_category_count = is_said ? row->own_category_count : item->known.own_category_count;
            if (is_said)
                wanted->categories = sort_texts(arena, row->categories, &wanted->own_category_count);
            break;
        case FIELD_KIND_TAGS:
            wanted->tag_count = is_said ? row->tag_count : item->known.tag_count;
            if (is_said)
                wanted->tags = sort_texts(arena, row->tags, &wanted->tag_count);
            break;
        case FIELD_KIND_IMAGES:
            wanted->image_count = is_said ? row->image_count : item->known.image_count;
            wanted->images = is_said ? row->images : item->known.images;
            break;
        case FIELD_KIND_VARIANTS:
            wanted->variant_count = is_said ? row->variant_count : item->known.variant_count;
            wanted->variants = is_said ? copy_variants(item) : item->known.variants;
            break;
        default:
            break;
        }
    }
    if ((item->fields & FIELD_CREATED) != 0 && (item->is_new || row->created_at != 0))
        wanted->created_at = row->created_at;
    else if (item->is_new)
        wanted->created_at = item->import->base.now;
    wanted->price_cents = variant_lowest_price(wanted);
    drop_compare_at(item, wanted->price_cents, &wanted->compare_at_cents);
    item->is_renamed = !item->is_new && strcmp(wanted->slug, text_of(item->known.slug)) != 0;
}

/* ---- All of it ---- */

static void set_time(struct item *item, bool is_changed)
{
    /* A row that was exported and edited has the old time: it is not the time of this change. */
    int64_t given = item->row->updated_at;
    bool is_given =
        (item->fields & FIELD_UPDATED) != 0 && (item->is_new || (given != 0 && given != item->known.updated_at));

    if (is_given)
        item->wanted.updated_at = given;
    else if (is_changed && item->import->base.now != 0)
        item->wanted.updated_at = item->import->base.now;
}

static enum import_status write_item(struct item *item, enum import_outcome *outcome)
{
    struct writing *import = item->import;

    for (const struct field *field = field_table; field < field_table + FIELD_COUNT; field++) {
        bool is_same = field->bit == FIELD_UPDATED || field_is_same(field, &item->known, &item->wanted);
        item->differing |= is_same ? 0 : field->bit;
    }
    bool is_changed = item->is_new || item->differing != 0;
    set_time(item, is_changed);
    if (item->is_new)
        item->wanted.id = item->row->id != 0     ? item->row->id
                          : item->former_id != 0 ? item->former_id
                                                 : import->last_id + 1;
    if (item->wanted.id > import->last_id)
        import->last_id = item->wanted.id;
    id_set_add(import->seen, item->wanted.id);
    *outcome = item->is_new ? OUTCOME_INSERTED : OUTCOME_UPDATED;
    if (is_changed || item->wanted.updated_at != item->known.updated_at)
        return item_write(item) ? IMPORT_OK : writing_fail(import);
    *outcome = OUTCOME_UNCHANGED;
    return IMPORT_OK;
}

/* The product that an earlier row has renamed by mistake is that of the present row again; what the earlier row said
 * becomes a new one. */
static enum import_status write_mistaken(const struct item *item)
{
    struct product row = item->known;
    struct item again = {.import = item->import, .row = &row, .fields = item->mistaken_fields, .is_new = true};
    enum import_outcome outcome;

    if (again.fields == 0)
        again.fields = item->fields;
    row.id = 0;
    if (item->import->last_id == INT32_MAX)
        return writing_refuse(item->import, IMPORT_FIELD_ID, "there is no id left for a new product");
    merge(&again);
    for (size_t i = 0; (again.fields & FIELD_VARIANTS) != 0 && i < again.wanted.variant_count; i++)
        ((struct product_variant *)again.wanted.variants)[i].id = 0; /* those of the other product */
    enum import_status status = item_settle_variants(&again);
    return status == IMPORT_OK ? write_item(&again, &outcome) : status;
}

/* A later row may have the slug of before, and be the product: see find_mistaken(). */
static bool note_renamed(const struct item *item, unsigned fields)
{
    const struct writing_values values = {.id = item->known.id, .text = item->known.slug, .number = fields};

    return writing_run(item->import, WRITING_NOTE_RENAMED, values);
}

enum import_status writing_put_product(struct import *base, const struct product *product, unsigned fields,
                                       enum import_outcome *outcome, int32_t *id)
{
    struct writing *import = writing_of(base);
    struct item item = {.import = import, .row = product, .fields = fields};

    arena_reset(&import->arena);
    if (item_check_keys(&item) != IMPORT_OK)
        return IMPORT_REFUSED;
    int result = find_known(&item);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        return result == SQLITE_MISMATCH ? IMPORT_FAILED : writing_fail(import);
    merge(&item);
    enum import_status status = item_check(&item);
    if (status == IMPORT_OK)
        status = check_identity(&item);
    if (status == IMPORT_OK)
        status = item_settle_variants(&item);
    if (status == IMPORT_OK)
        status = write_item(&item, outcome);
    if (status == IMPORT_OK && item.is_renamed && item.key == FIELD_SKU && !note_renamed(&item, fields))
        return writing_fail(import);
    if (status == IMPORT_OK && item.is_mistaken) {
        *outcome = OUTCOME_INSERTED;
        status = write_mistaken(&item);
    }
    if (status == IMPORT_OK) {
        *id = item.wanted.id;
        base->dropped_compare_at += item.drops_compare_at;
    }
    return status;
}

enum import_status writing_rename(struct import *base, const char *old, const struct product *product, bool *is_renamed)
{
    static const enum writing_statement takers[] = {WRITING_FIND_SLUG, WRITING_FIND_RENAMED, WRITING_FIND_FORMER_SLUG};
    struct writing *import = writing_of(base);
    struct item item = {.import = import, .row = product, .fields = FIELD_SLUG, .key = FIELD_SKU};
    int64_t id;

    *is_renamed = false;
    arena_reset(&import->arena);
    for (size_t i = 0; i < ARRAY_LENGTH(takers); i++) {
        if (is_taken(import, takers[i], product->slug, 0))
            return IMPORT_OK;
    }
    int result = find_id(&item, WRITING_FIND_SLUG, old, &id);
    if (result == SQLITE_DONE || (result == SQLITE_ROW && id_set_has(import->seen, id)))
        return IMPORT_OK;
    if (result == SQLITE_ROW)
        result = read_known(&item, id);
    if (result != SQLITE_ROW)
        return result == SQLITE_MISMATCH ? IMPORT_FAILED : writing_fail(import);
    if (!field_is_same(field_of(FIELD_NAME), &item.known, product) ||
        !field_is_same(field_of(FIELD_SKU), &item.known, product))
        return IMPORT_OK;
    merge(&item);
    item.differing = FIELD_SLUG;
    if (!item_write(&item) || !note_renamed(&item, 0))
        return writing_fail(import);
    *is_renamed = true;
    return IMPORT_OK;
}

/* ---- What is not on sale ---- */

enum import_status writing_withdraw(struct import *base, const char *old, const struct product *product,
                                    unsigned fields)
{
    struct writing *import = writing_of(base);
    const struct item item = {.import = import, .row = product, .fields = fields};
    const struct writing_values values = {.text = (fields & FIELD_SLUG) != 0 ? text_of(product->slug) : "",
                                          .name = text_of(product->name),
                                          .parent = text_of(product->sku),
                                          .number = (fields & FIELD_SKU) != 0,
                                          .old = text_of(old)};

    arena_reset(&import->arena);
    if (item_check_keys(&item) != IMPORT_OK)
        return IMPORT_REFUSED;
    return writing_run(import, WRITING_NOTE_WITHDRAWN, values) ? IMPORT_OK : writing_fail(import);
}

/* A row that withdraw() noted. */
struct withdrawn {
    int64_t number;
    struct product product;
    const char *old;
    bool is_known_by_sku;
};

/* The next one, in the arena; no statement may read while triggers are put aside. SQLITE_ROW, SQLITE_DONE or an
 * error. */
static int read_withdrawn(struct writing *import, struct withdrawn *withdrawn, struct arena *arena)
{
    sqlite3_stmt *row = writing_get(import, WRITING_READ_WITHDRAWN, (struct writing_values){.id = withdrawn->number});
    int result = sqlite3_step(row);

    if (result == SQLITE_ROW) {
        const char *texts[4];
        for (int i = 0; i < 4; i++)
            texts[i] = arena_copy(arena, (const char *)sqlite3_column_text(row, i + 1),
                                  (size_t)sqlite3_column_bytes(row, i + 1));
        *withdrawn = (struct withdrawn){
            .number = sqlite3_column_int64(row, 0),
            .product = {.slug = texts[0], .name = texts[1], .sku = texts[2]},
            .old = texts[3],
            .is_known_by_sku = sqlite3_column_int(row, 5) != 0,
        };
    }
    sqlite3_reset(row);
    return result;
}

/* Deletes the product of a row that is not on sale, unless a row that is on sale has named it. */
static enum import_status delete_withdrawn(struct import *base, const struct withdrawn *withdrawn, int64_t *count)
{
    struct writing *import = writing_of(base);
    const struct product *product = &withdrawn->product;
    const char *old = withdrawn->old;
    struct item item = {.import = import, .row = product};
    bool is_renamed;
    int64_t id = 0;

    enum import_status status = old[0] != '\0' ? writing_rename(base, old, product, &is_renamed) : IMPORT_OK;
    if (status != IMPORT_OK)
        return status;
    int result = find_id(&item, WRITING_FIND_SLUG, product->slug, &id);
    if (result == SQLITE_DONE && withdrawn->is_known_by_sku)
        result = find_by_sku(&item, "", product->sku, &id);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        return writing_fail(import);
    if (result == SQLITE_DONE || item.is_ambiguous || id_set_has(import->seen, (int32_t)id))
        return IMPORT_OK;
    ++*count;
    return writing_delete(import, id) ? IMPORT_OK : writing_fail(import);
}

enum import_status writing_delete_withdrawn(struct import *base, int64_t *count)
{
    struct writing *import = writing_of(base);
    struct arena arena = {0};
    enum import_status status = IMPORT_OK;
    struct withdrawn withdrawn = {.number = 0};
    int result;

    *count = 0;
    while (status == IMPORT_OK && (result = read_withdrawn(import, &withdrawn, &arena)) != SQLITE_DONE) {
        status = result == SQLITE_ROW ? delete_withdrawn(base, &withdrawn, count) : writing_fail(import);
        arena_reset(&arena);
    }
    arena_release(&arena);
    return status;
}

enum import_status writing_count_repeated_skus(struct import *base, int64_t *count)
{
    struct writing *import = writing_of(base);

    return writing_find(import, WRITING_COUNT_REPEATED, (struct writing_values){0}, count) == SQLITE_ROW
               ? IMPORT_OK
               : writing_fail(import);
}

/* The texts may be of any form, also those of an older program. */
enum import_status writing_put_former(struct import *base, int32_t id, const char *slug, const char *sku)
{
    struct writing *import = writing_of(base);
    arena_reset(&import->arena);
    if (id < 1)
        return writing_refuse(import, IMPORT_FIELD_ID, "the id %" PRId32 " is not allowed; 1 to %d are", id, INT32_MAX);
    if (is_taken(import, WRITING_FIND_ID, NULL, id) || is_taken(import, WRITING_FIND_FORMER, NULL, id))
        return IMPORT_OK;
    if (!writing_run(import, WRITING_INSERT_FORMER, (struct writing_values){.id = id, .text = slug, .name = sku}))
        return writing_fail(import);
    if (id > import->last_id)
        import->last_id = id;
    return IMPORT_OK;
}
