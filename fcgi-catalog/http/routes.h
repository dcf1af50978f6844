/* SPDX-License-Identifier: MIT */
/*
 * Which path is answered by whom: one table. Adding an address is one row here and one handler in a file of its own.
 */
#ifndef CATALOG_HTTP_ROUTES_H
#define CATALOG_HTTP_ROUTES_H

#include "fcgi-catalog/http/exchange.h"
#include "fcgi-catalog/http/site.h"

/* The http_handler of the whole program; `data` is the struct site. Unknown paths get 404, other methods 405 with
 * Allow. */
void routes_handle(void *data, struct http_exchange *exchange);

#endif
