/* SPDX-License-Identifier: MIT */
/* GET /products.csv: the whole catalog at list prices, made while it is sent, in memory that does not grow with it. */
#ifndef CATALOG_SITE_DOWNLOAD_H
#define CATALOG_SITE_DOWNLOAD_H

#include "fcgi-catalog/site/request_context.h"

/* So many are sent at once by one process, and so many of them to one address: each holds on to the revision of the
 * database that it began with. */
#define DOWNLOADS_MAX 8
#define DOWNLOADS_OF_ONE_MAX 4

/* One that takes longer than an answer's time is given up when the database's log has grown by so much meanwhile. */
#define DOWNLOAD_LOG_MAX ((int64_t)64 * 1024 * 1024)

void download_handle(struct request_context *context);

#endif
