/* SPDX-License-Identifier: MIT */
/* GET /openapi.json: what addresses there are and what they answer, for programs (fcgi-catalog/openapi/). */
#ifndef CATALOG_SITE_OPENAPI_H
#define CATALOG_SITE_OPENAPI_H

#include "fcgi-catalog/site/visit.h"

void openapi_handle(struct visit *visit);

#endif
