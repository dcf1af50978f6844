/* SPDX-License-Identifier: MIT */
/* Tables: rows are kept until the widths of all columns are known. */
#include "discount/ctl/table.h"

#include <string.h>

#include "discount/ctl/display.h"

#define GAP "  "

struct table_row {
    struct table_row *next;
    enum table_style style;
    const char **cells;
};

struct table {
    struct arena *arena;
    const struct table_column *columns;
    size_t column_count;
    size_t *widths;
    struct table_row *first, **end;
};

struct table *table_new(struct arena *arena, const struct table_column *columns, size_t count)
{
    struct table *table = arena_get(arena, sizeof *table);

    *table = (struct table){.arena = arena, .columns = columns, .column_count = count};
    table->end = &table->first;
    table->widths = arena_get(arena, count * sizeof *table->widths);
    for (size_t i = 0; i < count; i++)
        table->widths[i] = display_width(columns[i].title);
    return table;
}

void table_add(struct table *table, enum table_style style, const char *const *cells)
{
    struct table_row *row = arena_get(table->arena, sizeof *row);

    *row = (struct table_row){.style = style};
    row->cells = arena_get(table->arena, table->column_count * sizeof *row->cells);
    for (size_t i = 0; i < table->column_count; i++) {
        row->cells[i] = display_text(table->arena, cells[i]);
        size_t width = display_width(row->cells[i]);
        if (width > table->widths[i])
            table->widths[i] = width;
    }
    *table->end = row;
    table->end = &row->next;
}

static void print_spaces(FILE *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fputc(' ', out);
}

/* Nothing stands behind the last cell that has something: no line ends with a space. */
static void print_cells(const struct table *table, FILE *out, const char *const *cells)
{
    size_t last = table->column_count;

    while (last > 0 && cells[last - 1][0] == '\0')
        last--;
    for (size_t i = 0; i < last; i++) {
        size_t spare = table->widths[i] - display_width(cells[i]);
        if (table->columns[i].is_number)
            print_spaces(out, spare);
        fputs(cells[i], out);
        if (i + 1 == last)
            break;
        if (!table->columns[i].is_number)
            print_spaces(out, spare);
        fputs(GAP, out);
    }
}

static void print_row(const struct table *table, FILE *out, const char *const *cells, const char *colour)
{
    if (colour != NULL)
        fputs(colour, out);
    print_cells(table, out, cells);
    fputs(colour != NULL ? COLOUR_OFF "\n" : "\n", out);
}

void table_print(const struct table *table, FILE *out, const struct ctl_options *options)
{
    static const char *const colours[] = {
        [TABLE_DIM] = COLOUR_DIM, [TABLE_GOOD] = COLOUR_GREEN, [TABLE_BAD] = COLOUR_RED};
    bool has_colour = display_has_colour(out, options);

    if (table->first == NULL)
        return;
    const char **titles = arena_get(table->arena, table->column_count * sizeof *titles);
    for (size_t i = 0; i < table->column_count; i++)
        titles[i] = table->columns[i].title;
    print_row(table, out, titles, has_colour ? COLOUR_BOLD : NULL);
    for (const struct table_row *row = table->first; row != NULL; row = row->next)
        print_row(table, out, row->cells, has_colour ? colours[row->style] : NULL);
}
