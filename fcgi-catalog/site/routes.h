/* SPDX-License-Identifier: MIT */
/*
 * Which address is answered by whom, in which forms: one table. Adding an address is one row and one handler in a file
 * of its own; adding a form of an address is one line in its row.
 */
#ifndef CATALOG_SITE_ROUTES_H
#define CATALOG_SITE_ROUTES_H

#include "fcgi-catalog/http/exchange.h"
#include "fcgi-catalog/site/site.h"

/* Longer ones are refused with 414 and 431. A query's bound is QUERY_STRING_MAX. */
#define ROUTES_PATH_MAX 2048
#define ROUTES_HEADER_MAX 8192

/*
 * The http_handler of the whole program; `data` is the struct site. Who gets in is decided here: sizes (414, 431), the
 * address (404), the method (405 with Allow), and who the customer is (400). Handlers refuse clients that take no
 * representation (406): context_accepts().
 */
void routes_handle(void *data, struct http_exchange *exchange);

/* Whether Discount will be asked, as far as the request tells: its address has prices, and it names a customer. */
bool routes_will_ask(const struct site *site, const struct http_request *request);

#endif
