/* SPDX-License-Identifier: MIT */
/* The list of products with their categories, read as of one moment. Used in this room only. */
#ifndef CATALOG_STORE_LISTING_H
#define CATALOG_STORE_LISTING_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/product.h"

/* The statements, prepared once. All zero: none. */
struct listing {
    sqlite3 *db;
    sqlite3_stmt *categories, *products, *memberships;
};

MUST_CHECK bool listing_prepare(struct listing *listing, sqlite3 *db, char *reason, size_t reason_size);
void listing_release(struct listing *listing);

/* What went wrong, and where. */
struct listing_fault {
    const char *subject; /* what was read: "categories", "products", "product-categories" */
    char reason[256];
};

/*
 * Reads every product, ordered by id, in one transaction. SQLITE_DONE: *products is filled and lives in `arena`.
 * Anything else is why not, *products is untouched, and *fault says it; SQLITE_MISMATCH: what is in the tables is wrong
 * (a number out of range, a category that is not there or above itself, too many of them for one product).
 */
MUST_CHECK int listing_read(struct listing *listing, struct arena *arena, struct product_list *products,
                            struct listing_fault *fault);

#endif
