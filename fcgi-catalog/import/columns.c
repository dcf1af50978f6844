/* SPDX-License-Identifier: MIT */
/* Our own CSV, as catalog/csv.h describes it: a header in any order, then a product a row. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/memory.h"
#include "fcgi-catalog/catalog/csv.h"
#include "fcgi-catalog/catalog/currency.h"
#include "fcgi-catalog/catalog/list_text.h"
#include "fcgi-catalog/catalog/variant.h"
#include "fcgi-catalog/import/formats.h"
#include "fcgi-catalog/import/heading.h"

/* Columns by their numbers: those of the fields by their places in the table of fields, then others. */
enum { COLUMN_ID = FIELD_COUNT, COLUMN_PRICE, COLUMN_COMPARE_AT, COLUMN_NAMES, COLUMN_SPREADSHEET, COLUMNS };

struct columns {
    struct row_sink *output;
    bool has_header;
    size_t count;
    size_t places[COLUMNS];          /* the column's place in the file, from 1; 0: it is not there */
    bool is_unnamed[ROWS_CELLS_MAX]; /* places whose heading is empty, from 0 */
};

struct columns *columns_new(struct row_sink *output)
{
    struct columns *columns = memory_get_zeroed(1, sizeof *columns);

    columns->output = output;
    return columns;
}

void columns_free(struct columns *columns)
{
    free(columns);
}

/* ---- The header ---- */

static const char *column_name(size_t column)
{
    static const char *const others[] = {"id", "price", "compare_at_price", CSV_NAMES_COLUMN, CSV_SPREADSHEET_COLUMN};

    return column < FIELD_COUNT ? field_table[column].name : others[column - FIELD_COUNT];
}

static bool find_column(const char *name, size_t *column)
{
    for (*column = 0; *column < COLUMNS; ++*column) {
        if (*column != FIELD_INDEX_DISCOUNT && strcasecmp(column_name(*column), name) == 0)
            return true;
    }
    return false;
}

bool columns_have(const char *heading)
{
    size_t column;

    return find_column(heading, &column);
}

static const char *list_columns(struct arena *arena)
{
    const char *list = column_name(COLUMN_ID);

    for (size_t i = 0; i < FIELD_COLUMNS; i++) {
        list = arena_print(arena, "%s, %s", list, column_name(field_columns[i]));
        if (field_columns[i] == FIELD_INDEX_PRICE)
            list = arena_print(arena, "%s or %s", list, column_name(COLUMN_PRICE));
        if (field_columns[i] == FIELD_INDEX_COMPARE_AT)
            list = arena_print(arena, "%s or %s", list, column_name(COLUMN_COMPARE_AT));
        if (field_columns[i] == FIELD_INDEX_CATEGORIES)
            list = arena_print(arena, "%s, %s", list, column_name(COLUMN_NAMES));
    }
    return arena_print(arena, "%s, %s", list, column_name(COLUMN_SPREADSHEET));
}

static bool check_header(const struct columns *columns, struct import_faults *faults, size_t line)
{
    const char *why = NULL;

    if (columns->places[FIELD_INDEX_SLUG] == 0 && columns->places[FIELD_INDEX_SKU] == 0)
        why = "the header has neither slug nor sku; one of them is needed";
    else if (columns->places[COLUMN_PRICE] != 0 && columns->places[FIELD_INDEX_PRICE] != 0)
        why = "the header has both price and price_in_cents; one of them is allowed";
    else if (columns->places[COLUMN_COMPARE_AT] != 0 && columns->places[FIELD_INDEX_COMPARE_AT] != 0)
        why = "the header has both compare_at_price and compare_at_price_in_cents; one of them is allowed";
    else if (columns->places[COLUMN_NAMES] != 0 && columns->places[FIELD_INDEX_CATEGORIES] == 0)
        why = "the header has category_names without categories; they are allowed together only";
    if (why != NULL)
        import_faults_add(faults, line, 0, "%s", why);
    return why == NULL;
}

/* Files that are known by two of their headings, and cannot be read. */
static const struct {
    const char *title, *headings[2];
} others[] = {
    {"eBay's listings", {"item number", "custom label (sku)"}},
};

