/* SPDX-License-Identifier: MIT */
/* Our own CSV, as catalog/csv.h describes it: a header in any order, then a product a row. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/memory.h"
#include "fcgi-catalog/catalog/csv.h"
#include "fcgi-catalog/catalog/currency.h"
#include "fcgi-catalog/import/formats.h"

enum column {
    COLUMN_ID,
    COLUMN_SKU,
    COLUMN_SLUG,
    COLUMN_NAME,
    COLUMN_DESCRIPTION,
    COLUMN_PRICE_IN_CENTS,
    COLUMN_PRICE,
    COLUMN_CURRENCY,
    COLUMN_CATEGORIES,
    COLUMN_CATEGORY_NAMES,
    COLUMN_TAGS,
    COLUMN_IMAGES,
    COLUMN_STOCK,
    COLUMN_CREATED_AT,
    COLUMN_UPDATED_AT,
    COLUMN_SPREADSHEET,
    COLUMNS
};

static const char *const column_names[COLUMNS] = {
    "id",          "sku",
    "slug",        "name",
    "description", "price_in_cents",
    "price",       "currency",
    "categories",  "category_names",
    "tags",        "images",
    "stock",       "created_at",
    "updated_at",  CSV_SPREADSHEET_COLUMN,
};

#define COLUMN_LIST                                                                                                    \
    "id, sku, slug, name, description, price_in_cents or price, currency, categories, category_names, tags, images, "  \
    "stock, created_at, updated_at, " CSV_SPREADSHEET_COLUMN

struct columns {
    struct output *output;
    bool has_header;
    size_t count;
    size_t places[COLUMNS]; /* the column's number, from 1; 0: it is not there */
};

struct columns *columns_new(struct output *output)
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

static bool find_column(const char *name, size_t *index)
{
    for (*index = 0; *index < COLUMNS; ++*index) {
        if (strcasecmp(column_names[*index], name) == 0)
            return true;
    }
    return false;
}

static bool check_header(const struct columns *columns, struct import_faults *faults, size_t line)
{
    const char *why = NULL;

    if (columns->places[COLUMN_SLUG] == 0 && columns->places[COLUMN_SKU] == 0)
        why = "the header has neither slug nor sku; one of them is needed";
    else if (columns->places[COLUMN_PRICE] != 0 && columns->places[COLUMN_PRICE_IN_CENTS] != 0)
        why = "the header has both price and price_in_cents; one of them is allowed";
    else if (columns->places[COLUMN_CATEGORY_NAMES] != 0 && columns->places[COLUMN_CATEGORIES] == 0)
        why = "the header has category_names without categories; they are allowed together only";
    if (why != NULL)
        import_faults_add(faults, line, 0, "%s", why);
    return why == NULL;
}

static bool read_header(struct columns *columns, size_t line, const struct cell *cells, size_t count,
                        struct arena *arena)
{
    struct import_faults *faults = columns->output->source.faults;
    bool is_sound = true;

