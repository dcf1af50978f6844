/* SPDX-License-Identifier: MIT */
/* Products from CSV. */
#include "discount/ctl/product_file.h"

#include <csv.h>
#include <stdio.h>
#include <string.h>

#include "common/ctl/command.h"
#include "common/number.h"
#include "common/text.h"
#include "discount/ctl/display.h"
#include "discount/ctl/faults.h"
#include "discount/ctl/input.h"
#include "discount/pricing/rule.h"

#define FAULTS_MAX 1000
#define FRAME 16

enum column { COLUMN_ID, COLUMN_SLUG, COLUMN_PRICE, COLUMN_CATEGORIES, COLUMNS };

static const char *const column_names[COLUMNS] = {"id", "slug", "price", "categories"};

struct reading {
    struct arena *arena;
    struct product_file *file;
    struct fault_notes notes;
    size_t line;               /* of the row that is being read */
    bool has_header, is_other; /* of columns that are not these: its rows mean nothing */
    char *cells[COLUMNS];
    size_t count; /* cells of the row */
};

static void note(struct reading *reading, const char *field, const char *message)
{
    if (reading->notes.count < FAULTS_MAX)
        fault_notes_add(&reading->notes, reading->line, "", field, message);
}

static void on_cell(void *text, size_t length, void *data)
{
    struct reading *reading = data;

    if (reading->count < COLUMNS)
        reading->cells[reading->count] = arena_copy(reading->arena, text != NULL ? text : "", length);
    reading->count++;
}

static void check_header(struct reading *reading)
{
    bool is_good = reading->count == COLUMNS || reading->count == COLUMNS - 1;

    for (size_t i = 0; is_good && i < reading->count; i++)
        is_good = strcmp(reading->cells[i], column_names[i]) == 0;
    if (!is_good)
        note(reading, "", "the first line must be id,slug,price,categories");
    reading->has_header = true;
    reading->is_other = !is_good;
}

static void read_categories(struct reading *reading, char *text, Ecommerce__Product *product)
{
    char *place, *word;

    product->categories = arena_get(reading->arena, (strlen(text) / 2 + 1) * sizeof *product->categories);
    for (word = strtok_r(text, " |", &place); word != NULL; word = strtok_r(NULL, " |", &place)) {
        product->categories[product->n_categories++] = word;
        if (!rule_is_key(word, RULE_KEY_MAX))
            note(reading, "categories",
                 arena_print(reading->arena, "\"%s\": 1 to %d of a-z, 0-9 and single hyphens between them are allowed",
                             word, RULE_KEY_MAX));
    }
}

static int32_t read_number(struct reading *reading, enum column column, int64_t min)
{
    int64_t value = 0;

    if (number_parse(reading->cells[column], min, INT32_MAX, &value) != NUMBER_OK)
        note(reading, column_names[column],
             arena_print(reading->arena, "\"%s\": a number from %d to %d is allowed", reading->cells[column], (int)min,
                         INT32_MAX));
    return (int32_t)value;
}

static void add_product(struct reading *reading, Ecommerce__Product *product)
{
    struct product_file *file = reading->file;

    if (file->count == file->room) {
        size_t room = file->room == 0 ? 256 : file->room * 2;
        Ecommerce__Product **products = arena_get(reading->arena, room * sizeof(Ecommerce__Product *));
        size_t *sizes = arena_get(reading->arena, room * sizeof *sizes);
        if (file->count > 0) {
            memcpy(products, file->products, file->count * sizeof(Ecommerce__Product *));
            memcpy(sizes, file->sizes, file->count * sizeof *sizes);
        }
        file->products = products;
        file->sizes = sizes;
        file->room = room;
    }
    file->products[file->count] = product;
    file->sizes[file->count++] = ecommerce__product__get_packed_size(product) + FRAME;
}

static void read_product(struct reading *reading)
{
    Ecommerce__Product *product = arena_get(reading->arena, sizeof *product);

    if (reading->count != COLUMNS && reading->count != COLUMNS - 1) {
        note(reading, "",
             arena_print(reading->arena, "%zu columns; id,slug,price,categories are allowed", reading->count));
        return;
    }
    ecommerce__product__init(product);
    product->id = read_number(reading, COLUMN_ID, 1);
    product->slug = reading->cells[COLUMN_SLUG];
    product->price_in_cents = read_number(reading, COLUMN_PRICE, 0);
    if (!rule_is_key(product->slug, RULE_SLUG_MAX))
        note(reading, "slug",
             arena_print(reading->arena, "\"%s\": 1 to %d of a-z, 0-9 and single hyphens between them are allowed",
                         product->slug, RULE_SLUG_MAX));
    if (reading->count == COLUMNS)
        read_categories(reading, reading->cells[COLUMN_CATEGORIES], product);
    add_product(reading, product);
}

static void on_row(int end, void *data)
{
    struct reading *reading = data;
    bool is_empty = reading->count == 0 || (reading->count == 1 && reading->cells[0][0] == '\0');

    (void)end;
    if (!is_empty && !reading->has_header)
        check_header(reading);
    else if (!is_empty && !reading->is_other)
        read_product(reading);
    reading->count = 0;
}

/* libcsv does not count lines: it is given one at a time. A quoted newline makes a row of more than one. */
static bool parse_lines(struct reading *reading, struct csv_parser *parser, const char *text, size_t length)
{
    for (size_t start = 0; start < length;) {
        const char *newline = memchr(text + start, '\n', length - start);
        size_t end = newline != NULL ? (size_t)(newline - text) + 1 : length;
        reading->line++;
        if (csv_parse(parser, text + start, end - start, on_cell, on_row, reading) != end - start) {
            note(reading, "", csv_strerror(csv_error(parser)));
            return false;
        }
        start = end;
    }
    if (csv_fini(parser, on_cell, on_row, reading) == 0)
        return true;
    note(reading, "", "a quoted cell has no end");
    return false;
}

static void parse(struct reading *reading, const char *text, size_t length)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* spreadsheets write it */
    struct csv_parser parser;

    if (!text_is_utf8(text, length)) {
        note(reading, "", "not UTF-8, or with a NUL");
        return;
    }
    if (strncmp(text, mark, sizeof mark - 1) == 0) {
        text += sizeof mark - 1;
        length -= sizeof mark - 1;
    }
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        note(reading, "", "libcsv does not start");
        return;
    }
    if (parse_lines(reading, &parser, text, length) && !reading->has_header)
        note(reading, "", "the first line must be id,slug,price,categories");
    csv_free(&parser);
}

int product_file_read(const struct ctl_options *options, const char *path, struct arena *arena,
                      struct product_file *file)
{
    struct reading reading = {.arena = arena, .file = file, .notes = {.arena = arena}};
    char *text = NULL;
    size_t length = 0;

    *file = (struct product_file){0};
    int code = input_read(options, path, PRODUCT_FILE_SIZE_MAX, arena, &text, &length);
    if (code != COMMAND_OK)
        return code;
    parse(&reading, text, length);
    return reading.notes.count == 0 ? COMMAND_OK : fault_notes_tell(&reading.notes, options, input_name(path));
}
