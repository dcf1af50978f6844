/* SPDX-License-Identifier: MIT */
/* What the Catalog tells: checked, kept, and followed by the rules' names. */
#include "discount/service/shop.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/log.h"
#include "discount/service/admin_internal.h"

#define CATEGORIES_MAX 50000
#define LOCK_MS 5000 /* while others change the rules */

#define SHOP_METHOD(name, Request, Response)                                                                           \
    static void shop_##name(Ecommerce__DiscountShop_Service *base, const Ecommerce__##Request *request,                \
                            Ecommerce__##Response##_Closure closure, void *closure_data)

static struct store *store_of(Ecommerce__DiscountShop_Service *base)
{
    return ((struct shop_service *)base)->admin->store;
}

static int64_t now_s(void)
{
    return (int64_t)time(NULL);
}

/* ---- A pass begins ---- */

static bool check_shop(struct rpc_call *call, const char *shop)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t length = strlen(shop);

    if (length >= 1 && length <= 64 && strspn(shop, allowed) == length)
        return true;
    admin_refuse(call, RPC_INVALID_ARGUMENT, "shop is %s: 1 to 64 of A-Z, a-z, 0-9, '-' and '_' are allowed",
                 LOG_QUOTED(shop));
    return false;
}

SHOP_METHOD(begin_telling, BeginTellingRequest, BeginTellingResponse)
{
    Ecommerce__BeginTellingResponse response = ECOMMERCE__BEGIN_TELLING_RESPONSE__INIT;
    struct store *store = store_of(base);
    struct telling telling;

    if (!check_shop(closure_data, request->shop))
        return;
    enum store_status status =
        store->methods->begin_telling(store, request->shop, request->revision, request->takes_over, now_s(), &telling);
    if (status != STORE_OK) {
        admin_refuse_store(closure_data, status, store);
        return;
    }
    if (telling.replaces_another)
        log_warning("shop-replaced", "shop=%s reason=\"another shop's products were told before\"",
                    LOG_QUOTED(request->shop));
    response.telling = telling.number;
    response.is_busy = telling.is_busy;
    response.is_of_another = telling.is_of_another;
    closure(&response, closure_data);
}

/* ---- Products ---- */

/* No blanks, which the lines of the checksum have between their parts, and no control characters. */
static bool is_slug(const char *slug)
{
    size_t length = strlen(slug);

    if (length < 1 || length > SHOP_SLUG_MAX)
        return false;
    for (const unsigned char *c = (const unsigned char *)slug; *c != '\0'; c++) {
        if (*c <= 0x20 || *c == 0x7F)
            return false;
    }
    return true;
}

/* Slugs with commas between them; NULL: one is malformed. */
static const char *join_categories(const Ecommerce__Product *message, struct arena *arena)
{
    size_t count = message->n_categories < SHOP_CATEGORIES_MAX ? message->n_categories : SHOP_CATEGORIES_MAX;
    char *text = arena_get(arena, count * (RULE_KEY_MAX + 1) + 1), *end = text;

    for (size_t i = 0; i < count; i++) {
        if (!rule_is_key(message->categories[i], RULE_KEY_MAX))
            return NULL;
        if (i > 0)
            *end++ = ',';
        size_t length = strlen(message->categories[i]);
        memcpy(end, message->categories[i], length);
        end += length;
    }
    *end = '\0';
    return text;
}

/* What is wrong with a product; NULL: nothing. */
static const char *read_product(const Ecommerce__Product *message, int32_t before, int32_t last, struct arena *arena,
                                struct shop_product *product)
{
    *product = (struct shop_product){.id = message->id, .slug = message->slug, .price = message->price_in_cents};
    if (message->id <= before || message->id > last)
        return "id is not in the order of ids and in the range";
    if (!is_slug(message->slug))
        return "slug is empty, too long, or has blanks";
    if (message->price_in_cents < 0)
        return "price_in_cents is below 0";
    product->categories = join_categories(message, arena);
    return product->categories != NULL ? NULL : "categories has a malformed slug";
}

/* NULL: the call is refused. */
static struct shop_product *read_products(struct rpc_call *call, const Ecommerce__TellProductsRequest *request)
{
    struct arena *arena = rpc_call_arena(call);
    struct shop_product *products = arena_get(arena, (request->n_products + 1) * sizeof *products);
    int32_t before = request->after;

    if (request->n_products > SHOP_BATCH_MAX) {
        admin_refuse(call, RPC_INVALID_ARGUMENT, "products are %zu; up to %d at a time are allowed",
                     request->n_products, SHOP_BATCH_MAX);
        return NULL;
    }
    for (size_t i = 0; i < request->n_products; i++) {
        const char *fault = read_product(request->products[i], before, request->last, arena, &products[i]);
        if (fault != NULL) {
            admin_refuse(call, RPC_INVALID_ARGUMENT, "products[%zu] (id %" PRId32 "): %s", i, request->products[i]->id,
                         fault);
            return NULL;
        }
        before = products[i].id;
    }
    return products;
}

static bool check_range(struct rpc_call *call, const Ecommerce__TellProductsRequest *request)
{
    if (request->after < 0 || request->last <= request->after) {
        admin_refuse(call, RPC_INVALID_ARGUMENT,
                     "last is %" PRId32 " and after %" PRId32 "; 0 <= after < last is allowed", request->last,
                     request->after);
        return false;
    }
    if (request->has_products || request->checksum.len == SHOP_CHECKSUM_SIZE)
        return true;
    admin_refuse(call, RPC_INVALID_ARGUMENT, "checksum has %zu bytes; %d are allowed", request->checksum.len,
                 SHOP_CHECKSUM_SIZE);
    return false;
}

