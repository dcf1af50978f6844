/* SPDX-License-Identifier: MIT */
/* GET /categories: all of them; GET /categories/{slug}: one, with those right below it. */
#ifndef CATALOG_SITE_CATEGORIES_H
#define CATALOG_SITE_CATEGORIES_H

#include "fcgi-catalog/site/visit.h"

void categories_handle(struct visit *visit);
void category_handle(struct visit *visit);

#endif
