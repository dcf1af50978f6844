/* SPDX-License-Identifier: MIT */
/*
 * Where products and customers are kept: an interface, and behind it an implementation that the location picks. The
 * rest of the program knows this header (and import.h, which writes) only. A store is used by one thread.
 *
 * Text that is not UTF-8 comes out with U+FFFD in the place of each wrong byte. What breaks the rules of the catalog (a
 * number out of range, a category that is above itself or does not exist, more than PRODUCT_CATEGORIES_MAX for one
 * product) fails every method that reads it: STORE_FAILED, and the log says what it was.
 */
#ifndef CATALOG_STORE_STORE_H
#define CATALOG_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "common/zone.h"
#include "fcgi-catalog/catalog/cursor.h"
#include "fcgi-catalog/catalog/product.h"
#include "fcgi-catalog/catalog/query.h"

#define STORE_SCHEMA_VERSION 13 /* of what is kept; each implementation has its scripts from one to the next */

enum store_status {
    STORE_OK,
    STORE_NOT_FOUND, /* no such row */
    STORE_BUSY,      /* somebody else holds the database; asking again may help */
    STORE_FAILED,    /* the database cannot be read; the cause is in the log */
    STORE_LIMITED,   /* the query takes more time than the store may use for one: see budget_ns */
};

struct store {
    const struct store_methods *methods;
    struct store_state *state; /* the implementation's */
    int64_t
        budget_ns; /* processor time that one list(), count() or find_nearest() may take; 0, as at first: no bound */
    bool is_stale; /* revision() found that a part of the database was deleted: this store does not see changes any
                      more, one that is opened now does */
};

struct shop {
    int64_t revision;   /* grows with every change of the shop, its products and its categories, and lives in the
                           database: two answers of equal revision are made of the same data */
    int64_t changed_at; /* when it grew last: seconds since 1970 in UTC */
    char currency[4];   /* ISO 4217, or "" */
    char time_zone[ZONE_NAME_MAX + 1]; /* IANA, or "": UTC */
    struct cursor_secret secret;       /* random; made with the database */
};

/* A page of a list. */
struct product_page {
    struct product_list products;
    bool has_next, has_previous; /* whether something is behind the last and before the first */
    struct position first, last; /* of the first and the last product: is_set when there is any; is_backwards is for the
                                    caller to set. Their text lives as long as the products */
    int64_t shop_revision;       /* of the data that the page was made of */
    int64_t shop_changed_at;
};

struct store_counts {
    int64_t products, customers, categories;
};

/* The most matches that a search in the order of rank ranks. */
#define STORE_RANKED_MAX 1000

struct store_walk;
struct import;

/*
 * What a store does. What is read lives in `arena`, and is set on STORE_OK only. `reason` is set on false: it names the
 * location and says why.
 */
struct store_methods {
    /* For reading. Refused: a database that is missing, cannot be read, is no database, is of another schema version,
     * or was not made by catalogctl init. */
    bool (*open)(const char *location, struct store *store, char *reason, size_t reason_size);
    void (*close)(struct store *store); /* also after open() failed */

    /* As store_create(), store_upgrade() and store_check() below. */
    bool (*create)(const char *location, bool demo, const char *currency, char *reason, size_t reason_size);
    bool (*upgrade)(const char *location, int *upgraded_from, char *reason, size_t reason_size);
    bool (*check)(const char *location, struct store_counts *counts, char *reason, size_t reason_size);
    bool (*open_import)(const char *location, struct import **import, char *reason, size_t reason_size); /* import.h */

    /*
     * A number that grows with every change that somebody committed since the store was opened; takes a few
     * microseconds. What was read under one revision stays true until the number grows. It is this process's own: what
     * another process, or the next one, may see again is shop.revision. Once a second, and at first, it also checks
     * that the database file is in its place and is a database: STORE_FAILED otherwise, although the other methods may
     * still answer.
     */
    enum store_status (*revision)(struct store *store, int64_t *revision);

    enum store_status (*shop)(struct store *store, struct shop *shop); /* as it is now */

