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

static void answer_ask(Ecommerce__DiscountAnswer *answer, const Ecommerce__DiscountAsk *ask,
                       const struct ruleset *ruleset, struct arena *arena)
{
    ecommerce__discount_answer__init(answer);
    if (ask->customer == NULL) {
        answer->code = RPC_INVALID_ARGUMENT;
        answer->message = (char *)"customer is missing";
        return;
    }
    const struct rule *rule = ruleset_find(ruleset, ask->customer->id);
    Ecommerce__DiscountValue *values = arena_get(arena, ask->n_products * sizeof *values);
    answer->quotes = arena_get(arena, ask->n_products * sizeof *answer->quotes);
    answer->n_quotes = ask->n_products;
    for (size_t i = 0; i < ask->n_products; i++) {
        fill_value(&values[i], rule, ask->products[i]->price_in_cents);
        answer->quotes[i] = &values[i];
    }
}

static void apply_discounts(Ecommerce__Discount_Service *service, const Ecommerce__ApplyDiscountsRequest *request,
                            Ecommerce__ApplyDiscountsResponse_Closure closure, void *closure_data)
{
    const struct ruleset *ruleset = current_rules(service);
    struct arena *arena = rpc_call_arena(closure_data);
    Ecommerce__ApplyDiscountsResponse response = ECOMMERCE__APPLY_DISCOUNTS_RESPONSE__INIT;
    Ecommerce__DiscountAnswer *answers = arena_get(arena, request->n_asks * sizeof *answers);

    response.revision = ruleset_revision(ruleset);
    response.answers = arena_get(arena, request->n_asks * sizeof *response.answers);
    response.n_answers = request->n_asks;
    for (size_t i = 0; i < request->n_asks; i++) {
        answer_ask(&answers[i], request->asks[i], ruleset, arena);
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
