/* SPDX-License-Identifier: MIT */
/* Why a customer pays what they pay. */
#include "discount/service/admin_internal.h"

#include <inttypes.h>
#include <string.h>

#include "discount/pricing/explain.h"
#include "discount/service/value.h"
#include "discount/wire/wire.h"

#define LOSERS_DEFAULT 100
#define LOSERS_MAX 10000
#define WINNER_BYTES ((size_t)256 * 1024) /* of one lane */
#define GROUPS_BYTES ((size_t)256 * 1024)

_Static_assert((int)LOSS_DISABLED == (int)ECOMMERCE__LOSS__LOSS_DISABLED &&
                   (int)LOSS_EXCLUSIVE == (int)ECOMMERCE__LOSS__LOSS_EXCLUSIVE &&
                   (int)LOSS_KEY == (int)ECOMMERCE__LOSS__LOSS_KEY && (int)LOSSES == (int)ECOMMERCE__LOSS__LOSS_KEY + 1,
               "losses have the message's numbers");

struct explaining {
    struct admin_service *service;
    struct rpc_call *call;
    struct arena *arena;
    const Ecommerce__ExplainRequest *request;
    const struct ruleset *rules;
    struct ruleset_view *views[RULE_LANES]; /* one for each winner */
    size_t loser_bytes;
};

/* ---- The rule that won ---- */

/* The rule out of the database, where products have slugs, if it is still of the revision that is explained. */
static bool find_stored_rule(struct explaining *explaining, const char *key, struct rule *rule)
{
    struct store *store = explaining->service->store;
    const struct rule_filter filter = {.key = key};
    int64_t before = 0, after = 0;
    struct rule *rules = NULL;
    size_t count = 0;

    if (store->methods->revision(store, &before) != STORE_OK || before != ruleset_revision(explaining->rules) ||
        store->methods->list_rules(store, &filter, NULL, 1, explaining->arena, &rules, &count) != STORE_OK ||
        count != 1 || store->methods->revision(store, &after) != STORE_OK || after != before)
        return false;
    *rule = rules[0];
    return true;
}

static void name_by_id(struct rule_product *products, size_t count, struct arena *arena)
{
    for (size_t i = 0; i < count; i++)
        products[i].slug = arena_print(arena, "#%" PRId32, products[i].id);
}

/* The rule out of the ruleset: the products are "#17". */
static bool find_own_rule(struct explaining *explaining, size_t lane, const char *key, struct rule *rule)
{
    if (!ruleset_find_rule(explaining->rules, explaining->views[lane], key, rule))
        return false;
    name_by_id(rule->products, rule->product_count, explaining->arena);
    name_by_id(rule->excluded_products, rule->excluded_product_count, explaining->arena);
    return true;
}

/* Keeps of a rule's long lists only the targets that match this product, which tell why the rule won. */
static void shorten_rule(const Ecommerce__Product *product, struct rule *rule)
{
    size_t kept = 0;

    for (size_t i = 0; i < rule->product_count; i++) {
        if (rule->products[i].id == product->id)
            rule->products[kept++] = rule->products[i];
    }
    rule->product_count = kept;
    kept = 0;
    for (size_t i = 0; i < rule->category_count; i++) {
        for (size_t k = 0; k < product->n_categories; k++) {
            if (strcmp(rule->categories[i], product->categories[k]) == 0) {
                rule->categories[kept++] = rule->categories[i];
                break;
            }
        }
    }
    rule->category_count = kept;
    rule->excluded_product_count = 0;
    rule->excluded_category_count = 0;
}

static Ecommerce__Rule *write_winner(struct explaining *explaining, size_t lane, const char *key)
{
    struct rule rule;

    if (!find_stored_rule(explaining, key, &rule) && !find_own_rule(explaining, lane, key, &rule))
        return NULL;
    Ecommerce__Rule *message = wire_write_rule(&rule, explaining->arena);
    if (ecommerce__rule__get_packed_size(message) <= WINNER_BYTES)
        return message;
    shorten_rule(explaining->request->product, &rule);
    return wire_write_rule(&rule, explaining->arena);
}

/* ---- The lanes ---- */

static Ecommerce__Loser *write_loser(const struct loser *loser, struct arena *arena)
{
    Ecommerce__Loser *message = arena_get(arena, sizeof *message);

    ecommerce__loser__init(message);
    message->key = (char *)loser->key;
    message->label = (char *)loser->label;
    message->loss = (Ecommerce__Loss)loser->loss;
    message->price = loser->price;
    message->limit = loser->limit;
    return message;
}

/* As many as an answer holds, the lanes together. */
static void write_losers(struct explaining *explaining, const struct lane_explanation *lane,
                         Ecommerce__LaneExplanation *message)
{
    message->losers = arena_get(explaining->arena, (lane->loser_count + 1) * sizeof *message->losers);
    for (size_t i = 0; i < lane->loser_count; i++) {
        Ecommerce__Loser *loser = write_loser(&lane->losers[i], explaining->arena);
        explaining->loser_bytes += ecommerce__loser__get_packed_size(loser) + 8;
        if (explaining->loser_bytes > ADMIN_LIST_BYTES)
            return;
        message->losers[message->n_losers++] = loser;
    }
}

