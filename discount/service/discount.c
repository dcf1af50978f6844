/* SPDX-License-Identifier: MIT */
/* The Discount service. */
#include "discount/service/discount.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/rpc/server.h"
#include "discount/pricing/evaluate.h"
#include "discount/service/value.h"
#include "discount/store/store.h"

#define ALONE_NS CLOCK_NS_PER_S /* after another service left the database: what it changed is known by then */

static const struct ruleset *current_rules(Ecommerce__Discount_Service *service)
{
    return rulebook_current(((struct discount_service *)service)->rulebook);
}

/* A request without a customer gets id 0: only the rules for everybody apply to ids of 0 and below. */
static int32_t customer_id(const Ecommerce__Customer *customer)
{
    return customer != NULL ? customer->id : 0;
}

static struct product product_of(const Ecommerce__Product *message)
{
    return (struct product){.id = message->id,
                            .price = message->price_in_cents,
                            .categories = (const char *const *)message->categories,
                            .category_count = message->n_categories};
}

/* ---- Whether both sides mean the same products ---- */

/* Logs each product once, over all workers, and once that further products are not logged. */
static void log_contradiction(size_t count, const struct rollout_contradiction *contradiction, int64_t revision)
{
    if (count > ROLLOUT_CONTRADICTIONS_MAX)
        log_warning("product-contradicts", "reason=\"further products are not logged\"");
    else if (count > 0)
        log_warning(
            "product-contradicts", "id=%" PRId32 " slug=%s known_id=%" PRId32 " revision=%" PRId64 " reason=\"%s\"",
            contradiction->id, LOG_QUOTED(contradiction->slug), contradiction->known_id, revision,
            contradiction->known_id == contradiction->id ? "the rules know this id by another slug"
                                                         : "the rules know this slug as that of another product");
}

static bool is_seen(const struct discount_service *service, const struct rollout_contradiction *contradiction)
{
    for (size_t i = 0; i < service->seen_count; i++) {
        if (service->seen[i].id == contradiction->id && strcmp(service->seen[i].slug, contradiction->slug) == 0)
            return true;
    }
    return service->seen_count == ROLLOUT_CONTRADICTIONS_MAX;
}

static void note_seen(struct discount_service *service, const Ecommerce__Contradiction *found, int64_t revision)
{
    struct rollout_contradiction seen = {.id = found->id, .known_id = found->known_id};

    snprintf(seen.slug, sizeof seen.slug, "%s", found->slug);
    if (is_seen(service, &seen))
        return;
    seen.seen_at = (int64_t)time(NULL);
    service->seen[service->seen_count++] = seen;
    log_contradiction(rollout_note_contradiction(service->rollout, &seen), &seen, revision);
}

/* Whether the caller's product contradicts the rules; fills in and notes the contradiction. */
static bool find_contradiction(Ecommerce__Discount_Service *base, const struct ruleset *ruleset,
                               const Ecommerce__Product *product, Ecommerce__Contradiction *contradiction)
{
    int32_t known_id;

    if (!ruleset_contradicts(ruleset, product->id, product->slug, &known_id))
        return false;
    contradiction_fill(contradiction, product, known_id);
    note_seen((struct discount_service *)base, contradiction, ruleset_revision(ruleset));
    return true;
}

static void apply_discount(Ecommerce__Discount_Service *service, const Ecommerce__DiscountRequest *request,
                           Ecommerce__DiscountResponse_Closure closure, void *closure_data)
{
    if (request->product == NULL) {
        rpc_call_add_violation(closure_data, "product", "product is missing");
        rpc_call_fail(closure_data, RPC_INVALID_ARGUMENT, "product is missing");
        return;
    }
    struct arena *arena = rpc_call_arena(closure_data);
    const struct ruleset *ruleset = current_rules(service);
    struct product priced = product_of(request->product);
    struct quote quote;
    evaluate(listing_resolve(ruleset, arena, &priced, 1), 0,
             shopper_resolve(ruleset, arena, customer_id(request->customer)), time(NULL), &quote);

    Ecommerce__DiscountResponse response = ECOMMERCE__DISCOUNT_RESPONSE__INIT;
    Ecommerce__Product product = *request->product;
    Ecommerce__DiscountValue value;
    value_fill(&value, &quote, product.price_in_cents);
    product.discount_value = &value;
    response.product = &product;
    Ecommerce__Contradiction contradiction, *contradictions[] = {&contradiction};
    response.n_contradictions = find_contradiction(service, ruleset, request->product, &contradiction);
    response.contradictions = contradictions;
    closure(&response, closure_data);
}

