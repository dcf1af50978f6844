/* SPDX-License-Identifier: MIT */
/* Errors as callers see them: application/problem+json (RFC 9457), or plain text for a client that prefers it. The one
 * place that makes them. */
#ifndef CATALOG_HTTP_PROBLEM_H
#define CATALOG_HTTP_PROBLEM_H

#include "fcgi-catalog/http/exchange.h"

/*
 * Fills the response with an error: its status, and a body with type "about:blank", the status's title, the status and
 * `detail`, one sentence for the caller. Text clients get the detail and a newline. Does not finish the exchange.
 * `detail` is copied.
 */
void problem_set(struct http_exchange *exchange, int status, const char *detail);

/* "Not Found" for 404, and so on for every status this program sends (RFC 9110, 15). */
const char *problem_title(int status);

#endif
