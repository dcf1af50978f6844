/* SPDX-License-Identifier: MIT */
/* What the files of this room share. */
#ifndef CATALOG_CATALOG_INTERNAL_H
#define CATALOG_CATALOG_INTERNAL_H

#include "fcgi-catalog/catalog/query.h"

/* As `sort` has it; "" for SORT_RANK, which it cannot name. */
const char *query_sort_name(enum sort sort);

/* One parameter of a query string: as it came, and decoded. Behind name and value is a NUL; they may have others. */
struct query_pair {
    const char *raw, *name, *value;
    size_t raw_length, name_length, value_length;
};

/* The next one, with *at moved behind it. False: there is none. What is between two '&' and empty is none. */
MUST_CHECK bool query_next_pair(const char **at, struct arena *arena, struct query_pair *pair);

/* The query string without the parameters that query_is_click(), the others as they came. */
const char *query_drop_clicks(const char *query_string, struct arena *arena);

#endif
