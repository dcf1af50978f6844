/* SPDX-License-Identifier: MIT */
/* GET /products/{slug or id}: one product, with what this customer pays. A slug that a product had before leads to the
 * one that it has today. */
#ifndef CATALOG_SITE_PRODUCT_H
#define CATALOG_SITE_PRODUCT_H

#include "fcgi-catalog/site/request_context.h"

void product_handle(struct request_context *context);

#endif
