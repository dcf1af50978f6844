/* SPDX-License-Identifier: MIT */
/* Which media type a client would rather have: the Accept header (RFC 9110, 12.5.1). */
#ifndef CATALOG_HTTP_ACCEPT_H
#define CATALOG_HTTP_ACCEPT_H

#include <stddef.h>

/*
 * The index of the preferred one of `count` media types ("text/html"); -1: the client takes none of them. Without a
 * header (NULL, ""), and among types of the same quality and precision, the first; but text/html rather than text/plain
 * where both are named: clients that read pages take text, too.
 */
int accept_choose(const char *accept, const char *const *types, size_t count);

#endif
