/* SPDX-License-Identifier: MIT */
/* Writing the catalog: which variants of a product are those that it had. */
#include <inttypes.h>
#include <string.h>

#include "fcgi-catalog/catalog/variant.h"
#include "fcgi-catalog/store/sqlite/row.h"
#include "fcgi-catalog/store/sqlite/writing/item.h"

static bool has_same_sku(const struct product_variant *a, const struct product_variant *b)
{
    return a->sku[0] != '\0' && strcmp(a->sku, b->sku) == 0;
}

/* Gives the ids of known variants that no wanted one has to those without an id that are the same one. */
static void match_known(struct item *item, struct product_variant *variants,
                        bool (*is_same)(const struct product_variant *a, const struct product_variant *b))
{
    for (size_t i = 0; i < item->known.variant_count; i++) {
        const struct product_variant *known = &item->known.variants[i];
        for (size_t j = 0; j < item->wanted.variant_count && variant_find(&item->wanted, known->id) == NULL; j++) {
            if (variants[j].id == 0 && is_same(known, &variants[j]))
                variants[j].id = known->id;
        }
    }
}

/* SQLITE_ROW: some product has or had the variant of this id; SQLITE_DONE: none; or an error. */
static int find_owner(struct writing *import, int32_t id, int64_t *product_id)
{
    const struct writing_values values = {.id = id};
    int result = writing_find(import, WRITING_FIND_VARIANT, values, product_id);

    return result == SQLITE_DONE ? writing_find(import, WRITING_FIND_FORMER_VARIANT, values, product_id) : result;
}

/* The id that a row gives. */
static enum import_status check_id(const struct item *item, int32_t product_id, int32_t id)
{
    int64_t owner;
    int result = variant_find(&item->known, id) != NULL ? SQLITE_DONE : find_owner(item->import, id, &owner);

    if (result == SQLITE_ROW && owner != product_id)
        return writing_refuse(item->import, FIELD_VARIANTS,
                              "the id %" PRId32 " is that of a variant of another product; ids are not used again", id);
    return result == SQLITE_ROW || result == SQLITE_DONE ? IMPORT_OK : writing_fail(item->import);
}

/* The last variant that left the product with these options. SQLITE_ROW; SQLITE_DONE: there is none; or an error. */
static int find_former(struct writing *import, int32_t product_id, const struct product_variant *variant, int64_t *id)
{
    struct writing_values values = {.id = product_id};
    sqlite3_stmt *row = writing_get(import, WRITING_FIND_FORMER_OPTIONS, values);
    struct product_variant former;
    bool is_found = false;
    int result;

    while (!is_found && (result = sqlite3_step(row)) == SQLITE_ROW) {
        *id = sqlite3_column_int64(row, 0);
        is_found = variant_read_options(row_copy_text(row, 1, &import->arena), &import->arena, &former) &&
                   variant_has_same_options(&former, variant);
    }
    sqlite3_reset(row);
    return is_found ? SQLITE_ROW : result;
}

/* The id of a variant that the row gives none, and that is not known. */
static enum import_status find_id(const struct item *item, int32_t product_id, struct product_variant *variant)
{
    struct writing *import = item->import;
    int64_t id;
    int result = find_former(import, product_id, variant, &id);

    if (result == SQLITE_ROW && variant_find(&item->wanted, (int32_t)id) == NULL) {
        variant->id = (int32_t)id;
        return IMPORT_OK;
    }
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        return writing_fail(import);
    if (import->last_variant_id == INT32_MAX)
        return writing_refuse(import, FIELD_VARIANTS, "there is no id left for a new variant");
    variant->id = ++import->last_variant_id;
    return IMPORT_OK;
}

static enum import_status settle_ids(struct item *item)
{
    struct product_variant *variants = (struct product_variant *)item->wanted.variants; /* merge() made them */
    int32_t product_id = !item->is_new        ? item->known.id
                         : item->row->id != 0 ? item->row->id
                                              : item->former_id; /* 0: a new one, which had no variants */
    enum import_status status = IMPORT_OK;

    for (size_t i = 0; i < item->wanted.variant_count && status == IMPORT_OK; i++) {
        if (variants[i].id != 0)
            status = check_id(item, product_id, variants[i].id);
    }
    match_known(item, variants, variant_has_same_options);
    match_known(item, variants, has_same_sku);
    for (size_t i = 0; i < item->wanted.variant_count && status == IMPORT_OK; i++) {
        if (variants[i].id == 0)
            status = find_id(item, product_id, &variants[i]);
        if (variants[i].id > item->import->last_variant_id)
            item->import->last_variant_id = variants[i].id;
    }
    return status;
}

enum import_status item_settle_variants(struct item *item)
{
    const struct field *field = field_of(FIELD_VARIANTS);
    enum import_status status = (item->fields & FIELD_VARIANTS) != 0 ? settle_ids(item) : IMPORT_OK;

    if (status == IMPORT_OK && (item->fields & FIELD_PRICE) != 0 &&
        item->row->price_cents != item->wanted.price_cents && field_is_same(field, &item->known, &item->wanted))
        return writing_refuse(item->import, FIELD_PRICE,
                              "the price is %" PRId32 ", and that of a product with variants is the price of the "
                              "cheapest one, %" PRId32 "; variants have prices",
                              item->row->price_cents, item->wanted.price_cents);
    return status;
}
