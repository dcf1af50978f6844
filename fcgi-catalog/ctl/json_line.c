/* SPDX-License-Identifier: MIT */
/* Products and categories as lines. */
#include "fcgi-catalog/ctl/json_line.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "fcgi-catalog/catalog/json.h"

static bool is_empty_text(const char *text)
{
    return text == NULL || text[0] == '\0';
}

/* ---- Categories ---- */

static int compare_slug(const void *key, const void *entry)
{
    return strcmp(key, ((const struct category_entry *)entry)->slug);
}

/* Its place in the list; `count` of the list: it is at the top. */
static size_t find_parent(const struct category_list *categories, size_t index)
{
    const char *slug = categories->items[index].parent;
    const struct category_entry *found =
        slug == NULL ? NULL
                     : bsearch(slug, categories->items, categories->count, sizeof *categories->items, compare_slug);

    return found != NULL ? (size_t)(found - categories->items) : categories->count;
}

/* How many are above each. They are a tree. */
static size_t *measure_depths(const struct category_list *categories)
{
    size_t *depths = memory_get_zeroed(categories->count + 1, sizeof *depths);

    for (size_t i = 0; i < categories->count; i++) {
        size_t above = find_parent(categories, i);
        while (above < categories->count) {
            depths[i]++;
            above = find_parent(categories, above);
        }
    }
    return depths;
}

static void *get_memory(size_t size)
{
    return memory_get(size);
}

static void write_text(const char *name, const char *text, FILE *out)
{
    cJSON *string = is_empty_text(text) ? cJSON_CreateNull() : cJSON_CreateStringReference(text);
    char *printed = cJSON_PrintUnformatted(string);

    fprintf(out, "\"%s\":%s", name, printed);
    free(printed);
    cJSON_Delete(string);
}

static void write_category(const struct category_entry *category, FILE *out)
{
    putc('{', out);
    write_text("category", category->slug, out);
    putc(',', out);
    write_text("name", category->name, out);
    putc(',', out);
    write_text("parent", category->parent, out);
    fputs("}\n", out);
}

void json_line_write_categories(const struct category_list *categories, FILE *out)
{
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = get_memory, .free_fn = free}); /* nothing of it can be NULL */
    size_t *depths = measure_depths(categories);

    for (size_t depth = 0, written = 0; written < categories->count; depth++) {
        for (size_t i = 0; i < categories->count; i++) {
            if (depths[i] == depth) {
                write_category(&categories->items[i], out);
                written++;
            }
        }
    }
    free(depths);
}

/* ---- Products ---- */

static void write_empty_fields(const struct product *product, const char *currency, FILE *out)
{
    const struct {
        const char *text;
        bool is_empty;
    } fields[] = {
        {",\"description\":null", is_empty_text(product->description)},
        {",\"price_in_cents\":0", product->price_cents == 0},
        {",\"categories\":null", product->own_category_count == 0},
        {",\"sku\":null", is_empty_text(product->sku)},
        {",\"name\":null", is_empty_text(product->name)},
        {",\"currency\":null", is_empty_text(currency)},
        {",\"tags\":null", product->tag_count == 0},
        {",\"images\":null", product->image_count == 0},
        {",\"stock\":null", is_empty_text(product->stock)},
        {",\"created_at\":null", product->created_at == 0},
        {",\"updated_at\":null", product->updated_at == 0},
    };

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].is_empty)
            fputs(fields[i].text, out);
    }
}

void json_line_write_product(const struct product *product, const char *currency, FILE *out)
{
    struct product line = *product;
    char *text;
    size_t seam;

    line.category_count = product->own_category_count;
    size_t length = json_print_product(&line, FIELD_ALL, currency, &text, &seam);
    fwrite(text, 1, length - 1, out); /* all but the brace at the end */
    write_empty_fields(product, currency, out);
    fputs("}\n", out);
    free(text);
}
