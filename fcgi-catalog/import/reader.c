/* SPDX-License-Identifier: MIT */
/* The reader: finds out the format, and hands the bytes to it. */
#include "fcgi-catalog/import/reader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/memory.h"
#include "fcgi-catalog/import/feed.h"
#include "fcgi-catalog/import/formats.h"
#include "fcgi-catalog/import/look.h"
#include "fcgi-catalog/import/mapped.h"
#include "fcgi-catalog/import/shop.h"

#define HEAD_SIZE ((size_t)4) /* so many bytes tell whether the file is text */

struct import_reader {
    struct row_sink output;
    enum import_format format;
    char head[HEAD_SIZE]; /* the first bytes, until HEAD_SIZE are there */
    size_t head_length;
    bool is_begun, is_stopped;
    size_t blank_lines;
    struct rows rows;
    struct columns *columns;
    struct shop shop;
    struct json_lines *lines;
    struct feed *feed; /* NULL: the file is no XML */
};

static const struct {
    const char *name;
    const struct shop_format *shop; /* NULL: a format of ours */
} formats[] = {
    [IMPORT_ANY] = {.name = ""},
    [IMPORT_CSV] = {.name = "csv"},
    [IMPORT_JSON_LINES] = {.name = "jsonl"},
    [IMPORT_SHOPIFY] = {.name = "shopify", .shop = &shopify_format},
    [IMPORT_GOOGLE] = {.name = "google", .shop = &google_format},
    [IMPORT_PRESTASHOP] = {.name = "prestashop", .shop = &prestashop_format},
    [IMPORT_MAGENTO] = {.name = "magento", .shop = &magento_format},
    [IMPORT_WIX] = {.name = "wix", .shop = &wix_format},
    [IMPORT_ETSY] = {.name = "etsy", .shop = &etsy_format},
    [IMPORT_SQUARE] = {.name = "square", .shop = &square_format},
    [IMPORT_BIGCOMMERCE] = {.name = "bigcommerce", .shop = &bigcommerce_format},
    [IMPORT_MAPPED] = {.name = "mapped", .shop = &mapped_format},
    [IMPORT_WOOCOMMERCE] = {.name = "woocommerce", .shop = &woocommerce_format},
};

const char *import_format_name(enum import_format format)
{
    return formats[format].name;
}

const char *import_format_title(enum import_format format)
{
    return formats[format].shop != NULL ? formats[format].shop->title : NULL;
}

/* As exports of ours have it: a slug, and no column but ours. */
static bool is_own_header(const struct cell *cells, size_t count)
{
    bool has_slug = false;

    for (size_t i = 0; i < count; i++) {
        if (!columns_have(cells[i].text))
            return false;
        has_slug = has_slug || strcasecmp(cells[i].text, "slug") == 0;
    }
    return has_slug;
}

/* A header of ours or of a system is that, even if the map has all its headings. */
static enum import_format find_format(const struct import_map *map, const struct cell *cells, size_t count,
                                      struct arena *arena)
{
    if (is_own_header(cells, count))
        return IMPORT_CSV;
    const struct shop_format *shop = shop_recognise(cells, count, arena);
    if (shop == NULL && mapped_is_for(map, cells, count, arena))
        shop = &mapped_format;
    for (size_t i = 0; shop != NULL && i < ARRAY_LENGTH(formats); i++) {
        if (formats[i].shop == shop)
            return (enum import_format)i;
    }
    return IMPORT_CSV;
}

/* False: a heading that the map names is not there, as a fault says. */
static bool check_map(const struct import_source *source, size_t line, const struct cell *cells, size_t count,
                      struct arena *arena)
{
    const char *missing = mapped_find_missing(source->map, cells, count, arena);

    if (missing != NULL)
        import_faults_add(source->faults, line, 0, "the file has no column %s, which --map names",
                          field_show(missing, strlen(missing), arena));
    return missing == NULL;
}

static bool take_row(void *data, size_t line, const struct cell *cells, size_t count, struct arena *arena)
{
    struct import_reader *reader = data;
    const struct import_source *source = &reader->output.source;

    if (reader->format == IMPORT_ANY)
        reader->format = find_format(source->map, cells, count, arena);
    const struct shop_format *shop_format = formats[reader->format].shop;
    if (shop_format == &mapped_format && !reader->shop.has_header && !check_map(source, line, cells, count, arena))
        return false;
    if (source->look != NULL)
        return look_take(&reader->shop, shop_format, cells, count, arena);
    if (shop_format != NULL)
        return shop_take(&reader->shop, shop_format, line, cells, count, arena);
    return columns_take(reader->columns, line, cells, count, arena);
}

struct import_reader *import_reader_new(const struct import_source *source)
{
    struct import_reader *reader = memory_get_zeroed(1, sizeof *reader);

    reader->output.source = *source;
    reader->format = source->format;
    rows_init(&reader->rows, source->faults, take_row, reader);
    reader->columns = columns_new(&reader->output);
    shop_init(&reader->shop, &reader->output);
    reader->lines = json_lines_new(&reader->output);
    return reader;
}

void import_reader_free(struct import_reader *reader)
{
    if (reader == NULL)
        return;
    rows_release(&reader->rows);
    columns_free(reader->columns);
    shop_release(&reader->shop);
    json_lines_free(reader->lines);
    feed_free(reader->feed);
    free(reader);
}

