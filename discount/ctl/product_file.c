/* SPDX-License-Identifier: MIT */
/* Products from CSV. */
#include "discount/ctl/product_file.h"

#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "common/number.h"
#include "common/text.h"
#include "discount/ctl/display.h"
#include "discount/ctl/faults.h"
#include "discount/ctl/input.h"
#include "discount/rule/rule.h"

#define FRAME 16

enum column { COLUMN_ID, COLUMN_SLUG, COLUMN_PRICE, COLUMN_CATEGORIES, COLUMNS };

/* What a column may be called: ours, and what catalogctl export calls it. */
static const struct {
    const char *name;
    enum column column; /* COLUMNS: ignored */
    bool is_of_catalog; /* only catalogctl writes it */
} titles[] = {
    {"id", COLUMN_ID, false},
    {"slug", COLUMN_SLUG, false},
    {"price", COLUMN_PRICE, false},
    {"categories", COLUMN_CATEGORIES, false},
    {"price_in_cents", COLUMN_PRICE, true},
    {"sku", COLUMNS, true},
    {"name", COLUMNS, true},
    {"description", COLUMNS, true},
    {"currency", COLUMNS, true},
    {"category_names", COLUMNS, true},
    {"tags", COLUMNS, true},
    {"images", COLUMNS, true},
    {"stock", COLUMNS, true},
    {"created_at", COLUMNS, true},
    {"updated_at", COLUMNS, true},
    {"compare_at_price_in_cents", COLUMNS, true},
    {"variants", COLUMNS, true},
    {"spreadsheet", COLUMNS, true},
};

#define TITLES_MAX ARRAY_LENGTH(titles)
#define HEADER_FORM "the first line must be id,slug,price,categories, or that of catalogctl export as CSV"

struct product_reading {
    struct arena *arena;
    struct product_file *file;
    struct fault_list *notes;
    size_t line;                     /* of the row that is being read */
    bool has_header, is_other;       /* other: the header is wrong, and rows mean nothing */
    bool is_catalog, has_price;      /* which columns it has */
    enum column columns[TITLES_MAX]; /* of the header's cells; COLUMNS: ignored */
    size_t column_count;
    char *cells[COLUMNS]; /* of the row, but for the header's */
    size_t count;         /* cells of the row */
    bool is_filled;       /* … of which one has something in it */
};

static void note(struct product_reading *reading, const char *field, const char *message)
{
    if (reading->notes->count < PRODUCT_FILE_FAULTS_MAX)
        fault_list_add(reading->notes, reading->line, "", field, message);
}

/* ---- The header ---- */

static void read_title(struct product_reading *reading, const char *text, size_t length)
{
    for (size_t i = 0; i < TITLES_MAX && reading->count < TITLES_MAX; i++) {
        if (strlen(titles[i].name) != length || strncasecmp(titles[i].name, text, length) != 0)
            continue;
        reading->columns[reading->count] = titles[i].column;
        reading->is_catalog |= titles[i].is_of_catalog;
        reading->has_price |= titles[i].column == COLUMN_PRICE && !titles[i].is_of_catalog;
        return;
    }
    reading->is_other = true;
}

/* Each of our columns once. A file for catalogctl import may have "price", too, in whole units of the currency. */
static void check_header(struct product_reading *reading)
{
    size_t seen[COLUMNS + 1] = {0};

    reading->column_count = reading->count;
    for (size_t i = 0; i < reading->count && !reading->is_other; i++)
        seen[reading->columns[i]]++;
    if (seen[COLUMN_ID] != 1 || seen[COLUMN_SLUG] != 1 || seen[COLUMN_PRICE] != 1 || seen[COLUMN_CATEGORIES] > 1)
        reading->is_other = true;
    if (reading->is_catalog && reading->has_price) {
        reading->is_other = true;
        note(reading, "price", "beside the catalog's own columns it is price_in_cents, in minor units");
    } else if (reading->is_other) {
        note(reading, "", HEADER_FORM);
    }
    reading->has_header = true;
}

