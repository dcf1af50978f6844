/* SPDX-License-Identifier: MIT */
/* Whole products, read row by row. */
#include "fcgi-catalog/store/sqlite/product_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/database.h"
#include "fcgi-catalog/store/sqlite/product_row.h"
#include "fcgi-catalog/store/sqlite/row.h"

static const char *const sql[READER_COUNT] = {
    [READER_BEGIN] = "BEGIN",
    [READER_END] = "COMMIT",
    [READER_VERSION] = "PRAGMA data_version",
    [READER_SHOP] = "SELECT revision, changed_at, currency, secret, time_zone FROM shop",
    [READER_CATEGORIES] = "SELECT slug, parent FROM category",
    [READER_IDS] = "SELECT id FROM product WHERE id > ?1 ORDER BY id LIMIT ?2",
    [READER_PRODUCT] = product_row_select,
};

bool reader_prepare(struct product_reader *reader, sqlite3 *db, char *reason, size_t reason_size)
{
    reader->db = db;
    for (size_t i = 0; i < READER_COUNT; i++) {
        reader->statements[i] = database_prepare(db, sql[i], reason, reason_size);
        if (reader->statements[i] == NULL)
            return false;
    }
    return true;
}

void reader_release(struct product_reader *reader)
{
    for (size_t i = 0; i < READER_COUNT; i++)
        sqlite3_finalize(reader->statements[i]);
    categories_release(&reader->tree);
    *reader = (struct product_reader){0};
}

int reader_fail(struct product_reader *reader, const char *subject, int result, struct reader_fault *fault)
{
    fault->subject = subject;
    if (result != SQLITE_MISMATCH) /* its reason is set already */
        snprintf(fault->reason, sizeof fault->reason, "%s", sqlite3_errmsg(reader->db));
    return result;
}

/* The end of a statement: `good` is what its last step should have said. */
static int finish(struct product_reader *reader, enum reader_statement which, const char *subject, int good, int result,
                  struct reader_fault *fault)
{
    if (result != good)
        result = reader_fail(reader, subject, result, fault);
    sqlite3_reset(reader->statements[which]);
    return result;
}

/* ---- The tree ---- */

static int read_tree(struct product_reader *reader, struct reader_fault *fault)
{
    sqlite3_stmt *row = reader->statements[READER_CATEGORIES];
    int result;

    categories_release(&reader->tree);
    while ((result = sqlite3_step(row)) == SQLITE_ROW) {
        bool is_at_top = sqlite3_column_type(row, 1) == SQLITE_NULL;
        categories_add(&reader->tree, (const char *)sqlite3_column_text(row, 0),
                       is_at_top ? NULL : (const char *)sqlite3_column_text(row, 1));
    }
    if (result == SQLITE_DONE && !categories_join(&reader->tree, fault->reason, sizeof fault->reason))
        result = SQLITE_MISMATCH;
    return finish(reader, READER_CATEGORIES, "categories", SQLITE_DONE, result, fault);
}

static int refresh_tree(struct product_reader *reader, struct reader_fault *fault)
{
    sqlite3_stmt *row = reader->statements[READER_VERSION];
    int result = sqlite3_step(row);
    /* Reading a column without a row would set another error in place of the one that says why there is no row. */
    int64_t version = result == SQLITE_ROW ? sqlite3_column_int64(row, 0) : 0;

    result = finish(reader, READER_VERSION, "version", SQLITE_ROW, result, fault);
    if (result != SQLITE_ROW)
        return result;
    if (version == reader->tree_version)
        return SQLITE_DONE;
    reader->tree_version = 0;
    result = read_tree(reader, fault);
    if (result == SQLITE_DONE)
        reader->tree_version = version;
    return result;
}

int reader_begin(struct product_reader *reader, struct reader_fault *fault)
{
    int result = sqlite3_step(reader->statements[READER_BEGIN]);

    result = finish(reader, READER_BEGIN, "database", SQLITE_DONE, result, fault);
    if (result == SQLITE_DONE)
        result = refresh_tree(reader, fault);
    if (result != SQLITE_DONE)
        reader_end(reader);
    return result;
}

/* COMMIT also after an error: the transaction only reads. */
void reader_end(struct product_reader *reader)
{
    sqlite3_step(reader->statements[READER_END]);
    sqlite3_reset(reader->statements[READER_END]);
}

/* ---- The shop ---- */

