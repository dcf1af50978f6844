/* SPDX-License-Identifier: MIT */
/* GET /: a sign of life. */
#ifndef CATALOG_HTTP_HOME_H
#define CATALOG_HTTP_HOME_H

#include "fcgi-catalog/http/visit.h"

void home_handle(struct visit *visit);

#endif