/* ---- Rows ---- */

static void on_cell(void *text, size_t length, void *data)
{
    struct product_reading *reading = data;
    size_t place = reading->count;

    if (!reading->has_header)
        read_title(reading, text != NULL ? text : "", length);
    else if (place < reading->column_count && !reading->is_other && reading->columns[place] < COLUMNS)
        reading->cells[reading->columns[place]] = arena_copy(reading->arena, text != NULL ? text : "", length);
    reading->is_filled |= length > 0;
    reading->count++;
}

static void add_category(struct product_reading *reading, char *slug, Ecommerce__Product *product)
{
    for (size_t i = 0; i < product->n_categories; i++) {
        if (strcmp(product->categories[i], slug) == 0)
            return;
    }
    product->categories[product->n_categories++] = slug;
    if (!rule_is_key(slug, RULE_KEY_MAX))
        note(reading, "categories",
             arena_print(reading->arena, "\"%s\": 1 to %d of a-z, 0-9 and single hyphens between them are allowed",
                         slug, RULE_KEY_MAX));
}

/* Paths from the top, "home/lighting": the product is in each category of one. */
static void read_categories(struct product_reading *reading, char *text, Ecommerce__Product *product)
{
    char *place, *word;

    product->categories = arena_get(reading->arena, (strlen(text) / 2 + 1) * sizeof *product->categories);
    for (word = strtok_r(text, " |/", &place); word != NULL; word = strtok_r(NULL, " |/", &place))
        add_category(reading, word, product);
}

static int32_t read_number(struct product_reading *reading, enum column column, const char *name, int64_t min)
{
    int64_t value = 0;

    if (number_parse(reading->cells[column], min, INT32_MAX, &value) != NUMBER_OK)
        note(reading, name,
             arena_print(reading->arena, "\"%s\": a number from %d to %d is allowed", reading->cells[column], (int)min,
                         INT32_MAX));
    return (int32_t)value;
}

static void add_product(struct product_reading *reading, Ecommerce__Product *product)
{
    struct product_file *file = reading->file;

    file->products = arena_grow(reading->arena, file->products, file->count, sizeof(Ecommerce__Product *));
    file->sizes = arena_grow(reading->arena, file->sizes, file->count, sizeof *file->sizes);
    file->products[file->count] = product;
    file->sizes[file->count++] = ecommerce__product__get_packed_size(product) + FRAME;
}

/* The catalog keeps categories that no product is in, and the ids of products that have left, by rows without a price.
 */
static bool is_of_no_product(const struct product_reading *reading)
{
    return reading->is_catalog && reading->cells[COLUMN_PRICE][0] == '\0';
}

static void read_product(struct product_reading *reading)
{
    /* Our own list may leave the categories out behind the last cell. */
    bool is_short = reading->count + 1 == reading->column_count &&
                    reading->columns[reading->count] == COLUMN_CATEGORIES && !reading->is_catalog;

    if (reading->count != reading->column_count && !is_short) {
        note(reading, "",
             arena_print(reading->arena, "%zu columns; the first line has %zu", reading->count, reading->column_count));
        return;
    }
    if (is_of_no_product(reading))
        return;
    Ecommerce__Product *product = arena_get(reading->arena, sizeof *product);
    ecommerce__product__init(product);
    product->id = read_number(reading, COLUMN_ID, "id", 1);
    product->slug = reading->cells[COLUMN_SLUG];
    product->price_in_cents = read_number(reading, COLUMN_PRICE, "price", 0);
    if (!rule_is_key(product->slug, RULE_SLUG_MAX))
        note(reading, "slug",
             arena_print(reading->arena, "\"%s\": 1 to %d of a-z, 0-9 and single hyphens between them are allowed",
                         product->slug, RULE_SLUG_MAX));
    if (reading->cells[COLUMN_CATEGORIES] != NULL)
        read_categories(reading, reading->cells[COLUMN_CATEGORIES], product);
    add_product(reading, product);
}

