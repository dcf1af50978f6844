/* SPDX-License-Identifier: MIT */
/*
 * Pages for people: data in, HTML out. They read without script and without anything from elsewhere; what they need
 * beside themselves is in assets.h. Pure: the same data make the same page.
 *
 * Every address in a page is below `base`. All strings are UTF-8; nothing of them is markup.
 */
#ifndef CATALOG_PAGE_PAGE_H
#define CATALOG_PAGE_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/text.h"
#include "fcgi-catalog/catalog/product.h"
#include "fcgi-catalog/catalog/query.h"
#include "fcgi-catalog/page/language.h"

#define PAGE_TYPE "text/html; charset=utf-8"

/* Header lines of every page. A page loads its own style, and pictures from here or by https; it runs nothing, is
 * framed by nobody and sends its forms nowhere else. */
#define PAGE_HEADERS                                                                                                   \
    "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self' https:; form-action 'self'; "       \
    "base-uri 'none'; frame-ancestors 'none'\r\n"                                                                      \
    "Referrer-Policy: same-origin\r\n"

/* The most bytes of a shop's name that are shown, and the name of a shop without one. */
#define PAGE_SHOP_NAME_MAX 100
#define PAGE_SHOP_NAME "Catalog"

/* The most bytes of a shop's public address. */
#define PAGE_PUBLIC_URL_MAX 200

/* What is the same on all pages of one answer. */
struct page_frame {
    const char *base;                       /* where the program is mounted: "" or "/catalog" */
    const char *public_url;                 /* where others find the shop: "https://shop.example"; NULL: nobody said */
    const char *shop_name;                  /* the shop's name for itself */
    const struct language *language;        /* what the page's own words and its prices are written in */
    const char *currency;                   /* the shop's code, or "" */
    const struct category_list *categories; /* the shop's, ordered by slug; NULL: not known, none are shown */
    const struct customer *customer;        /* whose prices these are; NULL: nobody in particular */
    bool is_degraded;                       /* list prices, although there may be better ones */
};

/* Pages live in the arena that they are made in. */

/* GET /categories : the tree. */
struct text page_print_categories(const struct page_frame *frame, struct arena *arena);

/* Products beside each other, with what the visitor pays. */
struct page_products {
    const struct product_list *list;
    const struct quote *quotes;          /* one per product; NULL: list prices */
    const struct applied_rules *applied; /* one per product; NULL: not known */
};

/* GET / : some products, and what else there is. */
struct page_home {
    struct page_products newest;         /* the newest first */
    const char *tag;                     /* NULL: none */
    struct page_products tagged;         /* others that have it; none: nothing is said of it */
    const struct product_list *pictured; /* categories at the top have a picture of one of these */
};
struct text page_print_home(const struct page_frame *frame, const struct page_home *home, struct arena *arena);

/* GET /products and, with query->is_category_of_path, GET /categories/{slug}. */
struct page_listing {
    const struct product_query *query;
    struct page_products products;
    const char *here;            /* the query string that leads to this page, in one form */
    const char *next, *previous; /* query strings (query_print_link()); NULL: there is none */
    int64_t total;               /* products of the whole query; -1: not counted */
    const char *searched;        /* the text that was looked for in place of the query's; NULL: the query's */
    const char *wrong;           /* the parameter of a filter for which there is no list: the form says so, and
                                    shows what was chosen. NULL: there is a list */
};
struct text page_print_listing(const struct page_frame *frame, const struct page_listing *listing, struct arena *arena);

/* GET /products/{slug}. */
struct page_product {
    const struct product *product;
    const struct quote *quote;           /* NULL: the list price */
    const struct applied_rules *applied; /* NULL: not known */
    int32_t variant;                     /* whose price, SKU, stock and picture those of the product are; 0: none's */
    const struct quote *const *variant_quotes; /* one per variant; NULL: list prices */
};
/* `related`: other products like it; none: nothing is said of them. */
struct text page_print_product(const struct page_frame *frame, const struct page_product *shown,
                               const struct page_products *related, struct arena *arena);

/* An error: problem.h's status, title and detail. */
struct page_problem {
    int status;
    const char *title, *detail;
};
struct text page_print_problem(const struct page_frame *frame, const struct page_problem *problem, struct arena *arena);

#endif
