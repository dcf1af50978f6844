/* SPDX-License-Identifier: MIT */
/* What a client would rather have: the headers Accept and Accept-Language (RFC 9110, 12.5.1 and 12.5.4). */
#ifndef CATALOG_HTTP_ACCEPT_H
#define CATALOG_HTTP_ACCEPT_H

#include <stddef.h>

/*
 * The index of the preferred one of `count` media types ("text/html"); -1: the client takes none of them. Without a
 * header (NULL, ""), and among types of the same quality and precision, the first; but text/html rather than text/plain
 * where both are named: clients that read pages take text, too.
 */
int accept_choose(const char *accept, const char *const *types, size_t count);

/* The index of the preferred one of `count` languages ("de"); -1: the client names none of them. A range fits the
 * language that it begins with: "de-AT" fits "de". Among languages of the same quality and precision, the first. */
int accept_choose_language(const char *accept_language, const char *const *tags, size_t count);

#endif
