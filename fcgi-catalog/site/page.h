/* SPDX-License-Identifier: MIT */
/* Pages for people (text/html), made by fcgi-catalog/page/, and what they load. */
#ifndef CATALOG_SITE_PAGE_H
#define CATALOG_SITE_PAGE_H

#include "fcgi-catalog/http/problem.h"
#include "fcgi-catalog/site/view.h"
#include "fcgi-catalog/site/request_context.h"

/* The list at /products and /categories/{slug}, one product, and the first page. */
view_printer page_print_view_list;
view_printer page_print_view_one;
view_printer page_print_view_home;

/* The list page for a query that was refused because of the filter `wrong`, a parameter: its form, as it was filled in,
 * and what is wrong. */
struct http_page page_print_refused_list(struct request_context *context, const struct product_query *query,
                                         const char *wrong);

/* The language of the pages of this request: of the site's the one that Accept-Language prefers, else the first. Where
 * there are several the answer's Vary names that header. */
const struct language *page_language(const struct site *site, struct http_exchange *exchange);

/* The key of a page's tag: `key`, and what else changes every page: how pages look, their language, the shop's name,
 * and where the program is. */
const char *page_print_key(struct request_context *context, const char *key);

/* GET /categories. */
void page_handle_categories(struct request_context *context);

/* GET /style-….css and /pictures/…. */
void page_handle_asset(struct request_context *context);

/* An error as a page; the data is a struct site. */
http_error_page page_print_error;

#endif
