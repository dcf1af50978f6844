/* SPDX-License-Identifier: MIT */
/* Products as CSV. Each field is put together in the arena, then quoted when it has to be. */
#include "fcgi-catalog/catalog/csv.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/compiler.h"
#include "fcgi-catalog/catalog/field.h"

#define NAMES                                                                                                          \
    "id,sku,slug,name,description,price_in_cents,currency,categories,category_names,tags,images,stock,created_at,"     \
    "updated_at"

/* Text that grows in an arena: its old place is given up when it moves. */
struct growing {
    enum csv_form form;
    struct arena *arena;
    char *bytes;
    size_t length, room;
};

static char *reserve(struct growing *text, size_t more)
{
    if (text->room - text->length <= more) {
        text->room = (text->length + more) * 2 + 64;
        char *moved = arena_get(text->arena, text->room);
        if (text->length > 0)
            memcpy(moved, text->bytes, text->length);
        text->bytes = moved;
    }
    return text->bytes + text->length;
}

static void put_byte(struct growing *text, char byte)
{
    *reserve(text, 1) = byte;
    text->length++;
}

static void put_bytes(struct growing *text, const char *bytes, size_t length)
{
    if (length > 0)
        memcpy(reserve(text, length), bytes, length);
    text->length += length;
}

/* A backslash before each byte of `special`. */
static void put_escaped(struct growing *text, const char *part, const char *special)
{
    for (; *part != '\0'; part++) {
        if (strchr(special, *part) != NULL)
            put_byte(text, '\\');
        put_byte(text, *part);
    }
}

/* ---- Fields ---- */

/* Whether spreadsheets run it, some when it begins with a wide form of the character (U+FF1D, U+FF0B, U+FF0D, U+FF20),
 * or it is as if it had been kept from that. The field has a NUL behind it. */
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
static bool needs_quotes(const struct growing *row, const char *field, size_t length)
{
    static const char *const special[] = {[CSV_PLAIN] = ",\"\r\n", [CSV_FOR_SPREADSHEET] = ",\"\r\n;\t"};

    if (length == 0)
        return false;
    char first = field[0], last = field[length - 1];
    return first == ' ' || first == '\t' || last == ' ' || last == '\t' || strcspn(field, special[row->form]) < length;
}

/* The field has a NUL behind it, and none inside. */
static void put_field(struct growing *row, const char *field, size_t length)
{
    bool is_led = row->form == CSV_FOR_SPREADSHEET && length > 0 && looks_like_formula(field);

    if (row->length > 0)
        put_byte(row, ',');
    if (!needs_quotes(row, field, length)) {
        put_bytes(row, "'", is_led);
        put_bytes(row, field, length);
        return;
    }
    put_byte(row, '"');
    put_bytes(row, "'", is_led);
    for (const char *at = field, *end = field + length; at < end;) {
        const char *quote = memchr(at, '"', (size_t)(end - at));
        size_t part = quote != NULL ? (size_t)(quote - at) + 1 : (size_t)(end - at);
        put_bytes(row, at, part);
        if (quote != NULL)
            put_byte(row, '"');
        at += part;
    }
    put_byte(row, '"');
}

static void put_text(struct growing *row, const char *text)
{
    if (text == NULL)
        text = "";
    put_field(row, text, strlen(text));
}

static void put_number(struct growing *row, int32_t number)
{
    char text[12];

    snprintf(text, sizeof text, "%d", (int)number);
    put_text(row, text);
}

static void put_time(struct growing *row, int64_t seconds)
{
    char text[FIELD_TIME_SIZE] = "";

    if (seconds > 0 && seconds <= FIELD_TIME_MAX)
        field_print_time(seconds, text);
    put_text(row, text);
}

/* ---- Lists ---- */

static int compare_slug(const void *key, const void *entry)
{
    return strcmp(key, ((const struct category_entry *)entry)->slug);
}

static const struct category_entry *find_category(const struct category_list *categories, const char *slug)
{
    if (slug == NULL || categories->count == 0)
        return NULL;
    return bsearch(slug, categories->items, categories->count, sizeof *categories->items, compare_slug);
}

/* No tree is deeper than a product may have categories, if one is in it. */
struct path {
    const struct category_entry *steps[PRODUCT_CATEGORIES_MAX]; /* upwards; NULL: not known */
    const char *slugs[PRODUCT_CATEGORIES_MAX];
    size_t count;
};

static struct path find_path(const struct category_list *categories, const char *slug)
{
    struct path path = {.count = 0};

    while (slug != NULL && path.count < PRODUCT_CATEGORIES_MAX) {
        const struct category_entry *category = find_category(categories, slug);
        path.slugs[path.count] = slug;
        path.steps[path.count++] = category;
        slug = category != NULL ? category->parent : NULL;
    }
    return path;
}

/* From the top down to the category, its slugs or its names. */
static void put_path(struct growing *list, const struct path *path, bool is_of_names)
{
    for (size_t i = path->count; i-- > 0;) {
        const struct category_entry *category = path->steps[i];
        const char *name = category != NULL && category->name != NULL ? category->name : "";
        put_escaped(list, is_of_names ? name : path->slugs[i], "\\|/");
        if (i > 0)
            put_byte(list, '/');
    }
}

/* The list as a field. */
static void put_list_field(struct growing *row, struct growing *list)
{
    *reserve(list, 1) = '\0';
    put_field(row, list->bytes, list->length);
}

