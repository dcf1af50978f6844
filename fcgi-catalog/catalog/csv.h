/* SPDX-License-Identifier: MIT */
/*
 * Products as CSV (RFC 4180: CR LF behind each row), in a form that fcgi-catalog/import reads back without loss.
 *
 *     id,sku,slug,name,description,price_in_cents,currency,categories,category_names,tags,images,stock,created_at,
 *     updated_at
 *
 *     price_in_cents    minor units of the currency, as in JSON
 *     categories        paths of slugs from the top, "electronics/phones|sale": those that the product is put into
 *     category_names    the same with names, "Electronics/Phones & more|"; an empty name is none
 *     tags              "new|red"
 *     images            an address and, behind a space, what it shows: "/a.svg A red shoe|/b.svg"
 *     created_at …      RFC 3339, empty when not known
 *
 * In lists a backslash stands before a '|', '/' or backslash that belongs to the text (in an image's address before a
 * space, too). A list whose texts are all empty is printed as nothing.
 *
 * A field that begins with '=', '+', '-' or '@' is printed as it is, although spreadsheets take it for a formula: what
 * comes out must go in again. Whoever opens the file of a shop that others write to imports those columns as text.
 *
 * A row that has nothing but categories, category_names and currency is of no product: it keeps categories that no
 * product is in, "home/garden" with "Home/Garden". catalogctl export writes such rows behind the products;
 * /products.csv, which programs read, has a product in every row. A shop without either has no row to name its
 * currency.
 *
 * A row with a price column that has nothing but an id and, if they are known, slug and sku is of a product that has
 * left: nobody else gets its id. catalogctl export writes such rows before the products.
 *
 * The same product gives the same bytes. Pure.
 */
#ifndef CATALOG_CATALOG_CSV_H
#define CATALOG_CATALOG_CSV_H

#include <stddef.h>

#include "common/arena.h"
#include "fcgi-catalog/catalog/product.h"

/* The first row, with its line end. */
#define CSV_HEADER                                                                                                     \
    "id,sku,slug,name,description,price_in_cents,currency,categories,category_names,tags,images,stock,created_at,"     \
    "updated_at\r\n"

/* Ended by a NUL that `length` does not count. */
struct csv_text {
    const char *bytes;
    size_t length;
};

/* One row, with its line end. `categories` are the shop's, ordered by slug; one of the product's that is not there
 * stands without those above it. `currency` is the shop's code or "". In `arena`. */
struct csv_text csv_print_product(const struct product *product, const struct category_list *categories,
                                  const char *currency, struct arena *arena);

struct csv_text csv_print_former(const struct former_product *former, struct arena *arena);

/* The rows of the categories that no product is in, in the order of slugs; none: nothing. One of them stands for those
 * above it, too. */
struct csv_text csv_print_empty_categories(const struct category_list *categories, const char *currency,
                                           struct arena *arena);

#endif
