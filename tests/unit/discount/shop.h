/* SPDX-License-Identifier: MIT */
/* Rules, products and quotes in few words, for the tests of pricing. */
#ifndef TESTS_SHOP_H
#define TESTS_SHOP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/compiler.h"
#include "discount/pricing/evaluate.h"
#include "discount/pricing/explain.h"

#define SHOP_NOW 1800000000

/* A sound rule for everybody and everything: a test says what is different. */
static inline struct rule shop_rule(const char *key, enum rule_lane lane, enum rule_kind kind, int64_t value)
{
    return (struct rule){.key = key, .label = "A rule", .is_enabled = true, .lane = lane, .kind = kind, .value = value};
}

static inline struct ruleset *shop_finish(struct ruleset_builder *builder)
{
    return ruleset_builder_finish(builder, 1, PRICE_ROUND_DOWN, SHOP_NOW);
}

static inline struct ruleset *shop_ruleset(const struct rule *rules, size_t count)
{
    struct ruleset_builder *builder = ruleset_builder_new(NULL);

    for (size_t i = 0; i < count; i++)
        ruleset_builder_set_rule(builder, &rules[i]);
    return shop_finish(builder);
}

/* The base of the ruleset with this one rule more. Releases the one before. */
static inline struct ruleset *shop_change(struct ruleset *ruleset, const struct rule *rule)
{
    struct ruleset_builder *builder = ruleset_builder_new(ruleset);

    ruleset_builder_set_rule(builder, rule);
    struct ruleset *changed = shop_finish(builder);
    ruleset_release(ruleset);
    return changed;
}

/* Both quotes must say the same. Strings are compared by what they say. */
static inline void assert_quotes_equal(const struct quote *a, const struct quote *b)
{
    assert_int_equal(a->price, b->price);
    assert_int_equal(a->is_discounted, b->is_discounted);
    assert_int_equal(a->percent, b->percent);
    assert_int_equal(a->is_held, b->is_held);
    for (int i = 0; i < RULE_LANES; i++) {
        assert_int_equal(a->steps[i].key == NULL, b->steps[i].key == NULL);
        if (a->steps[i].key != NULL) {
            assert_string_equal(a->steps[i].key, b->steps[i].key);
            assert_string_equal(a->steps[i].label, b->steps[i].label);
        }
        assert_int_equal(a->steps[i].price_before, b->steps[i].price_before);
        assert_int_equal(a->steps[i].price_after, b->steps[i].price_after);
        assert_int_equal(a->steps[i].is_held, b->steps[i].is_held);
    }
}

/* One quote at one instant; its strings live as long as the ruleset. What explain() says of it must agree. */
static inline struct quote shop_quote_at(const struct ruleset *ruleset, int32_t customer_id,
                                         const struct product *product, int64_t now)
{
    struct arena arena = {0};
    struct explanation explanation;
    struct quote quote;

    evaluate(listing_resolve(ruleset, &arena, product, 1), 0, shopper_resolve(ruleset, &arena, customer_id), now,
             &quote);
    explain(ruleset, customer_id, product, now, 10, &arena, &explanation);
    assert_quotes_equal(&quote, &explanation.quote);
    arena_release(&arena);
    return quote;
}

static inline struct quote shop_quote(const struct ruleset *ruleset, int32_t customer_id, int32_t id, int32_t price)
{
    const struct product product = {.id = id, .price = price};

    return shop_quote_at(ruleset, customer_id, &product, SHOP_NOW);
}

/* The price of product 1 for a customer. */
static inline int32_t shop_price(const struct ruleset *ruleset, int32_t customer_id, int32_t price)
{
    return shop_quote(ruleset, customer_id, 1, price).price;
}

/* Who won the lane; "" nobody. */
static inline const char *shop_winner(const struct quote *quote, enum rule_lane lane)
{
    return quote->steps[lane].key != NULL ? quote->steps[lane].key : "";
}

#endif
