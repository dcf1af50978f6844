/* SPDX-License-Identifier: MIT */
/*
 * A feed for Google Merchant Center as XML: RSS 2.0 with items, or Atom with entries, read by libexpat as it comes. The
 * elements of Google's namespace (http://base.google.com/ns/1.0) have the names of the columns of google.c; RSS's and
 * Atom's own title, description, summary and id stand for those that are missing. Each item becomes a row.
 *
 * A document type declaration is refused, and with it every entity but those of XML itself. An element is at most
 * FEED_DEPTH_MAX deep, and texts are as long as fields of CSV (rows.h). Used in this room only.
 */
#ifndef CATALOG_IMPORT_FEED_H
#define CATALOG_IMPORT_FEED_H

#include "fcgi-catalog/import/shop.h"

#define FEED_DEPTH_MAX 32

struct feed;

/* `line`: the number of its first line. The shop is borrowed. */
struct feed *feed_new(struct shop *shop, size_t line);
void feed_free(struct feed *feed); /* NULL is allowed */

/* False: reading on makes no sense, as a fault says. */
MUST_CHECK bool feed_read(struct feed *feed, const char *bytes, size_t length);
MUST_CHECK bool feed_finish(struct feed *feed);

#endif
