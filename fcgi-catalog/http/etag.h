/* SPDX-License-Identifier: MIT */
/* Entity tags as clients send them back. */
#ifndef CATALOG_HTTP_ETAG_H
#define CATALOG_HTTP_ETAG_H

#include <stdbool.h>

/*
 * Whether an If-None-Match header names the tag (RFC 9110, 13.1.2: "*", or a list, compared weakly), also as servers
 * that compress hand it out: W/"x", "x-gzip", "x;br" and so on.
 */
bool etag_is_named(const char *header, const char *etag);

/* Whether an If-Match header names the tag (13.1.1): compared strongly, so that W/"x" names none. NULL: the
 * representation has no tag, and "*" alone names it. */
bool etag_is_matched(const char *header, const char *etag);

#endif
