/* SPDX-License-Identifier: MIT */
/*
 * Products as CSV (RFC 4180: CR LF behind each row), in a form that fcgi-catalog/import reads back without loss.
 *
 *     id,sku,slug,name,description,price_in_cents,currency,categories,category_names,tags,images,stock,created_at,
 *     updated_at,compare_at_price_in_cents,variants
 *
 *     price_in_cents …  minor units of the currency, as in JSON; no compare_at_price_in_cents: empty
 *     categories        paths of slugs from the top, "electronics/phones|sale": those that the product is put into
 *     category_names    the same with names, "Electronics/Phones & more|"; an empty name is none
 *     tags              "new|red"
 *     images            an address and, behind a space, what it shows: "/a.svg A red shoe|/b.svg"
 *     variants          "Size=M;Colour=Red;price_in_cents:1999|…", see variant.h
 *     created_at …      RFC 3339, empty when not known
 *
 * In lists a backslash stands before a '|', '/' or backslash that belongs to the text (in an image's address before a
 * space, too). A list whose texts are all empty is printed as nothing.
 *
 * A plain file has every text as it is, also one that begins with '=', '+', '-' or '@', which spreadsheets take for a
 * formula and run. A file for a spreadsheet begins with a byte order mark, and an apostrophe leads each field that
 * would run, or that begins with an apostrophe itself. An empty last column, `spreadsheet`, tells the importer to take
 * these apostrophes off.
 *
 * A row that has nothing but categories, category_names and currency is of no product: it keeps categories that no
 * product is in, "home/garden" with "Home/Garden". catalogctl export writes such rows behind the products;
 * /products.csv, which programs read, has a product in every row. A shop with neither products nor categories
 * has no row to name its currency.
 *
 * In a file with a price column, a row that has nothing but an id and, if they are known, slug and sku is of a product
 * that has left: no other product gets its id. catalogctl export writes such rows before the products.
 *
 * The same product gives the same bytes. Pure.
 */
#ifndef CATALOG_CATALOG_CSV_H
#define CATALOG_CATALOG_CSV_H

#include <stddef.h>

#include "common/arena.h"
#include "common/text.h"
#include "fcgi-catalog/catalog/product.h"

enum csv_dialect { CSV_PLAIN, CSV_FOR_SPREADSHEET, CSV_DIALECTS };

#define CSV_NAMES_COLUMN "category_names"
#define CSV_SPREADSHEET_COLUMN "spreadsheet"

/* The header row with its line end and, for a spreadsheet, the byte order mark before it. In `arena`. */
struct text csv_print_header(enum csv_dialect dialect, struct arena *arena);

/* The same of other columns, and a row of them. */
struct text csv_print_names(const char *const *names, size_t count, enum csv_dialect dialect, struct arena *arena);
struct text csv_print_texts(const char *const *texts, size_t count, enum csv_dialect dialect, struct arena *arena);

/* The meaning of a field of a file for a spreadsheet: the text without the apostrophe that csv.c put before it, if
 * any. */
const char *csv_without_apostrophe(const char *field);

/* One row, with its line end and behind that a NUL that is not counted. `categories` are the shop's, ordered by slug; a
 * category of the product that is not among them is printed without those above it. `currency` is the shop's code or
 * "". In `arena`. */
struct text csv_print_product(const struct product *product, const struct category_list *categories,
                              const char *currency, enum csv_dialect dialect, struct arena *arena);

struct text csv_print_former(const struct former_product *former, enum csv_dialect dialect, struct arena *arena);

/* The rows of the categories that no product is in, in the order of slugs; none: nothing. A row names the categories
 * above its own, which get no row, too. */
struct text csv_print_empty_categories(const struct category_list *categories, const char *currency,
                                       enum csv_dialect dialect, struct arena *arena);

#endif