    columns->has_header = true;
    columns->count = count;
    for (size_t i = 0; i < count; i++) {
        size_t index;
        const char *shown = field_show(cells[i].text, strlen(cells[i].text), arena);
        bool is_known = find_column(cells[i].text, &index);
        if (!is_known)
            import_faults_add(faults, line, i + 1, "%s is no column; allowed are " COLUMN_LIST, shown);
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
static const char *find_cell(const struct columns *columns, const struct cell *cells, enum column column,
                             struct place *place)
{
    size_t number = columns->places[column];

    if (number == 0)
        return NULL;
    const char *text = cells[number - 1].text;
    *place = (struct place){.line = cells[number - 1].line, .column = number};
    return columns->places[COLUMN_SPREADSHEET] != 0 ? csv_without_apostrophe(text) : text;
}

/* How a cell is read that is one value. */
struct cell_reader {
    enum column column;
    void (*set)(struct draft *draft, struct place place, const char *text);
    bool has_blanks; /* those at its ends are part of it */
};

static void read_values(const struct columns *columns, const struct cell *cells, const struct cell_reader *readers,
                        size_t count, struct draft *draft)
{
    struct place place;

    for (size_t i = 0; i < count; i++) {
        const char *text = find_cell(columns, cells, readers[i].column, &place);
        if (text != NULL)
            readers[i].set(draft, place, readers[i].has_blanks ? text : cell_trim(text, draft->arena));
    }
}

static void read_texts(const struct columns *columns, const struct cell *cells, struct draft *draft)
{
    static const struct cell_reader readers[] = {
        {COLUMN_ID, draft_set_id, false},
        {COLUMN_SKU, draft_set_sku, true},
        {COLUMN_SLUG, draft_set_slug, false},
        {COLUMN_NAME, draft_set_name, true},
        {COLUMN_DESCRIPTION, draft_set_description, true},
        {COLUMN_CURRENCY, draft_set_currency, false},
        {COLUMN_PRICE_IN_CENTS, draft_set_price, false},
        {COLUMN_STOCK, draft_set_stock, false},
        {COLUMN_CREATED_AT, draft_set_created, false},
        {COLUMN_UPDATED_AT, draft_set_updated, false},
    };

    read_values(columns, cells, readers, ARRAY_LENGTH(readers), draft);
}

static void read_decimal_price(const struct columns *columns, const struct cell *cells, struct draft *draft)
{
    struct place place;
    const char *text = find_cell(columns, cells, COLUMN_PRICE, &place);
    int exponent = columns->output->source.exponent;

    if (text == NULL)
        return;
    if (draft->row.currency[0] != '\0' && !currency_find(draft->row.currency, &exponent))
        return; /* which was told */
    draft_set_decimal_price(draft, place, cell_trim(text, draft->arena), exponent);
}

bool path_next(struct draft *draft, struct place place, const char **paths, const char **names)
{
    struct step steps[PRODUCT_CATEGORIES_MAX];
    size_t count = 0;
    char found, found_name = '\0';
    bool has_names = *names != NULL && **names != '\0';

    do {
        const char *slug = list_next(paths, "/|", "\\/|", &found, draft->arena);
        const char *name = has_names ? list_next(names, "/|", "\\/|", &found_name, draft->arena) : NULL;
        if (count == PRODUCT_CATEGORIES_MAX) {
            draft_refuse(draft, place, "the way to a category has more than %d steps; fewer are allowed",
                         PRODUCT_CATEGORIES_MAX);
            return false;
        }
        steps[count++] = (struct step){.slug = slug, .name = name};
        if (has_names && found != found_name) {
            draft_refuse(draft, place, "the categories and their names differ in number; a name for each is allowed");
            return false;
        }
    } while (found == '/');
    draft_add_category(draft, place, steps, count);
    return found == '|' && !draft->is_full;
}

static void read_categories(const struct columns *columns, const struct cell *cells, struct draft *draft)
{
    struct place place;
    const char *names = find_cell(columns, cells, COLUMN_CATEGORY_NAMES, &place);
    const char *paths = find_cell(columns, cells, COLUMN_CATEGORIES, &place);

    if (paths == NULL)
        return;
    paths = cell_trim(paths, draft->arena);
    draft_add_category(draft, place, NULL, 0);
    if (paths[0] == '\0')
        return;
    while (path_next(draft, place, &paths, &names))
        continue;
}

static void read_tags(const struct columns *columns, const struct cell *cells, struct draft *draft)
{
    struct place place;
    const char *tags = find_cell(columns, cells, COLUMN_TAGS, &place);
    char found = '|';

    while (tags != NULL && found == '|' && !draft->is_full)
        draft_add_tag(draft, place, list_next(&tags, "|", "\\|", &found, draft->arena));
}

static void read_images(const struct columns *columns, const struct cell *cells, struct draft *draft)
{
    struct place place;
    const char *images = find_cell(columns, cells, COLUMN_IMAGES, &place);
    char found = '|';

    if (images == NULL)
        return;
    images += strspn(images, " \t");
    draft->row.fields |= FIELD_IMAGES;
    while (found == '|' && images[0] != '\0' && !draft->is_full) {
        const char *url = list_next(&images, " |", "\\| ", &found, draft->arena), *alt = "";
        if (found == ' ')
            alt = list_next(&images, "|", "\\|", &found, draft->arena);
        draft_add_image(draft, place, url, alt);
    }
}

static bool has_text(const struct columns *columns, const struct cell *cells, enum column column)
{
    struct place place;
    const char *text = find_cell(columns, cells, column, &place);

    return text != NULL && text[strspn(text, " \t")] != '\0';
}

/* `those` are bits, 1 << enum column. */
static bool has_nothing_but(const struct columns *columns, const struct cell *cells, unsigned those)
{
    for (enum column i = 0; i < COLUMNS; i++) {
        if ((those & 1U << i) == 0 && has_text(columns, cells, i))
            return false;
    }
    return true;
}

/* A row that puts no product into its categories, and has nothing that only a product has. */
static bool is_of_categories(const struct columns *columns, const struct cell *cells)
{
    return has_text(columns, cells, COLUMN_CATEGORIES) &&
           has_nothing_but(columns, cells,
                           1U << COLUMN_CATEGORIES | 1U << COLUMN_CATEGORY_NAMES | 1U << COLUMN_CURRENCY);
}

/* A product would have a price where there is a column for it. */
static bool is_former(const struct columns *columns, const struct cell *cells)
{
    return (columns->places[COLUMN_PRICE_IN_CENTS] != 0 || columns->places[COLUMN_PRICE] != 0) &&
           has_text(columns, cells, COLUMN_ID) &&
           has_nothing_but(columns, cells, 1U << COLUMN_ID | 1U << COLUMN_SLUG | 1U << COLUMN_SKU);
}

static void read_former(const struct columns *columns, const struct cell *cells, struct draft *draft)
{
    static const struct cell_reader readers[] = {
        {COLUMN_ID, draft_set_former, false},
        {COLUMN_SLUG, draft_set_former_slug, false},
        {COLUMN_SKU, draft_set_sku, true},
    };

    read_values(columns, cells, readers, ARRAY_LENGTH(readers), draft);
}

static void read_row_of_categories(const struct columns *columns, const struct cell *cells, struct draft *draft)
{
    struct place place;
    const char *currency = find_cell(columns, cells, COLUMN_CURRENCY, &place);

    draft->row.is_of_categories = true;
    if (currency != NULL)
        draft_set_currency(draft, place, cell_trim(currency, draft->arena));
    read_categories(columns, cells, draft);
}

bool columns_take(void *data, size_t line, const struct cell *cells, size_t count, struct arena *arena)
{
    struct columns *columns = data;

    if (!columns->has_header)
        return read_header(columns, line, cells, count, arena);
    struct draft draft = draft_begin(arena, columns->output->source.faults, line);
    if (count != columns->count) {
        draft_refuse(&draft, (struct place){.line = line},
                     "the row has %zu %s; %zu %s allowed, as many as the header has", count,
                     count == 1 ? "field" : "fields", columns->count, columns->count == 1 ? "is" : "are");
    } else if (is_of_categories(columns, cells)) {
        read_row_of_categories(columns, cells, &draft);
    } else if (is_former(columns, cells)) {
        read_former(columns, cells, &draft);
    } else {
        read_texts(columns, cells, &draft);
        read_decimal_price(columns, cells, &draft);
        read_categories(columns, cells, &draft);
        read_tags(columns, cells, &draft);
        read_images(columns, cells, &draft);
    }
    output_take(columns->output, &draft);
    return true;
}
