/* SPDX-License-Identifier: MIT */
/*
 * A shelf keeps the whole list as one text, and the seams in it: where each product's discount_value goes, behind the
 * fields that the contract puts before it. With quotes, the text is copied from seam to seam and a discount_value put
 * in at each:
 *
 *     [{"id":1,"slug":"a","categories":["b"]},{"id":2}]\n
 *      ^                ^                            ^
 *      start        seams[0]                     seams[1]
 */
#include "fcgi-catalog/catalog/shelf.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "fcgi-catalog/catalog/json.h"

#define BLOCK_SIZE ((size_t)1024) /* thousands of shelves are kept, most of them small */

struct shelf {
    atomic_size_t users;
    int64_t revision;
    struct arena arena; /* the content, all of its strings, seams */
    struct shelf_content content;
    size_t *seams; /* one for each product: the offset in text of the byte that its discount_value goes before */
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

/* NULL stays NULL. */
static const char *copy_text(struct shelf *shelf, const char *text)
{
    if (text == NULL)
        return NULL;
    size_t size = strlen(text) + 1;
    return memcpy(arena_get(&shelf->arena, size), text, size);
}

static const char *const *copy_texts(struct shelf *shelf, const char *const *texts, size_t count)
{
    if (count == 0)
        return NULL;
    const char **copies = arena_get(&shelf->arena, count * sizeof *copies);
    for (size_t i = 0; i < count; i++)
        copies[i] = copy_text(shelf, texts[i]);
    return copies;
}

static const struct product_image *copy_images(struct shelf *shelf, const struct product *product)
{
    if (product->image_count == 0)
        return NULL;
    struct product_image *copies = arena_get(&shelf->arena, product->image_count * sizeof *copies);
    for (size_t i = 0; i < product->image_count; i++)
        copies[i] = (struct product_image){.url = copy_text(shelf, product->images[i].url),
                                           .alt = copy_text(shelf, product->images[i].alt)};
    return copies;
}

static void copy_product(struct shelf *shelf, const struct product *product, struct product *copy)
{
    *copy = *product;
    copy->slug = copy_text(shelf, product->slug);
    copy->description = copy_text(shelf, product->description);
    copy->categories = copy_texts(shelf, product->categories, product->category_count);
    copy->sku = copy_text(shelf, product->sku);
    copy->name = copy_text(shelf, product->name);
    copy->tags = copy_texts(shelf, product->tags, product->tag_count);
    copy->images = copy_images(shelf, product);
    copy->stock = copy_text(shelf, product->stock);
}

static void copy_content(struct shelf *shelf, const struct shelf_content *content)
{
    size_t count = content->products.count;
    struct product *items = arena_get(&shelf->arena, count * sizeof *items);

    for (size_t i = 0; i < count; i++)
        copy_product(shelf, &content->products.items[i], &items[i]);
    shelf->content = *content;
    shelf->content.products.items = items;
    shelf->content.currency = copy_text(shelf, content->currency);
    shelf->content.next = copy_text(shelf, content->next);
    shelf->content.previous = copy_text(shelf, content->previous);
}

static void print_list(struct shelf *shelf)
{
    const struct product_list *products = &shelf->content.products;

    shelf->seams = arena_get(&shelf->arena, products->count * sizeof *shelf->seams);
    append(shelf, "[", 1);
    for (size_t i = 0; i < products->count; i++) {
        char *text;
        size_t seam, length = json_print_product(&products->items[i], shelf->content.fields, shelf->content.currency,
                                                 &text, &seam);
        if (i > 0)
            append(shelf, ",", 1);
        shelf->seams[i] = shelf->length + seam;
        append(shelf, text, length);
        free(text);
    }
    append(shelf, "]\n", 2);
    shelf->text = memory_resize(shelf->text, shelf->length);
    shelf->room = shelf->length;
}

struct shelf *shelf_new(int64_t revision, const struct shelf_content *content)
{
    struct shelf *shelf = memory_get_zeroed(1, sizeof *shelf);