static bool is_white(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static size_t count_lines(const char *bytes, size_t length)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += bytes[i] == '\n';
    return count;
}

/* Google's format is known to be XML by its first byte. */
static void begin_feed(struct import_reader *reader)
{
    reader->format = IMPORT_GOOGLE;
    reader->output.source.faults->hides_columns = true;
    reader->feed = feed_new(&reader->shop, reader->blank_lines + 1);
}

/* The first byte that is not white space tells XML and JSON Lines from CSV; the readers count the lines before it. */
static bool read_beginning(struct import_reader *reader, const char **bytes, size_t *length)
{
    size_t blank = 0;

    while (blank < *length && is_white((*bytes)[blank]))
        blank++;
    if (!json_lines_feed(reader->lines, *bytes, blank) || !rows_feed(&reader->rows, *bytes, blank))
        return false;
    reader->blank_lines += count_lines(*bytes, blank);
    *bytes += blank;
    *length -= blank;
    if (*length == 0)
        return true;
    reader->is_begun = true;
    if (reader->format == IMPORT_ANY && (**bytes == '{' || **bytes == '['))
        reader->format = IMPORT_JSON_LINES;
    if ((reader->format == IMPORT_ANY || reader->format == IMPORT_GOOGLE) && **bytes == '<')
        begin_feed(reader);
    return true;
}

static bool read_bytes(struct import_reader *reader, const char *bytes, size_t length)
{
    if (!reader->is_begun && !read_beginning(reader, &bytes, &length))
        return false;
    if (length == 0)
        return true;
    bool has_columns = reader->format != IMPORT_JSON_LINES && reader->feed == NULL;
    if (!has_columns && reader->output.source.look != NULL)
        return false; /* that was enough */
    if (reader->feed != NULL)
        return feed_read(reader->feed, bytes, length);
    return reader->format == IMPORT_JSON_LINES ? json_lines_feed(reader->lines, bytes, length)
                                               : rows_feed(&reader->rows, bytes, length);
}

/* Why a file that people take for text is none; NULL: it looks like text. */
static const char *find_other_format(const char *head, size_t length)
{
    if (length >= 2 && (memcmp(head, "\xff\xfe", 2) == 0 || memcmp(head, "\xfe\xff", 2) == 0))
        return "the file is UTF-16; only UTF-8 is allowed, which spreadsheets save as \"CSV UTF-8\"";
    if (length >= 2 && (head[0] == '\0') != (head[1] == '\0'))
        return "the file looks like UTF-16; only UTF-8 is allowed, which spreadsheets save as \"CSV UTF-8\"";
    if (length >= 4 && memcmp(head, "PK\x03\x04", 4) == 0)
        return "the file is a spreadsheet's own, or another archive; only text is allowed, as saved by \"CSV UTF-8\"";
    return NULL;
}

/* Reads the kept beginning, without a byte order mark. */
static bool read_head(struct import_reader *reader)
{
    const char *why = find_other_format(reader->head, reader->head_length);
    size_t skipped = reader->head_length >= 3 && memcmp(reader->head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    if (why != NULL)
        import_faults_add(reader->output.source.faults, 1, 0, "%s", why);
    return why == NULL && read_bytes(reader, reader->head + skipped, reader->head_length - skipped);
}

bool import_reader_feed(struct import_reader *reader, const char *bytes, size_t length)
{
    if (reader->head_length < HEAD_SIZE) {
        size_t part = length < HEAD_SIZE - reader->head_length ? length : HEAD_SIZE - reader->head_length;
        memcpy(reader->head + reader->head_length, bytes, part);
        reader->head_length += part;
        bytes += part;
        length -= part;
        if (reader->head_length < HEAD_SIZE)
            return true;
        reader->is_stopped = !read_head(reader);
    }
    if (!reader->is_stopped)
        reader->is_stopped = !read_bytes(reader, bytes, length);
    return !reader->is_stopped;
}

bool import_reader_finish(struct import_reader *reader)
{
    struct import_faults *faults = reader->output.source.faults;
    struct import_look *look = reader->output.source.look;

    if (reader->head_length < HEAD_SIZE)
        reader->is_stopped = !read_head(reader);
    if (!reader->is_stopped) {
        reader->is_stopped = reader->feed != NULL                  ? !feed_finish(reader->feed)
                             : reader->format == IMPORT_JSON_LINES ? !json_lines_finish(reader->lines)
                                                                   : !rows_finish(&reader->rows);
        if (formats[reader->format].shop != NULL)
            shop_finish(&reader->shop);
        else if (reader->format == IMPORT_ANY && faults->count == 0)
            import_faults_add(faults, 1, 0, "the file is empty; a header row or an object of JSON is needed");
    }
    if (look != NULL) {
        look->format = reader->format;
        look->is_known = look->is_known || reader->format == IMPORT_JSON_LINES || reader->feed != NULL;
    }
    return faults->count == 0;
}

enum import_format import_reader_format(const struct import_reader *reader)
{
    return reader->format;
}

const char *import_reader_passed_over(const struct import_reader *reader, size_t index)
{
    return shop_passed_over(&reader->shop, index);
}

struct import_counts import_reader_counts(const struct import_reader *reader)
{
    struct import_counts counts = reader->output.counts;

    counts.faulty += reader->rows.faulty;
    return counts;
}
