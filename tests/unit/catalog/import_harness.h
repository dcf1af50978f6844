/* SPDX-License-Identifier: MIT */
/* Reads a text by the import's reader, in pieces, and writes down what comes of it. For tests. */
#ifndef TESTS_IMPORT_HARNESS_H
#define TESTS_IMPORT_HARNESS_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi-catalog/import/reader.h"

#define HARNESS_NOW 1767268800 /* 2026-01-01T12:00:00Z */

/* What was read. The caller releases it. */
struct taken {
    char *rows;        /* a line each: FIELD=value for what is given, with ';' between them */
    char *faults;      /* a line each: LINE:COLUMN message */
    char *passed_over; /* names of columns, with '|' between them */
    size_t rows_length, faults_length;
    FILE *row_file, *fault_file;
    struct import_counts counts;
    enum import_format format;
    bool is_sound;
};

static inline void write_texts(FILE *out, const char *name, const char *const *texts, size_t count)
{
    fprintf(out, "%s=", name);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i > 0 ? "|" : "", texts[i]);
    fputc(';', out);
}

static inline void write_categories(FILE *out, const struct product_row *row)
{
    write_texts(out, "categories", row->product.categories, row->product.own_category_count);
    for (size_t i = 0; i < row->category_count; i++) {
        const struct row_category *category = &row->categories[i];
        fprintf(out, "(%s:%s<%s)", category->slug, category->name != NULL ? category->name : "?",
                category->parent != NULL ? category->parent : "?");
    }
}

static inline void write_row(void *data, const struct product_row *row)
{
    FILE *out = ((struct taken *)data)->row_file;
    const struct product *product = &row->product;

    fprintf(out, "%zu %s", row->line,
            row->is_of_categories ? "no product;"
            : row->is_former      ? "has left;"
            : row->is_withdrawn   ? "not on sale;"
                                  : "");
    if (product->id != 0)
        fprintf(out, "id=%d;", (int)product->id);
    if (row->fields & FIELD_SKU)
        fprintf(out, "sku=%s;", product->sku);
    if (row->fields & FIELD_SLUG)
        fprintf(out, "slug=%s;", product->slug);
    if (row->old_slug != NULL)
        fprintf(out, "old=%s;", row->old_slug);
    if (row->fields & FIELD_NAME)
        fprintf(out, "name=%s;", product->name);
    if (row->fields & FIELD_DESCRIPTION)
        fprintf(out, "description=%s;", product->description);
    if (row->fields & FIELD_PRICE)
        fprintf(out, "price=%d;", (int)product->price_cents);
    if (row->fields & FIELD_CURRENCY)
        fprintf(out, "currency=%s;", row->currency);
    if (row->fields & FIELD_CATEGORIES)
        write_categories(out, row);
    if (row->fields & FIELD_TAGS)
        write_texts(out, "tags", product->tags, product->tag_count);
    for (size_t i = 0; i < product->image_count; i++)
        fprintf(out, "image=%s[%s];", product->images[i].url, product->images[i].alt);
    if ((row->fields & FIELD_IMAGES) && product->image_count == 0)
        fprintf(out, "image=;");
    if (row->fields & FIELD_STOCK)
        fprintf(out, "stock=%s;", product->stock);
    if (row->fields & FIELD_CREATED)
        fprintf(out, "created=%lld;", (long long)product->created_at);
    if (row->fields & FIELD_UPDATED)
        fprintf(out, "updated=%lld;", (long long)product->updated_at);
    if (row->fields & FIELD_COMPARE_AT)
        fprintf(out, "compare=%d;", (int)product->compare_at_cents);
    fputc('\n', out);
}

static inline char *list_passed_over(const struct import_reader *reader)
{
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    for (size_t i = 0; import_reader_passed_over(reader, i) != NULL; i++)
        fprintf(out, "%s%s", i > 0 ? "|" : "", import_reader_passed_over(reader, i));
    fclose(out);
    return text;
}

static inline void write_fault(void *data, const struct import_fault *fault)
{
    fprintf(((struct taken *)data)->fault_file, "%zu:%zu %s\n", fault->line, fault->column, fault->message);
}

/* Reads `length` bytes, `piece` at a time, each in a block of its own: a read past the end is a read past the block. */
static inline struct taken take_source(struct import_source source, const char *bytes, size_t length, size_t piece)
{
    struct taken taken = {0};
    taken.row_file = open_memstream(&taken.rows, &taken.rows_length);
    taken.fault_file = open_memstream(&taken.faults, &taken.faults_length);
    struct import_faults faults = {.tell = write_fault, .data = &taken, .most = 1000};
    source.now = HARNESS_NOW;
    source.faults = &faults;
    source.take = write_row;
    source.data = &taken;
    struct import_reader *reader = import_reader_new(&source);
    bool goes_on = true;
    for (size_t from = 0; from < length && goes_on; from += piece) {
        size_t size = length - from < piece ? length - from : piece;
        char *block = malloc(size);
        memcpy(block, bytes + from, size);
        goes_on = import_reader_feed(reader, block, size);
        free(block);
    }
    taken.is_sound = import_reader_finish(reader) && goes_on;
    taken.counts = import_reader_counts(reader);
    taken.format = import_reader_format(reader);
    taken.passed_over = list_passed_over(reader);
    import_reader_free(reader);
    fclose(taken.row_file);
    fclose(taken.fault_file);
    return taken;
}

static inline struct taken take_bytes(enum import_format format, int exponent, const char *bytes, size_t length,
                                      size_t piece)
{
    return take_source((struct import_source){.format = format, .exponent = exponent}, bytes, length, piece);
}

static inline struct taken take_text(const char *text)
{
    return take_bytes(IMPORT_ANY, 2, text, strlen(text), 4096);
}

static inline void taken_release(struct taken *taken)
{
    free(taken->rows);
    free(taken->faults);
    free(taken->passed_over);
}

/* That the text gives these rows, and no fault, in whatever pieces it comes. */
#define assert_rows(text, expected)                                                                                    \
    do {                                                                                                               \
        for (size_t piece = 1; piece <= 4096; piece = piece * 4 - 1) {                                                 \
            struct taken taken = take_bytes(IMPORT_ANY, 2, text, strlen(text), piece);                                 \
            assert_string_equal(taken.faults, "");                                                                     \
            assert_string_equal(taken.rows, expected);                                                                 \
            assert_true(taken.is_sound);                                                                               \
            taken_release(&taken);                                                                                     \
        }                                                                                                              \
    } while (0)

/* That the text, of this length, gives these rows and this fault. */
#define assert_bytes_fault(text, length, expected_rows, expected)                                                      \
    do {                                                                                                               \
        for (size_t piece = 1; piece <= 4096; piece = piece * 4 - 1) {                                                 \
            struct taken taken = take_bytes(IMPORT_ANY, 2, text, length, piece);                                       \
            assert_string_equal(taken.faults, expected);                                                               \
            assert_string_equal(taken.rows, expected_rows);                                                            \
            assert_false(taken.is_sound);                                                                              \
            taken_release(&taken);                                                                                     \
        }                                                                                                              \
    } while (0)

#define assert_fault(text, expected_rows, expected) assert_bytes_fault(text, strlen(text), expected_rows, expected)

#endif
