/* SPDX-License-Identifier: MIT */
/* One pass along the shop. */
#include "fcgi-catalog/tell/tell.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/arena.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/rpc/client.h"
#include "fcgi-catalog/tell/range.h"
#include "proto/ecommerce.pb-c.h"

#define CALL_NS (10 * CLOCK_NS_PER_S)
#define CATEGORIES_MAX 50000 /* that EndTelling takes */

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

static enum tell_status judge(enum rpc_code code)
{
    switch (code) {
    case RPC_OK:
        return TELL_DONE;
    case RPC_ABORTED:
        return TELL_BUSY;
    case RPC_UNIMPLEMENTED:
        return TELL_UNKNOWN;
    case RPC_INVALID_ARGUMENT:
    case RPC_RESOURCE_EXHAUSTED:
        return TELL_REFUSED;
    default:
        return TELL_FAILED;
    }
}

/* Waits for the answer, by a clock of this program's. */
static enum tell_status await(struct tell *tell, struct tell_result *result)
{
    int64_t until_ns = clock_now_ns() + CALL_NS + CLOCK_NS_PER_S;

    while (!tell->call.is_done && !atomic_load(&tell->is_ending) && clock_now_ns() < until_ns)
        (void)rpc_client_poll(tell->client, until_ns);
    snprintf(result->reason, sizeof result->reason, "%s: %s",
             tell->call.is_done ? rpc_code_name(tell->call.code) : "no answer", tell->call.message);
    return !tell->call.is_done ? TELL_FAILED : judge(tell->call.code);
}

static enum tell_status fail_store(struct tell_result *result)
{
    snprintf(result->reason, sizeof result->reason, "the catalog cannot be read");
    return TELL_FAILED;
}

static enum tell_status refuse_categories(size_t count, struct tell_result *result)
{
    snprintf(result->reason, sizeof result->reason, "the shop has %zu categories; Discount takes at most %d", count,
             CATEGORIES_MAX);
    return TELL_REFUSED;
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

/* Each range is read as the shop is then, never older than what the pass says, and no read transaction is open while
 * Discount is waited for: the database's log does not grow with it. */
static enum tell_status tell_products(struct tell *tell, int64_t telling, struct store *store,
                                      struct tell_result *result)
{
    enum tell_status status = TELL_DONE;
    struct arena arena = {0};
    int32_t after = 0;

    while (status == TELL_DONE && after < INT32_MAX) {
        Ecommerce__TellProductsRequest request = ECOMMERCE__TELL_PRODUCTS_REQUEST__INIT;
        arena_reset(&arena);
        request.telling = telling;
        status = range_read(store, after, &arena, &request) == STORE_OK ? tell_range(tell, &request, result)
                                                                        : fail_store(result);
        after = request.last;
    }
    arena_release(&arena);
    return status;
}

/* ---- A pass ends ---- */

/* The categories that rules can name. */
static void fill_end(Ecommerce__EndTellingRequest *request, const struct category_list *categories, struct arena *arena)
{
    Ecommerce__ShopCategory *messages = arena_get(arena, (categories->count + 1) * sizeof *messages);

    request->categories = arena_get(arena, (categories->count + 1) * sizeof(Ecommerce__ShopCategory *));
    for (size_t i = 0; i < categories->count; i++) {
        if (!range_is_category(categories->items[i].slug) || categories->items[i].number < 1)
            continue;
        ecommerce__shop_category__init(&messages[i]);
        messages[i].number = categories->items[i].number;
        messages[i].slug = (char *)categories->items[i].slug;
        request->categories[request->n_categories++] = &messages[i];
    }
}

static enum tell_status end(struct tell *tell, const Ecommerce__EndTellingRequest *request, struct tell_result *result)
{
    begin_call(tell);
    ecommerce__discount_shop__end_telling(&tell->stub.base, request, on_ended, tell);
    enum tell_status status = await(tell, result);
    result->products = tell->call.products;
    result->renamed = tell->call.revision;
    return status;
}

/* What cannot be told in the end is not begun. */
static enum tell_status make_pass(struct tell *tell, struct store *store, struct tell_result *result)
{
    Ecommerce__EndTellingRequest request = ECOMMERCE__END_TELLING_REQUEST__INIT;
    struct category_list categories;
    struct arena arena = {0};
    enum tell_status status;

    request.telling = tell->call.telling;
    if (store->methods->list_categories(store, &arena, &categories) != STORE_OK) {
        status = fail_store(result);
    } else {
        fill_end(&request, &categories, &arena);
        status = request.n_categories <= CATEGORIES_MAX ? tell_products(tell, request.telling, store, result)
                                                        : refuse_categories(request.n_categories, result);
        if (status == TELL_DONE)
            status = end(tell, &request, result);
    }
    arena_release(&arena);
    return status;
}

/* Ranges of two moments may contradict each other: two products of one slug. */
static bool has_changed(struct store *store, const struct shop *before)
{
    struct shop shop;

    return store->methods->shop(store, &shop) == STORE_OK && fingerprint(&shop) != fingerprint(before);
}

enum tell_status tell_shop(struct tell *tell, struct store *store, bool takes_over, struct tell_result *result)
{
    struct shop shop;

    *result = (struct tell_result){.was_known = false};
    if (store->methods->shop(store, &shop) != STORE_OK)
        return fail_store(result);
    enum tell_status status = begin(tell, &shop, takes_over, result);
    if (status == TELL_DONE && !result->was_known)
        status = make_pass(tell, store, result);
    return status == TELL_REFUSED && has_changed(store, &shop) ? TELL_BUSY : status;
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