static bool has_heading(const struct cell *cells, size_t count, const char *heading, struct arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(heading_fold(cells[i].text, arena), heading) == 0)
            return true;
    }
    return false;
}

static const char *guess_title(const struct cell *cells, size_t count, struct arena *arena)
{
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
        if (has_heading(cells, count, others[i].headings[0], arena) &&
            has_heading(cells, count, others[i].headings[1], arena))
            return others[i].title;
    }
    return NULL;
}

/* A file of another kind gets one fault: half of its headings and two at least are no columns. */
static bool is_foreign(struct columns *columns, size_t line, const struct cell *cells, size_t count,
                       struct arena *arena)
{
    size_t unknown = 0, index;

    for (size_t i = 0; i < count; i++)
        unknown += cells[i].text[0] != '\0' && !find_column(cells[i].text, &index);
    if (unknown < 2 || unknown * 2 < count)
        return false;
    const char *title = guess_title(cells, count, arena);
    import_faults_add(columns->output->source.faults, line, 0,
                      "%s; --look shows its columns, and --map \"Heading=field\" says what they are; read without "
                      "are JSON Lines, the exports of Shopify, WooCommerce, PrestaShop, Magento, Wix, Etsy, Square and "
                      "BigCommerce, feeds for Google, and CSV with slug or sku, name, price …",
                      title != NULL ? arena_print(arena, "this looks like %s", title)
                                    : "the columns are of no known kind");
    return true;
}

static bool read_header(struct columns *columns, size_t line, const struct cell *cells, size_t count,
                        struct arena *arena)
{
    struct import_faults *faults = columns->output->source.faults;
    bool is_sound = true;

    columns->has_header = true;
    columns->count = count;
    if (is_foreign(columns, line, cells, count, arena))
        return false;
    for (size_t i = 0; i < count; i++) {
        size_t index;
        columns->is_unnamed[i] = cells[i].text[0] == '\0';
        if (columns->is_unnamed[i])
            continue;
        const char *shown = field_show(cells[i].text, strlen(cells[i].text), arena);
        bool is_known = find_column(cells[i].text, &index);
        if (!is_known)
            import_faults_add(faults, line, i + 1, "%s is no column; allowed are %s", shown, list_columns(arena));
        else if (columns->places[index] != 0)
            import_faults_add(faults, line, i + 1, "the column %s is there twice; once is allowed", shown);
        else
            columns->places[index] = i + 1;
        is_sound = is_sound && is_known && columns->places[index] == i + 1;
    }
    return is_sound && check_header(columns, faults, line);
}

/* ---- A row ---- */

/* The row's cell of this column; NULL: there is no such column. */
static const char *find_cell(const struct columns *columns, const struct cell *cells, size_t column,
                             struct file_place *place)
{
    size_t number = columns->places[column];

    if (number == 0)
        return NULL;
    const char *text = cells[number - 1].text;
    *place = (struct file_place){.line = cells[number - 1].line, .column = number};
    return columns->places[COLUMN_SPREADSHEET] != 0 ? csv_without_apostrophe(text) : text;
}

/* The fields that are one value. Blanks at the ends of a text are part of it, where every text is allowed. */
static void read_values(const struct columns *columns, const struct cell *cells, unsigned fields,
                        struct row_builder *builder)
{
    struct file_place place;

    for (size_t i = 0; i < FIELD_COLUMNS; i++) {
        const struct field *field = &field_table[field_columns[i]];
        bool is_list = field->kind == FIELD_KIND_CATEGORIES || field->kind == FIELD_KIND_TAGS ||
                       field->kind == FIELD_KIND_IMAGES || field->kind == FIELD_KIND_VARIANTS;
        bool has_blanks = field->kind == FIELD_KIND_TEXT && field->is_allowed == NULL;
        const char *text = find_cell(columns, cells, field_columns[i], &place);
        if (text != NULL && (fields & field->bit) != 0 && !is_list)
            row_builder_set(builder, place, field->bit, has_blanks ? text : cell_trim(text, builder->arena));
    }
}

static const char *find_trimmed(const struct columns *columns, const struct cell *cells, size_t column,
                                struct file_place *place, struct arena *arena)
{
    const char *text = find_cell(columns, cells, column, place);

