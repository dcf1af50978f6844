/* SPDX-License-Identifier: MIT */
#include "fcgi-catalog/tell/range.h"

#include <string.h>

#include "common/shop_checksum.h"

#define PART 16 /* products that are read at once: descriptions and variants may be long */
#define SLUG_BYTES_MAX 800
#define CATEGORY_MAX 64

struct range {
    Ecommerce__TellProductsRequest *request;
    struct arena *arena;
    struct shop_checksum *checksum;
    size_t bytes; /* of the products, as they are sent */
};

static bool is_slug(const char *slug)
{
    size_t length = strlen(slug);

    for (const unsigned char *c = (const unsigned char *)slug; *c != '\0'; c++) {
        if (*c <= 0x20 || *c == 0x7F)
            return false;
    }
    return length >= 1 && length <= SLUG_BYTES_MAX;
}

bool range_is_category(const char *slug)
{
    size_t length = strlen(slug);

    return length >= 1 && length <= CATEGORY_MAX && strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") == length &&
           slug[0] != '-' && slug[length - 1] != '-' && strstr(slug, "--") == NULL;
}

static char *copy(const char *text, struct arena *arena)
{
    return arena_copy(arena, text, strlen(text));
}

/* The categories that count, as slugs and, in `text`, with commas between them. */
static void take_categories(const struct product *product, Ecommerce__Product *message, struct arena *arena,
                            char text[SHOP_CATEGORIES_MAX * (CATEGORY_MAX + 1)])
{
    char *end = text;

    message->categories = arena_get(arena, (product->category_count + 1) * sizeof *message->categories);
    for (size_t i = 0; i < product->category_count && message->n_categories < SHOP_CATEGORIES_MAX; i++) {
        if (!range_is_category(product->categories[i]))
            continue;
        if (message->n_categories > 0)
            *end++ = ',';
        end = stpcpy(end, product->categories[i]);
        message->categories[message->n_categories++] = copy(product->categories[i], arena);
    }
    *end = '\0';
}

static void add(struct range *range, const struct product *product)
{
    char categories[SHOP_CATEGORIES_MAX * (CATEGORY_MAX + 1)];

    if (!is_slug(product->slug))
        return;
    Ecommerce__Product *message = arena_get(range->arena, sizeof *message);
    ecommerce__product__init(message);
    message->id = product->id;
    message->slug = copy(product->slug, range->arena);
    message->price_in_cents = product->price_cents;
    take_categories(product, message, range->arena, categories);
    shop_checksum_add(range->checksum, product->id, product->slug, product->price_cents, categories);
    range->bytes += ecommerce__product__get_packed_size(message);
    range->request->products[range->request->n_products++] = message;
}

/* Part by part, of which what is told stays in memory. */
static enum store_status read_parts(struct range *range, struct store_walk *walk)
{
    struct product_list products;
    struct arena part = {0};
    size_t count = 0;
    enum store_status status;

    do {
        size_t limit = RANGE_PRODUCTS - count < PART ? RANGE_PRODUCTS - count : PART;
        arena_reset(&part);
        status = walk->next(walk, limit, &part, &products);
        if (status != STORE_OK)
            break;
        for (size_t i = 0; i < products.count; i++)
            add(range, &products.items[i]);
        count += products.count;
        range->request->last = products.count > 0 ? products.items[products.count - 1].id : INT32_MAX;
    } while (products.count > 0 && count < RANGE_PRODUCTS && range->bytes < RANGE_BYTES);
    arena_release(&part);
    return status;
}

enum store_status range_read(struct store *store, int32_t after, struct arena *arena,
                             Ecommerce__TellProductsRequest *request)
{
    struct range range = {.request = request, .arena = arena};
    uint8_t *digest = arena_get(arena, SHOP_CHECKSUM_SIZE);
    struct store_walk *walk;
    enum store_status status = store->methods->begin_walk(store, &walk);

    if (status != STORE_OK)
        return status;
    request->after = after;
    request->products = arena_get(arena, RANGE_PRODUCTS * sizeof(Ecommerce__Product *));
    range.checksum = shop_checksum_new();
    walk->place = after;
    status = read_parts(&range, walk);
    store_walk_end(walk);
    shop_checksum_finish(range.checksum, digest);
    request->checksum = (ProtobufCBinaryData){.data = digest, .len = SHOP_CHECKSUM_SIZE};
    return status;
}
