/* SPDX-License-Identifier: MIT */
/*
 * Writing the catalog: products and categories go in one by one, in one transaction. Others see all of them at its
 * commit, or nothing, and meanwhile the old catalog. A million products, in memory that does not grow with them. For
 * catalogctl; the server never writes.
 *
 *     import_open -> begin -> put_category …, put_product …, prune -> commit or roll_back
 */
#ifndef CATALOG_STORE_IMPORT_H
#define CATALOG_STORE_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/catalog/import_map.h"
#include "fcgi-catalog/catalog/product.h"

enum import_status {
    IMPORT_OK,
    IMPORT_REFUSED, /* this row cannot go in, the reason says why; nothing of it did, and the next may follow */
    IMPORT_FAILED,  /* the database cannot be written, the reason says why; all that is left is to roll back */
};

enum import_outcome { OUTCOME_INSERTED, OUTCOME_UPDATED, OUTCOME_UNCHANGED };

/* Beside the bits of enum field_bit, which has none for the id. */
#define IMPORT_FIELD_ID ((unsigned)FIELD_ALL + 1)

struct import {
    const struct import_methods *methods;
    /* The time of changes, seconds since 1970 in UTC, for rows that give none. With 0, their times stay as they are, 0
     * (not known) in a new product. */
    int64_t now;
    int64_t products, customers; /* at begin() */
    int64_t dropped_compare_at;  /* since begin(): products whose compare-at price was not above the price */
    /* Of the last call that did not return IMPORT_OK. */
    char reason[512];      /* one line, without the database's name */
    unsigned reason_field; /* which field of the row an IMPORT_REFUSED is about: a bit of enum field_bit (of a
                              customer, CUSTOMER_BIT()), or IMPORT_FIELD_ID; 0: none of them */
};

/* What prune() deleted. */
struct import_pruned {
    int64_t products, categories;
};

struct import_methods {
    void (*close)(struct import *import);

    /* From here on others may read, but not write. Waits up to ten seconds for another writer. */
    enum import_status (*begin)(struct import *import);

    /*
     * Writes one row into its product. Of *product the fields count whose bits `fields` has (enum field_bit; discount
     * and currency have no meaning here); the others stay as they are, and are empty in a new product.
     *
     * Which product: the known one of the row's slug; else the one that alone has the row's SKU, which is renamed if
     * the row has a slug; else a new one, which needs a slug and a price, or variants. Several products may have one
     * SKU: a row without a slug is refused then. A product that the import has put, or that has another id than the
     * row, is not renamed; and one that was renamed is taken back when a later row has its slug, and at least the
     * fields of the row that renamed it: that one's product is a new one.
     *
     * The id: 0, or that of a new product; another id for a known product is refused. A new product of id 0 that has
     * left before (found by its slug, or else by an SKU that no product has) gets the id that it had, any other an id
     * that no product ever had; an id that another product had is refused.
     *
     * Of its categories the first own_category_count count; a category that does not exist is made, at the top, without
     * a name.
     *
     * A compare-at price that is not above the price is dropped, and counted.
     *
     * Variants replace all that the product has. One without an id is the known one of the same options, or else of the
     * same SKU, or else one that left with these options, or a new one; an id that a variant of another product has or
     * had is refused. Their lowest price becomes the product's; another price for a product whose variants stay as they
     * are is refused.
     *
     * The times: a new product is created `now` without FIELD_CREATED, and updated `now` without FIELD_UPDATED; given
     * as 0, neither is known. A known product that changes is updated `now`, unless FIELD_UPDATED gives a time, not 0,
     * that differs from its own.
     *
     * IMPORT_REFUSED: text that is not UTF-8 or out of the bounds of catalog/field.h, the same product twice in one
     * import, an id or slug that another product has.
     */
    enum import_status (*put_product)(struct import *import, const struct product *product, unsigned fields,
                                      enum import_outcome *outcome, int32_t *id);

    /*
     * Gives the product of the slug `old` the slug of *product, if that is free, and name and SKU are the same in both:
     * for names whose slugs were made otherwise before. The old one leads to it from now on. A product that the import
     * has put keeps its slug. *is_renamed: it has another now.
     */
    enum import_status (*rename)(struct import *import, const char *old, const struct product *product,
                                 bool *is_renamed);

