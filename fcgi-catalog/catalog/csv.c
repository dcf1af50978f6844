/* SPDX-License-Identifier: MIT */
/* Products as CSV: a row follows the table of fields; each field is put together, then quoted when it has to be. */
#include "fcgi-catalog/catalog/csv.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/catalog/list_text.h"
#include "fcgi-catalog/catalog/variant.h"

/* A row as it grows. */
struct csv_row {
    enum csv_dialect dialect;
    struct buffer text;
    size_t columns; /* that it has so far */
};

/* ---- Fields ---- */

/* Whether spreadsheets run the field (some also when it begins with a wide form of the character: U+FF1D, U+FF0B,
 * U+FF0D, U+FF20), or it begins with an apostrophe, as if one kept it from that. A NUL ends it. */
static bool looks_like_formula(const char *field)
{
    static const char *const beginnings[] = {
        "=", "+", "-", "@", "\t", "\r", "\n", "'", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(beginnings); i++) {
        if (strncmp(field, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    }
    return false;
}

const char *csv_without_apostrophe(const char *field)
{
    return field[0] == '\'' && looks_like_formula(field + 1) ? field + 1 : field;
}

/* Many readers cut white space at the ends off, unless it is quoted, and spreadsheets have other separators as well. */
static bool needs_quotes(const struct csv_row *row, const char *field, size_t length)
{
    static const char *const special[] = {[CSV_PLAIN] = ",\"\r\n", [CSV_FOR_SPREADSHEET] = ",\"\r\n;\t"};

    if (length == 0)
        return false;
    char first = field[0], last = field[length - 1];
    return first == ' ' || first == '\t' || last == ' ' || last == '\t' ||
           strcspn(field, special[row->dialect]) < length;
}

/* The field has a NUL behind it, and none inside. */
static void put_field(struct csv_row *row, const char *field, size_t length)
{
    struct buffer *text = &row->text;
    bool is_led = row->dialect == CSV_FOR_SPREADSHEET && length > 0 && looks_like_formula(field);

    if (row->columns++ > 0)
        buffer_append_byte(text, ',');
    if (!needs_quotes(row, field, length)) {
        buffer_append(text, "'", is_led);
        buffer_append(text, field, length);
        return;
    }
    buffer_append_byte(text, '"');
    buffer_append(text, "'", is_led);
    for (const char *at = field, *end = field + length; at < end;) {
        const char *quote = memchr(at, '"', (size_t)(end - at));
        size_t part = quote != NULL ? (size_t)(quote - at) + 1 : (size_t)(end - at);
        buffer_append(text, at, part);
        if (quote != NULL)
            buffer_append_byte(text, '"');
        at += part;
    }
    buffer_append_byte(text, '"');
}

static void put_text(struct csv_row *row, const char *text)
{
    put_field(row, text, strlen(text));
}

static void put_number(struct csv_row *row, int64_t number)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)number);
    put_text(row, text);
}

/* ---- Lists ---- */

/* The categories from one up to the top. A product can be read only if it is in at most so many. */
struct path {
    const struct category_entry *steps[PRODUCT_CATEGORIES_MAX]; /* upwards; NULL: not known */
    const char *slugs[PRODUCT_CATEGORIES_MAX];
    size_t count;
};

static struct path find_path(const struct category_list *categories, const char *slug)
{
    struct path path = {.count = 0};

    while (slug != NULL && path.count < PRODUCT_CATEGORIES_MAX) {
        const struct category_entry *category = category_find(categories, slug);
        path.slugs[path.count] = slug;
        path.steps[path.count++] = category;
        slug = category != NULL ? category->parent : NULL;
    }
    return path;
}

/* From the top down to the category, its slugs or its names. */
static void put_path(struct buffer *list, const struct path *path, bool is_of_names)
{
    for (size_t i = path->count; i-- > 0;) {
        const struct category_entry *category = path->steps[i];
        const char *name = category != NULL && category->name != NULL ? category->name : "";
        list_put(list, is_of_names ? name : path->slugs[i], "\\|/");
        if (i > 0)
            buffer_append_byte(list, '/');
    }
}