    return text != NULL ? cell_trim(text, arena) : NULL;
}

/* A price in a column of decimals. */
static void read_decimal_price(const struct columns *columns, const struct cell *cells, size_t column,
                               enum field_bit bit, struct row_builder *builder)
{
    struct file_place place;
    const char *text = find_cell(columns, cells, column, &place);
    int exponent = columns->output->source.exponent;

    if (text == NULL)
        return;
    if (builder->row.currency[0] != '\0' && !currency_find(builder->row.currency, &exponent))
        return; /* as a fault says */
    row_builder_set_decimal_price(builder, place, bit, cell_trim(text, builder->arena), exponent);
}

bool path_next(struct row_builder *builder, struct file_place place, const char **paths, const char **names)
{
    struct step steps[PRODUCT_CATEGORIES_MAX];
    size_t count = 0;
    char found, found_name = '\0';
    bool has_names = *names != NULL && **names != '\0';

    do {
        const char *slug = list_next(paths, "/|", "\\/|", &found, builder->arena);
        const char *name = has_names ? list_next(names, "/|", "\\/|", &found_name, builder->arena) : NULL;
        if (count == PRODUCT_CATEGORIES_MAX) {
            row_builder_refuse(builder, place, "the way to a category has more than %d steps; fewer are allowed",
                               PRODUCT_CATEGORIES_MAX);
            return false;
        }
        steps[count++] = (struct step){.slug = slug, .name = name};
        if (has_names && found != found_name) {
            row_builder_refuse(builder, place,
                               "the categories and their names differ in number; a name for each is allowed");
            return false;
        }
    } while (found == '/');
    row_builder_add_category(builder, place, steps, count);
    return found == '|' && !builder->is_full;
}

static void read_categories(const struct columns *columns, const struct cell *cells, struct row_builder *builder)
{
    struct file_place place;
    const char *names = find_cell(columns, cells, COLUMN_NAMES, &place);
    const char *paths = find_cell(columns, cells, FIELD_INDEX_CATEGORIES, &place);

    if (paths == NULL)
        return;
    paths = cell_trim(paths, builder->arena);
    row_builder_add_category(builder, place, NULL, 0);
    if (paths[0] == '\0')
        return;
    while (path_next(builder, place, &paths, &names))
        continue;
}

static void read_tags(const struct columns *columns, const struct cell *cells, struct row_builder *builder)
{
    struct file_place place;
    const char *tags = find_cell(columns, cells, FIELD_INDEX_TAGS, &place);
    char found = '|';

    while (tags != NULL && found == '|' && !builder->is_full)
        row_builder_add_tag(builder, place, list_next(&tags, "|", "\\|", &found, builder->arena));
}

static void read_images(const struct columns *columns, const struct cell *cells, struct row_builder *builder)
{
    struct file_place place;
    const char *images = find_cell(columns, cells, FIELD_INDEX_IMAGES, &place);
    char found = '|';

    if (images == NULL)
        return;
    images += strspn(images, " \t");
    builder->row.fields |= FIELD_IMAGES;
    while (found == '|' && images[0] != '\0' && !builder->is_full) {
        const char *url = list_next(&images, " |", "\\| ", &found, builder->arena), *alt = "";
        if (found == ' ')
            alt = list_next(&images, "|", "\\|", &found, builder->arena);
        row_builder_add_image(builder, place, url, alt);
    }
}

static void read_variants(const struct columns *columns, const struct cell *cells, struct row_builder *builder)
{
    struct file_place place;
    const char *variants = find_trimmed(columns, cells, FIELD_INDEX_VARIANTS, &place, builder->arena);
    char found = '|';

    if (variants == NULL)
        return;
    builder->row.fields |= FIELD_VARIANTS;
    while (found == '|' && variants[0] != '\0' && !builder->is_full) {
        row_builder_begin_variant(builder, place);
        do {
            struct variant_part part;
            found = variant_next_part(&variants, builder->arena, &part);
            if (part.kind == VARIANT_OPTION)
                row_builder_add_option(builder, part.name, part.value);
            else if (part.kind == VARIANT_FIELD)
                row_builder_set_variant(builder, place, part.name, part.value);
            else
                row_builder_refuse(builder, place, "a variant has %s; Option=Value and field:value are allowed",
                                   field_show(part.name, strlen(part.name), builder->arena));
        } while (found == ';');
        row_builder_end_variant(builder, place);
    }
}

