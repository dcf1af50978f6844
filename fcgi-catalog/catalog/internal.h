/* SPDX-License-Identifier: MIT */
/* What the files of this room share. */
#ifndef CATALOG_CATALOG_INTERNAL_H
#define CATALOG_CATALOG_INTERNAL_H

#include "fcgi-catalog/catalog/query.h"

/* The value of the parameter `sort`; "" for SORT_RANK, which has none. */
const char *query_sort_name(enum sort sort);

/* One parameter of a query string, raw and decoded. A NUL ends name and value, which may contain others. */
struct query_pair {
    const char *raw, *name, *value;
    size_t raw_length, name_length, value_length;
};

/* Reads the next parameter and moves *at behind it. False: there is none. Empty text between two '&' is skipped. */
MUST_CHECK bool query_next_pair(const char **at, struct arena *arena, struct query_pair *pair);

/* The query string without the parameters that query_is_click(), the others as they came. */
const char *query_drop_clicks(const char *query_string, struct arena *arena);

#endif