/* The same; a list whose texts are all empty is nothing. */
static void put_list(struct growing *row, struct growing *list)
{
    bool has_text = false;

    for (size_t i = 0; i < list->length; i++)
        has_text = has_text || (list->bytes[i] != '|' && list->bytes[i] != '/');
    if (!has_text)
        list->length = 0;
    put_list_field(row, list);
}

static void put_categories(struct growing *row, const struct product *product, const struct category_list *categories,
                           bool is_of_names)
{
    struct growing list = {.arena = row->arena};

    for (size_t i = 0; i < product->own_category_count; i++) {
        if (i > 0)
            put_byte(&list, '|');
        const struct path path = find_path(categories, product->categories[i]);
        put_path(&list, &path, is_of_names);
    }
    put_list(row, &list);
}

static void put_tags(struct growing *row, const struct product *product)
{
    struct growing list = {.arena = row->arena};

    for (size_t i = 0; i < product->tag_count; i++) {
        if (i > 0)
            put_byte(&list, '|');
        put_escaped(&list, product->tags[i], "\\|");
    }
    put_list_field(row, &list);
}

static void put_images(struct growing *row, const struct product *product)
{
    struct growing list = {.arena = row->arena};

    for (size_t i = 0; i < product->image_count; i++) {
        const struct product_image *image = &product->images[i];
        if (i > 0)
            put_byte(&list, '|');
        put_escaped(&list, image->url, "\\| ");
        if (image->alt != NULL && image->alt[0] != '\0') {
            put_byte(&list, ' ');
            put_escaped(&list, image->alt, "\\|");
        }
    }
    put_list_field(row, &list);
}

/* Ends the row behind the last of the plain columns. */
static struct csv_text end_row(struct growing *row)
{
    if (row->form == CSV_FOR_SPREADSHEET)
        put_byte(row, ',');
    put_bytes(row, "\r\n", 3); /* its NUL, too */
    return (struct csv_text){.bytes = row->bytes, .length = row->length - 1};
}

const char *csv_header(enum csv_form form)
{
    static const char *const headers[] = {
        [CSV_PLAIN] = NAMES "\r\n",
        [CSV_FOR_SPREADSHEET] = "\xef\xbb\xbf" NAMES "," CSV_SPREADSHEET_COLUMN "\r\n",
    };

    return headers[form];
}

struct csv_text csv_print_product(const struct product *product, const struct category_list *categories,
                                  const char *currency, enum csv_form form, struct arena *arena)
{
    struct growing row = {.form = form, .arena = arena};

    put_number(&row, product->id);
    put_text(&row, product->sku);
    put_text(&row, product->slug);
    put_text(&row, product->name);
    put_text(&row, product->description);
    put_number(&row, product->price_cents);
    put_text(&row, currency);
    put_categories(&row, product, categories, false);
    put_categories(&row, product, categories, true);
    put_tags(&row, product);
    put_images(&row, product);
    put_text(&row, product->stock);
    put_time(&row, product->created_at);
    put_time(&row, product->updated_at);
    return end_row(&row);
}

struct csv_text csv_print_former(const struct former_product *former, enum csv_form form, struct arena *arena)
{
    struct growing row = {.form = form, .arena = arena};

    put_number(&row, former->id);
    put_text(&row, former->sku);
    put_text(&row, former->slug);
    put_bytes(&row, ",,,,,,,,,,,", 11);
    return end_row(&row);
}

/* ---- Categories without products ---- */

static void put_path_field(struct growing *row, const struct path *path, bool is_of_names)
{
    struct growing list = {.arena = row->arena};

    put_path(&list, path, is_of_names);
    put_list(row, &list);
}

/* A way that is longer than a row can say is said in parts, each from where the one before ended. */
static void put_rows_of_category(struct growing *rows, const struct category_list *categories, const char *slug,
                                 const char *currency)
{
    bool goes_on = true;

    while (goes_on) {
        const struct path path = find_path(categories, slug);
        struct growing row = {.form = rows->form, .arena = rows->arena};
        put_bytes(&row, ",,,,,", 5);
        put_text(&row, currency);
        put_path_field(&row, &path, false);
        put_path_field(&row, &path, true);
        put_bytes(&row, ",,,,,", 5);
        const struct csv_text text = end_row(&row);
        put_bytes(rows, text.bytes, text.length);
        const struct category_entry *top = path.steps[path.count - 1];
        slug = path.slugs[path.count - 1];
        goes_on = path.count == PRODUCT_CATEGORIES_MAX && top != NULL && top->parent != NULL;
    }
}

/* Which of the categories, by their places in the list, have others below them. */
static const bool *find_parents(const struct category_list *categories, struct arena *arena)
{
    bool *are_parents = arena_get(arena, categories->count + 1);

    memset(are_parents, 0, categories->count + 1);
    for (size_t i = 0; i < categories->count; i++) {
        const struct category_entry *parent = find_category(categories, categories->items[i].parent);
        if (parent != NULL)
            are_parents[parent - categories->items] = true;
    }
    return are_parents;
}

struct csv_text csv_print_empty_categories(const struct category_list *categories, const char *currency,
                                           enum csv_form form, struct arena *arena)
{
    const bool *are_parents = find_parents(categories, arena);
    struct growing rows = {.form = form, .arena = arena};

    for (size_t i = 0; i < categories->count; i++) {
        if (categories->items[i].product_count == 0 && !are_parents[i])
            put_rows_of_category(&rows, categories, categories->items[i].slug, currency);
    }
    put_bytes(&rows, "", 1); /* its NUL */
    return (struct csv_text){.bytes = rows.bytes, .length = rows.length - 1};
}
