/* SPDX-License-Identifier: MIT */
/*
 * From products to an answer: who asks, what they pay, who may keep it.
 *
 *     anonymous, unknown customer ──> list prices
 *     customer ──> quotes_ask() ──> done(): their prices, or list prices marked degraded
 */
#ifndef CATALOG_SITE_PRICING_H
#define CATALOG_SITE_PRICING_H

#include <stdbool.h>

#include "common/compiler.h"
#include "fcgi-catalog/site/request_context.h"

/* What is to be priced and shown. */
struct priced {
    const struct product_query *query; /* in the exchange's arena */
    const char *key;                   /* the address and query in one form, likewise; with shop, customer and
                                          representation, all that the bytes depend on */
    const char *category;              /* the slug of the category that the address names, or NULL */
    bool has_pictures;                 /* the first page: products go backwards, and pictures of categories follow */
    struct rendered_page *rendered;    /* NULL before it is known */
};

/*
 * Finds the customer, after the query is known: explain=1 needs an administrator and a customer. False: the request was
 * refused. True: the page can be looked up, and pricing_answer() called.
 */
MUST_CHECK bool pricing_admit(struct request_context *context, const struct product_query *query);

/* Whether the client has the answer with list prices already, before its products are looked up: then the request has
 * ended, with 304 (or 412). */
MUST_CHECK bool pricing_is_known(struct request_context *context, const struct priced *priced);

/* Ends the request with the products of the page, at once, or when Discount has answered or its time is up. Takes over
 * the caller's reference to the page. */
void pricing_answer(struct request_context *context, const struct priced *priced);

#endif
