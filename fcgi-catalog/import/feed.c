/* SPDX-License-Identifier: MIT */
/* Google's feed in XML. */
#include "fcgi-catalog/import/feed.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define PIECE_MAX ((size_t)64 * 1024) /* bytes that libexpat gets at once */
#define TAG_MAX ROWS_CELL_MAX         /* bytes of a tag or a comment, which it keeps whole */
#define COLUMNS_MAX 32
#define SPACE ' ' /* between a namespace and a name */

/* A child of an item. */
struct value {
    struct buffer text;
    size_t line;
    bool is_there, is_google; /* Google's namespace wins over RSS's and Atom's */
};

struct feed {
    XML_Parser parser;
    struct shop *shop;
    struct arena arena; /* of the item */
    struct value values[COLUMNS_MAX];
    size_t first_line, item_line;
    size_t depth, item_depth; /* of open elements; item_depth 0: none is an item */
    size_t column;            /* of the child that is open, from 1; 0: none that is read */
    const char *other;        /* the name of the child that is open, and is passed over; NULL: none */
    size_t item_bytes, quiet; /* bytes since libexpat told something */
    bool is_stopped;
};

static size_t current_line(const struct feed *feed)
{
    return feed->first_line - 1 + (size_t)XML_GetCurrentLineNumber(feed->parser);
}

static void refuse(struct feed *feed, const char *why)
{
    if (!feed->is_stopped)
        import_faults_add(feed->shop->output->source.faults, current_line(feed), 0, "%s", why);
    feed->is_stopped = true;
    XML_StopParser(feed->parser, XML_FALSE);
}

/* ---- Names ---- */

/* The name without its namespace, and whether it is Google's, or RSS's and Atom's. */
static const char *split_name(const char *name, bool *is_google, bool *is_known)
{
    const char *space = strrchr(name, SPACE);
    size_t length = space != NULL ? (size_t)(space - name) : 0;
    static const char google[] = "http://base.google.com/ns/1.0", atom[] = "http://www.w3.org/2005/Atom";

    *is_google = length == sizeof google - 1 && memcmp(name, google, length) == 0;
    *is_known = *is_google || space == NULL || (length == sizeof atom - 1 && memcmp(name, atom, length) == 0);
    return space != NULL ? space + 1 : name;
}

/* The column of a child, from 1; 0: none. */
static size_t find_column(const char *name, bool is_google)
{
    const char *column =
        !is_google && (strcmp(name, "summary") == 0 || strcmp(name, "content") == 0) ? "description" : name;
    size_t found = shop_find_column(&google_format, column);

    return found < google_format.column_count ? found + 1 : 0;
}

/* ---- Items ---- */

static void give_header(struct feed *feed)
{
    struct cell cells[COLUMNS_MAX];

    for (size_t i = 0; i < google_format.column_count; i++)
        cells[i] = (struct cell){.text = google_format.columns[i].names[0], .line = current_line(feed)};
    if (!shop_take(feed->shop, &google_format, current_line(feed), cells, google_format.column_count, &feed->arena))
        feed->is_stopped = true;
    /* A column is there once an item has it. */
    memset(feed->shop->places, 0, sizeof feed->shop->places);
}

static void begin_item(struct feed *feed)
{
    arena_reset(&feed->arena);
    feed->item_depth = feed->depth;
    feed->item_line = current_line(feed);
    feed->item_bytes = 0;
    for (size_t i = 0; i < COLUMNS_MAX; i++)
        feed->values[i] = (struct value){.text.arena = &feed->arena, .line = feed->item_line};
    if (!feed->shop->has_header)
        give_header(feed);
}

static void end_item(struct feed *feed)
{
    struct cell cells[COLUMNS_MAX];

    feed->item_depth = 0;
    for (size_t i = 0; i < google_format.column_count; i++) {
        cells[i] = (struct cell){.text = cell_trim(buffer_text(&feed->values[i].text), &feed->arena),
                                 .line = feed->values[i].line};
        if (feed->values[i].is_there)
            feed->shop->places[i] = i + 1;
    }
    if (!shop_take(feed->shop, &google_format, feed->item_line, cells, google_format.column_count, &feed->arena))
        refuse(feed, "the feed cannot be read on");
}

/* Several images are a list; of other children that come again the first one counts, of Google's namespace if it has
 * one. */
static void begin_child(struct feed *feed, const char *name, bool is_google, bool is_known)
{
    size_t column = is_known ? find_column(name, is_google) : 0;
    struct value *value = &feed->values[column > 0 ? column - 1 : 0];
    bool is_list = column > 0 && strcmp(google_format.columns[column - 1].names[0], "additional_image_link") == 0;

    feed->column = 0;
    feed->other = NULL;
    if (column == 0 || (value->is_there && !is_list && (value->is_google || !is_google))) {
        bool is_doubled = column > 0 && value->is_google && !is_google;
        feed->other = is_doubled ? NULL : arena_copy(&feed->arena, name, strlen(name));
        return;
    }
    if (is_list && value->is_there)
        buffer_append_byte(&value->text, ',');
    else
        value->text.length = 0;
    value->is_there = true;
    value->is_google = is_google;
    value->line = current_line(feed);
    feed->column = column;
}

/* ---- What libexpat tells ---- */

static void check_root(struct feed *feed, const char *name)
{
    static const char *const roots[] = {"rss", "feed", "RDF"};

    for (size_t i = 0; i < ARRAY_LENGTH(roots); i++) {
        if (strcmp(name, roots[i]) == 0)
            return;
    }
    refuse(feed, arena_print(&feed->arena, "the file is XML of <%.60s>; RSS 2.0 and Atom feeds for Google can be read",
                             name));
}

