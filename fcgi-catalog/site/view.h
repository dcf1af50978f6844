/* SPDX-License-Identifier: MIT */
/*
 * What an answer with products shows, whoever prints it: JSON and pages for people are made of the same. Everything in
 * it lives until the printer returns.
 */
#ifndef CATALOG_SITE_VIEW_H
#define CATALOG_SITE_VIEW_H

#include <stdbool.h>

#include "common/arena.h"
#include "fcgi-catalog/catalog/product.h"
#include "fcgi-catalog/catalog/query.h"
#include "fcgi-catalog/catalog/rendered_page.h"
#include "fcgi-catalog/page/language.h"

struct view {
    const char *shop_name;           /* as pages show it */
    const char *public_url;          /* as page.h */
    const char *home_tag;            /* of the first page: the tag of its products; NULL: none */
    const struct language *language; /* of a page; else NULL */
    const char *base;                /* where addresses of this program begin: the request's */
    const struct product_query *query;
    const struct cursor_secret *secret; /* for links by query_print_link() */
    const struct rendered_page
        *rendered;                   /* the products (one, at a product's own address) and what is beside the page */
    const struct customer *customer; /* NULL: nobody */
    const struct quote *quotes;      /* see rendered_page_print(); NULL: list prices */
    const struct applied_rules *applied;    /* likewise; NULL: not known */
    bool is_degraded;                       /* a customer's, but at list prices, for want of Discount */
    const struct category_list *categories; /* all of them, for a page; else NULL */
    const struct category_entry *category;  /* the one that the address names; else NULL */
};

/* Makes the body, in `arena` or in what outlives the answer. Any thread. */
typedef struct text view_printer(const struct view *view, struct arena *arena);

struct text view_print_json_list(const struct view *view, struct arena *arena);
struct text view_print_json_one(const struct view *view, struct arena *arena);

#endif
