/* SPDX-License-Identifier: MIT */
/*
 * Reads a file of products: bytes in, rows out, in memory that does not grow with the file, but by up to 32 bytes for a
 * product whose rows are gathered from a shop's export, and for a variant that it lists; those rows are in a temporary
 * file beyond 4 MiB, in TMPDIR or /tmp; a fault says when that cannot be used.
 *
 *     IMPORT_CSV         the columns of catalog/csv.h, in any order, those that are wanted; `slug` or `sku` is one of
 *                        them. `price` (a decimal of the currency, 1299.00) may stand in the place of price_in_cents.
 *     IMPORT_SHOPIFY     Shopify's product CSV; see shopify.c for what becomes of its columns
 *     IMPORT_WOOCOMMERCE WooCommerce's product CSV; see woocommerce.c
 *     IMPORT_GOOGLE      a feed for Google Merchant Center, as text or XML; see google.c, feed.h
 *     IMPORT_PRESTASHOP, IMPORT_MAGENTO, IMPORT_WIX, IMPORT_ETSY, IMPORT_SQUARE, IMPORT_BIGCOMMERCE
 *                        product CSV of these systems; see their files
 *     IMPORT_JSON_LINES  an object a line, with the fields of the answers of /products; or such answers, lists
 *                        of objects
 *     IMPORT_MAPPED      CSV whose headings a map names; see mapped.c
 *
 * A column or a JSON field that is missing is not given; an empty cell and null are given, and empty. A row with a
 * fault is not handed on. Whoever takes the rows has to find out that a product is named twice.
 * CSV and JSON Lines are UTF-8, a byte order mark at the beginning is allowed.
 *
 * A row may be of categories alone, and tell their names and places: in CSV one that has nothing but categories,
 * category_names and currency, in JSON Lines {"category":"phones","name":"Phones","parent":"electronics"}, where name
 * and parent may be left out (nothing is said of them) or null (no name, at the top). Or it may be of a
 * product that has left, whose id nobody else gets: in CSV one that has nothing but id, slug and sku beside an empty
 * price, in JSON Lines {"former":7,"slug":"old-phone","sku":null}.
 */
#ifndef CATALOG_IMPORT_READER_H
#define CATALOG_IMPORT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/import_map.h"
#include "fcgi-catalog/import/faults.h"
#include "fcgi-catalog/import/row.h"

enum import_format {
    IMPORT_ANY, /* found by the beginning: '{' is of JSON Lines and '[' of a list, '<' of Google's XML, a header with
                   Handle and Title is Shopify's; one with all headings of the map is read by that,
                   unless it is a system's or has a slug and columns of IMPORT_CSV only */
    IMPORT_CSV,
    IMPORT_JSON_LINES,
    IMPORT_SHOPIFY,
    IMPORT_WOOCOMMERCE,
    IMPORT_GOOGLE,
    IMPORT_PRESTASHOP,
    IMPORT_MAGENTO,
    IMPORT_WIX,
    IMPORT_ETSY,
    IMPORT_SQUARE,
    IMPORT_BIGCOMMERCE,
    IMPORT_MAPPED, /* the file must have all headings of the map */
};

/* "csv", "jsonl", "shopify" …: for people and --format. */
const char *import_format_name(enum import_format format);

/* "Shopify's product export": whose export it is; NULL: a format of ours. */
const char *import_format_title(enum import_format format);

struct import_look;

/* Whether a heading can be mapped to such a field. */
bool import_map_has_field(const char *field);

/* "slug, sku, name …". In `arena`. */
const char *import_map_fields(struct arena *arena);

/* The row and what it points to live during the call. */
typedef void import_row_f(void *data, const struct product_row *row);

struct import_source {
    enum import_format format;
    int64_t now;                  /* seconds since 1970: which sales are on */
    const char *zone;             /* of local times: zone_is_known(); NULL: UTC */
    int exponent;                 /* of decimal prices without a currency of their own: see currency_find() */
    const struct import_map *map; /* NULL: none; lives as long as the reader */
    struct import_faults *faults; /* shared with whoever takes the rows */
    import_row_f *take;
    /* Whether the shop has a category of this slug and name; NULL: it has none. */
    bool (*knows_category)(void *data, const char *slug, const char *name);
    void *data;
    struct import_look *look; /* filled from the header and the first rows, and no row is taken; NULL: not wanted */
};

struct import_counts {
    size_t rows;          /* of products, that were handed on */
    size_t category_rows; /* of categories alone, too */
    size_t faulty;        /* rows with faults, which were not handed on */
    size_t unpriced;      /* exports of shops: products without a price, which were not handed on */
    size_t hidden;        /* products that the file marks as not on sale (drafts, archived …): see is_withdrawn */
    size_t http_images;   /* images of products with an address of http:, which pages do not load */
    size_t digit_handles; /* Shopify: handles of digits alone, as ids are, whose slugs differ from them */
};

struct import_reader;

/* "2.5.0": for --version. */
const char *import_expat_version(void);

/* ---- A first look ---- */

#define IMPORT_LOOK_ROWS 5

/* A column of a file. Texts live as long as the look. */
struct import_look_column {
    const char *heading;
    const char *field; /* what it becomes; "": it is taken, for no single field; NULL: it is passed over */
    bool is_mapped;    /* the map says so */
    const char *cells[IMPORT_LOOK_ROWS]; /* NULL: there are no more */
};

/* What a file is, and its first rows. Begins all zero. */
struct import_look {
    struct arena arena;
    enum import_format format;
    bool is_known; /* it is read without a map, or by the one that is given; else `field` is a guess */
    struct import_look_column *columns; /* none in JSON */
    size_t column_count, row_count;
};

/* The source is copied; its faults are borrowed. */
struct import_reader *import_reader_new(const struct import_source *source);

/* The next bytes of the file, any number of them. False: reading on makes no sense, as a fault says. */
MUST_CHECK bool import_reader_feed(struct import_reader *reader, const char *bytes, size_t length);

/* Ends the file. False: there are faults, from now or from before. */
MUST_CHECK bool import_reader_finish(struct import_reader *reader);

void import_reader_free(struct import_reader *reader); /* NULL is allowed */

enum import_format import_reader_format(const struct import_reader *reader); /* IMPORT_ANY: not known yet */

/* The name of a column that holds something and was passed over (exports of shops only), by its index among such
 * columns; NULL: there are no more. It lives as long as the reader. */
const char *import_reader_passed_over(const struct import_reader *reader, size_t index);

struct import_counts import_reader_counts(const struct import_reader *reader);

#endif
