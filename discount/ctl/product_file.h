/* SPDX-License-Identifier: MIT */
/*
 * Products with their list prices as CSV (RFC 4180), by libcsv. Two kinds, told by the header:
 *
 *     id,slug,price,categories     a product a line, prices in minor units; the last column may be missing
 *     what catalogctl export writes, its columns in any order: price_in_cents for price, other columns are read over
 *
 * Titles are in any case.
 *
 * Categories are paths from the top, "home/lighting", separated by spaces or '|': a product is in each category of a
 * path. A rule for a category is for the products of the categories below it, too, so that a product must name the
 * categories above its own.
 *
 * A catalog's database is read by running `catalogctl export` on it: only catalogctl knows its schema.
 */
#ifndef DISCOUNT_CTL_PRODUCT_FILE_H
#define DISCOUNT_CTL_PRODUCT_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "discount/ctl/faults.h"
#include "discount/ctl/options.h"
#include "proto/discount_admin.pb-c.h"

/* What --products and --catalog name; one of them. */
struct product_source {
    const char *products; /* a file, "-": standard input */
    const char *catalog;  /* a catalog's database */
};

/* Of the two options, for --help. */
#define PRODUCTS_HELP                                                                                                  \
    "the products, as catalogctl export writes them, or with the header id,slug,price,categories (those above a "      \
    "product's own, too: home/lighting, or home lighting)"
#define CATALOG_HELP "the products of a catalog's database (by catalogctl export)"

struct product_file {
    Ecommerce__Product **products;
    size_t *sizes; /* packed, and what frames them in a message */
    size_t count;
};

/* What people call it. */
const char *product_source_name(const struct product_source *source);

/* Reads products from a stream into the arena. Faults are noted, PRODUCT_FILE_FAULTS_MAX at the most; with any, *file
 * is incomplete. */
#define PRODUCT_FILE_FAULTS_MAX 1000
void product_file_parse(FILE *in, struct arena *arena, struct product_file *file, struct fault_list *notes);

/* Reads the products into the arena. COMMAND_OK, or an exit code, everything that is wrong having been told. */
MUST_CHECK int product_file_read(const struct ctl_options *options, const struct product_source *source,
                                 struct arena *arena, struct product_file *file);

/* The product of this id, or slug; NULL: there is none. */
const Ecommerce__Product *product_file_find(const struct product_file *file, const char *word);

#endif
