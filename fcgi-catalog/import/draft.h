/* SPDX-License-Identifier: MIT */
/*
 * A row that is being put together from texts, each checked as it comes: what is wrong is told with its place, and the
 * draft is no row then. Used in this room only.
 */
#ifndef CATALOG_IMPORT_DRAFT_H
#define CATALOG_IMPORT_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/import/faults.h"
#include "fcgi-catalog/import/row.h"

/* Texts of the row live in `arena`, or as long as what they were set to. */
struct draft {
    struct arena *arena;
    struct import_faults *faults;
    bool is_faulty;
    bool is_full; /* a list of it has more than is allowed, which was told: there is no sense in adding more */
    struct product_row row;
};

struct draft draft_begin(struct arena *arena, struct import_faults *faults, size_t line);

/* Something is wrong with the row, at this place. */
void draft_refuse(struct draft *draft, struct place place, const char *format, ...) PRINTF_LIKE(3, 4);

/*
 * Each sets a field to what the text says, or tells why it cannot. Texts are NUL-terminated UTF-8. A text may be empty
 * where the field may be; an empty id is not given.
 */
void draft_set_id(struct draft *draft, struct place place, const char *text);
void draft_set_price(struct draft *draft, struct place place, const char *minor_units);
void draft_set_decimal_price(struct draft *draft, struct place place, const char *text, int exponent);
void draft_set_slug(struct draft *draft, struct place place, const char *text);
void draft_set_sku(struct draft *draft, struct place place, const char *text);
void draft_set_name(struct draft *draft, struct place place, const char *text);
void draft_set_description(struct draft *draft, struct place place, const char *text);
void draft_set_currency(struct draft *draft, struct place place, const char *text);
void draft_set_stock(struct draft *draft, struct place place, const char *text);
void draft_set_created(struct draft *draft, struct place place, const char *text);
void draft_set_updated(struct draft *draft, struct place place, const char *text);

/* Makes it the row of a product that has left; its slug may be one that is not allowed any more. */
void draft_set_former(struct draft *draft, struct place place, const char *id);
void draft_set_former_slug(struct draft *draft, struct place place, const char *text);

/* Adds one of a list, unless it has it; one that is there makes the list given. */
void draft_add_tag(struct draft *draft, struct place place, const char *tag);
void draft_add_image(struct draft *draft, struct place place, const char *url, const char *alt);

/* One step of the way to a category. */
struct step {
    const char *slug;
    const char *name; /* NULL: not said */
};

/* Puts the product into the last of these, which are below each other; a row of categories has no product to put. */
void draft_add_category(struct draft *draft, struct place place, const struct step *steps, size_t count);

/* Says something of one category, in a row of categories: see struct row_category. */
void draft_say_category(struct draft *draft, const struct row_category *category);

/* Whether it is a row, which that of a product is not without a slug and an SKU. */
MUST_CHECK bool draft_finish(struct draft *draft);

/* ---- Lists in one text ---- */

/*
 * The next part of a list: up to one of `separators` or the end, without the backslashes before bytes of `special`.
 * *found is the separator, NUL at the end. *at moves behind it. In `arena`.
 */
const char *list_next(const char **at, const char *separators, const char *special, char *found, struct arena *arena);

#endif
