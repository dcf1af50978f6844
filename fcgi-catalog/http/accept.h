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

/* The most languages to choose from, and the most ranges of Accept-Language that are read. */
#define ACCEPT_LANGUAGES_MAX 32
#define ACCEPT_RANGES_MAX 32

/*
 * The index of the preferred one of `count` languages ("de"), ACCEPT_LANGUAGES_MAX at most; -1: the client names none
 * of them (NULL, ""). A lookup (RFC 4647, 3.4): a range names the language that it begins with, "de-AT" names "de"; the
 * highest quality decides, and among equals the order of the header. "*" counts where no language is named: the first
 * one that is not refused with q=0. What follows the first ACCEPT_RANGES_MAX ranges is not read.
 */
int accept_choose_language(const char *accept_language, const char *const *tags, size_t count);

#endif
