/* SPDX-License-Identifier: MIT */
/* GET /categories: all of them; GET /categories/{slug}: one, with those right below it. */
#ifndef CATALOG_HTTP_CATEGORIES_H
#define CATALOG_HTTP_CATEGORIES_H

#include "fcgi-catalog/http/visit.h"

void categories_handle(struct visit *visit);
void category_handle(struct visit *visit);

#endif
