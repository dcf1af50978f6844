/* SPDX-License-Identifier: MIT */
/* The Discount service. */
#include "discount/service/discount.h"

#include "common/rpc/server.h"
#include "discount/pricing/price.h"

static const struct ruleset *current_rules(Ecommerce__Discount_Service *service)
{
    return rulebook_current(((struct discount_service *)service)->rulebook);
}

/* Whoever is not named is nobody's customer: no rule is for id 0 and below. */
static int32_t customer_id(const Ecommerce__Customer *customer)
{
    return customer != NULL ? customer->id : 0;
}

static void fill_value(Ecommerce__DiscountValue *value, const struct rule *rule, int32_t price_cents)
{
    struct quote quote;

    ecommerce__discount_value__init(value);
    if (rule_quote(rule, price_cents, &quote)) {
        value->pct = (float)quote.percent / (float)PRICE_PERCENT_MAX;
        value->value_in_cents = quote.value_cents;
    }
}

static void apply_discount(Ecommerce__Discount_Service *service, const Ecommerce__DiscountRequest *request,
                           Ecommerce__DiscountResponse_Closure closure, void *closure_data)
{
    if (request->product == NULL) {
        rpc_call_fail(closure_data, RPC_INVALID_ARGUMENT, "product is missing");
        return;
    }
    Ecommerce__DiscountResponse response = ECOMMERCE__DISCOUNT_RESPONSE__INIT;
    Ecommerce__Product product = *request->product;
    Ecommerce__DiscountValue value;
    fill_value(&value, ruleset_find(current_rules(service), customer_id(request->customer)), product.price_in_cents);
    product.discount_value = &value;
    response.product = &product;
    closure(&response, closure_data);
}

/* What is worked on while the asks of one call are answered. */
struct answering {
    const struct ruleset *ruleset;
    struct arena *arena;
    const Ecommerce__DiscountAsk *listing; /* the last ask that brought products of its own; NULL: none yet */
    size_t quotes_left;                    /* that may still be given */
};

static void refuse_ask(Ecommerce__DiscountAnswer *answer, enum rpc_code code, const char *message)
{
    answer->code = (int32_t)code;
    answer->message = (char *)message;
}

static void quote_products(struct answering *answering, Ecommerce__DiscountAnswer *answer, int32_t customer_id)
{
    const Ecommerce__DiscountAsk *listing = answering->listing;
    const struct rule *rule = ruleset_find(answering->ruleset, customer_id);
    Ecommerce__DiscountValue *values = arena_get(answering->arena, listing->n_products * sizeof *values);

    answer->quotes = arena_get(answering->arena, listing->n_products * sizeof *answer->quotes);
    answer->n_quotes = listing->n_products;
    for (size_t i = 0; i < listing->n_products; i++) {
        fill_value(&values[i], rule, listing->products[i]->price_in_cents);
        answer->quotes[i] = &values[i];
    }
}

static void answer_ask(struct answering *answering, Ecommerce__DiscountAnswer *answer,
                       const Ecommerce__DiscountAsk *ask)
{
    ecommerce__discount_answer__init(answer);
    if (!ask->same_products)
        answering->listing = ask;
    if (ask->customer == NULL) {
        refuse_ask(answer, RPC_INVALID_ARGUMENT, "customer is missing");
    } else if (answering->listing == NULL) {
        refuse_ask(answer, RPC_INVALID_ARGUMENT, "same_products is set, but no ask before this one has products");
    } else if (ask->same_products && ask->n_products > 0) {
        refuse_ask(answer, RPC_INVALID_ARGUMENT, "same_products is set, but there are products");
    } else if (answering->listing->n_products > answering->quotes_left) {
        refuse_ask(answer, RPC_RESOURCE_EXHAUSTED, "the call asks for too many quotes");
    } else {
        answering->quotes_left -= answering->listing->n_products;
        quote_products(answering, answer, ask->customer->id);
    }
}

static void apply_discounts(Ecommerce__Discount_Service *service, const Ecommerce__ApplyDiscountsRequest *request,
                            Ecommerce__ApplyDiscountsResponse_Closure closure, void *closure_data)
{
    struct arena *arena = rpc_call_arena(closure_data);
    struct answering answering = {
        .ruleset = current_rules(service), .arena = arena, .quotes_left = DISCOUNT_QUOTES_MAX};
    Ecommerce__ApplyDiscountsResponse response = ECOMMERCE__APPLY_DISCOUNTS_RESPONSE__INIT;
    Ecommerce__DiscountAnswer *answers = arena_get(arena, request->n_asks * sizeof *answers);

    response.revision = ruleset_revision(answering.ruleset);
    response.answers = arena_get(arena, request->n_asks * sizeof *response.answers);
    response.n_answers = request->n_asks;
    for (size_t i = 0; i < request->n_asks; i++) {
        answer_ask(&answering, &answers[i], request->asks[i]);
        response.answers[i] = &answers[i];
    }
    closure(&response, closure_data);
}

/* The generated initialiser takes the functions of the methods' names, apply_discount and apply_discounts, from this
 * file. */
void discount_service_init(struct discount_service *service, struct rulebook *rulebook)
{
    *service = (struct discount_service){.base = ECOMMERCE__DISCOUNT__INIT(), .rulebook = rulebook};
}
