/* SPDX-License-Identifier: MIT */
/* Rows of CSV. libcsv gets pieces of lines, so that what is wrong has its line and no field grows without end. */
#include "fcgi-catalog/import/rows.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/text.h"

#define PIECE_MAX ((size_t)64 * 1024)
#define ROW_NOT_BEGUN 0 /* libcsv's first state, which its header does not name */
#define OPTIONS (CSV_STRICT | CSV_STRICT_FINI)

/* libcsv begins anew: after something that is no CSV it cannot go on. */
static void restart_csv(struct rows *rows)
{
    csv_free(&rows->csv); /* all zero is free already */
    if (csv_init(&rows->csv, OPTIONS) != 0)
        abort(); /* it only sets fields */
    csv_set_realloc_func(&rows->csv, memory_resize);
    csv_set_blk_size(&rows->csv, 4096);
}

static void begin_row(struct rows *rows)
{
    arena_reset(&rows->arena);
    rows->row_line = rows->cell_line = 0;
    rows->is_row_faulty = false;
    rows->count = rows->row_bytes = 0;
}

void rows_init(struct rows *rows, struct import_faults *faults, rows_take_f *take, void *data)
{
    *rows = (struct rows){.faults = faults, .take = take, .data = data, .line = 1};
    restart_csv(rows);
}

void rows_release(struct rows *rows)
{
    csv_free(&rows->csv);
    arena_release(&rows->arena);
}

static void refuse_row(struct rows *rows, size_t line, size_t column, const char *why)
{
    rows->is_row_faulty = true;
    import_faults_add(rows->faults, line, column, "%s", why);
}

static const char *check_text(const char *bytes, size_t length)
{
    if (length > 0 && memchr(bytes, '\0', length) != NULL)
        return "the field has a NUL byte; only text is allowed";
    if (!text_is_utf8(bytes, length))
        return "the field is not UTF-8; only text in UTF-8 is allowed";
    return NULL;
}

static void take_cell(void *bytes, size_t length, void *data)
{
    struct rows *rows = data;
    size_t line = rows->cell_line > 0 ? rows->cell_line : rows->line; /* 0: rows end in CR alone */
    const char *why = check_text(bytes, length);

    rows->cell_line = rows->line; /* the next one begins behind this one */
    rows->row_bytes += length + 1;
    if (why != NULL) {
        refuse_row(rows, line, rows->count + 1, why);
    } else if (rows->count >= ROWS_CELLS_MAX || rows->row_bytes > ROWS_ROW_MAX) {
        if (!rows->is_row_faulty)
            refuse_row(rows, line, rows->count + 1, "the row is too long; 500 fields and 2 MiB are allowed");
    } else {
        rows->cells[rows->count] = (struct cell){
            .text = length > 0 ? arena_copy(&rows->arena, bytes, length) : "",
            .line = line,
        };
    }
    rows->count++;
}

static void end_row(int terminator, void *data)
{
    struct rows *rows = data;
    size_t line = rows->row_line > 0 ? rows->row_line : rows->line;

    (void)terminator;
    if (rows->is_row_faulty)
        rows->faulty++;
    else if (!rows->is_stopped && !rows->take(rows->data, line, rows->cells, rows->count, &rows->arena))
        rows->is_stopped = true;
    begin_row(rows);
}

static void check_cell_size(struct rows *rows)
{
    if (rows->csv.entry_pos <= ROWS_CELL_MAX)
        return;
    import_faults_add(rows->faults, rows->cell_line, rows->count + 1,
                      "the field that begins here is longer than 1 MiB; perhaps its second \" is missing");
    rows->is_stopped = true;
}

static bool is_blank(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r' && bytes[i] != '\n')
            return false;
    }
    return true;
}

/* A line, or a piece of a long one. */
static void read_piece(struct rows *rows, const char *bytes, size_t length)
{
    if (rows->row_line == 0) {
        if (is_blank(bytes, length))
            return;
        rows->row_line = rows->cell_line = rows->line;
    }
    if (csv_parse(&rows->csv, bytes, length, take_cell, end_row, rows) == length) {
        /* A row that ends in CR alone is followed by one that begins in the same piece. */
        if (rows->row_line == 0 && rows->csv.pstate != ROW_NOT_BEGUN)
            rows->row_line = rows->cell_line = rows->line;
        check_cell_size(rows);
        return;
    }
    import_faults_add(rows->faults, rows->line, rows->count + 1,
                      "this is no CSV; a \" stands around a whole field only, and twice inside of one");
    rows->faulty++;
    rows->skips_line = true;
    restart_csv(rows);
    begin_row(rows);
}

bool rows_feed(struct rows *rows, const char *bytes, size_t length)
{
    const char *end = bytes + length;

    while (bytes < end && !rows->is_stopped) {
        size_t most = (size_t)(end - bytes) < PIECE_MAX ? (size_t)(end - bytes) : PIECE_MAX;
        const char *newline = memchr(bytes, '\n', most);
        size_t piece = newline != NULL ? (size_t)(newline - bytes) + 1 : most;
        if (!rows->skips_line)
            read_piece(rows, bytes, piece);
        bytes += piece;
        if (newline != NULL) {
            rows->line++;
            rows->skips_line = false;
        }
    }
    return !rows->is_stopped;
}

bool rows_finish(struct rows *rows)
{
    if (rows->is_stopped)
        return false;
    size_t line = rows->cell_line, column = rows->count + 1;
    if (csv_fini(&rows->csv, take_cell, end_row, rows) != 0) {
        import_faults_add(rows->faults, line, column, "the field begins with a \" that has no other one at its end");
        rows->faulty++;
        return false;
    }
    return !rows->is_stopped;
}
