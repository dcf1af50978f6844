/* SPDX-License-Identifier: MIT */
/* GET /: a sign of life. */
#ifndef CATALOG_HTTP_HOME_H
#define CATALOG_HTTP_HOME_H

#include "fcgi-catalog/http/exchange.h"
#include "fcgi-catalog/http/site.h"

void home_handle(struct site *site, struct http_exchange *exchange);

#endif
