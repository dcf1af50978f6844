/* SPDX-License-Identifier: MIT */
/* What a change set would do to prices. */
#include "discount/service/admin_internal.h"

#include <inttypes.h>

#include "common/log.h"
#include "discount/preview/preview.h"

#define PRICES_DEFAULT 1000
#define PRICES_MAX 20000
#define QUOTES_MAX ((size_t)1000000) /* some two seconds, or more with 100,000 rules */

struct preview_answer {
    struct admin_service *service;
    struct rpc_call *call;
    struct arena *arena;
    const Ecommerce__PreviewRequest *request;
    struct admin_set set;
    struct admin_what_if what_if;
    const struct product *products;
    struct preview_audiences audiences;
    struct preview preview;
};

/* ---- For whom ---- */

/* A group that is misspelt has no rules, and its prices would be quietly wrong. */
static bool check_group(struct preview_answer *previewing, const char *group)
{
    size_t members;

    if (ruleset_has_group(previewing->what_if.before, group, &members) ||
        ruleset_has_group(previewing->what_if.after, group, &members))
        return true;
    admin_refuse(previewing->call, RPC_NOT_FOUND, "groups names %s; there is no such group", LOG_QUOTED(group));
    return false;
}

static bool take_audiences(struct preview_answer *previewing)
{
    const Ecommerce__PreviewRequest *request = previewing->request;
    struct preview_audiences *audiences = &previewing->audiences;
    size_t count = request->n_customer_ids + request->n_groups + 1;

    audiences->list = arena_get(previewing->arena, count * sizeof *audiences->list);
    if (request->everybody)
        audiences->list[audiences->count++] = (struct preview_audience){0};
    for (size_t i = 0; i < request->n_groups; i++) {
        if (!check_group(previewing, request->groups[i]))
            return false;
        audiences->list[audiences->count++] = (struct preview_audience){.group = request->groups[i]};
    }
    for (size_t i = 0; i < request->n_customer_ids; i++) {
        if (request->customer_ids[i] < 1) {
            admin_refuse(previewing->call, RPC_INVALID_ARGUMENT, "customer_ids has %" PRId32 "; 1 to %d is allowed",
                         request->customer_ids[i], INT32_MAX);
            return false;
        }
        audiences->list[audiences->count++] = (struct preview_audience){.customer_id = request->customer_ids[i]};
    }
    audiences->quotes = audiences->count * request->n_products;
    return true;
}

static bool choose_audiences(struct preview_answer *previewing, int64_t at)
{
    const Ecommerce__PreviewRequest *request = previewing->request;
    const struct admin_what_if *what_if = &previewing->what_if;
    bool is_chosen = request->everybody || request->n_groups > 0 || request->n_customer_ids > 0, fits = true;

    if (is_chosen && !take_audiences(previewing))
        return false;
    if (!is_chosen)
        fits = preview_find_audiences(what_if->before, what_if->after, at, previewing->products, request->n_products,
                                      QUOTES_MAX, previewing->arena, &previewing->audiences);
    if (fits && previewing->audiences.quotes <= QUOTES_MAX)
        return true;
    admin_refuse(
        previewing->call, RPC_INVALID_ARGUMENT,
        "products has %zu, which is too many for all customers and groups that they are for; %zu prices in all "
        "are allowed",
        request->n_products, QUOTES_MAX);
    return false;
}

/* ---- The answer ---- */

static void write_keys(const struct quote *quote, struct arena *arena, char ***keys, size_t *count)
{
    *keys = arena_get(arena, RULE_LANES * sizeof(**keys));
    *count = 0;
    for (size_t lane = 0; lane < RULE_LANES; lane++) {
        if (quote->steps[lane].key != NULL)
            (*keys)[(*count)++] = (char *)quote->steps[lane].key;
    }
}