static bool has_text(const struct columns *columns, const struct cell *cells, size_t column)
{
    struct file_place place;
    const char *text = find_cell(columns, cells, column, &place);

    return text != NULL && text[strspn(text, " \t")] != '\0';
}

/* Whether no other column has text; `those` are bits, 1 << the number of a column. */
static bool has_nothing_but(const struct columns *columns, const struct cell *cells, unsigned those)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        if ((those & 1U << i) == 0 && has_text(columns, cells, i))
            return false;
    }
    return true;
}

/* A row that has categories, and nothing that only a product has. */
static bool is_of_categories(const struct columns *columns, const struct cell *cells)
{
    return has_text(columns, cells, FIELD_INDEX_CATEGORIES) &&
           has_nothing_but(columns, cells,
                           1U << FIELD_INDEX_CATEGORIES | 1U << COLUMN_NAMES | 1U << FIELD_INDEX_CURRENCY);
}

/* A product would have a price where there is a column for it. */
static bool is_former(const struct columns *columns, const struct cell *cells)
{
    return (columns->places[FIELD_INDEX_PRICE] != 0 || columns->places[COLUMN_PRICE] != 0) &&
           has_text(columns, cells, COLUMN_ID) &&
           has_nothing_but(columns, cells, 1U << COLUMN_ID | 1U << FIELD_INDEX_SLUG | 1U << FIELD_INDEX_SKU);
}

static void read_former(const struct columns *columns, const struct cell *cells, struct row_builder *builder)
{
    struct file_place place;
    const char *id = find_trimmed(columns, cells, COLUMN_ID, &place, builder->arena);

    row_builder_set_former(builder, place, id);
    const char *slug = find_trimmed(columns, cells, FIELD_INDEX_SLUG, &place, builder->arena);
    if (slug != NULL)
        row_builder_set_former_slug(builder, place, slug);
    read_values(columns, cells, FIELD_SKU, builder);
}

static void read_row_of_categories(const struct columns *columns, const struct cell *cells, struct row_builder *builder)
{
    builder->row.is_of_categories = true;
    read_values(columns, cells, FIELD_CURRENCY, builder);
    read_categories(columns, cells, builder);
}

static void check_unnamed(const struct columns *columns, const struct cell *cells, struct row_builder *builder)
{
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->is_unnamed[i] && cells[i].text[0] != '\0')
            row_builder_refuse(builder, (struct file_place){.line = cells[i].line, .column = i + 1},
                               "the column has no heading; it may only be empty");
    }
}

bool columns_take(void *data, size_t line, const struct cell *cells, size_t count, struct arena *arena)
{
    struct columns *columns = data;

    if (!columns->has_header)
        return read_header(columns, line, cells, count, arena);
    struct row_builder builder = row_builder_begin(arena, columns->output->source.faults, line);
    if (count != columns->count) {
        row_builder_refuse(&builder, (struct file_place){.line = line},
                           "the row has %zu %s; %zu %s allowed, as many as the header has", count,
                           count == 1 ? "field" : "fields", columns->count, columns->count == 1 ? "is" : "are");
    } else if (is_of_categories(columns, cells)) {
        read_row_of_categories(columns, cells, &builder);
    } else if (is_former(columns, cells)) {
        read_former(columns, cells, &builder);
    } else {
        struct file_place place;
        check_unnamed(columns, cells, &builder);
        const char *id = find_trimmed(columns, cells, COLUMN_ID, &place, arena);
        if (id != NULL)
            row_builder_set_id(&builder, place, id);
        read_values(columns, cells, FIELD_ALL, &builder);
        read_decimal_price(columns, cells, COLUMN_PRICE, FIELD_PRICE, &builder);
        read_decimal_price(columns, cells, COLUMN_COMPARE_AT, FIELD_COMPARE_AT, &builder);
        read_categories(columns, cells, &builder);
        read_tags(columns, cells, &builder);
        read_images(columns, cells, &builder);
        read_variants(columns, cells, &builder);
    }
    row_sink_take(columns->output, &builder);
    return true;
}