/* What is worked on while the asks of one call are answered. */
struct answering {
    Ecommerce__Discount_Service *service;
    const struct ruleset *ruleset;
    struct arena *arena;
    int64_t now;                           /* one instant for all */
    const Ecommerce__DiscountAsk *brought; /* the last ask that brought products of its own; NULL: none yet */
    const struct product *products;        /* its products, */
    const struct listing *listing;         /* and these resolved; NULL: not yet */
    size_t quotes_left;                    /* that may still be given */
    Ecommerce__Contradiction **contradictions;
    size_t contradiction_count;
};

static void refuse_ask(Ecommerce__DiscountAnswer *answer, enum rpc_code code, const char *message)
{
    answer->code = (int32_t)code;
    answer->message = (char *)message;
}

static void note_contradiction(struct answering *answering, const Ecommerce__Product *product)
{
    Ecommerce__Contradiction found;

    if (!find_contradiction(answering->service, answering->ruleset, product, &found) ||
        answering->contradiction_count == DISCOUNT_CONTRADICTIONS_TOLD)
        return;
    if (answering->contradictions == NULL)
        answering->contradictions =
            arena_get(answering->arena, DISCOUNT_CONTRADICTIONS_TOLD * sizeof *answering->contradictions);
    Ecommerce__Contradiction *kept = arena_get(answering->arena, sizeof *kept);
    *kept = found;
    answering->contradictions[answering->contradiction_count++] = kept;
}

/* Many asks look at the same products: the products are resolved for the first of these asks. */
static void resolve_products(struct answering *answering)
{
    size_t count = answering->brought->n_products;
    struct product *products = arena_get(answering->arena, count * sizeof *products);

    for (size_t i = 0; i < count; i++) {
        products[i] = product_of(answering->brought->products[i]);
        note_contradiction(answering, answering->brought->products[i]);
    }
    answering->products = products;
    answering->listing = listing_resolve(answering->ruleset, answering->arena, products, count);
}

static void quote_products(struct answering *answering, Ecommerce__DiscountAnswer *answer,
                           const Ecommerce__DiscountAsk *ask)
{
    size_t count = answering->brought->n_products;
    const struct shopper *shopper = shopper_resolve(answering->ruleset, answering->arena, ask->customer->id);
    Ecommerce__DiscountValue *values = arena_get(answering->arena, count * sizeof *values);
    struct quote quote;

    if (answering->listing == NULL)
        resolve_products(answering);
    answer->audience = shopper_audience(shopper);
    answer->quotes = arena_get(answering->arena, count * sizeof *answer->quotes);
    answer->n_quotes = count;
    for (size_t i = 0; i < count; i++) {
        evaluate(answering->listing, i, shopper, answering->now, &quote);
        value_fill(&values[i], &quote, answering->products[i].price);
        if (ask->explain)
            value_fill_applied(&values[i], &quote, answering->arena);
        answer->quotes[i] = &values[i];
    }
}

static void answer_ask(struct answering *answering, Ecommerce__DiscountAnswer *answer,
                       const Ecommerce__DiscountAsk *ask)
{
    ecommerce__discount_answer__init(answer);
    if (!ask->same_products) {
        answering->brought = ask;
        answering->listing = NULL;
    }
    if (ask->customer == NULL) {
        refuse_ask(answer, RPC_INVALID_ARGUMENT, "customer is missing");
    } else if (answering->brought == NULL) {
        refuse_ask(answer, RPC_INVALID_ARGUMENT, "same_products is set, but no ask before this one has products");
    } else if (ask->same_products && ask->n_products > 0) {
        refuse_ask(answer, RPC_INVALID_ARGUMENT, "same_products is set, but there are products");
    } else if (answering->brought->n_products > answering->quotes_left) {
        refuse_ask(answer, RPC_RESOURCE_EXHAUSTED, "the call asks for too many quotes");
    } else {
        answering->quotes_left -= answering->brought->n_products;
        quote_products(answering, answer, ask);
    }
}

