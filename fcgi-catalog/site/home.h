/* SPDX-License-Identifier: MIT */
/* GET /: a sign of life. */
#ifndef CATALOG_SITE_HOME_H
#define CATALOG_SITE_HOME_H

#include "fcgi-catalog/site/visit.h"

void home_handle(struct visit *visit);

#endif
