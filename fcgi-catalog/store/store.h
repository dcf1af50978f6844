/* SPDX-License-Identifier: MIT */
/*
 * Where products and customers are kept: an interface, and behind it an implementation that the location picks. The
 * rest of the program knows this header (and import.h, which writes) only. A store is used by one thread.
 *
 * Text that is not UTF-8 comes out with U+FFFD in the place of each wrong byte. What breaks the rules of the catalog (a
 * number out of range, a category that is above itself or that is not there, more than PRODUCT_CATEGORIES_MAX for one
 * product) fails whatever reads it: STORE_FAILED, and the log says what it was.
 */
#ifndef CATALOG_STORE_STORE_H
#define CATALOG_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "common/libraries.h"
#include "fcgi-catalog/catalog/cursor.h"
#include "fcgi-catalog/catalog/product.h"
#include "fcgi-catalog/catalog/query.h"

#define STORE_SCHEMA_VERSION 5 /* of what is kept; each implementation has its scripts from one to the next */

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
    int64_t budget_ns; /* so much processor time may list() and count() take; 0, and at first: as much as it takes */
    bool is_stale;     /* revision() found that changes are not seen any more by this store, and are by one that is
                          opened now: a part of the database was deleted */
};

struct shop {
    int64_t revision;   /* grows with every change of the shop, its products and its categories, and lives in the
                           database: two answers of equal revision are made of the same data */
    int64_t changed_at; /* when it grew last: seconds since 1970 in UTC */
    char currency[4];   /* ISO 4217, or "" */
    struct cursor_secret secret; /* random; made with the database */
};

/* A page of a list. */
struct product_page {
    struct product_list products;
    bool has_next, has_previous; /* whether something is behind the last and before the first */
    struct position first, last; /* those of the first and the last product: is_set when there is any; is_backwards is
                                    for the caller to set. Their text lives as long as the products */
    int64_t shop_revision;       /* what the page was made of */
    int64_t shop_changed_at;
};

struct store_counts {
    int64_t products, customers, categories;
};

/* A search in the order of rank ranks so many matches. */
#define STORE_RANKED_MAX 1000

struct store_walk;
struct import;

/*
 * What a store does. What is read lives in `arena`, and is set on STORE_OK only. `reason` is set on false: it names the
 * location and says why.
 */
struct store_methods {
    /* For reading. Refused: what is missing, cannot be read, is no database, is of another schema version, or not made
     * by catalogctl init. */
    bool (*open)(const char *location, struct store *store, char *reason, size_t reason_size);
    void (*close)(struct store *store); /* also after open() failed */

    /* As store_create(), store_upgrade() and store_check() below. */
    bool (*create)(const char *location, bool demo, const char *currency, char *reason, size_t reason_size);
    bool (*upgrade)(const char *location, int *upgraded_from, char *reason, size_t reason_size);
    bool (*check)(const char *location, struct store_counts *counts, char *reason, size_t reason_size);
    bool (*open_import)(const char *location, struct import **import, char *reason, size_t reason_size); /* import.h */

    /*
     * A number that grows with every change that somebody committed since the store was opened; a few microseconds.
     * What was read under one revision stays true until it moves. It is this process's own: what another process, or
     * the next one, may see again is shop.revision. Once a second, and at first, it also looks whether the database is
     * where it was, and one: STORE_FAILED otherwise, while what is asked for besides may be answered.
     */
    enum store_status (*revision)(struct store *store, int64_t *revision);

    enum store_status (*shop)(struct store *store, struct shop *shop); /* as it is now */

    /*
     * The products that match `query`, in its order, at most query->limit of them, beginning at its position: whole
     * products, as of one moment.
     *
     * A position holds on to its place in the order: whoever goes from page to page meets each product once, and each
     * one that stayed, however many others come and go meanwhile. A product whose key was changed may be met at both
     * places.
     *
     * Search (query->text): a product matches when its name (or, without one, its slug), SKU, description and
     * categories have all words, without regard to case and accents; the last word may be the beginning of one. When
     * more than STORE_RANKED_MAX products have the last word as it is, those that only have words which begin with it
     * do not match. In the order of rank the first STORE_RANKED_MAX matches (by id) are ranked, best first, and the
     * others follow by id.
     */
    enum store_status (*list)(struct store *store, const struct product_query *query, struct arena *arena,
                              struct product_page *page);

    /* How many products match the query, wherever its page begins. Takes longer the more there are. */
    enum store_status (*count)(struct store *store, const struct product_query *query, int64_t *count);

    enum store_status (*find_product)(struct store *store, const char *slug, struct arena *arena,
                                      struct product *product);
    enum store_status (*find_product_by_id)(struct store *store, int32_t id, struct arena *arena,
                                            struct product *product);

    /* The slug of today of the product that once had this one. STORE_NOT_FOUND also for a slug of today. */
    enum store_status (*find_old_slug)(struct store *store, const char *old_slug, struct arena *arena,
                                       const char **slug);

    enum store_status (*begin_walk)(struct store *store, struct store_walk **walk);

    /* Every category in the order of slugs. */
    enum store_status (*list_categories)(struct store *store, struct arena *arena, struct category_list *categories);

    /* As of the revision that revision() told last. */
    enum store_status (*find_customer)(struct store *store, int32_t id, struct arena *arena, struct customer *customer);
};

/*
 * A walk along every product, ordered by id, as of the moment at which it began, in memory that does not grow with the
 * catalog. The store can be used meanwhile, by another thread, too, and several walks at once. While it is open, what
 * others change stays in the database's log: end it when nobody reads on.
 */
struct store_walk {
    struct shop shop; /* as of that moment */
    int64_t place;    /* how far it has come along the products; it can be set back */

    /* The next products, or products that have left, by id, at most `limit`; none: that was all. */
    enum store_status (*next)(struct store_walk *walk, size_t limit, struct arena *arena,
                              struct product_list *products);
    enum store_status (*next_former)(struct store_walk *walk, size_t limit, struct arena *arena,
                                     struct former_list *former);

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
 * demo's products and customers. Refuses to touch one that exists. All or nothing.
 */
MUST_CHECK bool store_create(const char *location, bool demo, const char *currency, char *reason, size_t reason_size);

/*
 * Brings a database of an older schema version to this program's, in one transaction; one of this version stays as it
 * is. *upgraded_from is its version before. On false nothing was changed.
 */
MUST_CHECK bool store_upgrade(const char *location, int *upgraded_from, char *reason, size_t reason_size);

/*
 * Checks a whole database that store_open() opens: makes sure that everything of a new database is there as it should
 * be (what is there besides is the owner's), reads every product, makes sure that what is derived from other rows is
 * what follows from them, and counts. Takes as long as the database is large. On false `reason` says what was found
 * first.
 */
MUST_CHECK bool store_check(const char *location, struct store_counts *counts, char *reason, size_t reason_size);

/* What the implementations are linked with, for --version. */
extern const struct library store_libraries[];

#endif