/* ---- Lending ---- */

/* How long until a price changes by itself, by this machine's wall clock; LEASE_NS where that is far off. */
static int64_t steady_ns(int64_t next_change)
{
    struct timespec now;

    if (next_change == 0)
        return LEASE_NS;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t left_s = next_change - now.tv_sec;
    return left_s > 1 ? LEASE_NS : left_s * CLOCK_NS_PER_S - now.tv_nsec;
}

/* Another service on the same database does not know the leases of this one: while there is one, no lease is given.
 * now_ns was read before: a service that starts later waits for one lease before it changes anything. */
static bool is_alone(struct discount_service *service, int64_t now_ns)
{
    if (store_is_alone(service->lending.database, service->lending.attendance))
        return true;
    rollout_lend_nothing(service->rollout, now_ns + ALONE_NS);
    return false;
}

/* For how many milliseconds the caller may price by this answer; 0: no lease. For after the last price was made. */
static uint32_t lend(struct discount_service *service, const Ecommerce__ApplyDiscountsResponse *response)
{
    int64_t now_ns = clock_now_ns(), length_ns = steady_ns(response->next_change);

    if (length_ns > LEASE_NS)
        length_ns = LEASE_NS;
    length_ns -= length_ns % CLOCK_NS_PER_MS;
    if (!service->lending.is_on || atomic_load(&service->is_leaving) || !is_alone(service, now_ns) ||
        !rollout_lend(service->rollout, response->revision, now_ns, length_ns))
        return 0;
    if (service->lent_until_ns < now_ns + length_ns)
        service->lent_until_ns = now_ns + length_ns;
    return (uint32_t)(length_ns / CLOCK_NS_PER_MS);
}

void discount_service_leave(struct discount_service *service)
{
    atomic_store(&service->is_leaving, true);
}

void discount_service_outlive(const struct discount_service *service)
{
    const struct timespec until = clock_timespec(service->lent_until_ns);

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        continue;
}

/* ---- Many at once ---- */

static void apply_discounts(Ecommerce__Discount_Service *service, const Ecommerce__ApplyDiscountsRequest *request,
                            Ecommerce__ApplyDiscountsResponse_Closure closure, void *closure_data)
{
    struct arena *arena = rpc_call_arena(closure_data);
    struct answering answering = {.service = service,
                                  .ruleset = current_rules(service),
                                  .arena = arena,
                                  .now = time(NULL),
                                  .quotes_left = DISCOUNT_QUOTES_MAX};
    Ecommerce__ApplyDiscountsResponse response = ECOMMERCE__APPLY_DISCOUNTS_RESPONSE__INIT;
    Ecommerce__DiscountAnswer *answers = arena_get(arena, request->n_asks * sizeof *answers);

    response.revision = ruleset_revision(answering.ruleset);
    response.next_change = ruleset_next_change(answering.ruleset, answering.now);
    response.answers = arena_get(arena, request->n_asks * sizeof *response.answers);
    response.n_answers = request->n_asks;
    for (size_t i = 0; i < request->n_asks; i++) {
        answer_ask(&answering, &answers[i], request->asks[i]);
        response.answers[i] = &answers[i];
    }
    response.contradictions = answering.contradictions;
    response.n_contradictions = answering.contradiction_count;
    response.epoch = ((struct discount_service *)service)->lending.epoch;
    if (request->wants_lease)
        response.lease_ms = lend((struct discount_service *)service, &response);
    closure(&response, closure_data);
}

/* The generated initialiser takes the functions of the methods' names, apply_discount and apply_discounts, from this
 * file. */
void discount_service_init(struct discount_service *service, struct rulebook *rulebook, struct rollout *rollout,
                           const struct lending *lending)
{
    *service = (struct discount_service){
        .base = ECOMMERCE__DISCOUNT__INIT(), .rulebook = rulebook, .rollout = rollout, .lending = *lending};
}
