/* SPDX-License-Identifier: MIT */
/* One pass along the shop. */
#include "fcgi-catalog/tell/tell.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/rpc/client.h"
#include "common/shop_checksum.h"
#include "proto/ecommerce.pb-c.h"

#define RANGE 800 /* products that are in memory, and in one call, at once */
#define CALL_NS (10 * CLOCK_NS_PER_S)
#define SLUG_BYTES_MAX 800
#define CATEGORY_MAX 64

/* A call has at most 4 MiB; a category has two bytes before it, and a product 32 at most beside all that. */
_Static_assert((SLUG_BYTES_MAX + SHOP_CATEGORIES_MAX * (CATEGORY_MAX + 2) + 32) * RANGE < 4 * 1024 * 1024 - 1024,
               "the largest products fit into a call");

/* One call, and what matters of its answer. */
struct tell_call {
    bool is_done;
    enum rpc_code code;
    char message[400];
    int64_t telling, products, revision;
    bool is_busy, is_of_another, is_same, has_more;
};

struct tell {
    struct rpc_client *client;
    struct rpc_stub stub;
    struct tell_call call;
    atomic_bool is_ending;
};

/* ---- Calls, one at a time ---- */

static bool end_call(struct tell *tell, const void *answer)
{
    tell->call.is_done = true;
    tell->call.code = answer != NULL ? RPC_OK : rpc_client_status(tell->client);
    if (answer == NULL)
        snprintf(tell->call.message, sizeof tell->call.message, "%s", rpc_client_message(tell->client));
    return answer != NULL;
}

static void on_begun(const Ecommerce__BeginTellingResponse *answer, void *data)
{
    struct tell *tell = data;

    if (!end_call(tell, answer))
        return;
    tell->call.telling = answer->telling;
    tell->call.is_busy = answer->is_busy;
    tell->call.is_of_another = answer->is_of_another;
}

static void on_products(const Ecommerce__TellProductsResponse *answer, void *data)
{
    struct tell *tell = data;

    if (!end_call(tell, answer))
        return;
    tell->call.is_same = answer->is_same;
    tell->call.has_more = answer->has_more;
}

static void on_ended(const Ecommerce__EndTellingResponse *answer, void *data)
{
    struct tell *tell = data;

    if (!end_call(tell, answer))
        return;
    tell->call.products = answer->products;
    tell->call.revision = answer->revision;
}

static void begin_call(struct tell *tell)
{
    tell->call = (struct tell_call){.is_done = false};
    tell->stub.deadline_ns = clock_now_ns() + CALL_NS;
}

/* Waits for the answer, by a clock of this program's. */
static enum tell_status await(struct tell *tell, struct tell_result *result)
{
    int64_t until_ns = clock_now_ns() + CALL_NS + CLOCK_NS_PER_S;

    while (!tell->call.is_done && !atomic_load(&tell->is_ending) && clock_now_ns() < until_ns)
        (void)rpc_client_poll(tell->client, until_ns);
    if (tell->call.is_done && tell->call.code == RPC_OK)
        return TELL_DONE;
    if (tell->call.is_done && tell->call.code == RPC_ABORTED)
        return TELL_BUSY;
    snprintf(result->reason, sizeof result->reason, "%s: %s",
             tell->call.is_done ? rpc_code_name(tell->call.code) : "no answer", tell->call.message);
    return tell->call.is_done && tell->call.code == RPC_UNIMPLEMENTED ? TELL_UNKNOWN : TELL_FAILED;
}

static enum tell_status fail_store(struct tell_result *result)
{
    snprintf(result->reason, sizeof result->reason, "the catalog cannot be read");
    return TELL_FAILED;
}

/* ---- A pass begins ---- */

/* The name of the shop's database: of its secret, which it does not tell. */
static void name_shop(const struct shop *shop, char name[2 * 16 + 1])
{
    uint8_t digest[EVP_MAX_MD_SIZE];

    (void)EVP_Digest(shop->secret.bytes, sizeof shop->secret.bytes, digest, NULL, EVP_sha256(), NULL);
    for (size_t i = 0; i < 16; i++)
        snprintf(name + 2 * i, 3, "%02x", digest[i]);
}

/* A database that comes back from a backup counts its revisions anew: the time of the change tells these apart. */
static int64_t fingerprint(const struct shop *shop)
{
    return (int64_t)(((uint64_t)shop->revision << 32) ^ (uint64_t)shop->changed_at);
}