static void write_counts(const struct lane_explanation *lane, struct arena *arena, Ecommerce__LaneExplanation *message)
{
    Ecommerce__LossCount *counts = arena_get(arena, LOSSES * sizeof *counts);

    message->counts = arena_get(arena, LOSSES * sizeof *message->counts);
    for (int loss = LOSS_NONE + 1; loss < LOSSES; loss++) {
        if (lane->counts[loss] == 0)
            continue;
        Ecommerce__LossCount *count = &counts[message->n_counts];
        ecommerce__loss_count__init(count);
        count->loss = (Ecommerce__Loss)loss;
        count->count = (int32_t)lane->counts[loss];
        message->counts[message->n_counts++] = count;
    }
}

static Ecommerce__LaneExplanation *write_lane(struct explaining *explaining, size_t number,
                                              const struct lane_explanation *lane)
{
    Ecommerce__LaneExplanation *message = arena_get(explaining->arena, sizeof *message);

    ecommerce__lane_explanation__init(message);
    message->lane = number == RULE_LANE_SALE ? ECOMMERCE__LANE__LANE_SALE : ECOMMERCE__LANE__LANE_CONTRACT;
    message->price_before = lane->price_before;
    message->price_after = lane->price_after;
    message->floor = lane->floor;
    message->was_skipped = lane->is_skipped;
    if (lane->has_winner) {
        message->winner = write_winner(explaining, number, lane->winner);
        message->exact_numerator = lane->exact_numerator;
        message->rounded = lane->rounded;
        message->was_capped = lane->is_capped;
        message->was_held_at_floor = lane->is_held_at_floor;
        message->was_held_at_zero = lane->is_held_at_zero;
    }
    write_losers(explaining, lane, message);
    write_counts(lane, explaining->arena, message);
    return message;
}

/* ---- The answer ---- */

/* As many as an answer holds. */
static size_t count_groups(const struct explanation *explanation)
{
    size_t count = 0, bytes = 0;

    while (count < explanation->group_count) {
        bytes += strlen(explanation->groups[count]) + 4;
        if (bytes > GROUPS_BYTES)
            break;
        count++;
    }
    return count;
}

static void answer(struct explaining *explaining, const struct explanation *explanation, int64_t at,
                   Ecommerce__ExplainResponse_Closure closure)
{
    Ecommerce__ExplainResponse response = ECOMMERCE__EXPLAIN_RESPONSE__INIT;
    Ecommerce__LaneExplanation *lanes[RULE_LANES];
    Ecommerce__DiscountValue value;
    int32_t list_price = explaining->request->product->price_in_cents;

    for (size_t i = 0; i < RULE_LANES; i++)
        lanes[i] = write_lane(explaining, i, &explanation->lanes[i]);
    value_fill(&value, &explanation->quote, list_price);
    response.revision = ruleset_revision(explaining->rules);
    response.at = at;
    response.list_price = list_price;
    response.price = explanation->quote.price;
    response.value = &value;
    response.rounding = (char *)price_rounding_names[ruleset_rounding(explaining->rules)];
    response.groups = (char **)explanation->groups;
    response.n_groups = count_groups(explanation);
    response.contradictions = admin_find_contradictions(explaining->service, explaining->rules,
                                                        (Ecommerce__Product *const *)&explaining->request->product, 1,
                                                        explaining->arena, &response.n_contradictions);
    response.contradictions = admin_add_seen(explaining->service, explaining->rules, explaining->request->product,
                                             explaining->arena, response.contradictions, &response.n_contradictions);
    response.lanes = lanes;
    response.n_lanes = RULE_LANES;
    closure(&response, explaining->call);
}

static bool check_request(struct rpc_call *call, const Ecommerce__ExplainRequest *request)
{
    if (request->product == NULL) {
        admin_refuse(call, RPC_INVALID_ARGUMENT, "product is missing");
        return false;
    }
    return admin_check_range(call, "customer_id", request->customer_id, 1, INT32_MAX) &&
           admin_check_instant(call, "at", request->at) &&
           admin_check_range(call, "max_losers", request->max_losers, 0, LOSERS_MAX);
}

/* An explanation looks at all rules, past ones included, so the ruleset in use serves for any instant. */
ADMIN_METHOD(explain, ExplainRequest, ExplainResponse)
{
    struct explaining explaining = {.service = admin_service_of(base),
                                    .call = closure_data,
                                    .arena = rpc_call_arena(closure_data),
                                    .request = request};
    size_t max_losers = request->max_losers != 0 ? (size_t)request->max_losers : LOSERS_DEFAULT;
    int64_t at = admin_instant(request->at);
    struct explanation explanation;

    if (!check_request(closure_data, request))
        return;
    explaining.rules = rulebook_hold(explaining.service->rulebook);
    for (size_t i = 0; i < RULE_LANES; i++)
        explaining.views[i] = ruleset_view_new();
    explain(explaining.rules, request->customer_id,
            admin_read_products((Ecommerce__Product *const *)&request->product, 1, explaining.arena), at, max_losers,
            explaining.arena, &explanation);
    answer(&explaining, &explanation, at, closure);
    for (size_t i = 0; i < RULE_LANES; i++)
        ruleset_view_free(explaining.views[i]);
    ruleset_release(explaining.rules);
}
