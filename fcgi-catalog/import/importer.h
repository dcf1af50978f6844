/* SPDX-License-Identifier: MIT */
/*
 * Joins the reader to the store: the rows of a file go into the catalog as they come, in the one transaction that the
 * caller has begun and ends. What is wrong with a row is a fault of the file, whether the reader or the store found it;
 * reading goes on, so that all faults are found, but then nothing may be committed.
 *
 *     begin() -> importer_new -> importer_feed … -> importer_finish -> commit() or roll_back()
 */
#ifndef CATALOG_IMPORT_IMPORTER_H
#define CATALOG_IMPORT_IMPORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"
#include "fcgi-catalog/catalog/product.h"
#include "fcgi-catalog/import/faults.h"
#include "fcgi-catalog/import/reader.h"
#include "fcgi-catalog/store/import.h"

struct importer_setup {
    struct import *import; /* in its transaction; borrowed */
    struct import_faults *faults;
    enum import_format format;
    const struct import_map *map; /* NULL: none; lives as long as the importer */
    const char *currency;         /* the shop's: a code of ISO 4217, or "" */
    const char *zone;             /* the shop's time zone: zone_is_known(); NULL: UTC; lives as long as the importer */
    /* The time of changes, seconds since 1970, for products whose rows give none. A time given as empty is not known,
     * in a new product. */
    int64_t now;
    bool is_pruning; /* deletes products that the file does not name, and categories that are empty then */
    /* At most so many products are pruned, and so many leave that the file marks as not on sale, or nothing is
     * committed; -1: a fifth of all, but at least nine. */
    int64_t prune_max, withdraw_max;
    int64_t expected; /* the file has so many products, or nothing is committed; -1: any number */
};

struct importer_counts {
    size_t read;          /* rows of products without faults */
    size_t category_rows; /* rows of categories alone, likewise */
    size_t inserted, updated, unchanged;
    size_t repeated_skus;               /* SKUs that several products of the catalog have, once the file is in */
    size_t dropped_compare_at;          /* compare-at prices that were not above the price, see store/import.h */
    size_t hidden;                      /* products that the file marks as not on sale, */
    size_t withdrawn;                   /* and products that were on sale until now, and left for that */
    size_t unpriced;                    /* products of a shop's export without a price, which are passed over */
    size_t http_images;                 /* images that pages replace by a stand-in, see struct import_counts */
    size_t digit_handles;               /* handles of Shopify whose slugs differ from them, see struct import_counts */
    size_t deleted, deleted_categories; /* by pruning */
};

struct importer;

/* The setup is copied. */
struct importer *importer_new(const struct importer_setup *setup);

/* The next bytes of the file. False: reading on makes no sense; importer_finish() says why. */
MUST_CHECK bool importer_feed(struct importer *importer, const char *bytes, size_t length);

enum importer_status {
    IMPORTER_OK,     /* all that the file says can be committed */
    IMPORTER_FAULTY, /* the file has faults: they were told, and counted */
    IMPORTER_FAILED, /* the store cannot be written: its reason says why */
};

/* Ends the file. */
MUST_CHECK enum importer_status importer_finish(struct importer *importer);

/* See import_reader_passed_over(). */
const char *importer_passed_over(const struct importer *importer, size_t index);

struct importer_counts importer_counts(const struct importer *importer);
enum import_format importer_format(const struct importer *importer); /* IMPORT_ANY: not known (yet) */

void importer_free(struct importer *importer); /* NULL is allowed */

#endif