    atomic_init(&shelf->users, 1);
    shelf->revision = revision;
    shelf->arena.block_size = BLOCK_SIZE;
    copy_content(shelf, content);
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

const struct shelf_content *shelf_content(const struct shelf *shelf)
{
    return &shelf->content;
}

const struct product_list *shelf_products(const struct shelf *shelf)
{
    return &shelf->content.products;
}

size_t shelf_size(const struct shelf *shelf)
{
    return sizeof *shelf + shelf->room + arena_held(&shelf->arena);
}

struct shelf_text shelf_list(const struct shelf *shelf)
{
    return (struct shelf_text){.bytes = shelf->text, .length = shelf->length};
}

struct shelf_text shelf_text_of_one(struct shelf_text list, struct arena *arena)
{
    size_t length = list.length - 2; /* "[{…}]\n" */
    char *bytes = arena_copy(arena, list.bytes + 1, length);

    bytes[length - 1] = '\n';
    return (struct shelf_text){.bytes = bytes, .length = length};
}

/* Puts "applied" in before the closing brace of the discount_value that ends at `end`; the value has other fields. */
static char *put_applied(char *end, const char *applied)
{
    static const char key[] = ",\"applied\":";
    size_t length = strlen(applied);

    end--;
    memcpy(end, key, sizeof key - 1);
    end += sizeof key - 1;
    memcpy(end, applied, length);
    end[length] = '}';
    return end + length + 1;
}

#define APPLIED_MORE (sizeof ",\"applied\":") /* bytes that put_applied() adds beside the array */

/* `applied`, when not NULL, has an array as text, or NULL, for each product; all of them have `applied_length` bytes.
 */
static struct shelf_text splice(const struct shelf *shelf, const struct quote *quotes, char *const *applied,
                                size_t applied_length, struct arena *arena)
{
    size_t count = shelf->content.products.count;
    size_t room = shelf->length + count * (JSON_DISCOUNT_VALUE_MAX + 1) + applied_length;
    char *bytes = arena_get(arena, room), *end = bytes;
    struct json_pct last_pct = {0};
    size_t copied = 0;

    for (size_t i = 0; i < count; i++) {
        size_t seam = shelf->seams[i];
        memcpy(end, shelf->text + copied, seam - copied);
        end += seam - copied;
        copied = seam;
        if (shelf->text[seam - 1] != '{') /* a product without any field needs no comma */
            *end++ = ',';
        end = json_put_discount_value(end, &quotes[i], &last_pct);
        if (applied != NULL && applied[i] != NULL)
            end = put_applied(end, applied[i]);
        if (shelf->text[seam] == '"') /* nothing before it, but something behind it */
            *end++ = ',';
    }
    memcpy(end, shelf->text + copied, shelf->length - copied);
    end += shelf->length - copied;
    return (struct shelf_text){.bytes = bytes, .length = (size_t)(end - bytes)};
}

struct shelf_text shelf_list_quoted(const struct shelf *shelf, const struct quote *quotes, struct arena *arena)
{
    if (!(shelf->content.fields & FIELD_DISCOUNT))
        return shelf_list(shelf);
    return splice(shelf, quotes, NULL, 0, arena);
}

static bool is_discounted(const struct quote *quote)
{
    return quote->pct != 0 || quote->value_cents != 0;
}

struct shelf_text shelf_list_explained(const struct shelf *shelf, const struct quote *quotes,
                                       const struct applied_rules *applied, struct arena *arena)
{
    size_t count = shelf->content.products.count, length = 0;

    if (!(shelf->content.fields & FIELD_DISCOUNT))
        return shelf_list(shelf);
    char **texts = memory_get_zeroed(count, sizeof *texts);
    for (size_t i = 0; i < count; i++) {
        if (applied[i].count == 0 || !is_discounted(&quotes[i]))
            continue;
        texts[i] = json_print_applied(&applied[i]);
        length += strlen(texts[i]) + APPLIED_MORE;
    }
    struct shelf_text list = splice(shelf, quotes, texts, length, arena);
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
    return list;
}
