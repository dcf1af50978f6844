/* SPDX-License-Identifier: MIT */
/*
 * Where products and customers are kept: catalog.db, an SQLite database with a schema version (PRAGMA user_version).
 * The rest of the program knows this header (and import.h, which writes) only, and no SQL. A store is used by one
 * thread.
 *
 * Text in the database that is not UTF-8 comes out with U+FFFD in the place of each wrong byte. What breaks the rules
 * of the catalog (a number out of range, a category that is above itself or that is not there, more than
 * PRODUCT_CATEGORIES_MAX for one product) fails whatever reads it: STORE_FAILED, and the log says what it was.
 */
#ifndef CATALOG_STORE_STORE_H
#define CATALOG_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/cursor.h"
#include "fcgi-catalog/catalog/product.h"
#include "fcgi-catalog/catalog/query.h"

#define STORE_SCHEMA_VERSION 5

enum store_status {
    STORE_OK,
    STORE_NOT_FOUND, /* no such row */
    STORE_BUSY,      /* somebody else holds the database; asking again may help */
    STORE_FAILED,    /* the database cannot be read; the cause is in the log */
    STORE_LIMITED,   /* the query takes more time than the store may use for one: see store_set_budget() */
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
 * microseconds). What was read under one revision stays true until it moves. It is this process's own: what another
 * process, or the next one, may see again is shop.revision. Once a second, and at first, it also looks whether the
 * database's file is where it was, and one: STORE_FAILED otherwise, while what is asked for besides may be answered.
 */
MUST_CHECK enum store_status store_revision(struct store *store, int64_t *revision);

/* Whether store_revision() found, once a second, that the database's -wal or -shm was deleted: no change is seen any
 * more by this store, and by one that is opened now all are. */
bool store_is_stale(const struct store *store);

/* So much processor time may store_list(), and store_count(), take; 0, and at first: as much as it takes. */
void store_set_budget(struct store *store, int64_t budget_ns);

/* ---- The shop ---- */

struct shop {
    int64_t revision;   /* grows with every change of the shop, its products and its categories, and lives in the
                           database: two answers of equal revision are made of the same data */
    int64_t changed_at; /* when it grew last: seconds since 1970 in UTC */
    char currency[4];   /* ISO 4217, or "" */
    struct cursor_secret secret; /* random; made with the database */
};

/* The shop as it is now. */
MUST_CHECK enum store_status store_shop(struct store *store, struct shop *shop);

/* ---- Products ---- */

/* A page of a list. */
struct product_page {
    struct product_list products;
    bool has_next, has_previous; /* whether something is behind the last and before the first */
    struct position first, last; /* those of the first and the last product: is_set when there is any; is_backwards is
                                    for the caller to set. Their text lives as long as the products */
    int64_t shop_revision;       /* what the page was made of */
    int64_t shop_changed_at;
};

/*
 * Lists the products that match `query`, in its order, at most query->limit of them, beginning at its position: whole
 * products, as of one moment. On STORE_OK *page is filled and lives in `arena`; on anything else it is untouched.
 *
 * A position holds on to its place in the order: whoever goes from page to page meets each product once, and each one
 * that stayed, however many others come and go meanwhile. A product whose key was changed may be met at both places.
 *
 * Search (query->text): a product matches when its name (or, without one, its slug), SKU, description and categories
 * have all words, without regard to case and accents; the last word may be the beginning of one. When more than
 * STORE_RANKED_MAX products have the last word as it is, those that only have words which begin with it do not match.
 * In the order of rank the first STORE_RANKED_MAX matches (by id) are ranked, best first, and the others follow by id.
 */
#define STORE_RANKED_MAX 1000
MUST_CHECK enum store_status store_list(struct store *store, const struct product_query *query, struct arena *arena,
                                        struct product_page *page);

/* How many products match the query, wherever its page begins. Takes longer the more there are. */
MUST_CHECK enum store_status store_count(struct store *store, const struct product_query *query, int64_t *count);

/* The product of this slug or id, whole. On STORE_OK *product lives in `arena`. */
MUST_CHECK enum store_status store_find_product(struct store *store, const char *slug, struct arena *arena,
                                                struct product *product);
