/* SPDX-License-Identifier: MIT */
/* Who answers which address: routes.c has the table. Each ends the request, at once or later. */
#ifndef CATALOG_SITE_HANDLERS_H
#define CATALOG_SITE_HANDLERS_H

#include "fcgi-catalog/site/request_context.h"

/* GET /: a sign of life. */
void home_handle(struct request_context *context);

/* GET / for people: the HOME_PRODUCTS newest products, with what this customer pays. Behind them the page has the first
 * product of each of at most HOME_CATEGORIES categories at the top, for its picture. */
#define HOME_PRODUCTS 8
#define HOME_CATEGORIES 12
void home_handle_page(struct request_context *context);

/* GET /products: a page of the list, with what this customer pays; with explain=1, for administrators, also why. An
 * address with a slug names the category of the list. */
void products_handle(struct request_context *context);

/* Ends the request with a page of a list: that which the client has, the cached one, or one that is read. */
struct priced;
void products_answer(struct request_context *context, struct priced *priced);

/* GET /products/{slug or id}: one product, with what this customer pays; for people also RELATED_PRODUCTS of its
 * category, the next ones by id and behind the last the first. A slug that a product had before leads to the
 * one that it has today. */
#define RELATED_PRODUCTS 8
void product_handle(struct request_context *context);

/* GET /products.csv: the whole catalog at list prices. */
void csv_handle(struct request_context *context);

/* GET /sitemap.xml, /sitemap-{part}: the addresses of all pages, for search engines (fcgi-catalog/page/sitemap.h); and
 * /robots.txt: which they are to read. */
void sitemap_handle(struct request_context *context);
void sitemap_handle_part(struct request_context *context);
void robots_handle(struct request_context *context);

/* GET /categories: all of them; GET /categories/{slug}: one, with those right below it. */
void categories_handle(struct request_context *context);
void category_handle(struct request_context *context);

/* GET /openapi.json: what addresses there are and what they answer, for programs (fcgi-catalog/openapi/). */
void openapi_handle(struct request_context *context);

#endif
