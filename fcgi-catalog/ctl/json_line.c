/* SPDX-License-Identifier: MIT */
/* A product as a line. */
#include "fcgi-catalog/ctl/json_line.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi-catalog/catalog/json.h"

static int compare_slug(const void *key, const void *entry)
{
    return strcmp(key, ((const struct category_entry *)entry)->slug);
}

static const char *find_parent(const struct category_list *categories, const char *slug)
{
    const struct category_entry *found = categories->count == 0 ? NULL
                                                                : bsearch(slug, categories->items, categories->count,
                                                                          sizeof *categories->items, compare_slug);

    return found != NULL ? found->parent : NULL;
}

/* No tree is deeper than a product may have categories. */
static const char *print_path(const struct category_list *categories, const char *slug, struct arena *arena)
{
    const char *path = slug, *parent = find_parent(categories, slug);

    for (int depth = 1; parent != NULL && depth < PRODUCT_CATEGORIES_MAX; depth++) {
        path = arena_print(arena, "%s/%s", parent, path);
        parent = find_parent(categories, parent);
    }
    return path;
}

static bool is_empty_text(const char *text)
{
    return text == NULL || text[0] == '\0';
}

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

void json_line_write(const struct product *product, const struct category_list *categories, const char *currency,
                     struct arena *arena, FILE *out)
{
    struct product line = *product;
    const char **paths = arena_get(arena, (product->own_category_count + 1) * sizeof *paths);
    char *text;
    size_t seam;

    for (size_t i = 0; i < product->own_category_count; i++)
        paths[i] = print_path(categories, product->categories[i], arena);
    line.categories = paths;
    line.category_count = product->own_category_count;
    size_t length = json_print_product(&line, FIELD_ALL, currency, &text, &seam);
    fwrite(text, 1, length - 1, out); /* all but the brace at the end */
    write_empty_fields(product, currency, out);
    fputs("}\n", out);
    free(text);
}
