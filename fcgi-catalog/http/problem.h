/* SPDX-License-Identifier: MIT */
/*
 * Errors as callers see them: application/problem+json (RFC 9457), or plain text for a client that prefers it. The one
 * place that makes them.
 *
 *     {"type":"urn:catalog:problem:wrong-parameter","title":"Bad Request","status":400,"detail":"…",
 *      "parameter":"limit","allowed":"1 to 250"}
 *
 * A type names the cause and never changes; fcgi-catalog/README.md lists them.
 */
#ifndef CATALOG_HTTP_PROBLEM_H
#define CATALOG_HTTP_PROBLEM_H

#include "fcgi-catalog/http/exchange.h"

#define PROBLEM_URN "urn:catalog:problem:"

struct problem {
    int status;
    const char *cause;            /* "wrong-parameter", for the type; NULL: the one that the status has by itself */
    const char *detail;           /* one sentence for the caller */
    const char *parameter;        /* the parameter or header that is wrong; NULL: none */
    const char *allowed;          /* what is allowed instead; NULL: nothing to say */
    int retry_after_s;            /* 503: when to come again; 0: soon */
    const struct http_page *page; /* what people get, in the exchange's arena; NULL: the exchange's error page */
};

/*
 * Fills the response with an error: its status, and a body as above; text clients get the detail and a newline, people
 * a page. Nobody may store it. Header lines that the response has stay. Does not finish the exchange. Everything but
 * the page is copied.
 */
void problem_fill(struct http_exchange *exchange, const struct problem *problem);

/* The same for an error that needs only a status and a sentence. */
void problem_set(struct http_exchange *exchange, int status, const char *detail);

#endif