static Ecommerce__ChangedPrice *write_price(const struct preview_answer *previewing, const struct preview_price *price)
{
    const Ecommerce__Product *product = previewing->request->products[price->product];
    const struct preview_audience *audience = &previewing->audiences.list[price->audience];
    Ecommerce__ChangedPrice *message = arena_get(previewing->arena, sizeof *message);

    ecommerce__changed_price__init(message);
    message->product_id = product->id;
    message->slug = product->slug;
    message->customer_id = audience->customer_id;
    if (audience->group != NULL)
        message->group = (char *)audience->group;
    message->list_price = product->price_in_cents;
    message->before = price->before.price;
    message->after = price->after.price;
    write_keys(&price->before, previewing->arena, &message->rules_before, &message->n_rules_before);
    write_keys(&price->after, previewing->arena, &message->rules_after, &message->n_rules_after);
    message->is_at_floor = price->after.is_held;
    message->alike = audience->alike < INT32_MAX ? (int32_t)audience->alike : INT32_MAX;
    return message;
}

/* As many as an answer holds. */
static void write_prices(const struct preview_answer *previewing, Ecommerce__PreviewResponse *response)
{
    const struct preview *preview = &previewing->preview;
    size_t bytes = 0;

    response->prices = arena_get(previewing->arena, (preview->price_count + 1) * sizeof *response->prices);
    for (size_t i = 0; i < preview->price_count; i++) {
        Ecommerce__ChangedPrice *price = write_price(previewing, &preview->prices[i]);
        bytes += ecommerce__changed_price__get_packed_size(price) + 8;
        if (bytes > ADMIN_LIST_BYTES)
            return;
        response->prices[response->n_prices++] = price;
    }
}

static void write_totals(const struct preview *preview, Ecommerce__PreviewResponse *response)
{
    response->quotes = preview->quotes;
    response->changed = preview->changed;
    response->lower = preview->lower;
    response->higher = preview->higher;
    response->floors_before = preview->held_before;
    response->floors_after = preview->held_after;
    response->sum_before = preview->sum_before;
    response->sum_after = preview->sum_after;
}

static void answer(struct preview_answer *previewing, int64_t at, Ecommerce__PreviewResponse_Closure closure)
{
    const Ecommerce__PreviewRequest *request = previewing->request;
    const struct admin_what_if *what_if = &previewing->what_if;
    Ecommerce__PreviewResponse response = ECOMMERCE__PREVIEW_RESPONSE__INIT;
    size_t max_prices = request->max_prices != 0 ? (size_t)request->max_prices : PRICES_DEFAULT;

    response.revision = what_if->revision;
    response.faults = what_if->faults.list;
    response.n_faults = what_if->faults.count;
    if (what_if->faults.total == 0) {
        previewing->products = admin_read_products(request->products, request->n_products, previewing->arena);
        if (!choose_audiences(previewing, at))
            return;
        preview_compare(what_if->before, what_if->after, at, previewing->products, request->n_products,
                        previewing->audiences.list, previewing->audiences.count, max_prices, previewing->arena,
                        &previewing->preview);
        write_prices(previewing, &response);
        write_totals(&previewing->preview, &response);
        response.contradictions =
            admin_find_contradictions(previewing->service, what_if->after, request->products, request->n_products,
                                      previewing->arena, &response.n_contradictions);
    }
    closure(&response, previewing->call);
}

ADMIN_METHOD(preview, PreviewRequest, PreviewResponse)
{
    struct admin_service *service = admin_service_of(base);
    struct preview_answer previewing = {
        .service = service, .call = closure_data, .arena = rpc_call_arena(closure_data), .request = request};
    int64_t at = admin_instant(request->at);

    if (!admin_check_instant(closure_data, "at", request->at) ||
        !admin_check_range(closure_data, "max_prices", request->max_prices, 0, PRICES_MAX) ||
        !admin_set_collect(service, closure_data, request->token, request->changes, request->n_changes,
                           &previewing.set) ||
        !admin_what_if_make(service, closure_data, &previewing.set, request->at, false, &previewing.what_if))
        return;
    answer(&previewing, at, closure);
    admin_what_if_release(&previewing.what_if);
}
