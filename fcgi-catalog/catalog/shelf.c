/* SPDX-License-Identifier: MIT */
/*
 * A shelf keeps the whole list as one text, and where each product's closing brace stands in it. With quotes, the text
 * is copied from brace to brace and a discount_value put in before each:
 *
 *     [{"id":1,"slug":"a"},{"id":2}]\n
 *      ^                 ^        ^
 *      start        braces[0]  braces[1]
 */
#include "fcgi-catalog/catalog/shelf.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "fcgi-catalog/catalog/json.h"

struct shelf {
    atomic_size_t users;
    int64_t revision;
    struct arena arena; /* products, their strings, braces */
    struct product_list products;
    size_t *braces; /* one for each product: its closing brace's offset in text */
    char *text;
    size_t length, room;
};

/* ---- Making ---- */

static void append(struct shelf *shelf, const char *bytes, size_t length)
{
    if (shelf->room - shelf->length < length) {
        shelf->room = (shelf->room + length) * 2;
        shelf->text = memory_resize(shelf->text, shelf->room);
    }
    memcpy(shelf->text + shelf->length, bytes, length);
    shelf->length += length;
}

static void print_list(struct shelf *shelf)
{
    shelf->braces = arena_get(&shelf->arena, shelf->products.count * sizeof *shelf->braces);
    append(shelf, "[", 1);
    for (size_t i = 0; i < shelf->products.count; i++) {
        char *text = json_print_product(&shelf->products.items[i]);
        if (i > 0)
            append(shelf, ",", 1);
        append(shelf, text, strlen(text));
        shelf->braces[i] = shelf->length - 1;
        free(text);
    }
    append(shelf, "]\n", 2);
}

static void copy_products(struct shelf *shelf, const struct product_list *products)
{
    struct product *items = arena_get(&shelf->arena, products->count * sizeof *items);

    for (size_t i = 0; i < products->count; i++) {
        items[i] = products->items[i];
        items[i].slug = arena_copy(&shelf->arena, items[i].slug, strlen(items[i].slug));
        items[i].description = arena_copy(&shelf->arena, items[i].description, strlen(items[i].description));
    }
    shelf->products = (struct product_list){.items = items, .count = products->count};
}

struct shelf *shelf_new(int64_t revision, const struct product_list *products)
{
    struct shelf *shelf = memory_get_zeroed(1, sizeof *shelf);

    atomic_init(&shelf->users, 1);
    shelf->revision = revision;
    copy_products(shelf, products);
    print_list(shelf);
    return shelf;
}

/* ---- Users ---- */

struct shelf *shelf_take(struct shelf *shelf)
{
    atomic_fetch_add_explicit(&shelf->users, 1, memory_order_relaxed);
    return shelf;
}

void shelf_drop(struct shelf *shelf)
{
    /* Whoever frees must see all that other users did with it. */
    if (shelf == NULL || atomic_fetch_sub_explicit(&shelf->users, 1, memory_order_acq_rel) > 1)
        return;
    arena_release(&shelf->arena);
    free(shelf->text);
    free(shelf);
}

/* ---- Reading ---- */

int64_t shelf_revision(const struct shelf *shelf)
{
    return shelf->revision;
}

const struct product_list *shelf_products(const struct shelf *shelf)
{
    return &shelf->products;
}

struct shelf_text shelf_list(const struct shelf *shelf)
{
    return (struct shelf_text){.bytes = shelf->text, .length = shelf->length};
}

struct shelf_text shelf_list_quoted(const struct shelf *shelf, const struct quote *quotes, struct arena *arena)
{
    size_t room = shelf->length + shelf->products.count * (JSON_DISCOUNT_VALUE_MAX + 1);
    char *bytes = arena_get(arena, room), *end = bytes;
    struct json_pct last_pct = {0};
    size_t copied = 0;

    for (size_t i = 0; i < shelf->products.count; i++) {
        size_t brace = shelf->braces[i];
        memcpy(end, shelf->text + copied, brace - copied);
        end += brace - copied;
        copied = brace;
        if (shelf->text[brace - 1] != '{') /* a product without any field needs no comma */
            *end++ = ',';
        end = json_put_discount_value(end, &quotes[i], &last_pct);
    }
    memcpy(end, shelf->text + copied, shelf->length - copied);
    end += shelf->length - copied;
    return (struct shelf_text){.bytes = bytes, .length = (size_t)(end - bytes)};
}
