/* SPDX-License-Identifier: MIT */
/*
 * Formats whose cells mean the same under other headings: a format is a table of columns at the places below, and the
 * rules of its lists and words. Used in this room only.
 */
#ifndef CATALOG_IMPORT_PLAIN_H
#define CATALOG_IMPORT_PLAIN_H

#include "fcgi-catalog/import/shop.h"

#define PLAIN_STATES 2
#define PLAIN_LISTS 10
#define PLAIN_IMAGES_MAX 20
#define PLAIN_OPTIONS_MAX 6

enum plain_column {
    PLAIN_ID,
    PLAIN_KEY,   /* the same in rows of one product */
    PLAIN_KIND,  /* what the row is: see struct plain_kind */
    PLAIN_STORE, /* not empty: the row is of another language, and passed over */
    PLAIN_SLUG,  /* empty: made of the name */
    PLAIN_SKU,
    PLAIN_NAME,
    PLAIN_DESCRIPTION,
    PLAIN_SHORT,      /* the description where that is empty */
    PLAIN_PRICE,      /* a variant without one has its product's, with that's sale and compare-at price */
    PLAIN_NET_PRICE,  /* the price in files without that */
    PLAIN_SURCHARGE,  /* of a variant, added to the product's price */
    PLAIN_SALE_PRICE, /* the price where it is lower, and not 0 */
    PLAIN_OFF,        /* taken off the price, an amount */
    PLAIN_OFF_MODE,   /* "PERCENT": it is none, but per cent */
    PLAIN_PERCENT,    /* per cent taken off the price */
    PLAIN_STARTS,     /* days or times of the two before; empty: no bound */
    PLAIN_ENDS,
    PLAIN_COMPARE_AT, /* while there is no sale */
    PLAIN_CURRENCY,
    PLAIN_STOCK,      /* a number, or a word */
    PLAIN_TRACKED,    /* "none": the stock is not counted; "product": for all variants together */
    PLAIN_VARIATIONS, /* Magento: "sku=A,size=S|sku=B,size=M" */
    PLAIN_STATE,      /* words that say whether it is on sale */
    PLAIN_CATEGORIES = PLAIN_STATE + PLAIN_STATES,
    PLAIN_TAGS = PLAIN_CATEGORIES + PLAIN_LISTS,
    PLAIN_IMAGES = PLAIN_TAGS + PLAIN_LISTS,
    PLAIN_OPTION = PLAIN_IMAGES + PLAIN_IMAGES_MAX, /* values, "Red" */
    PLAIN_COLUMNS = PLAIN_OPTION + PLAIN_OPTIONS_MAX
};

enum plain_kind {
    PLAIN_PRODUCT,
    PLAIN_VARIANT, /* of the product of its key; a product where that has no row */
    PLAIN_IMAGE,   /* has images of the product, and nothing else */
    PLAIN_NONE,    /* says nothing of products */
};

/* Words of PLAIN_KIND, in small letters, up to one of NULL. An empty cell is of a product. */
struct plain_word {
    const char *word;
    enum plain_kind kind;
};

/* Words of a column of PLAIN_STATE in small letters, each list up to a NULL. An empty cell says nothing. */
struct plain_state {
    const char *const *shown, *const *hidden;
    bool is_of_products; /* of variants it says nothing */
};

struct plain_rules {
    const struct plain_word *kinds; /* NULL: of several rows of a product each is a variant */
    struct plain_state states[PLAIN_STATES];
    const char *no_price; /* a word of PLAIN_PRICE that stands for none; NULL: there is none */
    const char *category_separators, *tag_separators, *image_separators; /* between those of a cell */
    char path_separator;    /* between the steps of a category; NUL: a category is one step */
    const char *root;       /* a first step that is left out; NULL: none */
    const char *image_base; /* goes before an image without a '/'; NULL: that is passed over */
    bool is_month_first;    /* days may be "1/31/26" */
    bool has_underscores;   /* for spaces, in tags */
    /* The options of a variant, "Red / L"; NULL: those of PLAIN_OPTION. */
    const char *(*options)(const struct shop *shop, const struct shop_row *row, const struct shop_row *parent,
                           struct arena *arena);
};

/* The key of formats whose rows are a product each, and of those with PLAIN_KEY. */
const char *plain_no_key(struct shop *shop, const struct shop_row *row, const char **other, struct arena *arena);
const char *plain_key(struct shop *shop, const struct shop_row *row, const char **other, struct arena *arena);

bool plain_build(struct shop *shop, struct shop_product *product);

enum plain_kind plain_kind(const struct shop *shop, const struct shop_row *row);

#endif