    /*
     * The products that match `query`, in its order, at most query->limit of them, beginning at its position: whole
     * products, as of one moment.
     *
     * A position keeps its place in the order: from page to page each product is listed at most once, and each that
     * stays is listed, however many others come and go meanwhile. A product whose key was changed may be listed at
     * both places.
     *
     * Search (query->text): a product matches when its name (or, without one, its slug), SKU, description,
     * categories, and options and SKUs of variants have all words, however they are written (catalog/words.h); the last
     * word may be the beginning of one, unless more than STORE_RANKED_MAX products have all words whole: then only
     * those match. In the order of rank the first STORE_RANKED_MAX matches (by id) are ranked, best first, and the
     * others follow by id.
     */
    enum store_status (*list)(struct store *store, const struct product_query *query, struct arena *arena,
                              struct product_page *page);

    /* How many products match the query, wherever its page begins. Takes longer the more there are. */
    enum store_status (*count)(struct store *store, const struct product_query *query, int64_t *count);

    /*
     * For a text (product_query.text) that nothing matches: *nearest is the text with the nearest word that products
     * have in the place of each that none has: edit distance 1 (a letter more, less or other, or two neighbours the
     * other way round), of those the one that stands in more places, counted to 100. Words of 4 to 32 letters have
     * nearest ones. Letters are tried that are near in Unicode to those around, with 1,000 look-ups for a word.
     * STORE_NOT_FOUND: every word is one of some product, or one has nothing near.
     */
    enum store_status (*find_nearest)(struct store *store, const char *text, struct arena *arena, const char **nearest);

    enum store_status (*find_product)(struct store *store, const char *slug, struct arena *arena,
                                      struct product *product);
    enum store_status (*find_product_by_id)(struct store *store, int32_t id, struct arena *arena,
                                            struct product *product);

    /* The present slug of the product that once had this one. STORE_NOT_FOUND also for the present slug of a
     * product. */
    enum store_status (*find_old_slug)(struct store *store, const char *old_slug, struct arena *arena,
                                       const char **slug);

    enum store_status (*begin_walk)(struct store *store, struct store_walk **walk);

    /* Every category in the order of slugs. */
    enum store_status (*list_categories)(struct store *store, struct arena *arena, struct category_list *categories);

    /* As of the revision that revision() returned last. Without the e-mail address. */
    enum store_status (*find_customer)(struct store *store, int32_t id, struct arena *arena, struct customer *customer);
};

/*
 * A walk along every product or customer, ordered by id, as of the moment at which it began, in memory that does not
 * grow with the catalog. A store may have several walks, stays usable meanwhile, and another thread may use them. While
 * a walk is open, changes of others stay in the database's log: end it when nobody reads on.
 */
struct store_walk {
    struct shop shop; /* as of that moment */
    int64_t place;    /* the id of the last product that was read; it can be set back */

    /* The next products, or products that have left, by id, at most `limit`; none: the end. */
    enum store_status (*next)(struct store_walk *walk, size_t limit, struct arena *arena,
                              struct product_list *products);
    enum store_status (*next_former)(struct store_walk *walk, size_t limit, struct arena *arena,
                                     struct former_list *former);

    /* The next customers by id, with ids above `after`. */
    enum store_status (*next_customers)(struct store_walk *walk, int32_t after, size_t limit, struct arena *arena,
                                        struct customer_list *customers);

    /* By how many bytes the database's log has grown since the walk began: as long as the walk is open, none of it can
     * be used again. */
    int64_t (*log_growth)(const struct store_walk *walk);

    void (*end)(struct store_walk *walk);
};

MUST_CHECK bool store_open(const char *location, struct store **store, char *reason, size_t reason_size);
void store_close(struct store *store);        /* NULL is allowed */
void store_walk_end(struct store_walk *walk); /* NULL is allowed */

/*
 * Makes a database (mode 0640) with the schema, a random secret, the currency (ISO 4217, or "") and, with `demo`, the
 * demo's products and customers. Refuses to touch an existing file. All or nothing.
 */
MUST_CHECK bool store_create(const char *location, bool demo, const char *currency, char *reason, size_t reason_size);

/*
 * Brings a database of an older schema version to this program's, in one transaction; one of this version stays as it
 * is. *upgraded_from is its version before. On false nothing was changed.
 */
MUST_CHECK bool store_upgrade(const char *location, int *upgraded_from, char *reason, size_t reason_size);

/*
 * Checks a whole database that store_open() opens: that it has everything of a new database, unchanged (what it has
 * besides is its owner's); that every product can be read; that derived data follows from the rows it is derived from;
 * and counts. Takes as long as the database is large. On false `reason` says what was found first.
 */
MUST_CHECK bool store_check(const char *location, struct store_counts *counts, char *reason, size_t reason_size);

#endif
