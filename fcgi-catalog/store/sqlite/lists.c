/* SPDX-License-Identifier: MIT */
/* A product's categories, tags and images as they are in its own row. */
#include "fcgi-catalog/store/sqlite/lists.h"

#include <string.h>

#include "fcgi-catalog/store/sqlite/row.h"

#define CATEGORY 'c'
#define TAG 't'
#define IMAGE 'i'

/* ---- Packing ---- */

static const char *text_of(const char *text)
{
    return text != NULL ? text : "";
}

static size_t measure(const struct product *product)
{
    size_t size = 0;

    for (size_t i = 0; i < product->own_category_count; i++)
        size += strlen(product->categories[i]) + 2;
    for (size_t i = 0; i < product->tag_count; i++)
        size += strlen(product->tags[i]) + 2;
    for (size_t i = 0; i < product->image_count; i++)
        size += strlen(product->images[i].url) + strlen(text_of(product->images[i].alt)) + 3;
    return size;
}

static char *append(char *end, const char *text)
{
    return stpcpy(end, text) + 1;
}

struct lists lists_pack(const struct product *product, struct arena *arena)
{
    size_t size = measure(product);
    char *bytes = arena_get(arena, size + 1), *end = bytes;

    for (size_t i = 0; i < product->own_category_count; i++) {
        *end++ = CATEGORY;
        end = append(end, product->categories[i]);
    }
    for (size_t i = 0; i < product->tag_count; i++) {
        *end++ = TAG;
        end = append(end, product->tags[i]);
    }
    for (size_t i = 0; i < product->image_count; i++) {
        *end++ = IMAGE;
        end = append(append(end, product->images[i].url), text_of(product->images[i].alt));
    }
    return (struct lists){.bytes = bytes, .size = size};
}

/* ---- Unpacking ---- */

/* What is left to read. */
struct list_reader {
    const char *at, *end;
    bool is_broken;
};

/* The next text, which is followed by a NUL; "" when there is none. */
static const char *next_text(struct list_reader *reader)
{
    const char *text = reader->at;
    const char *nul = memchr(text, '\0', (size_t)(reader->end - text));

    if (nul == NULL) {
        reader->is_broken = true;
        return "";
    }
    reader->at = nul + 1;
    return text;
}

/* How many there are of each kind. False: the bytes are not what they should be. */
static bool count(const char *bytes, size_t size, struct product *product)
{
    struct list_reader reader = {.at = bytes, .end = bytes + size};

    while (reader.at < reader.end && !reader.is_broken) {
        char kind = *reader.at++;
        product->own_category_count += kind == CATEGORY;
        product->tag_count += kind == TAG;
        product->image_count += kind == IMAGE;
        reader.is_broken = kind != CATEGORY && kind != TAG && kind != IMAGE;
        if (!reader.is_broken)
            next_text(&reader);
        if (!reader.is_broken && kind == IMAGE)
            next_text(&reader);
    }
    product->category_count = product->own_category_count;
    return !reader.is_broken;
}

/* Texts point into the bytes, which are a copy in the arena, and which count() found to be good. */
static void fill(const char *bytes, size_t size, struct arena *arena, struct product *product)
{
    struct list_reader reader = {.at = bytes, .end = bytes + size};
    const char **category = arena_get(arena, (product->own_category_count + product->tag_count) * sizeof *category);
    const char **tag = category + product->own_category_count;
    struct product_image *image = arena_get(arena, product->image_count * sizeof *image);

    product->categories = category;
    product->tags = tag;
    product->images = image;
    while (reader.at < reader.end) {
        char kind = *reader.at++;
        const char *text = row_mend_text(next_text(&reader), arena);
        if (kind == CATEGORY)
            *category++ = text;
        else if (kind == TAG)
            *tag++ = text;
        else
            *image++ = (struct product_image){.url = text, .alt = row_mend_text(next_text(&reader), arena)};
    }
}

bool lists_unpack(const void *bytes, size_t size, struct arena *arena, struct product *product)
{
    product->category_count = product->own_category_count = product->tag_count = product->image_count = 0;
    product->categories = product->tags = NULL;
    product->images = NULL;
    if (size == 0)
        return true;
    const char *kept = arena_copy(arena, bytes, size);
    if (!count(kept, size, product))
        return false;
    fill(kept, size, arena, product);
    return true;
}
