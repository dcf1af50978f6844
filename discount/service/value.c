/* SPDX-License-Identifier: MIT */
/* A quote as the contract's message says it. */
#include "discount/service/value.h"

#define LAST_BELOW_ONE 0.99999994F /* of a float */

/* A share just below 1 rounds to 1, which must mean that there is nothing to pay. */
static float find_share(int32_t list_price, int32_t price)
{
    float share = (float)((double)(list_price - price) / (double)list_price);

    return price > 0 && share > LAST_BELOW_ONE ? LAST_BELOW_ONE : share;
}

void value_fill(Ecommerce__DiscountValue *value, const struct quote *quote, int32_t list_price)
{
    ecommerce__discount_value__init(value);
    if (!quote->is_discounted)
        return;
    value->value_in_cents = quote->price;
    if (quote->percent >= 0)
        value->pct = (float)quote->percent / (float)PRICE_PERCENT_MAX;
    else
        value->pct = find_share(list_price, quote->price);
}

void value_fill_applied(Ecommerce__DiscountValue *value, const struct quote *quote, struct arena *arena)
{
    value->applied = arena_get(arena, RULE_LANES * sizeof *value->applied);
    for (size_t lane = 0; lane < RULE_LANES; lane++) {
        const struct quote_step *step = &quote->steps[lane];
        if (step->key == NULL)
            continue;
        Ecommerce__AppliedRule *rule = arena_get(arena, sizeof *rule);
        ecommerce__applied_rule__init(rule);
        rule->key = (char *)step->key;
        rule->label = (char *)step->label;
        rule->lane = (char *)rule_lane_names[lane];
        rule->price_before = step->price_before;
        rule->price_after = step->price_after;
        value->applied[value->n_applied++] = rule;
    }
}

void contradiction_fill(Ecommerce__Contradiction *contradiction, const Ecommerce__Product *product, int32_t known_id)
{
    ecommerce__contradiction__init(contradiction);
    contradiction->id = product->id;
    contradiction->slug = product->slug;
    contradiction->known_id = known_id;
}
