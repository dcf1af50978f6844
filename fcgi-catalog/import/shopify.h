/* SPDX-License-Identifier: MIT */
/* A product of Shopify that is gathered row by row, and becomes rows of ours. Used in this room only. */
#ifndef CATALOG_IMPORT_SHOPIFY_H
#define CATALOG_IMPORT_SHOPIFY_H

#include "fcgi-catalog/import/formats.h"

#define SHOPIFY_VARIANTS_MAX 2048 /* Shopify's own limit */
#define SHOPIFY_OPTIONS 3
#define SHOPIFY_PRODUCT_MAX ((size_t)4 * 1024 * 1024) /* bytes of a product's texts, all variants together */

enum shopify_column {
    SHOPIFY_HANDLE,
    SHOPIFY_TITLE,
    SHOPIFY_BODY,
    SHOPIFY_VENDOR,
    SHOPIFY_CATEGORY,
    SHOPIFY_TYPE,
    SHOPIFY_TAGS,
    SHOPIFY_PUBLISHED,
    SHOPIFY_STATUS,
    SHOPIFY_OPTION_1,
    SHOPIFY_OPTION_2,
    SHOPIFY_OPTION_3,
    SHOPIFY_SKU,
    SHOPIFY_PRICE,
    SHOPIFY_COMPARE_AT,
    SHOPIFY_TRACKER,
    SHOPIFY_QUANTITY,
    SHOPIFY_POLICY,
    SHOPIFY_IMAGE,
    SHOPIFY_IMAGE_POSITION,
    SHOPIFY_IMAGE_ALT,
    SHOPIFY_VARIANT_IMAGE,
    SHOPIFY_COLUMNS
};

/* A cell that is kept. */
struct kept {
    const char *text; /* "" when there is no such column */
    struct file_place place;
};

struct variant {
    size_t line;
    struct kept options[SHOPIFY_OPTIONS], sku, price, compare_at, tracker, quantity, policy, image;
    const char *slug;
};

struct image {
    struct kept url, alt;
    int64_t position;
};

/* The rows of one handle. */
struct shopify_group {
    struct arena arena;
    size_t line; /* 0: there is none */
    struct kept handle, title, body, vendor, category, type, tags, published, status;
    struct variant *variants;
    struct image *images;
    size_t variant_count, image_count;
    size_t bytes;     /* of what is kept */
    const char *slug; /* made of the handle, when the group is whole */
    bool is_faulty;
};

/* A column that is passed over. */
struct other_column {
    const char *name; /* NULL: the column is not passed over */
    bool is_filled;   /* in some row */
};

struct shopify {
    struct row_sink *output;
    struct arena header;         /* where names of columns live */
    struct other_column *others; /* as many as there are columns */
    bool has_header;
    size_t count;
    size_t places[SHOPIFY_COLUMNS]; /* the column's number, from 1; 0: it is not there */
    struct shopify_group group;     /* its arrays are used again */
};

/* Hands on the rows of the products that the group becomes. */
void shopify_hand_on(struct shopify *shopify);

#endif
