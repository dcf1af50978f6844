/* SPDX-License-Identifier: MIT */
/*
 * The formats, each behind the reader. Used in this room only.
 *
 *     reader.c ──> rows.c ──> columns.c, shop.c ──┐
 *          ├─────> feed.c ──────────> shop.c ──────┤
 *          └─────> lines.c ───────────────────────┴──> row_builder.c ──> row_sink.c ──> importer.c
 */
#ifndef CATALOG_IMPORT_FORMATS_H
#define CATALOG_IMPORT_FORMATS_H

#include "fcgi-catalog/import/row_builder.h"
#include "fcgi-catalog/import/reader.h"
#include "fcgi-catalog/import/rows.h"

/* Where finished rows go. */
struct row_sink {
    struct import_source source;
    struct import_counts counts;
};

/* Finishes the row and hands it on, or counts it as faulty. */
void row_sink_take(struct row_sink *output, struct row_builder *builder);

/* ---- Our own CSV ---- */

struct columns;

struct columns *columns_new(struct row_sink *output);
bool columns_take(void *columns, size_t line, const struct cell *cells, size_t count, struct arena *arena);
void columns_free(struct columns *columns); /* NULL is allowed */
bool columns_have(const char *heading);

/* ---- Exports of shops: shop.h ---- */

/* Plain text of a description in HTML: tags gone, a line end where a block ends, character references replaced. */
const char *html_to_text(const char *html, struct arena *arena);

/* ---- JSON Lines, or lists of JSON ---- */

struct json_lines;

struct json_lines *json_lines_new(struct row_sink *output);
/* False: reading on makes no sense, as a fault says. */
MUST_CHECK bool json_lines_feed(struct json_lines *lines, const char *bytes, size_t length);
MUST_CHECK bool json_lines_finish(struct json_lines *lines);
void json_lines_free(struct json_lines *lines); /* NULL is allowed */

/* Reads the next path of a CSV list of categories, "electronics/phones", and in *names the names beside it ("" or NULL:
 * none), and adds its category to the row. *paths and *names move behind it. False: that was the last. */
bool path_next(struct row_builder *builder, struct file_place place, const char **paths, const char **names);

#endif
