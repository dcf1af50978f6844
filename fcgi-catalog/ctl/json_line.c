/* SPDX-License-Identifier: MIT */
/* Products and categories as lines. */
#include "fcgi-catalog/ctl/json_line.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "fcgi-catalog/catalog/json.h"

static bool is_empty_text(const char *text)
{
    return text == NULL || text[0] == '\0';
}

/* ---- Categories ---- */

/* The parent's place in the list; the `count` of the list: there is no parent. */
static size_t find_parent(const struct category_list *categories, size_t index)
{
    const struct category_entry *parent = category_find(categories, categories->items[index].parent);

    return parent != NULL ? (size_t)(parent - categories->items) : categories->count;
}

/* A category's place in the list, and how many are above it. */
struct depth {
    size_t index, count; /* SIZE_MAX: not known yet */
};

/* The depths of all categories, which are a tree: a walk from each up to one with a known depth, and down again. */
static struct depth *measure_depths(const struct category_list *categories)
{
    struct depth *depths = memory_get((categories->count + 1) * sizeof *depths);

    for (size_t i = 0; i <= categories->count; i++)
        depths[i] = (struct depth){.index = i, .count = SIZE_MAX};
    for (size_t i = 0; i < categories->count; i++) {
        size_t steps = 0, above = i;
        for (; above < categories->count && depths[above].count == SIZE_MAX; above = find_parent(categories, above))
            steps++;
        size_t base = above < categories->count ? depths[above].count + 1 : 0;
        for (size_t below = i; steps > 0; below = find_parent(categories, below))
            depths[below].count = base + --steps;
    }
    return depths;
}

static int compare_depths(const void *a, const void *b)
{
    const struct depth *one = a, *other = b;

    if (one->count != other->count)
        return one->count < other->count ? -1 : 1;
    return (one->index > other->index) - (one->index < other->index);
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
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = memory_get, .free_fn = free}); /* so no item of cJSON is NULL */
    struct depth *depths = measure_depths(categories);

    qsort(depths, categories->count, sizeof *depths, compare_depths);
    for (size_t i = 0; i < categories->count; i++)
        write_category(&categories->items[depths[i].index], out);
    free(depths);
}

/* ---- Products ---- */

void json_line_write_former(const struct former_product *former, FILE *out)
{
    fprintf(out, "{\"former\":%" PRId32 ",", former->id);
    write_text("slug", former->slug, out);
    putc(',', out);
    write_text("sku", former->sku, out);
    fputs("}\n", out);
}

void json_line_write_product(const struct product *product, const char *currency, FILE *out)
{
    struct product line = *product;
    char *text;
    size_t *seams = memory_get((1 + product->variant_count) * sizeof *seams);

    line.category_count = product->own_category_count;
    size_t length = json_print_product(&line, FIELD_ALL, currency, &text, seams);
    fwrite(text, 1, length - 1, out); /* all but the brace at the end */
    for (const struct field *field = field_table; field < field_table + FIELD_COUNT; field++) {
        bool is_empty = field->kind == FIELD_KIND_CURRENCY ? is_empty_text(currency) : field_is_empty(field, product);
        if (is_empty && field->kind != FIELD_KIND_DISCOUNT && field->bit != FIELD_SLUG)
            fprintf(out, ",\"%s\":%s", field->name, field->bit == FIELD_PRICE ? "0" : "null");
    }
    fputs("}\n", out);
    free(text);
    free(seams);
}
