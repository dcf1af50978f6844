/* SPDX-License-Identifier: MIT */
/*
 * Pages that were asked for lately: shelves by the text of their query (query_print_key()), bounded in bytes and in
 * number; the one that was not used for longest goes first. All are of one revision of the store. Used by one thread.
 */
#ifndef CATALOG_CATALOG_PAGES_H
#define CATALOG_CATALOG_PAGES_H

#include <stddef.h>
#include <stdint.h>

#include "fcgi-catalog/catalog/shelf.h"

#define PAGES_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define PAGES_COUNT_MAX 4096

struct pages;

struct pages *pages_new(size_t bytes_max, size_t count_max);
void pages_free(struct pages *pages); /* NULL is allowed; shelves live on with their other users */

/* The page of this query at this revision, one use of it for the caller; NULL: it is not kept. Another revision than
 * the last one drops all pages. */
struct shelf *pages_find(struct pages *pages, int64_t revision, const char *key);

/* Keeps a page, with a use of its own, in the place of one of the same key. A page that is larger than all may be is
 * not kept. shelf_revision() says which revision it is of; an older one than the others is not kept. */
void pages_put(struct pages *pages, const char *key, struct shelf *shelf);

/* What is kept now. */
size_t pages_bytes(const struct pages *pages);
size_t pages_count(const struct pages *pages);

#endif
