/* SPDX-License-Identifier: MIT */
/* GET /: a sign of life. */
#ifndef CATALOG_SITE_HOME_H
#define CATALOG_SITE_HOME_H

#include "fcgi-catalog/site/request_context.h"

void home_handle(struct request_context *context);

#endif
