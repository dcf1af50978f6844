/* SPDX-License-Identifier: MIT */
/*
 * The fields of a product: their names as callers write them, and what each may hold. One place for queries, JSON and
 * imports. Pure.
 */
#ifndef CATALOG_CATALOG_FIELD_H
#define CATALOG_CATALOG_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"

/* Sizes are in bytes of UTF-8. */
#define FIELD_SLUG_MAX 200
#define FIELD_CATEGORY_MAX 64 /* a category's slug */
#define FIELD_SKU_MAX 100
#define FIELD_NAME_MAX 500 /* a category's name, too */
#define FIELD_DESCRIPTION_MAX 65535
#define FIELD_TAG_MAX 255
#define FIELD_TAGS_MAX 250 /* so many of a product */
#define FIELD_URL_MAX 2048
#define FIELD_ALT_MAX 1000
#define FIELD_IMAGES_MAX 250
#define FIELD_PRICE_MAX INT32_MAX

/* The forms, for messages: "… is no slug; " FIELD_SLUG_FORM " are allowed". */
#define FIELD_SLUG_FORM "1 to 200 of a-z, 0-9 and single hyphens between them, not digits alone"
#define FIELD_CATEGORY_FORM "1 to 64 of a-z, 0-9 and single hyphens between them"
#define FIELD_STOCK_FORM "in-stock, low, out-of-stock, preorder and discontinued"
#define FIELD_URL_FORM "http://…, https://… or a path that begins with one /, at most 2048 bytes without white space"

/* The fields that a caller can choose, as bits in the order of the answer; `id` is always there. */
enum field_bit {
    FIELD_SLUG = 1 << 0,
    FIELD_DESCRIPTION = 1 << 1,
    FIELD_PRICE = 1 << 2,
    FIELD_DISCOUNT = 1 << 3,
    FIELD_CATEGORIES = 1 << 4,
    FIELD_SKU = 1 << 5,
    FIELD_NAME = 1 << 6,
    FIELD_CURRENCY = 1 << 7,
    FIELD_TAGS = 1 << 8,
    FIELD_IMAGES = 1 << 9,
    FIELD_STOCK = 1 << 10,
    FIELD_CREATED = 1 << 11,
    FIELD_UPDATED = 1 << 12,
    FIELD_ALL = (1 << 13) - 1,
};

/* The bit's name in JSON and in `fields`, as "price_in_cents". */
const char *field_name(enum field_bit bit);

/* The bit of the name that the `length` bytes spell; -1: of none. "id" is 0: it has no bit. */
int field_find(const char *name, size_t length);

/* Whether a text may be a product's slug, a category's slug, a state of the stock ("" is unknown), an image's URL. */
bool field_is_slug(const char *text);
bool field_is_category(const char *text);
bool field_is_stock(const char *text);
bool field_is_url(const char *text);

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
