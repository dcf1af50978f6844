/* SPDX-License-Identifier: MIT */
/* Which media type a client would rather have: the Accept header (RFC 9110, 12.5.1). */
#ifndef CATALOG_HTTP_ACCEPT_H
#define CATALOG_HTTP_ACCEPT_H

#include <stddef.h>

/*
 * Which of `count` media types ("text/html"); -1: the client takes none of them. Without a header (NULL, ""), and among
 * those it wants as much and names as closely, the first; but text/html rather than text/plain where both are named:
 * whoever reads pages takes text, too.
 */
int accept_choose(const char *accept, const char *const *types, size_t count);

#endif
