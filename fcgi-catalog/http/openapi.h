/* SPDX-License-Identifier: MIT */
/* GET /openapi.json: what addresses there are and what they answer, for programs (fcgi-catalog/openapi/). */
#ifndef CATALOG_HTTP_OPENAPI_H
#define CATALOG_HTTP_OPENAPI_H

#include "fcgi-catalog/http/visit.h"

void openapi_handle(struct visit *visit);

#endif
