/* SPDX-License-Identifier: MIT */
/* Rows, from the reader to the store. */
#include "fcgi-catalog/import/importer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "fcgi-catalog/catalog/currency.h"
#include "fcgi-catalog/import/file_categories.h"
#include "fcgi-catalog/import/leaving.h"

struct importer {
    struct importer_setup setup;
    struct import_reader *reader;
    struct file_categories categories; /* what the file has said of categories */
    char currency[4];                  /* the shop's as it is now */
    size_t unknown_currency_line; /* the first row with a price and no currency, while the shop had none; 0: none yet */
    bool has_failed;              /* the store has */
    struct importer_counts counts;
};

static void refuse(struct importer *importer, struct file_place place, const char *reason)
{
    import_faults_add(importer->setup.faults, place.line, place.column, "%s", reason);
}

/* False: the row does not go in. If the row is at fault, a fault says so. */
static bool settle(struct importer *importer, struct file_place place, enum import_status status)
{
    if (status == IMPORT_REFUSED)
        refuse(importer, place, importer->setup.import->reason);
    else if (status == IMPORT_FAILED)
        importer->has_failed = true;
    return status == IMPORT_OK;
}

/* ---- Currency ---- */

/* The shop has one currency: its own or, when it has none yet, that of all rows of the file with a price. */
static bool put_currency(struct importer *importer, const struct product_row *row)
{
    const char *told = row->fields & FIELD_CURRENCY ? row->currency : "";
    struct import_faults *faults = importer->setup.faults;
    struct file_place place = row->places[FIELD_INDEX_CURRENCY];

    if (told[0] == '\0') {
        bool has_price = (row->fields & FIELD_PRICE) != 0 || row->product.variant_count > 0;
        if (importer->currency[0] == '\0' && has_price && importer->unknown_currency_line == 0)
            importer->unknown_currency_line = row->line;
        return true;
    }
    if (strcmp(told, importer->currency) == 0)
        return true;
    if (importer->currency[0] != '\0') {
        import_faults_add(faults, place.line, place.column, "the currency is %s; only %s, the shop's, is allowed", told,
                          importer->currency);
        return false;
    }
    if (importer->unknown_currency_line != 0) {
        import_faults_add(faults, place.line, place.column,
                          "the currency is %s, and line %zu has a price without a currency; one for all is allowed",
                          told, importer->unknown_currency_line);
        return false;
    }
    if (!settle(importer, place, importer->setup.import->methods->put_currency(importer->setup.import, told)))
        return false;
    memcpy(importer->currency, told, sizeof importer->currency);
    return true;
}

/* ---- Categories ---- */

static void refuse_category(struct importer *importer, enum file_category_status status,
                            const struct row_category *category, const struct file_category *before)
{
    struct arena arena = {0};
    struct import_faults *faults = importer->setup.faults;
    struct file_place place = category->place;

    if (status == FILE_CATEGORY_OTHER_PARENT)
        import_faults_add(faults, place.line, place.column,
                          "the category %s is below %s, but below %s on line %zu; one place is allowed", category->slug,
                          category->parent[0] != '\0' ? category->parent : "none",
                          before->parent[0] != '\0' ? before->parent : "none", before->parent_line);
    else
        import_faults_add(faults, place.line, place.column,
                          "the category %s is named %s, but %s on line %zu; one name is allowed", category->slug,
                          field_show(category->name, strlen(category->name), &arena),
                          field_show(before->name, strlen(before->name), &arena), before->name_line);
    arena_release(&arena);
}

static bool put_category(struct importer *importer, struct row_category category)
{
    struct file_category before;
    enum import_outcome outcome;
    enum file_category_status status = file_categories_add(&importer->categories, &category, &before);

    if (status == FILE_CATEGORY_OTHER_NAME && import_format_title(importer_format(importer)) != NULL) {
        /* Two spellings of one type, "T-Shirts" and "T-shirts", are usual there: the first one stays. */
        category.name = NULL;
        status = file_categories_add(&importer->categories, &category, &before);
    }
    switch (status) {
    case FILE_CATEGORY_NEW:
        return settle(importer, category.place,
                      importer->setup.import->methods->put_category(importer->setup.import, category.slug,
                                                                    category.name, category.parent, &outcome));
    case FILE_CATEGORY_KNOWN:
        return true;
    case FILE_CATEGORY_OTHER_NAME:
    case FILE_CATEGORY_OTHER_PARENT:
        refuse_category(importer, status, &category, &before);
        return false;
    }
    return false;
}

