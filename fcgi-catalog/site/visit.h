/* SPDX-License-Identifier: MIT */
/* A visit: a request that was let in, and what was found out about it on the way. In the exchange's arena. */
#ifndef CATALOG_SITE_VISIT_H
#define CATALOG_SITE_VISIT_H

#include <stdbool.h>
#include <stdint.h>

#include "fcgi-catalog/http/exchange.h"
#include "fcgi-catalog/http/problem.h"
#include "fcgi-catalog/site/site.h"
#include "fcgi-catalog/site/view.h"

struct visit;

/* One way in which an address can be had. */
struct form {
    const char *type;         /* what Accept is matched with, "application/json" */
    const char *content_type; /* the same with its parameters */
    const char *headers;      /* more header lines of each answer, each ended by "\r\n"; NULL: none */
    void (*handle)(struct visit *visit);
    view_printer *print;  /* of addresses that show products: makes the body */
    bool is_page;         /* … for people: its view has categories and rules as well */
    bool is_whole;        /* only without a query */
    bool is_sign_of_life; /* for whoever asks, whatever they take, and without a shop */
};

struct visit {
    struct site *site;
    struct http_exchange *exchange;
    const struct form *form;
    const char *offered;      /* the forms that there are, when the caller takes none of them; else NULL */
    const char *whole;        /* a form that the caller takes, but that there is only without a query; else NULL */
    const char *slug;         /* what the address has in the place of {slug}; "" when there is none */
    bool is_named;            /* X-USER-ID names somebody, whether that counts or not */
    int32_t customer_id;      /* the number that counts; 0: nobody's */
    struct customer customer; /* who that is; id 0: nobody */
    bool is_customer_unclear; /* the store cannot say who that is */
};

/* Ends the visit with an error. */
void visit_refuse(struct visit *visit, const struct problem *problem);

/* False: the caller takes no form of what there is, and the visit has ended with 406. Asked when there is something. */
MUST_CHECK bool visit_accepts(struct visit *visit);

/* 503: the database is busy or cannot be read. */
void visit_refuse_for_store(struct visit *visit);

/*
 * Ends the visit with a redirect to an address below the base, both parts encoded; the query may be "". 301: this
 * address is another one's for good, and caches may know it. 302: nobody keeps it.
 */
void visit_redirect(struct visit *visit, int status, const char *path, const char *query);

/* Adds to the Link header (RFC 8288): the address is below the base, encoded, and may have a query. */
void visit_link(struct visit *visit, const char *path, const char *query, const char *rel);

#endif
