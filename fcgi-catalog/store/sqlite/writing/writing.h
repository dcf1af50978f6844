/* SPDX-License-Identifier: MIT */
/*
 * What an import is made of. Used by the import's files only.
 *
 *     a few changes: the triggers keep what is derived, as they do when somebody changes rows by hand
 *     many:          triggers and most indexes are put aside, what is derived is made anew at the commit; all in the
 *                    same transaction, so that nobody else ever sees it half done. Not where the owner has triggers:
 *                    those fire for each row, see what is derived, and may change rows themselves
 */
#ifndef CATALOG_STORE_SQLITE_WRITING_WRITING_H
#define CATALOG_STORE_SQLITE_WRITING_WRITING_H

#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "fcgi-catalog/store/sqlite/categories.h"
#include "fcgi-catalog/store/sqlite/search.h"
#include "fcgi-catalog/store/sqlite/listing/id_set.h"
#include "fcgi-catalog/store/import.h"

enum writing_statement {
    WRITING_FIND_SKU,
    WRITING_FIND_LAST_SKU,
    WRITING_COUNT_REPEATED,
    WRITING_NOTE_RENAMED,
    WRITING_FIND_RENAMED,
    WRITING_FIND_RENAMED_FIELDS,
    WRITING_NOTE_WITHDRAWN,
    WRITING_READ_WITHDRAWN,
    WRITING_FIND_SLUG,
    WRITING_FIND_ID,
    WRITING_READ,
    WRITING_INSERT,
    WRITING_UPDATE,
    WRITING_UPDATE_TIME,
    WRITING_DELETE_MEMBERSHIPS,
    WRITING_INSERT_MEMBERSHIP,
    WRITING_DELETE_TAGS,
    WRITING_INSERT_TAG,
    WRITING_DELETE_IMAGES,
    WRITING_INSERT_IMAGE,
    WRITING_FIND_VARIANT,
    WRITING_FIND_FORMER_VARIANT,
    WRITING_FIND_FORMER_OPTIONS,
    WRITING_DELETE_VARIANTS,
    WRITING_DELETE_VARIANT,
    WRITING_INSERT_VARIANT,
    WRITING_UPDATE_VARIANT,
    WRITING_FORGET_SLUG,
    WRITING_KEEP_SLUG,
    WRITING_DELETE_OLD_SLUGS,
    WRITING_FIND_FORMER_SKU,
    WRITING_FIND_FORMER_SLUG,
    WRITING_FIND_FORMER,
    WRITING_INSERT_FORMER,
    WRITING_RETIRE,
    WRITING_DELETE_FORMER,
    WRITING_BEGIN_PRODUCT,
    WRITING_END_PRODUCT,
    WRITING_DELETE,
    WRITING_INSERT_CATEGORY,
    WRITING_UPDATE_CATEGORY,
    WRITING_DELETE_CATEGORY,
    WRITING_FIND_CUSTOMER,
    WRITING_FIND_LOGIN,
    WRITING_FIND_EMAIL,
    WRITING_FIND_LAST_EMAIL,
    WRITING_READ_CUSTOMER,
    WRITING_INSERT_CUSTOMER,
    WRITING_UPDATE_CUSTOMER,
    WRITING_DELETE_CUSTOMER,
    WRITING_COUNT
};

/* Triggers and indexes that were put aside: SQL that makes them again. */
struct aside {
    char **sql;
    size_t count;
};

struct writing {
    struct import base;
    sqlite3 *db;
    sqlite3_stmt *statements[WRITING_COUNT];
    struct tokenizer tokenizer;
    struct arena arena; /* for one row */
    /* Of the transaction. */
    bool is_begun, is_many, names_changed;
    bool keeps_triggers;                  /* found when there are many changes: the owner has triggers */
    int64_t changes;                      /* rows that were changed */
    int32_t last_id, last_variant_id;     /* the highest that a product, and a variant, ever had */
    int32_t last_customer_id;             /* the highest id that a customer ever had, at begin() */
    struct id_set *seen, *seen_customers; /* ids of those that were put; NULL: no transaction */
    struct categories categories;
    int64_t last_category; /* the highest number of a category */
    struct aside aside;
};

static inline struct writing *writing_of(struct import *import)
{
    return (struct writing *)import;
}

/* The methods. */
enum import_status writing_put_product(struct import *base, const struct product *product, unsigned fields,
                                       enum import_outcome *outcome, int32_t *id);
enum import_status writing_rename(struct import *base, const char *old, const struct product *product,
                                  bool *is_renamed);
bool writing_knows_category(struct import *base, const char *slug, const char *name);
enum import_status writing_withdraw(struct import *base, const char *old, const struct product *product,
                                    unsigned fields);
enum import_status writing_delete_withdrawn(struct import *base, int64_t *count);
enum import_status writing_count_repeated_skus(struct import *base, int64_t *count);
enum import_status writing_put_former(struct import *base, int32_t id, const char *slug, const char *sku);
enum import_status writing_put_category(struct import *base, const char *slug, const char *name, const char *parent,
                                        enum import_outcome *outcome);
enum import_status writing_prune(struct import *base, struct import_pruned *pruned);
enum import_status writing_read_map(struct import *base, struct arena *arena, struct import_map *map);
enum import_status writing_put_map(struct import *base, const struct import_map *map);
enum import_status writing_put_customer(struct import *base, const struct customer *customer, unsigned fields,
                                        enum import_outcome *outcome, int32_t *id);
enum import_status writing_delete_customer(struct import *base, int32_t id, const char *login, bool *is_found);
enum import_status writing_prune_customers(struct import *base, int64_t *count);

/* `field` is as struct import has it. */
enum import_status writing_refuse(struct writing *import, unsigned field, const char *format, ...) PRINTF_LIKE(3, 4);
enum import_status writing_fail(struct writing *import);

/* The values of statements, ?1 to ?6. Each statement uses some of them. */
struct writing_values {
    int64_t id; /* a product's, or a category's number */
    const char *text, *name;
    int64_t number;
    const char *parent; /* NULL: at the top */
    const char *old;
};

/* The statement with these values, which must outlive its steps. */
sqlite3_stmt *writing_get(struct writing *import, enum writing_statement which, struct writing_values values);

/* Runs a statement that gives no row, and makes it ready for the next time. */
MUST_CHECK bool writing_step(sqlite3_stmt *statement);
MUST_CHECK bool writing_run(struct writing *import, enum writing_statement which, struct writing_values values);

/* The id in the first row of a statement. SQLITE_ROW, SQLITE_DONE: there is none, or an error. */
MUST_CHECK int writing_find(struct writing *import, enum writing_statement which, struct writing_values values,
                            int64_t *id);

/* Deletes a product with its categories, tags, images, variants and old slugs; its ids are kept for it. */
MUST_CHECK bool writing_delete(struct writing *import, int64_t id);

/* To be called before every change of a row: puts triggers and indexes aside when changes become many. */
MUST_CHECK bool writing_note_change(struct writing *import);

/* Adds a category that the database has to the tree. */
struct category *writing_add_category(struct writing *import, const char *slug, const char *parent_slug,
                                      const char *name, int64_t number);

/* Makes a category that the database does not have, at the top and without a name. NULL: it cannot be written. */
struct category *writing_make_category(struct writing *import, const char *slug);

/* Makes derived data anew, and the triggers and indexes that were put aside. */
MUST_CHECK bool writing_derive(struct writing *import, void (*progress)(void *data, double done), void *data);

#endif
