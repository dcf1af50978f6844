/* SPDX-License-Identifier: MIT */
/* GET /products.csv: the whole catalog at list prices, made while it is sent, in memory that does not grow with it. */
#ifndef CATALOG_SITE_DOWNLOAD_H
#define CATALOG_SITE_DOWNLOAD_H

#include "fcgi-catalog/site/visit.h"

/* So many are sent at once by one process; each holds on to the revision of the database that it began with. */
#define DOWNLOADS_MAX 16

void download_handle(struct visit *visit);

#endif
