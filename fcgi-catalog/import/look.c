/* SPDX-License-Identifier: MIT */
/* A first look at a file: what becomes of its columns. */
#include "fcgi-catalog/import/look.h"

#include <string.h>

#include "fcgi-catalog/import/heading.h"
#include "fcgi-catalog/import/mapped.h"

#define CELL_SHOWN ((size_t)200) /* bytes kept of a cell */

static bool has_unknown(const struct cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (cells[i].text[0] != '\0' && !columns_have(cells[i].text))
            return true;
    }
    return false;
}

/* What the heading becomes; NULL: nothing. */
static const char *find_field(struct shop *shop, const char *heading, struct arena *arena)
{
    const struct shop_format *format = shop->format;
    const char *folded = heading_fold(heading, arena);

    if (format == NULL)
        return columns_have(heading) ? heading : NULL;
    size_t column =
        format->find_column != NULL ? format->find_column(shop, folded, arena) : shop_find_column(format, folded);
    if (column == format->column_count)
        return NULL;
    shop->places[column] = 1; /* the next one of a list is another */
    const char *field = format->plain != NULL ? mapped_field(column) : NULL;
    return field != NULL ? field : "";
}

/* A file of no format is looked at as one that is mapped. */
static void take_header(struct shop *shop, const struct shop_format *format, const struct cell *cells, size_t count,
                        struct arena *arena)
{
    const struct import_source *source = &shop->output->source;
    struct import_look *look = source->look;

    look->is_known = format != NULL || !has_unknown(cells, count);
    shop->has_header = true;
    shop->format = look->is_known ? format : &mapped_format;
    look->columns = arena_get(&look->arena, count * sizeof *look->columns);
    look->column_count = count;
    for (size_t i = 0; i < count; i++) {
        const char *field = find_field(shop, cells[i].text, arena);
        look->columns[i] = (struct import_look_column){
            .heading = arena_copy(&look->arena, cells[i].text, strlen(cells[i].text)),
            .field = field != NULL ? arena_copy(&look->arena, field, strlen(field)) : NULL,
            .is_mapped = shop->format == &mapped_format &&
                         mapped_find(source->map, heading_fold(cells[i].text, arena), arena) != NULL};
    }
}

bool look_take(struct shop *shop, const struct shop_format *format, const struct cell *cells, size_t count,
               struct arena *arena)
{
    struct import_look *look = shop->output->source.look;

    if (!shop->has_header) {
        take_header(shop, format, cells, count, arena);
        return true;
    }
    for (size_t i = 0; i < count && i < look->column_count; i++) {
        size_t length = strnlen(cells[i].text, CELL_SHOWN);
        look->columns[i].cells[look->row_count] = arena_copy(&look->arena, cells[i].text, length);
    }
    return ++look->row_count < IMPORT_LOOK_ROWS;
}
