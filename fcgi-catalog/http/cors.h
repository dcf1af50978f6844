/* SPDX-License-Identifier: MIT */
/*
 * Pages of other origins that ask from a browser: the CORS protocol (Fetch standard, 3.2). CATALOG_CORS_ORIGINS says
 * who may:
 *
 *     ""                                          nobody; no answer says anything about it
 *     "*"                                         everybody, what is everybody's: to a request that says who it is of
 *                                                 the answer is as with ""
 *     "https://a.example https://b.example:8443"  these, everything, with cookies and passwords
 */
#ifndef CATALOG_HTTP_CORS_H
#define CATALOG_HTTP_CORS_H

#include <stdbool.h>

#include "common/compiler.h"
#include "fcgi-catalog/http/exchange.h"

/* Whether the text is "", "*", or a list of origins as browsers send them, separated by commas or spaces. */
bool cors_is_origins(const char *text);

/*
 * Adds the CORS headers to the exchange's response, before any other; NULL is "". True: the request was a preflight,
 * which is answered, and the exchange can be finished.
 */
MUST_CHECK bool cors_apply(struct http_exchange *exchange, const char *origins);

#endif
