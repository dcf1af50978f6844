/* SPDX-License-Identifier: MIT */
/*
 * Whole products, with categories, tags and images, and the shop, read row by row from one handle. What serves pages,
 * walks and checks alike. Used in this room only.
 */
#ifndef CATALOG_STORE_SQLITE_PRODUCT_READER_H
#define CATALOG_STORE_SQLITE_PRODUCT_READER_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/product.h"
#include "fcgi-catalog/store/sqlite/categories.h"
#include "fcgi-catalog/store/store.h"

enum reader_statement {
    READER_BEGIN,
    READER_END,
    READER_VERSION,
    READER_SHOP,
    READER_CATEGORIES,
    READER_IDS,
    READER_PRODUCT,
    READER_COUNT
};

/* All zero: none. */
struct product_reader {
    sqlite3 *db;
    sqlite3_stmt *statements[READER_COUNT];
    struct categories tree; /* as of tree_version */
    int64_t tree_version;   /* PRAGMA data_version; 0: not read yet */
};

/* What went wrong, and where. */
struct reader_fault {
    const char *subject; /* what was read: "categories", "products", … */
    char reason[256];
};

MUST_CHECK bool reader_prepare(struct product_reader *reader, sqlite3 *db, char *reason, size_t reason_size);
void reader_release(struct product_reader *reader);

/*
 * The results below are SQLite's; SQLITE_MISMATCH: what is in the tables is wrong (a number out of range, a category
 * that is not there or above itself, too many of them for one product). On any failure *fault says it.
 */

/* Begins a transaction: what is read until its end is as of one moment. SQLITE_DONE: it has begun. */
MUST_CHECK int reader_begin(struct product_reader *reader, struct reader_fault *fault);
void reader_end(struct product_reader *reader);

/* SQLITE_ROW: *shop is filled. */
MUST_CHECK int reader_read_shop(struct product_reader *reader, struct shop *shop, struct reader_fault *fault);

/* SQLITE_ROW: *product is filled and lives in `arena`; SQLITE_DONE: no product has this id. */
MUST_CHECK int reader_read_product(struct product_reader *reader, int64_t id, struct arena *arena,
                                   struct product *product, struct reader_fault *fault);

/*
 * The ids of the next products behind `after`, at most `limit` of them, ascending. SQLITE_DONE: *ids (in `arena`) and
 * *count are set.
 */
MUST_CHECK int reader_read_ids(struct product_reader *reader, int64_t after, size_t limit, struct arena *arena,
                               int64_t **ids, size_t *count, struct reader_fault *fault);

/* The products of these ids that are there, in this order. SQLITE_DONE: *products is filled and lives in `arena`. */
MUST_CHECK int reader_read_products(struct product_reader *reader, const int64_t *ids, size_t count,
                                    struct arena *arena, struct product_list *products, struct reader_fault *fault);

/* Says in *fault what SQLite says of the handle, and returns `result`. */
int reader_fail(struct product_reader *reader, const char *subject, int result, struct reader_fault *fault);

#endif
