/* SPDX-License-Identifier: MIT */
/* The list of products with their categories. */
#include "fcgi-catalog/store/listing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/database.h"
#include "common/memory.h"
#include "fcgi-catalog/store/categories.h"
#include "fcgi-catalog/store/row.h"

#define SELECT_CATEGORIES "SELECT slug, parent FROM category"
#define SELECT_PRODUCTS "SELECT id, slug, description, price_in_cents FROM product ORDER BY id"
#define SELECT_MEMBERSHIPS "SELECT product_id, category FROM product_category ORDER BY product_id, category"

/* One reading. */
struct reading {
    struct listing *listing;
    struct arena *arena;
    struct listing_fault *fault;
    struct categories categories;
    struct product *products;
    size_t count, room;
};

bool listing_prepare(struct listing *listing, sqlite3 *db, char *reason, size_t reason_size)
{
    listing->db = db;
    listing->categories = database_prepare(db, SELECT_CATEGORIES, reason, reason_size);
    if (listing->categories != NULL)
        listing->products = database_prepare(db, SELECT_PRODUCTS, reason, reason_size);
    if (listing->products != NULL)
        listing->memberships = database_prepare(db, SELECT_MEMBERSHIPS, reason, reason_size);
    return listing->memberships != NULL;
}

void listing_release(struct listing *listing)
{
    sqlite3_finalize(listing->categories);
    sqlite3_finalize(listing->products);
    sqlite3_finalize(listing->memberships);
    *listing = (struct listing){0};
}

/* SQLite's own verdict, unless somebody has said already what is wrong. */
static int finish(struct reading *reading, const char *subject, sqlite3_stmt *statement, int result)
{
    reading->fault->subject = subject;
    if (result != SQLITE_DONE && result != SQLITE_MISMATCH)
        snprintf(reading->fault->reason, sizeof reading->fault->reason, "%s", sqlite3_errmsg(reading->listing->db));
    sqlite3_reset(statement);
    return result;
}

static int read_categories(struct reading *reading)
{
    sqlite3_stmt *row = reading->listing->categories;
    int result;

    while ((result = sqlite3_step(row)) == SQLITE_ROW) {
        bool is_at_top = sqlite3_column_type(row, 1) == SQLITE_NULL;
        categories_add(&reading->categories, row_copy_text(row, 0, reading->arena),
                       is_at_top ? NULL : row_copy_text(row, 1, reading->arena));
    }
    if (result == SQLITE_DONE &&
        !categories_join(&reading->categories, reading->fault->reason, sizeof reading->fault->reason))
        result = SQLITE_MISMATCH;
    return finish(reading, "categories", row, result);
}

static bool read_product(sqlite3_stmt *row, struct arena *arena, struct product *product)
{
    *product = (struct product){0};
    if (!row_read_int32(row, 0, &product->id) || !row_read_int32(row, 3, &product->price_cents))
        return false;
    product->slug = row_copy_text(row, 1, arena);
    product->description = row_copy_text(row, 2, arena);
    return true;
}

static int read_products(struct reading *reading)
{
    sqlite3_stmt *row = reading->listing->products;
    int result;

    while ((result = sqlite3_step(row)) == SQLITE_ROW) {
        if (reading->count == reading->room) {
            reading->room = reading->room > 0 ? reading->room * 2 : 64;
            reading->products = memory_resize(reading->products, reading->room * sizeof *reading->products);
        }
        if (!read_product(row, reading->arena, &reading->products[reading->count])) {
            snprintf(reading->fault->reason, sizeof reading->fault->reason,
                     "product %" PRId64 ": a number is out of range", (int64_t)sqlite3_column_int64(row, 0));
            result = SQLITE_MISMATCH;
            break;
        }
        reading->count++;
    }
    return finish(reading, "products", row, result);
}

/* The categories that one product was put into; one more than it may have, to see that. */
struct own_categories {
    struct category *items[PRODUCT_CATEGORIES_MAX + 1];
    size_t count;
};

static bool put(struct reading *reading, const struct own_categories *own, struct product *product)
{
    if (own->count == 0 || categories_put(&reading->categories, own->items, own->count, reading->arena, product))
        return true;
    snprintf(reading->fault->reason, sizeof reading->fault->reason,
             "product %" PRId32 " is in more than %d categories, those above them included", product->id,
             PRODUCT_CATEGORIES_MAX);
    return false;
}

/* Takes one row in. What belongs to no product is nobody's business. */
static bool take_membership(struct reading *reading, sqlite3_stmt *row, struct own_categories *own)
{
    const char *slug = (const char *)sqlite3_column_text(row, 1);
    struct category *category = categories_find(&reading->categories, slug != NULL ? slug : "");

    if (category == NULL) {
        snprintf(reading->fault->reason, sizeof reading->fault->reason,
                 "product %" PRId64 " is in \"%s\", which is no category", (int64_t)sqlite3_column_int64(row, 0),
                 slug != NULL ? slug : "");
        return false;
    }
    if (own->count < ARRAY_LENGTH(own->items))
        own->items[own->count++] = category;
    return true;
}

/* Rows and products both come by id: one pass over both. */
static int read_memberships(struct reading *reading)
{
    sqlite3_stmt *row = reading->listing->memberships;
    int result = sqlite3_step(row);

    for (size_t i = 0; i < reading->count && result == SQLITE_ROW; i++) {
        struct product *product = &reading->products[i];
        struct own_categories own = {.count = 0};
        while (result == SQLITE_ROW && sqlite3_column_int64(row, 0) < product->id)
            result = sqlite3_step(row);
        while (result == SQLITE_ROW && sqlite3_column_int64(row, 0) == product->id)
            result = take_membership(reading, row, &own) ? sqlite3_step(row) : SQLITE_MISMATCH;
        if ((result == SQLITE_ROW || result == SQLITE_DONE) && !put(reading, &own, product))
            result = SQLITE_MISMATCH;
    }
    return finish(reading, "product-categories", row, result == SQLITE_ROW ? SQLITE_DONE : result);
}

static int read_all(struct reading *reading)
{
    int result = read_categories(reading);

    if (result == SQLITE_DONE)
        result = read_products(reading);
    if (result == SQLITE_DONE)
        result = read_memberships(reading);
    return result;
}

int listing_read(struct listing *listing, struct arena *arena, struct product_list *products,
                 struct listing_fault *fault)
{
    struct reading reading = {.listing = listing, .arena = arena, .fault = fault};

    /* One transaction, so that the three agree; it reads only, and ends in the same way whatever happened. */
    sqlite3_exec(listing->db, "BEGIN", NULL, NULL, NULL);
    int result = read_all(&reading);
    sqlite3_exec(listing->db, "COMMIT", NULL, NULL, NULL);
    if (result == SQLITE_DONE) {
        struct product *items = arena_get(arena, reading.count * sizeof *items);
        if (reading.count > 0)
            memcpy(items, reading.products, reading.count * sizeof *items);
        *products = (struct product_list){.items = items, .count = reading.count};
    }
    categories_release(&reading.categories);
    free(reading.products);
    return result;
}
