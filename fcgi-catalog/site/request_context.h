/* SPDX-License-Identifier: MIT */
/* A request context: a request that was let in, and what was found out about it on the way. In the exchange's arena. */
#ifndef CATALOG_SITE_REQUEST_CONTEXT_H
#define CATALOG_SITE_REQUEST_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "fcgi-catalog/http/exchange.h"
#include "fcgi-catalog/http/problem.h"
#include "fcgi-catalog/site/site.h"
#include "fcgi-catalog/site/view.h"

struct request_context;

/* One representation of an address. */
struct representation {
    const char *type;         /* what Accept is matched with, "application/json" */
    const char *content_type; /* the same with its parameters */
    const char *headers;      /* more header lines of each answer, each ended by "\r\n"; NULL: none */
    void (*handle)(struct request_context *context);
    view_printer *print;  /* of addresses that show products: makes the body */
    bool is_page;         /* … for people: its view has categories and rules as well */
    bool is_whole;        /* only without a query */
    bool is_sign_of_life; /* sent whatever Accept says, and without a shop */
};

struct request_context {
    struct site *site;
    struct http_exchange *exchange;
    const struct representation *representation;
    const struct language *language; /* of a page; NULL: the representation is none */
    const char *offered;      /* the representations that there are, when the caller takes none of them; else NULL */
    const char *whole;        /* one that the caller takes, but that there is only without a query; else NULL */
    const char *slug;         /* what the address has in the place of {slug}; "" when there is none */
    bool is_named;            /* X-USER-ID names somebody, trusted or not */
    int32_t customer_id;      /* the trusted X-USER-ID; 0: none */
    struct customer customer; /* who that is; id 0: nobody */
    bool is_customer_unclear; /* the store cannot say who that is */
};

/* Ends the request with an error. */
void context_refuse(struct request_context *context, const struct problem *problem);

/* 400 for a query that is wrong. People whose only fault is a parameter that another site added to the link (fbclid and
 * the like) are redirected to the address without it. `page`, for people, may be NULL. */
void context_refuse_query(struct request_context *context, const struct query_fault *fault,
                          const struct http_page *page);

/* Reads the request's query, of an address that knows these parameters (enum query_bit) and names no category. False:
 * it was refused. */
MUST_CHECK bool context_read_query(struct request_context *context, unsigned parameters, struct product_query *query);

/*
 * Adds the headers of an answer that is the same for everybody: made from this revision (0: from the program alone),
 * changed then (0: not known), and known by `key`. True: as conditional_apply().
 */
MUST_CHECK bool context_apply_public(struct request_context *context, int64_t revision, int64_t changed_at,
                                     const char *key);

/* Sets the body, as the representation's type. */
void context_fill(struct request_context *context, struct text body);

/* False: the client takes no representation, and the request has ended with 406. To be called once it is known that
 * there is something at the address. */
MUST_CHECK bool context_accepts(struct request_context *context);

/* 503: the database is busy or cannot be read. */
void context_refuse_for_store(struct request_context *context);

/*
 * Ends the request with a redirect to an address below the base, both parts encoded; the query may be "". 301: the
 * address has moved for good, and caches may keep that. 302: no cache keeps it.
 */
void context_redirect(struct request_context *context, int status, const char *path, const char *query);

/* Adds to the Link header (RFC 8288): the address is below the base, encoded, and may have a query. */
void context_link(struct request_context *context, const char *path, const char *query, const char *rel);

#endif
