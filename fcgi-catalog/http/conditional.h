/* SPDX-License-Identifier: MIT */
/*
 * Who may keep an answer, for how long, and who has it already: Cache-Control, Vary, ETag, Last-Modified and the
 * conditions of a request (RFC 9110, 13; RFC 9111), all in this place.
 *
 *     public     what everybody may see: shared caches keep it, for a minute at most and never past the next change of
 *                a price that the Discount service told
 *     private    one customer's: their own cache keeps it and asks each time (If-None-Match)
 *     nobody's   explained or degraded prices, errors: never kept
 *
 * What is public is private in an answer to a personal request (http_request.is_personal).
 */
#ifndef CATALOG_HTTP_CONDITIONAL_H
#define CATALOG_HTTP_CONDITIONAL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "fcgi-catalog/http/exchange.h"

#define CONDITIONAL_MAX_AGE_S 60

/* The headers that can change an answer. An answer with prices to a request with X-USER-ID is never public, whether the
 * header is trusted or not, so the headers that decide about trust need not be here. */
#define VARY_BY_CUSTOMER "Accept, X-USER-ID"
#define VARY_BY_TYPE "Accept"

enum sharing { SHARING_PUBLIC, SHARING_PRIVATE, SHARING_NONE };

struct conditional {
    enum sharing sharing;
    const char *vary;     /* one of the above; NULL: the answer is the same for all */
    const char *etag;     /* with its quotes; NULL: none */
    int64_t changed_at;   /* when what is shown changed last, seconds since 1970 in UTC; 0: not known */
    int64_t steady_until; /* public: until when no price in it changes by itself, likewise; 0: it has no price */
    const char *lifetime; /* how long any cache may keep it: "max-age=86400"; NULL: as above */
};

/* Adds the headers. Last-Modified is told for public answers, and only once a second change within the same second is
 * no longer possible. */
void conditional_tell(struct http_exchange *exchange, const struct conditional *conditional);

/*
 * Adds the headers and checks the request's conditions, in the order of RFC 9110, 13.2.2. True: the response is
 * complete and can be finished: 304, the client has this representation already; or 412, a condition is not met.
 */
MUST_CHECK bool conditional_apply(struct http_exchange *exchange, const struct conditional *conditional);

/* Adds the headers by which no cache may keep the answer. */
void conditional_apply_none(struct http_exchange *exchange);

#endif
