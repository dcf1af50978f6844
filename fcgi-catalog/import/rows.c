/* SPDX-License-Identifier: MIT */
/* Rows of CSV. libcsv gets pieces of lines, so that a fault has its line and no field grows without end. */
#include "fcgi-catalog/import/rows.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/text.h"

#define PIECE_MAX ((size_t)64 * 1024)
#define OPTIONS (CSV_STRICT | CSV_STRICT_FINI)

/* Blanks at the ends of a field are part of it (RFC 4180, 2). */
static int is_no_blank(unsigned char byte)
{
    (void)byte;
    return 0;
}

/* Makes libcsv begin anew: after something that is no CSV it cannot go on. */
static void restart_csv(struct rows *rows)
{
    csv_free(&rows->csv); /* all zero is free already */
    if (csv_init(&rows->csv, OPTIONS) != 0)
        abort(); /* it only sets fields */
    csv_set_realloc_func(&rows->csv, memory_resize);
    csv_set_blk_size(&rows->csv, 4096);
    csv_set_space_func(&rows->csv, is_no_blank);
    if (rows->separator != '\0')
        csv_set_delim(&rows->csv, (unsigned char)rows->separator);
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
    *rows = (struct rows){.faults = faults, .take = take, .data = data, .line = 1, .awaits_header = true};
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

const char *cell_trim(const char *text, struct arena *arena)
{
    static const char blanks[] = " \t";
    size_t length;

    text += strspn(text, blanks);
    length = strlen(text);
    while (length > 0 && strchr(blanks, text[length - 1]) != NULL)
        length--;
    return text[length] == '\0' ? text : arena_copy(arena, text, length);
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
    size_t line = rows->cell_line;
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
        if (rows->awaits_header)
            rows->cells[rows->count].text = cell_trim(rows->cells[rows->count].text, &rows->arena);
    }
    rows->count++;
}

/* A file cannot be read without its header. */
static void give_row_up(struct rows *rows)
{
    rows->faulty++;
    rows->is_stopped = rows->is_stopped || rows->awaits_header;
}

/* What Excel writes and reads before the header, to say which separator it uses. */
static bool is_separator_line(const struct rows *rows)
{
    return rows->awaits_header && rows->count == 2 && strcmp(rows->cells[0].text, "sep=") == 0 &&
           rows->cells[1].text[0] == '\0';
}

/* Spreadsheets end rows in separators behind the last cell, and leave empty rows. */
static bool is_empty(const struct rows *rows, size_t from)
{
    for (size_t i = from; i < rows->count; i++) {
        if (rows->cells[i].text[0] != '\0')
            return false;
    }
    return true;
}

static void end_header(struct rows *rows)
{
    static const char mark[] = "\xef\xbb\xbf"; /* behind a line "sep=;" */

    if (strncmp(rows->cells[0].text, mark, strlen(mark)) == 0)
        rows->cells[0].text += strlen(mark);
    while (rows->count > 1 && is_empty(rows, rows->count - 1))
        rows->count--;
    rows->header_count = rows->count;
}

static void take_row(struct rows *rows)
{
    if (rows->awaits_header)
        end_header(rows);
    else if (rows->count > rows->header_count && is_empty(rows, rows->header_count))
        rows->count = rows->header_count;
    rows->awaits_header = false;
    if (!is_empty(rows, 0))
        rows->is_stopped = !rows->take(rows->data, rows->row_line, rows->cells, rows->count, &rows->arena);
}

static void end_row(int terminator, void *data)
{
    struct rows *rows = data;

    (void)terminator;
    if (rows->is_row_faulty)
        give_row_up(rows);
    else if (!is_separator_line(rows) && !rows->is_stopped)
        take_row(rows);
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

static bool is_blank(const struct rows *rows, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool is_space = bytes[i] == ' ' || (bytes[i] == '\t' && rows->separator != '\t');
        if (!is_space && bytes[i] != '\r' && bytes[i] != '\n')
            return false;
    }
    return true;
}

/* The first of the three in the first line, which no field of the header has in it unless it is quoted. */
static void find_separator(struct rows *rows, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length && rows->separator == '\0'; i++) {
        if (bytes[i] == '"')
            rows->is_quoted = !rows->is_quoted;
        else if (!rows->is_quoted && (bytes[i] == ',' || bytes[i] == ';' || bytes[i] == '\t'))
            rows->separator = bytes[i];
        else if (!rows->is_quoted && (bytes[i] == '\r' || bytes[i] == '\n'))
            rows->separator = ',';
    }
    if (rows->separator != '\0')
        csv_set_delim(&rows->csv, (unsigned char)rows->separator);
}

/* A line, or a piece of a long one. */
static void read_piece(struct rows *rows, const char *bytes, size_t length)
{
    if (rows->row_line == 0) {
        if (is_blank(rows, bytes, length))
            return;
        rows->row_line = rows->cell_line = rows->line;
    }
    if (rows->separator == '\0')
        find_separator(rows, bytes, length);
    if (csv_parse(&rows->csv, bytes, length, take_cell, end_row, rows) == length) {
        check_cell_size(rows);
        return;
    }
    import_faults_add(rows->faults, rows->line, rows->count + 1,
                      "this is no CSV; a \" stands around a whole field only, and twice inside of one");
    give_row_up(rows);
    rows->skips_line = true;
    restart_csv(rows);
    begin_row(rows);
}

/* How many of the bytes are one line with its end, or a piece of it; CR LF stays together, unless the bytes end between
 * the two. *newline is the next LF, kept from piece to piece and searched for again only once it is passed, as lines
 * may end in CR alone. NULL: it was not searched for; `end`: there is none. */
static size_t measure_piece(const char *bytes, const char *end, const char **newline)
{
    if (*newline == NULL || (*newline < bytes && *newline != end))
        *newline = memchr(bytes, '\n', (size_t)(end - bytes));
    if (*newline == NULL)
        *newline = end;
    size_t line = (size_t)(*newline - bytes) + (*newline < end), piece = line < PIECE_MAX ? line : PIECE_MAX;
    const char *return_ = memchr(bytes, '\r', piece);

    if (return_ == NULL || return_ + 1 == *newline)
        return piece;
    return (size_t)(return_ - bytes) + 1;
}

bool rows_feed(struct rows *rows, const char *bytes, size_t length)
{
    const char *end = bytes + length, *newline = NULL;

    while (bytes < end && !rows->is_stopped) {
        size_t piece = measure_piece(bytes, end, &newline);
        bool is_rest = rows->ends_in_return && bytes[0] == '\n'; /* the LF of a CR LF that began in the piece before */
        char last = bytes[piece - 1];
        if (!rows->skips_line)
            read_piece(rows, bytes, piece);
        if (!is_rest && (last == '\n' || last == '\r')) {
            rows->line++;
            rows->skips_line = false;
        }
        rows->ends_in_return = last == '\r';
        bytes += piece;
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
