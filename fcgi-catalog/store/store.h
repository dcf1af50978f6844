/* SPDX-License-Identifier: MIT */
/*
 * Where products and customers are kept: catalog.db, an SQLite database with a schema version (PRAGMA user_version).
 * The rest of the program knows this header only, and no SQL. A store is used by one thread.
 */
#ifndef CATALOG_STORE_STORE_H
#define CATALOG_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/product.h"

#define STORE_SCHEMA_VERSION 2

enum store_status {
    STORE_OK,
    STORE_NOT_FOUND, /* no such row */
    STORE_BUSY,      /* somebody else holds the database; asking again may help */
    STORE_FAILED,    /* the database cannot be read; the cause is in the log */
};

struct store;

/*
 * Opens the database at `path` for reading. On false `reason` names the file and says why: it is missing, cannot be
 * read, is no database, is of another schema version, or not made by catalogctl init.
 */
MUST_CHECK bool store_open(const char *path, struct store **store, char *reason, size_t reason_size);

void store_close(struct store *store);

/*
 * Brings a database of an older schema version to this program's, in one transaction; one of this version stays as it
 * is. *upgraded_from is its version before. On false nothing was changed, and `reason` names the file and says why.
 */
MUST_CHECK bool store_upgrade(const char *path, int *upgraded_from, char *reason, size_t reason_size);

/*
 * A number that grows with every change that somebody committed since the store was opened (PRAGMA data_version; a few
 * microseconds). What was read under one revision stays true until it moves.
 */
MUST_CHECK enum store_status store_revision(struct store *store, int64_t *revision);

/*
 * Every product with its categories, ordered by id, as of one moment. On STORE_OK *products is filled and lives in
 * `arena`; on anything else it is untouched. Text in the database that is not UTF-8 comes out with U+FFFD in the place
 * of each wrong byte. A category that is above itself or that is not there, and more than PRODUCT_CATEGORIES_MAX for
 * one product, fail the list.
 */
MUST_CHECK enum store_status store_list_products(struct store *store, struct arena *arena,
                                                 struct product_list *products);

/* The customer of this id, as of the revision that store_revision() told last. On STORE_OK *customer is filled and its
 * strings live in `arena`. STORE_NOT_FOUND: there is none. */
MUST_CHECK enum store_status store_find_customer(struct store *store, int32_t id, struct arena *arena,
                                                 struct customer *customer);

/*
 * Makes a database at `path` (mode 0640) with the schema and, with `demo`, the demo's products and customers. Refuses
 * to touch a file that exists. All or nothing: it is made beside `path` and moved into place. On false `reason` says
 * why.
 */
MUST_CHECK bool store_create(const char *path, bool demo, char *reason, size_t reason_size);

/* How many rows there are. */
struct store_counts {
    int64_t products, customers, categories;
};

/*
 * Has SQLite check a whole database that store_open() opens, row by row (PRAGMA integrity_check, foreign_key_check),
 * reads the products as store_list_products() does, and counts. Takes as long as the database is large. On false
 * `reason` names the file and says what was found first.
 */
MUST_CHECK bool store_check(const char *path, struct store_counts *counts, char *reason, size_t reason_size);

#endif