static bool read_shop_row(sqlite3_stmt *row, struct shop *shop)
{
    *shop = (struct shop){.revision = sqlite3_column_int64(row, 0), .changed_at = sqlite3_column_int64(row, 1)};
    snprintf(shop->currency, sizeof shop->currency, "%s", (const char *)sqlite3_column_text(row, 2));
    snprintf(shop->time_zone, sizeof shop->time_zone, "%s", (const char *)sqlite3_column_text(row, 4));
    if (sqlite3_column_bytes(row, 3) != sizeof shop->secret.bytes)
        return false;
    memcpy(shop->secret.bytes, sqlite3_column_blob(row, 3), sizeof shop->secret.bytes);
    return true;
}

int reader_read_shop(struct product_reader *reader, struct shop *shop, struct reader_fault *fault)
{
    sqlite3_stmt *row = reader->statements[READER_SHOP];
    int result = sqlite3_step(row);

    if (result == SQLITE_DONE || (result == SQLITE_ROW && !read_shop_row(row, shop))) {
        snprintf(fault->reason, sizeof fault->reason, "the table shop has no row, or its secret is not of %d bytes",
                 CURSOR_SECRET_SIZE);
        result = SQLITE_MISMATCH;
    }
    return finish(reader, READER_SHOP, "shop", SQLITE_ROW, result, fault);
}

/* ---- Products ---- */

/* Finds the product's own categories in the tree, and adds those above them. */
static bool put_into_tree(struct product_reader *reader, struct arena *arena, struct product *product,
                          struct reader_fault *fault)
{
    struct category *own[PRODUCT_CATEGORIES_MAX];
    bool is_few = product->own_category_count <= ARRAY_LENGTH(own);

    for (size_t i = 0; is_few && i < product->own_category_count; i++) {
        own[i] = categories_find(&reader->tree, product->categories[i]);
        if (own[i] == NULL) {
            snprintf(fault->reason, sizeof fault->reason, "product %" PRId32 " is in \"%s\", which is no category",
                     product->id, product->categories[i]);
            return false;
        }
    }
    if (!is_few || !categories_put(&reader->tree, own, product->own_category_count, arena, product)) {
        snprintf(fault->reason, sizeof fault->reason,
                 "product %" PRId32 " is in more than %d categories, those above them included", product->id,
                 PRODUCT_CATEGORIES_MAX);
        return false;
    }
    /* Copied, as the tree may be read anew, and its slugs freed, while the product is in use. */
    const char **slugs = arena_get(arena, product->category_count * sizeof *slugs);
    for (size_t i = 0; i < product->category_count; i++)
        slugs[i] = arena_copy(arena, product->categories[i], strlen(product->categories[i]));
    product->categories = slugs;
    return true;
}

int reader_read_product(struct product_reader *reader, int64_t id, struct arena *arena, struct product *product,
                        struct reader_fault *fault)
{
    sqlite3_stmt *row = reader->statements[READER_PRODUCT];

    sqlite3_bind_int64(row, 1, id);
    int result = sqlite3_step(row);
    if (result == SQLITE_DONE)
        return finish(reader, READER_PRODUCT, "products", SQLITE_DONE, result, fault);
    if (result == SQLITE_ROW &&
        (!product_row_read(row, id, arena, product, fault->reason, sizeof fault->reason) || fault->reason[0] != '\0' ||
         (product->own_category_count > 0 && !put_into_tree(reader, arena, product, fault))))
        result = SQLITE_MISMATCH;
    return finish(reader, READER_PRODUCT, "products", SQLITE_ROW, result, fault);
}

int reader_read_ids(struct product_reader *reader, int64_t after, size_t limit, struct arena *arena, int64_t **ids,
                    size_t *count, struct reader_fault *fault)
{
    sqlite3_stmt *row = reader->statements[READER_IDS];
    int result;

    *ids = NULL;
    *count = 0;
    sqlite3_bind_int64(row, 1, after);
    sqlite3_bind_int64(row, 2, limit > INT32_MAX ? INT32_MAX : (int64_t)limit);
    while ((result = sqlite3_step(row)) == SQLITE_ROW) {
        *ids = arena_grow(arena, *ids, *count, sizeof **ids);
        (*ids)[(*count)++] = sqlite3_column_int64(row, 0);
    }
    return finish(reader, READER_IDS, "products", SQLITE_DONE, result, fault);
}

int reader_read_products(struct product_reader *reader, const int64_t *ids, size_t count, struct arena *arena,
                         struct product_list *products, struct reader_fault *fault)
{
    struct product *items = arena_get(arena, count * sizeof *items);
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        int result = reader_read_product(reader, ids[i], arena, &items[used], fault);
        if (result != SQLITE_ROW && result != SQLITE_DONE)
            return result;
        used += result == SQLITE_ROW;
    }
    *products = (struct product_list){.items = items, .count = used};
    return SQLITE_DONE;
}
