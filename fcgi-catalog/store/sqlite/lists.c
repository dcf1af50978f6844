/* SPDX-License-Identifier: MIT */
/* A product's categories, tags, images and variants as they are in its own row. */
#include "fcgi-catalog/store/sqlite/lists.h"

#include <inttypes.h>
#include <string.h>

#include "common/buffer.h"
#include "common/number.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/catalog/variant.h"
#include "fcgi-catalog/store/sqlite/row.h"

#define CATEGORY 'c'
#define TAG 't'
#define IMAGE 'i'
#define VARIANT 'v'

/* ---- Packing ---- */

static const char *text_of(const char *text)
{
    return text != NULL ? text : "";
}

static void append(struct buffer *list, const char *text)
{
    buffer_append(list, text, strlen(text) + 1);
}

static void append_number(struct buffer *list, int64_t number)
{
    append(list, arena_print(list->arena, "%" PRId64, number));
}

static void append_variant(struct buffer *list, const struct product_variant *variant)
{
    buffer_append_byte(list, VARIANT);
    append_number(list, variant->id);
    append(list, variant_print_options(variant, list->arena));
    for (const struct field *field = variant_table; field < variant_table + VARIANT_FIELD_COUNT; field++) {
        if (field->kind == FIELD_KIND_TEXT)
            append(list, field_text(field, variant));
        else
            append_number(list, field_number(field, variant));
    }
}

struct lists lists_pack(const struct product *product, struct arena *arena)
{
    struct buffer list = {.arena = arena};

    for (size_t i = 0; i < product->own_category_count; i++) {
        buffer_append_byte(&list, CATEGORY);
        append(&list, product->categories[i]);
    }
    for (size_t i = 0; i < product->tag_count; i++) {
        buffer_append_byte(&list, TAG);
        append(&list, product->tags[i]);
    }
    for (size_t i = 0; i < product->image_count; i++) {
        buffer_append_byte(&list, IMAGE);
        append(&list, product->images[i].url);
        append(&list, text_of(product->images[i].alt));
    }
    for (size_t i = 0; i < product->variant_count; i++)
        append_variant(&list, &product->variants[i]);
    return (struct lists){.bytes = buffer_text(&list), .size = list.length};
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

/* How many texts stand behind the letter of an entry; 0: there is no such letter. */
static size_t count_texts(char kind)
{
    switch (kind) {
    case CATEGORY:
    case TAG:
        return 1;
    case IMAGE:
        return 2;
    case VARIANT:
        return 2 + VARIANT_FIELD_COUNT;
    default:
        return 0;
    }
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
        product->variant_count += kind == VARIANT;
        reader.is_broken = count_texts(kind) == 0;
        for (size_t i = 0; i < count_texts(kind) && !reader.is_broken; i++)
            next_text(&reader);
    }
    product->category_count = product->own_category_count;
    return !reader.is_broken;
}

static int32_t next_number(struct list_reader *reader, size_t max)
{
    int64_t number = 0;

    reader->is_broken = number_parse(next_text(reader), 0, (int64_t)max, &number) != NUMBER_OK || reader->is_broken;
    return (int32_t)number;
}

static void read_variant(struct list_reader *reader, struct arena *arena, struct product_variant *variant)
{
    variant->id = next_number(reader, INT32_MAX);
    const char *options = row_mend_text(next_text(reader), arena);
    if (!variant_read_options(options, arena, variant)) {
        variant->options = NULL;
        variant->option_count = 0;
        variant_add_option(variant, LISTS_MENDED_OPTION, options, arena);
    }
    for (const struct field *field = variant_table; field < variant_table + VARIANT_FIELD_COUNT; field++) {
        bool is_text = field->kind == FIELD_KIND_TEXT;
        int32_t number = is_text ? 0 : next_number(reader, field->max);
        field_set(field, variant, is_text ? row_mend_text(next_text(reader), arena) : NULL, number);
    }
}

/* Texts point into the bytes, which are a copy in the arena, and in which count() found as many as there should be.
 * False: a variant is not what it should be. */
static bool fill(const char *bytes, size_t size, struct arena *arena, struct product *product)
{
    struct list_reader reader = {.at = bytes, .end = bytes + size};
    const char **category = arena_get(arena, (product->own_category_count + product->tag_count) * sizeof *category);
    const char **tag = category + product->own_category_count;
    struct product_image *image = arena_get(arena, product->image_count * sizeof *image);
    struct product_variant *variant = arena_get(arena, product->variant_count * sizeof *variant);

    product->categories = category;
    product->tags = tag;
    product->images = image;
    product->variants = variant;
    while (reader.at < reader.end) {
        char kind = *reader.at++;
        if (kind == VARIANT) {
            read_variant(&reader, arena, variant++);
            continue;
        }
        const char *text = row_mend_text(next_text(&reader), arena);
        if (kind == CATEGORY)
            *category++ = text;
        else if (kind == TAG)
            *tag++ = text;
        else
            *image++ = (struct product_image){.url = text, .alt = row_mend_text(next_text(&reader), arena)};
    }
    return !reader.is_broken;
}

bool lists_unpack(const void *bytes, size_t size, struct arena *arena, struct product *product)
{
    product->category_count = product->own_category_count = product->tag_count = product->image_count = 0;
    product->variant_count = 0;
    product->categories = product->tags = NULL;
    product->images = NULL;
    product->variants = NULL;
    if (size == 0)
        return true;
    const char *kept = arena_copy(arena, bytes, size);
    return count(kept, size, product) && fill(kept, size, arena, product);
}
