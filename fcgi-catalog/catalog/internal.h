/* SPDX-License-Identifier: MIT */
/* What the files of this room share. */
#ifndef CATALOG_CATALOG_INTERNAL_H
#define CATALOG_CATALOG_INTERNAL_H

#include "fcgi-catalog/catalog/query.h"

/* As `sort` has it; "" for SORT_RANK, which it cannot name. */
const char *query_sort_name(enum sort sort);

#endif
