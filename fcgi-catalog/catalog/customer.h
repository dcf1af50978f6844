/* SPDX-License-Identifier: MIT */
/*
 * The fields of a customer beside the id as a table, in the order of columns, and what each may hold. CSV, JSON,
 * imports and the columns of the database follow from it. Pure.
 */
#ifndef CATALOG_CATALOG_CUSTOMER_H
#define CATALOG_CATALOG_CUSTOMER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/arena.h"
#include "fcgi-catalog/catalog/product.h"

enum customer_field { CUSTOMER_LOGIN, CUSTOMER_EMAIL, CUSTOMER_FIRST_NAME, CUSTOMER_LAST_NAME, CUSTOMER_FIELDS };

/* Bits, for sets of fields. */
#define CUSTOMER_BIT(field) (1u << (field))
#define CUSTOMER_ALL (CUSTOMER_BIT(CUSTOMER_FIELDS) - 1)

struct customer_column {
    const char *name;
    size_t offset;                        /* in struct customer */
    size_t max;                           /* bytes of UTF-8 */
    bool (*is_allowed)(const char *text); /* of texts that not every text may be; NULL: every text may */
    const char *form;                     /* what that allows */
};
extern const struct customer_column customer_columns[CUSTOMER_FIELDS];

const char *customer_text(const struct customer *customer, enum customer_field field); /* "" for NULL */
void customer_set(struct customer *customer, enum customer_field field, const char *text);

/* NULL: the field may hold this text. Else what is wrong and what is allowed, for a message, in `arena`. "" is always
 * allowed. */
const char *customer_find_fault(enum customer_field field, const char *text, struct arena *arena);

/*
 * Whether this is an address as a form of HTML takes it (HTML, "valid e-mail address"), also with letters of other
 * scripts (RFC 6531; `text` is UTF-8): 1 to 64 bytes before the @, and labels of 1 to 63 bytes behind it, 254 bytes
 * together (RFC 5321, 4.5.3.1). Without comments, quotes and addresses of machines in brackets.
 */
bool customer_is_email(const char *text);

#endif
