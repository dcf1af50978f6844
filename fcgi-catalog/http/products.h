/* SPDX-License-Identifier: MIT */
/* GET /products: the list, with what this customer pays; with explain=1, for administrators, also why. */
#ifndef CATALOG_HTTP_PRODUCTS_H
#define CATALOG_HTTP_PRODUCTS_H

#include "fcgi-catalog/http/exchange.h"
#include "fcgi-catalog/http/site.h"

/* Finishes the exchange at once, or when Discount has answered or its time is up. */
void products_handle(struct site *site, struct http_exchange *exchange);

#endif