/* The list as a field; a list whose texts are all empty is printed as nothing. */
static void put_list(struct csv_row *row, struct buffer *list)
{
    if (strspn(buffer_text(list), "|/") == list->length)
        list->length = 0;
    put_field(row, buffer_text(list), list->length);
}

static void put_categories(struct csv_row *row, const struct product *product, const struct category_list *categories,
                           bool is_of_names)
{
    struct buffer list = {.arena = row->text.arena};

    for (size_t i = 0; i < product->own_category_count; i++) {
        if (i > 0)
            buffer_append_byte(&list, '|');
        const struct path path = find_path(categories, product->categories[i]);
        put_path(&list, &path, is_of_names);
    }
    put_list(row, &list);
}

static void put_tags(struct csv_row *row, const struct product *product)
{
    struct buffer list = {.arena = row->text.arena};

    for (size_t i = 0; i < product->tag_count; i++) {
        if (i > 0)
            buffer_append_byte(&list, '|');
        list_put(&list, product->tags[i], "\\|");
    }
    put_list(row, &list);
}

static void put_images(struct csv_row *row, const struct product *product)
{
    struct buffer list = {.arena = row->text.arena};

    for (size_t i = 0; i < product->image_count; i++) {
        const struct product_image *image = &product->images[i];
        if (i > 0)
            buffer_append_byte(&list, '|');
        list_put(&list, image->url, "\\| ");
        if (image->alt != NULL && image->alt[0] != '\0') {
            buffer_append_byte(&list, ' ');
            list_put(&list, image->alt, "\\|");
        }
    }
    put_list(row, &list);
}

static void put_variants(struct csv_row *row, const struct product *product)
{
    struct buffer list = {.arena = row->text.arena};

    variant_print_all(&list, product);
    put_list(row, &list);
}

/* Ends the row behind the last of the plain columns. */
static struct text end_row(struct csv_row *row)
{
    if (row->dialect == CSV_FOR_SPREADSHEET)
        buffer_append_byte(&row->text, ',');
    buffer_append(&row->text, "\r\n", 2);
    return (struct text){.bytes = buffer_text(&row->text), .length = row->text.length};
}

struct text csv_print_names(const char *const *names, size_t count, enum csv_dialect dialect, struct arena *arena)
{
    struct csv_row row = {.dialect = CSV_PLAIN, .text.arena = arena};

    if (dialect == CSV_FOR_SPREADSHEET)
        buffer_append(&row.text, "\xef\xbb\xbf", 3);
    for (size_t i = 0; i < count; i++)
        put_text(&row, names[i]);
    if (dialect == CSV_FOR_SPREADSHEET)
        put_text(&row, CSV_SPREADSHEET_COLUMN);
    return end_row(&row);
}

struct text csv_print_header(enum csv_dialect dialect, struct arena *arena)
{
    const char *names[FIELD_COLUMNS + 2] = {"id"};
    size_t count = 1;

    for (size_t i = 0; i < FIELD_COLUMNS; i++) {
        names[count++] = field_table[field_columns[i]].name;
        if (field_columns[i] == FIELD_INDEX_CATEGORIES)
            names[count++] = CSV_NAMES_COLUMN;
    }
    return csv_print_names(names, count, dialect, arena);
}

struct text csv_print_texts(const char *const *texts, size_t count, enum csv_dialect dialect, struct arena *arena)
{
    struct csv_row row = {.dialect = dialect, .text.arena = arena};

    for (size_t i = 0; i < count; i++)
        put_text(&row, texts[i]);
    return end_row(&row);
}

