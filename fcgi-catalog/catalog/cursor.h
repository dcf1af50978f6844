/* SPDX-License-Identifier: MIT */
/*
 * A cursor: a place in the order of a query, as a text that only this shop can make. A client gets it in the
 * links of a page and hands it back; it is refused with another query.
 *
 *     base64url, without '=', of   version 1 | number 8, big-endian | id 4 | text … | tag 16
 *
 * The tag is the first half of HMAC-SHA256, with the shop's secret, over what stands before it and the query's scope.
 * A cursor does not say in which direction to go: `after` and `before` do. Pure.
 */
#ifndef CATALOG_CATALOG_CURSOR_H
#define CATALOG_CATALOG_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"

#define CURSOR_SECRET_SIZE 32

/* Random bytes of the shop (shop.secret in the database). */
struct cursor_secret {
    uint8_t bytes[CURSOR_SECRET_SIZE];
};

/* The most bytes of a position's text; the store cuts its sort key, the folded name, to that. */
#define POSITION_TEXT_MAX 255

/* Where a page begins: behind (is_backwards: before) the product that has, or had, this key in the query's order. */
struct position {
    bool is_set; /* false: at the beginning, or backwards from the end */
    bool is_backwards;
    int64_t number;   /* the price, the time of the change, or what the store ranks by; else 0 */
    const char *text; /* sort=name: the folded name, UTF-8 without NUL; else "" */
    int32_t id;
};

enum cursor_status {
    CURSOR_OK,
    CURSOR_MALFORMED,        /* no cursor at all */
    CURSOR_OF_ANOTHER_QUERY, /* it was changed, or made for another query or by another shop */
};

/* The position as a text, for the query of this scope (query_print_scope()). In `arena`. */
const char *cursor_print(const struct position *position, const char *scope, const struct cursor_secret *secret,
                         struct arena *arena);

/* Reads one. On CURSOR_OK the position is set, its text in `arena`, and is not backwards. */
MUST_CHECK enum cursor_status cursor_read(const char *text, const char *scope, const struct cursor_secret *secret,
                                          struct arena *arena, struct position *position);

#endif
