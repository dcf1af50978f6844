/* SPDX-License-Identifier: MIT */
/* GET /openapi.json: what addresses there are and what they answer, for programs (fcgi-catalog/openapi/). */
#ifndef CATALOG_SITE_OPENAPI_H
#define CATALOG_SITE_OPENAPI_H

#include "fcgi-catalog/site/request_context.h"

void openapi_handle(struct request_context *context);

#endif
