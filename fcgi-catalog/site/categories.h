/* SPDX-License-Identifier: MIT */
/* GET /categories: all of them; GET /categories/{slug}: one, with those right below it. */
#ifndef CATALOG_SITE_CATEGORIES_H
#define CATALOG_SITE_CATEGORIES_H

#include "fcgi-catalog/site/request_context.h"

void categories_handle(struct request_context *context);
void category_handle(struct request_context *context);

#endif