/* A row of the columns whose bits `fields` has; the others are empty. */
static struct text print_row(const struct product *product, unsigned fields, const struct category_list *categories,
                             const char *currency, enum csv_dialect dialect, struct arena *arena)
{
    struct csv_row row = {.dialect = dialect, .text.arena = arena};
    char time[FIELD_TIME_SIZE] = "";

    if (product->id != 0)
        put_number(&row, product->id);
    else
        put_text(&row, "");
    for (size_t i = 0; i < FIELD_COLUMNS; i++) {
        const struct field *field = &field_table[field_columns[i]];
        int64_t seconds;
        if ((fields & field->bit) == 0) {
            put_text(&row, "");
            if (field->kind == FIELD_KIND_CATEGORIES)
                put_text(&row, "");
            continue;
        }
        switch (field->kind) {
        case FIELD_KIND_TEXT:
            put_text(&row, field_text(field, product));
            break;
        case FIELD_KIND_NUMBER:
            if (field_is_absent(field, product))
                put_text(&row, "");
            else
                put_number(&row, field_number(field, product));
            break;
        case FIELD_KIND_TIME:
            seconds = field_number(field, product);
            if (seconds > 0 && seconds <= FIELD_TIME_MAX)
                field_print_time(seconds, time);
            put_text(&row, seconds > 0 && seconds <= FIELD_TIME_MAX ? time : "");
            break;
        case FIELD_KIND_CATEGORIES:
            put_categories(&row, product, categories, false);
            put_categories(&row, product, categories, true);
            break;
        case FIELD_KIND_TAGS:
            put_tags(&row, product);
            break;
        case FIELD_KIND_IMAGES:
            put_images(&row, product);
            break;
        case FIELD_KIND_VARIANTS:
            put_variants(&row, product);
            break;
        case FIELD_KIND_CURRENCY:
            put_text(&row, currency);
            break;
        case FIELD_KIND_DISCOUNT:
            break;
        }
    }
    return end_row(&row);
}

struct text csv_print_product(const struct product *product, const struct category_list *categories,
                              const char *currency, enum csv_dialect dialect, struct arena *arena)
{
    return print_row(product, FIELD_ALL, categories, currency, dialect, arena);
}

struct text csv_print_former(const struct former_product *former, enum csv_dialect dialect, struct arena *arena)
{
    const struct product product = {.id = former->id, .slug = former->slug, .sku = former->sku};

    return print_row(&product, FIELD_SLUG | FIELD_SKU, NULL, "", dialect, arena);
}

/* ---- Categories without products ---- */

/* A row for a category; where its path is longer than a row can hold, another row for each further part of the path. */
static void put_rows_of_category(struct buffer *rows, const struct category_list *categories, const char *slug,
                                 const char *currency, enum csv_dialect dialect)
{
    const struct category_entry *top;
    struct path path;

    do {
        const struct product none = {.categories = &slug, .own_category_count = 1};
        const struct text row =
            print_row(&none, FIELD_CATEGORIES | FIELD_CURRENCY, categories, currency, dialect, rows->arena);
        buffer_append(rows, row.bytes, row.length);
        path = find_path(categories, slug);
        top = path.steps[path.count - 1];
        slug = path.slugs[path.count - 1];
    } while (path.count == PRODUCT_CATEGORIES_MAX && top != NULL && top->parent != NULL);
}

struct text csv_print_empty_categories(const struct category_list *categories, const char *currency,
                                       enum csv_dialect dialect, struct arena *arena)
{
    struct buffer rows = {.arena = arena};
    bool *are_parents = arena_get(arena, categories->count + 1); /* by their places in the list */

    memset(are_parents, 0, categories->count + 1);
    for (size_t i = 0; i < categories->count; i++) {
        const struct category_entry *parent = category_find(categories, categories->items[i].parent);
        if (parent != NULL)
            are_parents[parent - categories->items] = true;
    }
    for (size_t i = 0; i < categories->count; i++) {
        if (categories->items[i].product_count == 0 && !are_parents[i])
            put_rows_of_category(&rows, categories, categories->items[i].slug, currency, dialect);
    }
    return (struct text){.bytes = buffer_text(&rows), .length = rows.length};
}