/* ---- Rows ---- */

/* Where the row says what the store refused; the whole row when no place is known. */
static struct file_place find_place(const struct product_row *row, unsigned field)
{
    struct file_place place = {0};

    if (field == IMPORT_FIELD_ID)
        place = row->id_place;
    else if (field != 0)
        place = row->places[field_of((enum field_bit)field) - field_table];
    return place.line != 0 ? place : (struct file_place){.line = row->line};
}

static void put_product(struct importer *importer, const struct product_row *row, bool is_renamed)
{
    enum import_outcome outcome;
    int32_t id;

    enum import_status status =
        importer->setup.import->methods->put_product(importer->setup.import, &row->product, row->fields, &outcome, &id);
    if (status != IMPORT_OK) {
        (void)settle(importer, find_place(row, importer->setup.import->reason_field), status);
        return;
    }
    switch (outcome) {
    case OUTCOME_INSERTED:
        importer->counts.inserted++;
        return;
    case OUTCOME_UPDATED:
        importer->counts.updated++;
        return;
    case OUTCOME_UNCHANGED:
        importer->counts.unchanged += !is_renamed;
        importer->counts.updated += is_renamed;
        return;
    }
}

static void take_row(void *data, const struct product_row *row)
{
    struct importer *importer = data;
    bool is_sound = !importer->has_failed && put_currency(importer, row), is_renamed = false;

    for (size_t i = 0; i < row->category_count && !importer->has_failed; i++)
        is_sound = put_category(importer, row->categories[i]) && is_sound;
    if (is_sound && row->old_slug != NULL && !row->is_withdrawn)
        is_sound = settle(
            importer, find_place(row, FIELD_SLUG),
            importer->setup.import->methods->rename(importer->setup.import, row->old_slug, &row->product, &is_renamed));
    if (is_sound && row->is_former)
        (void)settle(importer, find_place(row, IMPORT_FIELD_ID),
                     importer->setup.import->methods->put_former(importer->setup.import, row->product.id,
                                                                 row->product.slug, row->product.sku));
    else if (is_sound && row->is_withdrawn)
        (void)settle(importer, find_place(row, FIELD_SLUG),
                     importer->setup.import->methods->withdraw(importer->setup.import, row->old_slug, &row->product,
                                                               row->fields));
    else if (is_sound && !row->is_of_categories)
        put_product(importer, row, is_renamed);
}

static bool knows_category(void *data, const char *slug, const char *name)
{
    const struct importer *importer = data;

    return importer->setup.import->methods->knows_category(importer->setup.import, slug, name);
}

/* ---- The life of an importer ---- */

struct importer *importer_new(const struct importer_setup *setup)
{
    struct importer *importer = memory_get_zeroed(1, sizeof *importer);
    struct import_source source = {.format = setup->format,
                                   .exponent = CURRENCY_EXPONENT_UNKNOWN,
                                   .now = setup->now,
                                   .zone = setup->zone,
                                   .map = setup->map,
                                   .faults = setup->faults,
                                   .take = take_row,
                                   .knows_category = knows_category,
                                   .data = importer};

    importer->setup = *setup;
    if (!currency_find(setup->currency, &source.exponent))
        source.exponent = CURRENCY_EXPONENT_UNKNOWN;
    for (size_t i = 0; i < sizeof importer->currency - 1 && setup->currency[i] != '\0'; i++)
        importer->currency[i] = setup->currency[i];
    importer->reader = import_reader_new(&source);
    setup->import->now = setup->now;
    return importer;
}

void importer_free(struct importer *importer)
{
    if (importer == NULL)
        return;
    import_reader_free(importer->reader);
    file_categories_release(&importer->categories);
    free(importer);
}

bool importer_feed(struct importer *importer, const char *bytes, size_t length)
{
    return import_reader_feed(importer->reader, bytes, length) && !importer->has_failed;
}