    /* Notes a product that is not on sale, for delete_withdrawn(), which knows it by slug and SKU, where `fields` has
     * them. `old`: as of rename(), for which it has name and SKU; NULL: none. */
    enum import_status (*withdraw)(struct import *import, const char *old, const struct product *product,
                                   unsigned fields);

    /* Deletes, and counts, the products that withdraw() noted: of each slug, else the one that alone has the SKU. What
     * a put_product() since begin() has named stays, whichever came first. No put_product() may follow. */
    enum import_status (*delete_withdrawn)(struct import *import, int64_t *count);

    /* Records a product that has left: its id, slug and SKU ("": not known), see put_product(). An id that a product
     * has, or that is recorded already, stays as it is. The texts are UTF-8 and have no NUL. */
    enum import_status (*put_former)(struct import *import, int32_t id, const char *slug, const char *sku);

    /* How many SKUs are those of several products, as they are now. */
    enum import_status (*count_repeated_skus)(struct import *import, int64_t *count);

    /* Makes a category, or gives a known one this name and place. `name` NULL: leaves it as it is. `parent`: a slug,
     * whose category is made when it does not exist; "": at the top; NULL: leaves the place as it is. A category above
     * itself is refused. */
    enum import_status (*put_category)(struct import *import, const char *slug, const char *name, const char *parent,
                                       enum import_outcome *outcome);

    /* Whether there is a category of this slug and name. */
    bool (*knows_category)(struct import *import, const char *slug, const char *name);

    /* The headings that were put last, in the arena. */
    enum import_status (*read_map)(struct import *import, struct arena *arena, struct import_map *map);

    /* Keeps these headings, and forgets those that were put before. */
    enum import_status (*put_map)(struct import *import, const struct import_map *map);

    /* Makes `currency` that of the shop: a code of ISO 4217, or "". */
    enum import_status (*put_currency)(struct import *import, const char *currency);

    /* Makes `zone` the shop's time zone: zone_is_known(), or IMPORT_REFUSED. */
    enum import_status (*put_time_zone)(struct import *import, const char *zone);

    /* Deletes the products that no put_product() since begin() named, then the empty categories: those that no product
     * is in and no put_category() named, and that have no such category below them. Counts both. No put_…() may
     * follow. */
    enum import_status (*prune)(struct import *import, struct import_pruned *pruned);

    /*
     * Writes one row into its customer. Of *customer the fields count whose bits `fields` has (CUSTOMER_BIT()); the
     * others stay as they are, and are empty in a new customer.
     *
     * Which customer: the one of the id; with id 0, the known one of the row's login; without a login, the one that
     * alone has the row's e-mail address, whatever its case; else a new one. A row without all three is refused.
     *
     * A new customer gets an id that none ever had, or the one that the row names: refused where it is not above all
     * that were given before begin().
     *
     * IMPORT_REFUSED: what customer_find_fault() says, a login that another customer has, the same customer twice in
     * one import.
     */
    enum import_status (*put_customer)(struct import *import, const struct customer *customer, unsigned fields,
                                       enum import_outcome *outcome, int32_t *id);

    /* Deletes the customer of this id, or with id 0 of this login. *is_found: there was one. */
    enum import_status (*delete_customer)(struct import *import, int32_t id, const char *login, bool *is_found);

    /* Deletes, and counts, the customers that no put_customer() since begin() named. */
    enum import_status (*prune_customers)(struct import *import, int64_t *count);

    /* Brings indexes and search up to date, which may take as long as all the rest, and commits. `progress` is called
     * now and then with the part that is done so far, 0 to 1; NULL: not wanted. */
    enum import_status (*commit)(struct import *import, void (*progress)(void *data, double done), void *data);

    /* Takes back everything since begin(); --dry-run ends with it. */
    void (*roll_back)(struct import *import);
};

/* Opens the database at `location` for writing. On false `reason` names it and says why. */
MUST_CHECK bool import_open(const char *location, struct import **import, char *reason, size_t reason_size);

/* Takes back what was not committed. NULL is allowed. */
void import_close(struct import *import);

#endif
