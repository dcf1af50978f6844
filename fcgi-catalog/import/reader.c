/* SPDX-License-Identifier: MIT */
/* The reader: finds out the format, and hands the bytes to it. */
#include "fcgi-catalog/import/reader.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "fcgi-catalog/import/formats.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";
#define MARK_SIZE (sizeof byte_order_mark - 1)

struct import_reader {
    struct output output;
    enum import_format format;
    size_t marked; /* bytes of a byte order mark that were met; MARK_SIZE: the beginning is over */
    bool is_begun, is_stopped;
    struct rows rows;
    struct columns *columns;
    struct shopify *shopify;
    struct lines *lines;
};

static const char *const names[] = {"", "csv", "shopify", "jsonl"};

bool import_format_find(const char *name, enum import_format *format)
{
    for (enum import_format i = IMPORT_CSV; i <= IMPORT_JSON_LINES; i++) {
        if (strcmp(name, names[i]) == 0) {
            *format = i;
            return true;
        }
    }
    return false;
}

const char *import_format_name(enum import_format format)
{
    return names[format];
}

void output_take(struct output *output, struct draft *draft)
{
    if (!draft_finish(draft)) {
        output->counts.faulty++;
        return;
    }
    output->counts.rows++;
    output->source.take(output->source.data, &draft->row);
}

static bool take_row(void *data, size_t line, const struct cell *cells, size_t count, struct arena *arena)
{
    struct import_reader *reader = data;

    if (reader->format == IMPORT_ANY)
        reader->format = shopify_is_header(cells, count) ? IMPORT_SHOPIFY : IMPORT_CSV;
    if (reader->format == IMPORT_SHOPIFY)
        return shopify_take(reader->shopify, line, cells, count, arena);
    return columns_take(reader->columns, line, cells, count, arena);
}

struct import_reader *import_reader_new(const struct import_source *source)
{
    struct import_reader *reader = memory_get_zeroed(1, sizeof *reader);

    reader->output.source = *source;
    reader->format = source->format;
    rows_init(&reader->rows, source->faults, take_row, reader);
    reader->columns = columns_new(&reader->output);
    reader->shopify = shopify_new(&reader->output);
    reader->lines = lines_new(&reader->output);
    return reader;
}

void import_reader_free(struct import_reader *reader)
{
    if (reader == NULL)
        return;
    rows_release(&reader->rows);
    columns_free(reader->columns);
    shopify_free(reader->shopify);
    lines_free(reader->lines);
    free(reader);
}

static bool is_white(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* The first byte that is not white says which of the two it is; both count the lines before it. */
static bool read_beginning(struct import_reader *reader, const char **bytes, size_t *length)
{
    size_t blank = 0;

    while (blank < *length && is_white((*bytes)[blank]))
        blank++;
    if (!lines_feed(reader->lines, *bytes, blank) || !rows_feed(&reader->rows, *bytes, blank))
        return false;
    *bytes += blank;
    *length -= blank;
    if (*length == 0)
        return true;
    reader->is_begun = true;
    if (reader->format == IMPORT_ANY && (**bytes == '{' || **bytes == '['))
        reader->format = IMPORT_JSON_LINES;
    return true;
}

static bool read_bytes(struct import_reader *reader, const char *bytes, size_t length)
{
    if (!reader->is_begun && !read_beginning(reader, &bytes, &length))
        return false;
    if (length == 0)
        return true;
    return reader->format == IMPORT_JSON_LINES ? lines_feed(reader->lines, bytes, length)
                                               : rows_feed(&reader->rows, bytes, length);
}

bool import_reader_feed(struct import_reader *reader, const char *bytes, size_t length)
{
    while (length > 0 && reader->marked < MARK_SIZE && !reader->is_stopped) {
        if (*bytes != byte_order_mark[reader->marked]) {
            size_t marked = reader->marked;
            reader->marked = MARK_SIZE;
            reader->is_stopped = !read_bytes(reader, byte_order_mark, marked); /* it was none */
            break;
        }
        reader->marked++;
        bytes++;
        length--;
    }
    if (!reader->is_stopped)
        reader->is_stopped = !read_bytes(reader, bytes, length);
    return !reader->is_stopped;
}

bool import_reader_finish(struct import_reader *reader)
{
    struct import_faults *faults = reader->output.source.faults;

    if (!reader->is_stopped && reader->marked < MARK_SIZE)
        reader->is_stopped = !read_bytes(reader, byte_order_mark, reader->marked);
    if (!reader->is_stopped) {
        if (reader->format == IMPORT_JSON_LINES)
            lines_finish(reader->lines);
        else
            reader->is_stopped = !rows_finish(&reader->rows);
        if (reader->format == IMPORT_SHOPIFY)
            shopify_finish(reader->shopify);
        else if (reader->format == IMPORT_ANY && faults->count == 0)
            import_faults_add(faults, 1, 0, "the file is empty; a header row or an object of JSON is needed");
    }
    return faults->count == 0;
}

enum import_format import_reader_format(const struct import_reader *reader)
{
    return reader->format;
}

struct import_counts import_reader_counts(const struct import_reader *reader)
{
    struct import_counts counts = reader->output.counts;

    counts.faulty += reader->rows.faulty;
    return counts;
}
