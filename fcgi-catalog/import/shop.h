/* SPDX-License-Identifier: MIT */
/*
 * The engine for exports of shops: CSV whose header tells the format, in which several rows may be one product. A
 * format is a table of columns and two functions, in a file of its own:
 *
 *     a row ──key()──> rows of one product, wherever they stand ──build()──> a product with variants ──> rows of ours
 *
 * Products are handed on in the order of their first rows; those of one row at once. Used in this room only.
 */
#ifndef CATALOG_IMPORT_SHOP_H
#define CATALOG_IMPORT_SHOP_H

#include "fcgi-catalog/import/formats.h"
#include "fcgi-catalog/import/spool.h"

#define SHOP_COLUMNS_MAX 128
#define SHOP_OTHERS_MAX 100                        /* names; more are not noted */
#define SHOP_VARIANTS_MAX 2048                     /* Shopify's own limit */
#define SHOP_ROWS_MAX 4096                         /* rows of a product, with those of images */
#define SHOP_PRODUCT_MAX ((size_t)4 * 1024 * 1024) /* bytes of a product's texts, those of its first row once */

/* A column of a format, by its place in the format's table. */
struct shop_column {
    const char *const *names; /* folded (heading.h), up to a NULL; NULL: the place is one of a numbered column before */
    bool is_text;             /* blanks at the ends of its cells are kept */
    bool is_needed;           /* no file is of the format without it */
    bool is_mark;             /* `marks` of these are needed for the format to be recognised */
    size_t numbers;           /* "attribute %d name": so many numbers from 1, each with a place; 0: it has none */
};