static enum importer_status refuse_file(struct importer *importer, const char *message)
{
    refuse(importer, (struct file_place){.line = 1}, message);
    return IMPORTER_FAULTY;
}

/* A file that was cut off between two rows looks whole, and a column of states may be filled by mistake. */
static enum importer_status look_at_those_that_leave(struct importer *importer)
{
    const struct importer_setup *setup = &importer->setup;
    size_t before = (size_t)setup->import->products;
    bool is_allowed = leaving_is_allowed(importer->counts.withdrawn, before, setup->withdraw_max, "products",
                                         "marked as not on sale and would leave", "--withdraw-up-to", setup->faults) &&
                      leaving_is_allowed(importer->counts.deleted, before, setup->prune_max, "products",
                                         "not named and would be deleted", "--prune-up-to", setup->faults);

    return is_allowed ? IMPORTER_OK : IMPORTER_FAULTY;
}

/* A file that names nothing must not empty the shop. */
static enum importer_status prune(struct importer *importer)
{
    struct import_pruned pruned;

    if (import_reader_counts(importer->reader).rows == 0)
        return refuse_file(importer, "the file names no product; nothing would be left, and that is not allowed");
    if (importer->setup.import->methods->prune(importer->setup.import, &pruned) != IMPORT_OK)
        return IMPORTER_FAILED;
    importer->counts.deleted = (size_t)pruned.products;
    importer->counts.deleted_categories = (size_t)pruned.categories;
    return IMPORTER_OK;
}

/* After all rows: what one that is on sale has named stays. */
static enum importer_status withdraw(struct importer *importer)
{
    struct import *import = importer->setup.import;
    int64_t count;
    enum import_status status = import->methods->delete_withdrawn(import, &count);

    importer->counts.withdrawn = (size_t)count;
    if (status == IMPORT_REFUSED)
        return refuse_file(importer, import->reason);
    return status == IMPORT_OK ? IMPORTER_OK : IMPORTER_FAILED;
}

static enum importer_status refuse_count(struct importer *importer, size_t rows)
{
    char message[100];

    snprintf(message, sizeof message, "the file has %zu products, and %" PRId64 " are expected", rows,
             importer->setup.expected);
    return refuse_file(importer, message);
}

static enum importer_status count_repeated_skus(struct importer *importer)
{
    int64_t count;

    if (importer->setup.import->methods->count_repeated_skus(importer->setup.import, &count) != IMPORT_OK)
        return IMPORTER_FAILED;
    importer->counts.repeated_skus = (size_t)count;
    return IMPORTER_OK;
}

enum importer_status importer_finish(struct importer *importer)
{
    bool is_read = !importer->has_failed && import_reader_finish(importer->reader);

    if (importer->has_failed)
        return IMPORTER_FAILED;
    if (!is_read) /* the store's faults count there, too */
        return IMPORTER_FAULTY;
    size_t rows = import_reader_counts(importer->reader).rows;
    if (importer->setup.expected >= 0 && rows != (uint64_t)importer->setup.expected)
        return refuse_count(importer, rows);
    enum importer_status status = withdraw(importer);
    if (status == IMPORTER_OK && importer->setup.is_pruning)
        status = prune(importer);
    if (status == IMPORTER_OK)
        status = look_at_those_that_leave(importer);
    return status == IMPORTER_OK ? count_repeated_skus(importer) : status;
}

struct importer_counts importer_counts(const struct importer *importer)
{
    struct importer_counts counts = importer->counts;
    struct import_counts read = import_reader_counts(importer->reader);

    counts.read = read.rows;
    counts.category_rows = read.category_rows;
    counts.hidden = read.hidden;
    counts.unpriced = read.unpriced;
    counts.http_images = read.http_images;
    counts.digit_handles = read.digit_handles;
    counts.dropped_compare_at = (size_t)importer->setup.import->dropped_compare_at;
    return counts;
}

enum import_format importer_format(const struct importer *importer)
{
    return import_reader_format(importer->reader);
}

const char *importer_passed_over(const struct importer *importer, size_t index)
{
    return import_reader_passed_over(importer->reader, index);
}
