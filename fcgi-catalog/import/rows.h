/* SPDX-License-Identifier: MIT */
/*
 * Rows of CSV, by libcsv, in memory that is bounded by the largest row. A field has all that stands between two
 * separators, blanks at its ends, too (RFC 4180, 2); only names in the header are trimmed. The separator is a comma, a
 * semicolon or a tab: the first of them outside of quotes in the first row, which is a header. A spreadsheet's line
 * "sep=;" before the header is passed over, with a byte order mark before or behind it, as are rows of empty fields and
 * empty fields behind the last heading. Rows end in LF, CR LF or CR. Used in this room only.
 */
#ifndef CATALOG_IMPORT_ROWS_H
#define CATALOG_IMPORT_ROWS_H

#include <csv.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/import/faults.h"

/* Bytes of one field, and of all fields of one row: enough for everything that catalog/field.h allows. */
#define ROWS_CELL_MAX ((size_t)1024 * 1024)
#define ROWS_ROW_MAX ((size_t)2 * 1024 * 1024)
#define ROWS_CELLS_MAX 500

struct cell {
    const char *text; /* UTF-8, ended by NUL, none inside */
    size_t line;      /* where it begins */
};

/* The text without blanks (spaces and tabs) at its ends; in the arena where it has some. */
const char *cell_trim(const char *text, struct arena *arena);

/* Takes a whole row of text, which lives during the call. False: reading on makes no sense. */
typedef bool rows_take_f(void *data, size_t line, const struct cell *cells, size_t count, struct arena *arena);

struct rows {
    struct import_faults *faults;
    rows_take_f *take;
    void *data;
    size_t faulty; /* rows that were not handed on */

    struct csv_parser csv;
    struct arena arena;         /* of the row */
    size_t line;                /* the line that is being read */
    size_t row_line, cell_line; /* where the row and the cell begin; 0: they have not */
    char separator;             /* 0: not known yet */
    bool is_quoted;             /* whether the text searched for the separator so far ends inside of quotes */
    bool ends_in_return;        /* the last piece ended in CR: an LF that follows belongs to the same line end */
    bool awaits_header;         /* no row was taken yet */
    bool is_stopped, is_row_faulty, skips_line;
    size_t count, row_bytes, header_count;
    struct cell cells[ROWS_CELLS_MAX];
};

void rows_init(struct rows *rows, struct import_faults *faults, rows_take_f *take, void *data);
void rows_release(struct rows *rows);

/* False: reading on makes no sense, as a fault says. */
MUST_CHECK bool rows_feed(struct rows *rows, const char *bytes, size_t length);
MUST_CHECK bool rows_finish(struct rows *rows);

#endif
