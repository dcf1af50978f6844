/* SPDX-License-Identifier: MIT */
/*
 * A row that is being put together from texts, each checked as it comes: what is wrong is told as a fault, with its
 * place, and then the row is not handed on. Used in this room only.
 */
#ifndef CATALOG_IMPORT_ROW_BUILDER_H
#define CATALOG_IMPORT_ROW_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/import/faults.h"
#include "fcgi-catalog/import/row.h"

/* Texts of the row live in `arena`, or as long as the texts that it was given. */
struct row_builder {
    struct arena *arena;
    struct import_faults *faults;
    bool is_faulty;
    bool is_full; /* one of its lists is longer than allowed, as a fault says: adding more makes no sense */
    struct product_row row;
};

struct row_builder row_builder_begin(struct arena *arena, struct import_faults *faults, size_t line);

/* Something is wrong with the row, at this place. */
void row_builder_refuse(struct row_builder *builder, struct file_place place, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Sets the id, unless the text is empty; a fault says if it cannot. Texts are NUL-terminated UTF-8. */
void row_builder_set_id(struct row_builder *builder, struct file_place place, const char *text);

/* Sets a field that is no list: a text, a number, a time of RFC 3339, a currency. A text may be empty where the field
 * may be. */
void row_builder_set(struct row_builder *builder, struct file_place place, enum field_bit bit, const char *text);

/* A price as people write it (money.h): FIELD_PRICE, or FIELD_COMPARE_AT, which may be empty. A sign of a currency
 * beside it is the currency of the row, which must be no other. */
void row_builder_set_decimal_price(struct row_builder *builder, struct file_place place, enum field_bit bit,
                                   const char *text, int exponent);

/* Makes it the row of a product that has left; its slug may be one that is not allowed any more. */
void row_builder_set_former(struct row_builder *builder, struct file_place place, const char *id);
void row_builder_set_former_slug(struct row_builder *builder, struct file_place place, const char *text);

/* Adds to a list, which counts as given from then on. An empty tag, or one that is there already, is not added. */
void row_builder_add_tag(struct row_builder *builder, struct file_place place, const char *tag);
void row_builder_add_image(struct row_builder *builder, struct file_place place, const char *url, const char *alt);

/* Appends a variant without options, to which the next two functions add. */
void row_builder_begin_variant(struct row_builder *builder, struct file_place place);
void row_builder_add_option(struct row_builder *builder, const char *name, const char *value);

/* Sets a field of the variant, by its name: "id" or one of variant.def. A text may be empty where the field may be. */
void row_builder_set_variant(struct row_builder *builder, struct file_place place, const char *name, const char *text);

/* Checks the variant, which has all that it gets. */
void row_builder_end_variant(struct row_builder *builder, struct file_place place);

/* One step of the way to a category. */
struct step {
    const char *slug;
    const char *name; /* NULL: not said */
};

/* Describes these categories, each of which is below the one before it, and puts the product into the last one. A row
 * of categories has no product to put. */
void row_builder_add_category(struct row_builder *builder, struct file_place place, const struct step *steps,
                              size_t count);

/* Describes one category, in a row of categories: see struct row_category. */
void row_builder_say_category(struct row_builder *builder, const struct row_category *category);

/* Whether the row can be handed on: it has no fault, and that of a product has a slug or an SKU. */
MUST_CHECK bool row_builder_finish(struct row_builder *builder);

#endif
