/* SPDX-License-Identifier: MIT */
/*
 * The fields of a product and of its variants as tables, made of field.def and variant.def, and what each may hold.
 * Whoever reads, prints, copies, compares or stores products loops over it. Pure.
 */
#ifndef CATALOG_CATALOG_FIELD_H
#define CATALOG_CATALOG_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/catalog/product.h"

/* Sizes are in bytes of UTF-8. */
#define FIELD_CATEGORY_MAX 64 /* a category's slug; its name has FIELD_NAME_MAX */
#define FIELD_TAG_MAX 255
#define FIELD_URL_MAX 2048
#define FIELD_ALT_MAX 1000
#define FIELD_OPTION_MAX 255 /* an option's name, and its value */
#define FIELD_OPTIONS_MAX 10 /* options of a variant */

/* The forms, for messages: "… is no slug; " FIELD_SLUG_FORM " are allowed". */
#define FIELD_SLUG_FORM "1 to 200 of a-z, 0-9 and single hyphens between them, not digits alone"
#define FIELD_CATEGORY_FORM "1 to 64 of a-z, 0-9 and single hyphens between them"
#define FIELD_STOCK_FORM "in-stock, low, out-of-stock, preorder and discontinued"
#define FIELD_URL_FORM "http://…, https://… or a path that begins with one /, at most 2048 bytes without white space"

/* Places in the table, and FIELD_COUNT; bits, FIELD_SLUG = 1 << 0, …, and FIELD_ALL, for sets of fields; and bounds,
 * FIELD_SLUG_MAX, …. `id` is none of them: it is always there. */
enum field_index {
#define FIELD(bit, kind, member, name, bound, place, check, form) FIELD_INDEX_##bit,
#include "fcgi-catalog/catalog/field.def"
#undef FIELD
    FIELD_COUNT
};

enum field_bit {
#define FIELD(bit, kind, member, name, bound, place, check, form) FIELD_##bit = 1 << FIELD_INDEX_##bit,
#include "fcgi-catalog/catalog/field.def"
#undef FIELD
    FIELD_ALL = (1 << FIELD_COUNT) - 1,
};

enum field_bound {
#define FIELD(bit, kind, member, name, bound, place, check, form) FIELD_##bit##_MAX = bound,
#include "fcgi-catalog/catalog/field.def"
#undef FIELD
};

enum field_kind {
    FIELD_KIND_TEXT,
    FIELD_KIND_NUMBER,
    FIELD_KIND_TIME,
    FIELD_KIND_CATEGORIES,
    FIELD_KIND_TAGS,
    FIELD_KIND_IMAGES,
    FIELD_KIND_VARIANTS,
    FIELD_KIND_CURRENCY, /* the shop's, beside each product */
    FIELD_KIND_DISCOUNT, /* what a customer pays; no file has it */
};

struct field {
    enum field_bit bit;
    enum field_kind kind;
    const char *name; /* in JSON, `fields` and CSV; of a plain field the name of its column in the database, too */
    size_t offset;    /* of a plain field's member in struct product */
    size_t max;       /* the bound */
    bool (*is_allowed)(const char *text); /* NULL: every text is */
    const char *form;                     /* what is allowed then, for messages */
};

extern const struct field field_table[FIELD_COUNT];

/* The fields of a file, in the order of its columns: of all but discount_value. */
#define FIELD_COLUMNS (FIELD_COUNT - 1)
extern const enum field_index field_columns[FIELD_COLUMNS];

const struct field *field_of(enum field_bit bit);

/* The bit of the name that the `length` bytes spell; -1: of none. "id" is 0: it has no bit. */
int field_find(const char *name, size_t length);

/* "id, slug, description …": id and the names of these fields, `last` before the last one. In `arena`. */
const char *field_list(unsigned bits, const char *last, struct arena *arena);

/* The plain fields of a variant, which have no bits, and its price among them. `of` below is a product or, for one of
 * these, a variant. */
enum variant_field_index {
#define FIELD(bit, kind, member, name, bound, check, form) VARIANT_INDEX_##bit,
#include "fcgi-catalog/catalog/variant.def"
#undef FIELD
    VARIANT_FIELD_COUNT
};
extern const struct field variant_table[VARIANT_FIELD_COUNT];

/* The member of a plain field: a text ("" for NULL), a number or a time. */
const char *field_text(const struct field *field, const void *of);
int64_t field_number(const struct field *field, const void *of);

/* Sets the member of a plain field; the other value has no meaning. */
void field_set(const struct field *field, void *of, const char *text, int64_t number);

/* Whether the field is empty: a text or list without content, a number or a time of 0. Not for the currency and the
 * discount, which are not the product's own. */
bool field_is_empty(const struct field *field, const struct product *product);

/* Whether there is no value: the field is empty, and not the price, which may be 0. */
bool field_is_absent(const struct field *field, const struct product *product);

/* Whether the field is the same in both: lists in their order; of the categories, those that the product is put
 * into. */
bool field_is_same(const struct field *field, const struct product *one, const struct product *other);

/* A product of its own: texts and lists live in `arena`. */
struct product product_copy(const struct product *product, struct arena *arena);

/* Whether a text may be a product's slug, a category's slug, a state of the stock ("" is unknown), an image's URL. */
bool field_is_slug(const char *text);
bool field_is_category(const char *text);
bool field_is_stock(const char *text);
bool field_is_url(const char *text);
bool field_is_image(const char *text); /* an image's URL, or "" */

/* Whether UTF-8 text has a control character (category Cc: NUL is one, line ends are, and U+0080 to U+009F). */
bool field_has_control(const char *text, size_t length);

/*
 * What people typed, in one form: NFC, without white space at its ends, one space for every run of it. Of UTF-8 without
 * NUL. In `arena`.
 */
const char *field_tidy(const char *text, struct arena *arena);

/* A text from outside for a message, on one line: in quotes, at most 60 bytes of it, '?' for what cannot be seen and
 * what is not UTF-8. In `arena`. */
const char *field_show(const char *text, size_t length, struct arena *arena);

/* "2026-01-31T12:00:00Z" and a NUL. */
#define FIELD_TIME_SIZE 21
/* Seconds since 1970, UTC, up to the end of the year 9999. */
#define FIELD_TIME_MAX INT64_C(253402300799)

/* Writes a time as RFC 3339 in UTC; `seconds` are 0 to FIELD_TIME_MAX. */
void field_print_time(int64_t seconds, char text[FIELD_TIME_SIZE]);

/* Reads an RFC 3339 time with any offset; a fraction of a second is dropped. False: it is none, or not of the years
 * 1970 to 9999. */
MUST_CHECK bool field_read_time(const char *text, int64_t *seconds);

#endif