SHOP_METHOD(tell_products, TellProductsRequest, TellProductsResponse)
{
    Ecommerce__TellProductsResponse response = ECOMMERCE__TELL_PRODUCTS_RESPONSE__INIT;
    struct store *store = store_of(base);
    bool has_more = false, is_same = true;
    enum store_status status;

    if (!check_range(closure_data, request))
        return;
    if (request->has_products) {
        const struct shop_product *products = read_products(closure_data, request);
        if (products == NULL)
            return;
        status = store->methods->tell_products(store, request->telling, request->after, request->last, products,
                                               request->n_products, now_s(), &has_more);
    } else {
        status = store->methods->match_products(store, request->telling, request->after, request->last,
                                                request->checksum.data, now_s(), &is_same);
    }
    if (status != STORE_OK) {
        admin_refuse_store(closure_data, status, store);
        return;
    }
    response.is_same = is_same && !has_more;
    response.has_more = has_more;
    closure(&response, closure_data);
}

/* ---- A pass ends ---- */

/* NULL: the call is refused. */
static struct shop_category *read_categories(struct rpc_call *call, const Ecommerce__EndTellingRequest *request)
{
    struct shop_category *categories =
        arena_get(rpc_call_arena(call), (request->n_categories + 1) * sizeof *categories);

    if (request->n_categories > CATEGORIES_MAX) {
        admin_refuse(call, RPC_RESOURCE_EXHAUSTED, "categories are %zu; up to %d are allowed", request->n_categories,
                     CATEGORIES_MAX);
        return NULL;
    }
    for (size_t i = 0; i < request->n_categories; i++) {
        const Ecommerce__ShopCategory *message = request->categories[i];
        if (message->number < 1 || !rule_is_key(message->slug, RULE_KEY_MAX)) {
            admin_refuse(call, RPC_INVALID_ARGUMENT, "categories[%zu]: number is below 1, or the slug is malformed", i);
            return NULL;
        }
        categories[i] = (struct shop_category){.number = message->number, .slug = message->slug};
    }
    return categories;
}

/* A revision of the rules in which they have the shop's names. The caller holds the writers' lock. */
static enum store_status make_revision(struct admin_service *admin, const char *author, int64_t *revision)
{
    struct store *store = admin->store;
    size_t changed = 0;
    enum store_status status = store->methods->begin(store, 0, NULL);

    if (status != STORE_OK)
        return status;
    status = store->methods->follow_shop(store);
    if (status != STORE_OK) {
        store->methods->rollback(store);
        return status;
    }
    status = store->methods->commit(store, author, "names as the shop has them", now_s(), revision, &changed);
    if (status != STORE_OK || changed == 0)
        return status;
    log_info("rules-changed", "revision=%" PRId64 " author=%s changed=%zu message=\"names as the shop has them\"",
             *revision, LOG_QUOTED(author), changed);
    rollout_announce(admin->rollout, *revision);
    if (!rollout_await(admin->rollout, *revision, clock_now_ns() + ROLLOUT_PATIENCE_MS * CLOCK_NS_PER_MS))
        log_warning("rules-ahead", "revision=%" PRId64 " active=%" PRId64, *revision, rollout_active(admin->rollout));
    return status;
}

/* False: the call is refused. */
static bool follow(struct admin_service *admin, struct rpc_call *call, int64_t *revision)
{
    if (!rollout_lock_writer(admin->rollout, LOCK_MS)) {
        admin_refuse(call, RPC_RESOURCE_EXHAUSTED, "somebody else has been changing the rules for %d ms", LOCK_MS);
        return false;
    }
    enum store_status status = make_revision(admin, rpc_call_peer(call)->identity, revision);
    rollout_unlock_writer(admin->rollout);
    if (status != STORE_OK)
        admin_refuse_store(call, status, admin->store);
    return status == STORE_OK;
}

SHOP_METHOD(end_telling, EndTellingRequest, EndTellingResponse)
{
    Ecommerce__EndTellingResponse response = ECOMMERCE__END_TELLING_RESPONSE__INIT;
    struct admin_service *admin = ((struct shop_service *)base)->admin;
    struct store *store = admin->store;
    const struct shop_category *categories = read_categories(closure_data, request);
    bool must_follow = false;

    if (categories == NULL)
        return;
    enum store_status status =
        store->methods->tell_categories(store, request->telling, categories, request->n_categories, &must_follow);
    if (status == STORE_OK && must_follow && !follow(admin, closure_data, &response.revision))
        return;
    if (status == STORE_OK)
        status = store->methods->end_telling(store, request->telling, now_s(), &response.products);
    if (status != STORE_OK) {
        admin_refuse_store(closure_data, status, store);
        return;
    }
    log_info("shop-told", "products=%" PRId64 " categories=%zu", response.products, request->n_categories);
    closure(&response, closure_data);
}

void shop_service_init(struct shop_service *service, struct admin_service *admin)
{
    *service = (struct shop_service){.base = ECOMMERCE__DISCOUNT_SHOP__INIT(shop_), .admin = admin};
}