static void start_element(void *data, const XML_Char *full_name, const XML_Char **attributes)
{
    struct feed *feed = data;
    bool is_google, is_known;
    const char *name = split_name(full_name, &is_google, &is_known);

    (void)attributes;
    feed->quiet = 0;
    if (++feed->depth > FEED_DEPTH_MAX) {
        refuse(feed, "the element is more than 32 elements deep; fewer are allowed");
        return;
    }
    if (feed->depth == 1)
        check_root(feed, name);
    else if (feed->item_depth == 0 && (strcmp(name, "item") == 0 || strcmp(name, "entry") == 0))
        begin_item(feed);
    else if (feed->item_depth > 0 && feed->depth == feed->item_depth + 1)
        begin_child(feed, name, is_google, is_known);
}

static void end_element(void *data, const XML_Char *name)
{
    struct feed *feed = data;

    (void)name;
    feed->quiet = 0;
    if (feed->depth == feed->item_depth)
        end_item(feed);
    if (feed->depth == feed->item_depth + 1) {
        feed->column = 0;
        feed->other = NULL;
    }
    feed->depth--;
}

static bool is_blank(const char *bytes, size_t length)
{
    size_t i = 0;

    while (i < length && strchr(" \t\r\n", bytes[i]) != NULL)
        i++;
    return i == length;
}

/* A comma is between two images. */
static void append_text(struct feed *feed, struct value *value, const char *bytes, size_t length)
{
    bool is_list = strcmp(google_format.columns[feed->column - 1].names[0], "additional_image_link") == 0;

    for (size_t i = 0; i < length; i++) {
        if (is_list && bytes[i] == ',')
            buffer_append(&value->text, "%2C", 3);
        else
            buffer_append_byte(&value->text, bytes[i]);
    }
}

static void read_text(void *data, const XML_Char *bytes, int size)
{
    struct feed *feed = data;
    size_t length = (size_t)size;

    feed->quiet = 0;
    if (feed->other != NULL && !is_blank(bytes, length)) {
        shop_note_other(feed->shop, feed->other);
        feed->other = NULL;
    }
    if (feed->column == 0 || feed->is_stopped)
        return;
    struct value *value = &feed->values[feed->column - 1];
    feed->item_bytes += length;
    if (value->text.length + length > ROWS_CELL_MAX || feed->item_bytes > ROWS_ROW_MAX)
        refuse(feed, "the item is too long; a text may have 1 MiB, and an item 2 MiB");
    else
        append_text(feed, value, bytes, length);
}

static void refuse_type(void *data, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                        int has_subset)
{
    (void)name, (void)system, (void)public, (void)has_subset;
    refuse(data, "the file has a document type declaration (<!DOCTYPE); feeds have none, and no entities of their own");
}

static void pass_over(void *data, const XML_Char *bytes, int size)
{
    struct feed *feed = data;

    (void)bytes, (void)size;
    feed->quiet = 0;
}

/* ---- The life of a feed ---- */

const char *import_expat_version(void)
{
    const char *version = XML_ExpatVersion(); /* "expat_2.5.0" */

    return version + strcspn(version, "0123456789");
}

struct feed *feed_new(struct shop *shop, size_t line)
{
    static const XML_Memory_Handling_Suite memory = {
        .malloc_fcn = memory_get, .realloc_fcn = memory_resize, .free_fcn = free};
    static const XML_Char space[] = {SPACE, '\0'};
    struct feed *feed = memory_get_zeroed(1, sizeof *feed);

    feed->shop = shop;
    feed->first_line = line;
    feed->parser = XML_ParserCreate_MM(NULL, &memory, space);
    XML_SetUserData(feed->parser, feed);
    XML_SetElementHandler(feed->parser, start_element, end_element);
    XML_SetCharacterDataHandler(feed->parser, read_text);
    XML_SetStartDoctypeDeclHandler(feed->parser, refuse_type);
    XML_SetDefaultHandler(feed->parser, pass_over);
    return feed;
}

void feed_free(struct feed *feed)
{
    if (feed == NULL)
        return;
    XML_ParserFree(feed->parser);
    arena_release(&feed->arena);
    free(feed);
}

static bool parse(struct feed *feed, const char *bytes, size_t length, bool is_last)
{
    char why[200];

    feed->quiet += length;
    if (XML_Parse(feed->parser, bytes, (int)length, is_last) == XML_STATUS_ERROR && !feed->is_stopped) {
        snprintf(why, sizeof why, "this is no well-formed XML: %s",
                 is_last && feed->depth > 0 ? "the file ends inside of an element"
                                            : XML_ErrorString(XML_GetErrorCode(feed->parser)));
        refuse(feed, why);
    }
    if (!feed->is_stopped && feed->quiet > TAG_MAX)
        refuse(feed, "the tag or comment that begins here is longer than 1 MiB");
    return !feed->is_stopped;
}

bool feed_read(struct feed *feed, const char *bytes, size_t length)
{
    while (length > 0 && !feed->is_stopped) {
        size_t piece = length < PIECE_MAX ? length : PIECE_MAX;
        if (!parse(feed, bytes, piece, false))
            return false;
        bytes += piece;
        length -= piece;
    }
    return !feed->is_stopped;
}

bool feed_finish(struct feed *feed)
{
    if (feed->is_stopped || !parse(feed, "", 0, true))
        return false;
    if (!feed->shop->has_header)
        refuse(feed, "the feed has no item");
    return !feed->is_stopped;
}