static enum tell_status begin(struct tell *tell, const struct shop *shop, bool takes_over, struct tell_result *result)
{
    Ecommerce__BeginTellingRequest request = ECOMMERCE__BEGIN_TELLING_REQUEST__INIT;
    char name[2 * 16 + 1];

    name_shop(shop, name);
    request.shop = name;
    request.revision = fingerprint(shop);
    request.takes_over = takes_over;
    begin_call(tell);
    ecommerce__discount_shop__begin_telling(&tell->stub.base, &request, on_begun, tell);
    enum tell_status status = await(tell, result);
    if (status != TELL_DONE)
        return status;
    result->was_known = tell->call.telling == 0;
    return tell->call.is_busy ? TELL_BUSY : tell->call.is_of_another ? TELL_OF_ANOTHER : TELL_DONE;
}

/* ---- Products ---- */

/* What rules cannot name, somebody wrote by hand: Discount is not told of it. */
static bool is_slug(const char *slug)
{
    size_t length = strlen(slug);

    for (const unsigned char *c = (const unsigned char *)slug; *c != '\0'; c++) {
        if (*c <= 0x20 || *c == 0x7F)
            return false;
    }
    return length >= 1 && length <= SLUG_BYTES_MAX;
}

static bool is_category(const char *slug)
{
    size_t length = strlen(slug);

    return length >= 1 && length <= CATEGORY_MAX && strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") == length &&
           slug[0] != '-' && slug[length - 1] != '-' && strstr(slug, "--") == NULL;
}

/* The categories that count, as slugs and as a text with commas between them. */
static const char *take_categories(const struct product *product, Ecommerce__Product *message, struct arena *arena)
{
    const char *text = "";

    message->categories = arena_get(arena, (product->category_count + 1) * sizeof *message->categories);
    for (size_t i = 0; i < product->category_count && message->n_categories < SHOP_CATEGORIES_MAX; i++) {
        if (!is_category(product->categories[i]))
            continue;
        text = arena_print(arena, "%s%s%s", text, text[0] != '\0' ? "," : "", product->categories[i]);
        message->categories[message->n_categories++] = (char *)product->categories[i];
    }
    return text;
}

static void fill_range(const struct product_list *products, Ecommerce__TellProductsRequest *request,
                       uint8_t digest[SHOP_CHECKSUM_SIZE], struct arena *arena)
{
    struct shop_checksum *checksum = shop_checksum_new();
    Ecommerce__Product *messages = arena_get(arena, (products->count + 1) * sizeof *messages);

    request->products = arena_get(arena, (products->count + 1) * sizeof(Ecommerce__Product *));
    for (size_t i = 0; i < products->count; i++) {
        const struct product *product = &products->items[i];
        Ecommerce__Product *message = &messages[i];
        if (!is_slug(product->slug))
            continue;
        ecommerce__product__init(message);
        message->id = product->id;
        message->slug = (char *)product->slug;
        message->price_in_cents = product->price_cents;
        shop_checksum_add(checksum, product->id, product->slug, product->price_cents,
                          take_categories(product, message, arena));
        request->products[request->n_products++] = message;
    }
    shop_checksum_finish(checksum, digest);
}

static enum tell_status send_range(struct tell *tell, const Ecommerce__TellProductsRequest *request,
                                   struct tell_result *result)
{
    begin_call(tell);
    ecommerce__discount_shop__tell_products(&tell->stub.base, request, on_products, tell);
    return await(tell, result);
}

/* The checksum of the range, and the products where Discount's differs. */
static enum tell_status tell_range(struct tell *tell, Ecommerce__TellProductsRequest *request,
                                   struct tell_result *result)
{
    Ecommerce__TellProductsRequest ask = *request;

    ask.n_products = 0;
    result->ranges++;
    enum tell_status status = send_range(tell, &ask, result);
    if (status != TELL_DONE || tell->call.is_same)
        return status;
    request->has_products = true;
    result->sent += (int64_t)request->n_products;
    do {
        status = send_range(tell, request, result);
    } while (status == TELL_DONE && tell->call.has_more);
    return status;
}

