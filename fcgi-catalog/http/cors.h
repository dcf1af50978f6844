/* SPDX-License-Identifier: MIT */
/*
 * Pages of other origins that ask from a browser: the CORS protocol (Fetch standard, 3.2). Who may is said by
 * CATALOG_CORS_ORIGINS:
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
 * Adds what the asking page may know to the exchange's response, before anything else is; NULL is "". True: that was
 * all, for it was a preflight, and the exchange can be finished.
 */
MUST_CHECK bool cors_apply(struct http_exchange *exchange, const char *origins);

#endif