/* The names of a column. */
#define SHOP_NAMES(...)                                                                                                \
    (const char *const[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__, NULL                                                                                              \
    }

struct shop;
struct shop_row;
struct shop_product;
struct plain_rules;

struct shop_format {
    const char *title; /* "Shopify's product export" */
    const char *lack;  /* the fault of a header without what is needed */
    const struct shop_column *columns;
    size_t column_count, marks;
    bool makes_handles; /* products have none in the file: they are made of names, and must be told apart */
    const struct plain_rules *plain; /* of plain.h; NULL: the format has its own functions */

    /* The column of a folded heading; column_count: none. NULL: shop_find_column() tells it. */
    size_t (*find_column)(const struct shop *shop, const char *heading, struct arena *arena);

    /* The text that tells which rows are of one product; NULL: the row is one. *other is a second such text,
     * by which other rows name this one; NULL: there is none. In `arena`. */
    const char *(*key)(struct shop *shop, const struct shop_row *row, const char **other, struct arena *arena);

    /* Makes the product of its rows. False: it is not handed on, and was counted. */
    bool (*build)(struct shop *shop, struct shop_product *product);
};

/* A slug as it is made today, and as versions before made it. */
enum { SHOP_SLUG, SHOP_OLD_SLUG, SHOP_SLUGS };

/* A cell of a column; "" at no place when the file has no such column. */
struct shop_cell {
    const char *text;
    struct file_place place;
};

struct shop_row {
    size_t line;
    const struct shop_cell *cells;
};

struct shop_image {
    struct shop_cell url, alt;
    int64_t position;
};

/* What is not given is all zero. */
struct shop_variant {
    size_t line;
    const char *options; /* "Red / L": the end of its name and its slug; "" or NULL: it has none */
    struct file_place options_place;
    struct shop_cell sku, price, compare_at; /* given when their text is not NULL */
    struct shop_cell description;            /* in the place of the product's, likewise; plain text */
    const char *stock;                       /* NULL: not known */
    struct file_place stock_place;
    const struct shop_image *images; /* before those of the product */
    size_t image_count;
    bool has_own_images_only;
    bool is_hidden;                /* as of the product, of this variant alone */
    const char *slugs[SHOP_SLUGS]; /* set when it is handed on */
};

/* A product while it is gathered. Everything lives in its arena. */
struct shop_product {
    struct arena arena;
    const struct shop_row *rows;
    size_t row_count, line, bytes; /* of the rows' texts */
    bool is_faulty;                /* nothing of it is handed on, as a fault says */
    bool is_hidden;                /* not on sale: of its cells, handle, name, options and SKU count */
    const struct import_source *source;
    struct row_builder shared; /* what all variants have, but name and images */
    struct shop_cell handle, name;
    const char *handle_ends[2]; /* what tells its handle from an equal one, of another product; may be NULL */
    bool has_slug;              /* the handle is a slug of the file, not made of the name */
    bool has_images;            /* the file has a column for them */
    struct shop_image *images;  /* sorted by position, then as they came */
    struct shop_variant *variants;
    size_t image_count, variant_count;
};

/* A cell of the file's header. */
struct shop_heading {
    const char *name;
    bool is_known;       /* it is a column of the format */
    bool is_passed_over; /* it holds something that is not taken */
};

struct shop {
    struct row_sink *output;
    const struct shop_format *format;
    struct arena header; /* where the header lives */
    struct shop_heading *headings;
    bool has_header;
    struct buffer key;   /* of the product that was begun last, for formats whose variants follow it */
    size_t count;        /* headings */
    const char **others; /* names of what a file without columns has, and is passed over */
    size_t other_count;
    size_t places[SHOP_COLUMNS_MAX];  /* the number of the column's heading, from 1; 0: it is not there */
    size_t kept[SHOP_COLUMNS_MAX];    /* its place among the cells of a shop_row, from 1 */
    size_t numbers[SHOP_COLUMNS_MAX]; /* the heading of such a place */
    size_t kept_count;
    struct spool spool;
    struct buffer bytes; /* a row on its way, and a product's rows */
    struct shop_product product;
    uint64_t *handles; /* checksums of the handles that were made, in a hash table; 0: a free place */
    size_t handle_count, handle_room;
};

/* The format whose header these cells are; NULL: none's. */
const struct shop_format *shop_recognise(const struct cell *cells, size_t count, struct arena *arena);

/* The column of a folded heading by the format's table; column_count: none. */
size_t shop_find_column(const struct shop_format *format, const char *heading);

void shop_init(struct shop *shop, struct row_sink *output);
void shop_release(struct shop *shop);

/* Takes the next row, the first of which is the header. False: reading on makes no sense, as a fault says. */
bool shop_take(struct shop *shop, const struct shop_format *format, size_t line, const struct cell *cells, size_t count,
               struct arena *arena);
/* The last row was taken: hands on what was gathered, and gives its memory back. */
void shop_finish(struct shop *shop);

/* A file without columns has something of this name that is not taken. */
void shop_note_other(struct shop *shop, const char *name);

/* The name of a column that is filled and was passed over, by its index among such columns; NULL: there are no more. */
const char *shop_passed_over(const struct shop *shop, size_t index);

/* ---- For formats ---- */

extern const struct shop_format shopify_format, woocommerce_format, google_format, prestashop_format, magento_format,
    wix_format, etsy_format, square_format, bigcommerce_format, mapped_format;

bool shop_has(const struct shop *shop, size_t column);
struct shop_cell shop_cell(const struct shop *shop, const struct shop_row *row, size_t column);

/* This column holds something that is not taken. */
void shop_pass_over(struct shop *shop, size_t column);

/* Adds to the product; a fault says when there are too many. The variant lives in the product. */
struct shop_variant *shop_add_variant(struct shop *shop, struct shop_product *product, size_t line);
void shop_add_image(struct shop *shop, struct shop_product *product, const struct shop_image *image);

void shop_refuse(struct shop *shop, struct shop_product *product, struct file_place place, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* A word that the system does not have does not tell what it means: it is refused. The words end in a NULL; `allowed`
 * names them. An empty cell has none. */
void shop_check_word(struct shop *shop, struct shop_product *product, const struct shop_cell *cell, const char *column,
                     const char *const *words, const char *allowed);

/* Adds the text of an option to those of a variant, " / " between them; "" is none. What is beyond FIELD_NAME_MAX is
 * cut off, so that they are longer than that still, which is a fault of the variant. */
void shop_add_option(struct buffer *options, const char *text);

/* The name of a cell's column in the file. */
const char *shop_heading(const struct shop *shop, struct file_place place);

/* An amount in minor units of its own currency, or else of the shop's. False: it is no clear amount. */
bool shop_read_amount(const struct shop *shop, struct shop_product *product, const char *text, int32_t *amount);

/* Reads a time of ISO 8601, of the shop's zone where it says nothing else, or a day of that, to which `days` are added.
 * `is_month_first`: a day may be "1/31/26" as well. An empty cell changes nothing. */
void shop_read_time(struct shop *shop, struct shop_product *product, struct shop_cell cell, int64_t days,
                    bool is_month_first, int64_t *seconds);

/* Whether the sale price is not lower than the regular one. False where one of them cannot be read: a fault says so
 * when it is taken. */
bool shop_is_no_sale(const struct shop *shop, struct shop_product *product, const char *sale, const char *regular);

/* Adds to what all variants have. "Apparel > Shirts": the names of a tree, in which one name may be at several places.
 */
void shop_add_path(struct shop_product *product, struct file_place place, const char *names);
void shop_add_category(struct shop_product *product, struct file_place place, const char *name); /* one at the top */
void shop_add_tags(struct shop_product *product, const struct shop_cell *cell); /* "new, red" with "\," in a tag */

/* ---- Of the engine ---- */

/* Hands on the product: a row of ours for each variant; of one that is not on sale, a row that withdraws it. */
void shop_hand_on(struct shop *shop, struct shop_product *product);

#endif
