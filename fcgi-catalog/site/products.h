/* SPDX-License-Identifier: MIT */
/* GET /products: a page of the list, with what this customer pays; with explain=1, for administrators, also why. */
#ifndef CATALOG_SITE_PRODUCTS_H
#define CATALOG_SITE_PRODUCTS_H

#include <stdbool.h>

#include "fcgi-catalog/site/request_context.h"

/* Ends the request at once, or when Discount has answered or its time is up. An address with a slug names the category
 * of the list. */
void products_handle(struct request_context *context);

/* 400 for a query that cannot be meant; people who followed a link behind which others put parameters of theirs are led
 * to what it means. */
void products_refuse_query(struct request_context *context, const struct query_fault *fault);

#endif
