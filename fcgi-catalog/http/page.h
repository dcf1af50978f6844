/* SPDX-License-Identifier: MIT */
/* Pages for people (text/html), made by fcgi-catalog/page/, and what they load. */
#ifndef CATALOG_HTTP_PAGE_H
#define CATALOG_HTTP_PAGE_H

#include "fcgi-catalog/http/problem.h"
#include "fcgi-catalog/http/view.h"
#include "fcgi-catalog/http/visit.h"

/* The list at /products and /categories/{slug}, and one product. */
view_printer page_print_view_list;
view_printer page_print_view_one;

/* The list that could not be made because of a filter, the parameter `wrong`: its form, as it was filled in, and what
 * is wrong. */
struct shelf_text page_print_refused_list(struct visit *visit, const struct product_query *query, const char *wrong);

/* What a page is known by, beside what it shows: it changes with how pages look, with the shop's name, and with
 * where the program is. */
const char *page_print_key(struct visit *visit, const char *key);

/* GET / and /categories. */
void page_handle_home(struct visit *visit);
void page_handle_categories(struct visit *visit);

/* GET /style-….css and /pictures/…. */
void page_handle_asset(struct visit *visit);

/* The body of an error, for whoever would rather have a page. */
struct shelf_text page_print_error(struct http_exchange *exchange, int status, const char *title, const char *detail);

#endif