static void on_row(int end, void *data)
{
    struct product_reading *reading = data;
    bool is_empty = reading->count == 0 || (reading->count == 1 && !reading->is_filled);

    (void)end;
    if (!is_empty && !reading->has_header)
        check_header(reading);
    else if (!is_empty && !reading->is_other)
        read_product(reading);
    else if (!reading->has_header)
        reading->is_other = false; /* an empty line before the header */
    memset(reading->cells, 0, sizeof reading->cells);
    reading->count = 0;
    reading->is_filled = false;
}

/* libcsv does not count lines: it is given one at a time. A quoted newline makes a row of more than one. */
static bool parse_line(struct product_reading *reading, struct csv_parser *parser, const char *text, size_t length)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* spreadsheets write it */

    reading->line++;
    if (!text_is_utf8(text, length)) {
        note(reading, "", "not UTF-8, or with a NUL");
        return false;
    }
    if (reading->line == 1 && strncmp(text, mark, sizeof mark - 1) == 0) {
        text += sizeof mark - 1;
        length -= sizeof mark - 1;
    }
    if (csv_parse(parser, text, length, on_cell, on_row, reading) == length)
        return true;
    note(reading, "", reading->has_header ? csv_strerror(csv_error(parser)) : HEADER_FORM);
    return false;
}

static void read_lines(struct product_reading *reading, FILE *in)
{
    struct csv_parser parser;
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    bool is_sound = true;

    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        note(reading, "", "libcsv does not start");
        return;
    }
    while (is_sound && (length = getline(&line, &room, in)) >= 0)
        is_sound = parse_line(reading, &parser, line, (size_t)length);
    free(line);
    if (is_sound && csv_fini(&parser, on_cell, on_row, reading) != 0)
        note(reading, "", "a quoted cell has no end");
    else if (is_sound && !reading->has_header)
        note(reading, "", HEADER_FORM);
    csv_free(&parser);
}

void product_file_parse(FILE *in, struct arena *arena, struct product_file *file, struct fault_list *notes)
{
    struct product_reading reading = {.arena = arena, .file = file, .notes = notes};

    *file = (struct product_file){0};
    read_lines(&reading, in);
}

/* ---- Where they come from ---- */

const char *product_source_name(const struct product_source *source)
{
    return source->catalog != NULL ? source->catalog : input_name(source->products);
}

static int tell_errno(const struct ctl_options *options, const char *name, int cause)
{
    display_error(options->name, "%s: %s", name, strerror(cause));
    return COMMAND_FAILED;
}

int product_file_read(const struct ctl_options *options, const struct product_source *source, struct arena *arena,
                      struct product_file *file)
{
    struct fault_list notes = {.arena = arena};
    struct input input;

    if (source->products != NULL && source->catalog != NULL) {
        display_error(options->name, "--products and --catalog are given; one of them is allowed");
        return EX_USAGE;
    }
    const char *name = product_source_name(source);
    bool is_open =
        source->catalog != NULL ? input_open_catalog(&input, source->catalog) : input_open(&input, source->products);
    if (!is_open)
        return tell_errno(options, source->catalog != NULL ? "catalogctl, beside this program or in PATH" : name,
                          errno);
    errno = 0;
    product_file_parse(input.stream, arena, file, &notes);
    int cause = ferror(input.stream) ? errno : 0;
    if (!input_close(&input))
        return COMMAND_FAILED; /* catalogctl told why */
    if (cause != 0)
        return tell_errno(options, name, cause);
    return notes.count == 0 ? COMMAND_OK : fault_notes_tell(&notes, options, name);
}

const Ecommerce__Product *product_file_find(const struct product_file *file, const char *word)
{
    int64_t id = 0;
    bool is_id = number_parse(word, 1, INT32_MAX, &id) == NUMBER_OK;

    for (size_t i = 0; i < file->count; i++) {
        const Ecommerce__Product *product = file->products[i];
        if (is_id ? product->id == id : strcmp(product->slug, word) == 0)
            return product;
    }
    return NULL;
}
