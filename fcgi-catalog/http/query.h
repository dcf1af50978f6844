/* SPDX-License-Identifier: MIT */
/* A query string's parameters, as a form sends them (application/x-www-form-urlencoded). Pure. */
#ifndef CATALOG_HTTP_QUERY_H
#define CATALOG_HTTP_QUERY_H

#include <stdbool.h>

#include "common/arena.h"
#include "common/compiler.h"

/* Decoded: '+' is a space, "%41" an A; a '%' that begins no such thing stands for itself. The texts may hold any byte
 * but NUL, of which they are cut off, and be "". */
struct query_parameter {
    const char *name, *value;
};

/*
 * The next parameter at *at, which starts as the query string; both texts live in `arena`. False: there are no more.
 * What is between two '&' and empty is none; one without '=' has the value "".
 */
MUST_CHECK bool query_next(const char **at, struct arena *arena, struct query_parameter *parameter);

#endif
