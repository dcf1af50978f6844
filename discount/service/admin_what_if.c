/* SPDX-License-Identifier: MIT */
/*
 * The rules as they would be. The changes are applied to the database, read back as a ruleset and rolled back: nobody
 * else sees them, and others wait with their changes for as long as that takes.
 */
#include "discount/service/admin_internal.h"

#include <string.h>
#include <time.h>

#include "discount/pricing/evaluate.h"

#define PRODUCTS_AT_ONCE 5000
#define ATTEMPTS_MAX 10

/* What is being made, while the store's change set is open. */
struct imagining {
    struct store *store;
    const struct ruleset *held; /* the rules in use */
    int64_t revision;           /* the latest */
    int64_t at;
    bool is_past; /* `at` is past: the rulesets are made from scratch */
    struct arena *arena;
    enum store_status status;
};

static bool is_past(int64_t at)
{
    return at != 0 && at < (int64_t)time(NULL);
}

/* The rules as the store has them at this point of the change set. NULL: imagining->status says why. */
static const struct ruleset *read_rules(struct imagining *imagining)
{
    const struct ruleset *from = imagining->is_past ? NULL : imagining->held;
    struct ruleset_builder *builder = ruleset_builder_new(from);
    int64_t since = from != NULL ? ruleset_base_revision(from) : 0;
    int64_t revision = 0; /* that of the change set: it is none yet */

    imagining->status = imagining->store->methods->load(imagining->store, since, SIZE_MAX, builder, &revision);
    if (imagining->status != STORE_OK) {
        ruleset_builder_free(builder);
        return NULL;
    }
    return ruleset_builder_finish(builder, imagining->revision, ruleset_rounding(imagining->held), imagining->at);
}

/* Begins a change set on the latest revision, which becomes imagining->revision. */
static bool begin_latest(struct imagining *imagining)
{
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        imagining->status = imagining->store->methods->revision(imagining->store, &imagining->revision);
        if (imagining->status == STORE_OK)
            imagining->status = imagining->store->methods->begin(imagining->store, imagining->revision, NULL);
        if (imagining->status != STORE_MOVED)
            return imagining->status == STORE_OK;
    }
    return false;
}

/* The rules in use, when they are the latest; else these are read. */
static const struct ruleset *read_rules_before(struct imagining *imagining)
{
    if (!imagining->is_past && imagining->revision == ruleset_revision(imagining->held))
        return ruleset_hold(imagining->held);
    return read_rules(imagining);
}

static bool read_products(struct imagining *imagining, struct admin_what_if *what_if)
{
    const char *after = NULL;
    size_t count;

    do {
        struct known_product *products;
        imagining->status =
            imagining->store->methods->list_products(imagining->store, &(struct product_filter){.is_declared = true},
                                                     after, PRODUCTS_AT_ONCE, imagining->arena, &products, &count);
        if (imagining->status != STORE_OK)
            return false;
        for (size_t i = 0; i < count; i++) {
            what_if->products =
                arena_grow(imagining->arena, what_if->products, what_if->product_count, sizeof *what_if->products);
            what_if->products[what_if->product_count++] = products[i];
        }
        after = count > 0 ? products[count - 1].slug : NULL;
    } while (count == PRODUCTS_AT_ONCE);
    return true;
}

/* Within the change set. False: imagining->status says why; the call is refused already when that is STORE_OK. */
static bool imagine(struct imagining *imagining, struct admin_service *service, struct rpc_call *call,
                    const struct admin_set *set, bool wants_products, struct admin_what_if *what_if)
{
    what_if->before = read_rules_before(imagining);
    what_if->revision = imagining->revision;
    if (what_if->before == NULL || !admin_set_apply(service, call, set, &what_if->faults))
        return false;
    if (what_if->faults.total > 0)
        return true;
    what_if->after = read_rules(imagining);
    return what_if->after != NULL && (!wants_products || read_products(imagining, what_if));
}

/* Without changes there is nothing to apply, and nobody needs to wait. */
static bool look(struct imagining *imagining, bool wants_products, struct admin_what_if *what_if)
{
    imagining->status = imagining->store->methods->revision(imagining->store, &imagining->revision);
    if (imagining->status != STORE_OK)
        return false;
    what_if->before = imagining->is_past ? read_rules(imagining) : ruleset_hold(imagining->held);
    if (what_if->before == NULL)
        return false;
    what_if->after = ruleset_hold(what_if->before);
    what_if->revision = ruleset_revision(what_if->before);
    return !wants_products || read_products(imagining, what_if);
}

bool admin_what_if_make(struct admin_service *service, struct rpc_call *call, const struct admin_set *set, int64_t at,
                        bool wants_products, struct admin_what_if *what_if)
{
    struct imagining imagining = {.store = service->store,
                                  .held = rulebook_hold(service->rulebook),
                                  .at = admin_instant(at),
                                  .is_past = is_past(at),
                                  .arena = rpc_call_arena(call),
                                  .status = STORE_OK};
    bool is_made = false;

    *what_if = (struct admin_what_if){0};
    if (set->change_count == 0) {
        is_made = look(&imagining, wants_products, what_if);
    } else if (begin_latest(&imagining)) {
        is_made = imagine(&imagining, service, call, set, wants_products, what_if);
        service->store->methods->rollback(service->store);
    }
    ruleset_release(imagining.held);
    if (imagining.status != STORE_OK)
        admin_refuse_store(call, imagining.status, service->store);
    if (!is_made)
        admin_what_if_release(what_if);
    return is_made;
}

void admin_what_if_release(struct admin_what_if *what_if)
{
    ruleset_release(what_if->before);
    ruleset_release(what_if->after);
    what_if->before = what_if->after = NULL;
}

struct product *admin_read_products(Ecommerce__Product *const *messages, size_t count, struct arena *arena)
{
    struct product *products = arena_get(arena, (count + 1) * sizeof *products);

    for (size_t i = 0; i < count; i++)
        products[i] = (struct product){.id = messages[i]->id,
                                       .price = messages[i]->price_in_cents,
                                       .categories = (const char *const *)messages[i]->categories,
                                       .category_count = messages[i]->n_categories};
    return products;
}