MUST_CHECK enum store_status store_find_product_by_id(struct store *store, int32_t id, struct arena *arena,
                                                      struct product *product);

/* The slug of today of the product that once had this one. On STORE_OK *slug lives in `arena`. STORE_NOT_FOUND also for
 * a slug that a product has today. */
MUST_CHECK enum store_status store_find_old_slug(struct store *store, const char *old_slug, struct arena *arena,
                                                 const char **slug);

/*
 * Every product with its categories, ordered by id, as of one moment: for a catalog that is known to be small. On
 * STORE_OK *products is filled and lives in `arena`; on anything else it is untouched.
 */
MUST_CHECK enum store_status store_list_products(struct store *store, struct arena *arena,
                                                 struct product_list *products);

/*
 * A walk along every product, ordered by id, as of the moment at which it began, in memory that does not grow with the
 * catalog. It has a handle of its own: the store can be used meanwhile, by another thread, too, and several walks at
 * once. While it is open, what others change stays in the database's log: end it when nobody reads on.
 */
struct store_walk;
MUST_CHECK enum store_status store_walk_begin(struct store *store, struct store_walk **walk);

/* The next products, at most `limit`; none: that was all. On STORE_OK *products lives in `arena`. */
MUST_CHECK enum store_status store_walk_next(struct store_walk *walk, size_t limit, struct arena *arena,
                                             struct product_list *products);

/* How far it has come along the products, and back to there. */
int64_t store_walk_place(const struct store_walk *walk);
void store_walk_go_back(struct store_walk *walk, int64_t place);

/* The next products that have left, by id, likewise; a walk of its own along the same moment. */
MUST_CHECK enum store_status store_walk_next_former(struct store_walk *walk, size_t limit, struct arena *arena,
                                                    struct former_list *former);

/* The shop as of the moment at which the walk began. */
const struct shop *store_walk_shop(const struct store_walk *walk);

/* By how many bytes the database's log has grown on disk since the walk began: as long as the walk is open, none of it
 * can be used again. */
int64_t store_walk_log_growth(const struct store_walk *walk);

void store_walk_end(struct store_walk *walk); /* NULL is allowed */

/* ---- Categories ---- */

/* Every category in the order of slugs. On STORE_OK *categories lives in `arena`. */
MUST_CHECK enum store_status store_list_categories(struct store *store, struct arena *arena,
                                                   struct category_list *categories);

/* The category of this slug, and those right below it in the order of slugs. On STORE_OK both live in `arena`.
 * `children` may be NULL. */
MUST_CHECK enum store_status store_find_category(struct store *store, const char *slug, struct arena *arena,
                                                 struct category_entry *category, struct category_list *children);

/* ---- Customers ---- */

/* The customer of this id, as of the revision that store_revision() told last. On STORE_OK *customer is filled and its
 * strings live in `arena`. STORE_NOT_FOUND: there is none. */
MUST_CHECK enum store_status store_find_customer(struct store *store, int32_t id, struct arena *arena,
                                                 struct customer *customer);

/* The id of the customer who logs in by this name, which is not "". */
MUST_CHECK enum store_status store_find_login(struct store *store, const char *login, int32_t *id);

/* ---- Making and checking ---- */

/*
 * Makes a database at `path` (mode 0640) with the schema, a random secret, the currency (ISO 4217, or "")
 * and, with `demo`, the demo's products and customers. Refuses to touch a file that exists. All or nothing: it is made
 * beside `path` and moved into place. On false `reason` says why.
 */
MUST_CHECK bool store_create(const char *path, bool demo, const char *currency, char *reason, size_t reason_size);

/* How many rows there are. */
struct store_counts {
    int64_t products, customers, categories;
};

/*
 * Has SQLite check a whole database that store_open() opens, row by row (PRAGMA integrity_check, foreign_key_check, the
 * search index's own), makes sure that every table, index, view and trigger of a new database is there as it should be
 * (others are the owner's), reads every product, makes sure that what is derived from other rows is what follows from
 * them, and counts. Takes as long as the database is large. On false `reason` names the file and says what was found
 * first.
 */
MUST_CHECK bool store_check(const char *path, struct store_counts *counts, char *reason, size_t reason_size);

#endif