static enum tell_status tell_products(struct tell *tell, int64_t telling, struct store_walk *walk,
                                      struct tell_result *result)
{
    enum tell_status status = TELL_DONE;
    struct arena arena = {0};
    int32_t after = 0;

    while (status == TELL_DONE && after < INT32_MAX) {
        Ecommerce__TellProductsRequest request = ECOMMERCE__TELL_PRODUCTS_REQUEST__INIT;
        struct product_list products;
        uint8_t digest[SHOP_CHECKSUM_SIZE];
        arena_reset(&arena);
        if (walk->next(walk, RANGE, &arena, &products) != STORE_OK) {
            status = fail_store(result);
            break;
        }
        fill_range(&products, &request, digest, &arena);
        request.telling = telling;
        request.after = after;
        request.last = products.count < RANGE ? INT32_MAX : products.items[products.count - 1].id;
        request.checksum = (ProtobufCBinaryData){.data = digest, .len = sizeof digest};
        status = tell_range(tell, &request, result);
        after = request.last;
    }
    arena_release(&arena);
    return status;
}

/* ---- A pass ends ---- */

static enum tell_status end(struct tell *tell, int64_t telling, const struct category_list *categories,
                            struct arena *arena, struct tell_result *result)
{
    Ecommerce__EndTellingRequest request = ECOMMERCE__END_TELLING_REQUEST__INIT;
    Ecommerce__ShopCategory *messages = arena_get(arena, (categories->count + 1) * sizeof *messages);

    request.telling = telling;
    request.categories = arena_get(arena, (categories->count + 1) * sizeof(Ecommerce__ShopCategory *));
    for (size_t i = 0; i < categories->count; i++) {
        if (!is_category(categories->items[i].slug))
            continue;
        ecommerce__shop_category__init(&messages[i]);
        messages[i].number = categories->items[i].number;
        messages[i].slug = (char *)categories->items[i].slug;
        request.categories[request.n_categories++] = &messages[i];
    }
    begin_call(tell);
    ecommerce__discount_shop__end_telling(&tell->stub.base, &request, on_ended, tell);
    enum tell_status status = await(tell, result);
    result->products = tell->call.products;
    result->renamed = tell->call.revision;
    return status;
}

static enum tell_status tell_categories(struct tell *tell, int64_t telling, struct store *store,
                                        struct tell_result *result)
{
    struct category_list categories;
    struct arena arena = {0};
    enum tell_status status = store->methods->list_categories(store, &arena, &categories) == STORE_OK
                                  ? end(tell, telling, &categories, &arena, result)
                                  : fail_store(result);

    arena_release(&arena);
    return status;
}

/* The walk begins after the pass: what is told is never older than what the pass says. */
static enum tell_status make_pass(struct tell *tell, struct store *store, struct tell_result *result)
{
    int64_t telling = tell->call.telling;
    struct store_walk *walk;

    if (store->methods->begin_walk(store, &walk) != STORE_OK)
        return fail_store(result);
    enum tell_status status = tell_products(tell, telling, walk, result);
    store_walk_end(walk);
    return status == TELL_DONE ? tell_categories(tell, telling, store, result) : status;
}

enum tell_status tell_shop(struct tell *tell, struct store *store, bool takes_over, struct tell_result *result)
{
    struct shop shop;

    *result = (struct tell_result){.was_known = false};
    if (store->methods->shop(store, &shop) != STORE_OK)
        return fail_store(result);
    enum tell_status status = begin(tell, &shop, takes_over, result);
    return status == TELL_DONE && !result->was_known ? make_pass(tell, store, result) : status;
}

/* ---- Life ---- */

struct tell *tell_new(const struct tell_options *options, char *reason, size_t reason_size)
{
    const struct rpc_client_options client = {.target = options->service_host, .keyset = options->keyset};
    struct tell *tell = memory_get_zeroed(1, sizeof *tell);

    tell->client = rpc_client_new(&client, reason, reason_size);
    if (tell->client == NULL) {
        free(tell);
        return NULL;
    }
    rpc_stub_init(&tell->stub, tell->client, &ecommerce__discount_shop__descriptor);
    return tell;
}

void tell_stop(struct tell *tell)
{
    atomic_store(&tell->is_ending, true);
    rpc_client_wake(tell->client);
}

void tell_free(struct tell *tell)
{
    if (tell == NULL)
        return;
    rpc_client_free(tell->client);
    free(tell);
}
