/* SPDX-License-Identifier: MIT */
/* Why a price is what it is; and that evaluation and explanation agree on shops at random. */
#include "random_shop.h"

/* ---- Why a rule loses ---- */

static const struct loser *find_loser(const struct lane_explanation *lane, const char *key)
{
    for (size_t i = 0; i < lane->loser_count; i++) {
        if (strcmp(lane->losers[i].key, key) == 0)
            return &lane->losers[i];
    }
    fail_msg("%s is not among the losers", key);
    return NULL;
}

/* The one rule of the sale loses so. Beside it the sale has a winner, 10 % off. */
static void assert_loss(const struct rule *rule, enum loss loss, int64_t price, int64_t limit)
{
    const char *red[] = {"red"};
    const struct rule rules[] = {shop_rule("m", RULE_LANE_SALE, RULE_PERCENT, 1000), *rule};
    const struct product product = {.id = 1, .price = 1000, .categories = red, .category_count = 1};
    struct ruleset *ruleset = shop_ruleset(rules, 2);
    struct arena arena = {0};
    struct explanation explanation;

    explain(ruleset, 1, &product, SHOP_NOW, 10, &arena, &explanation);
    const struct lane_explanation *lane = &explanation.lanes[RULE_LANE_SALE];
    assert_string_equal(lane->winner, "m");
    assert_int_equal(lane->loser_count, 1);
    const struct loser *loser = find_loser(lane, rule->key);
    assert_int_equal(loser->loss, loss);
    assert_int_equal(loser->price, price);
    assert_int_equal(loser->limit, limit);
    assert_int_equal(lane->counts[loss], 1);
    arena_release(&arena);
    ruleset_release(ruleset);
}

static void each_reason_to_lose_is_told(void **state)
{
    struct rule_product products[] = {{.id = 2}}, excluded[] = {{.id = 1}};
    const char *categories[] = {"blue"}, *red[] = {"red"};
    struct rule rule = shop_rule("x", RULE_LANE_SALE, RULE_PRICE, 1), other = rule;

    (void)state;
    other.is_enabled = false;
    assert_loss(&other, LOSS_DISABLED, 0, 0);
    other = rule;
    other.audience = RULE_CUSTOMER;
    other.customer_id = 2;
    assert_loss(&other, LOSS_AUDIENCE, 0, 0);
    other.audience = RULE_GROUP;
    other.group = "vip";
    assert_loss(&other, LOSS_AUDIENCE, 0, 0);
    other = rule;
    other.products = products;
    other.product_count = 1;
    assert_loss(&other, LOSS_TARGET, 0, 0);
    other.categories = categories;
    other.category_count = 1;
    assert_loss(&other, LOSS_TARGET, 0, 0);
    other = rule;
    other.excluded_products = excluded;
    other.excluded_product_count = 1;
    assert_loss(&other, LOSS_EXCLUDED, 0, 0);
    other = rule;
    other.excluded_categories = red;
    other.excluded_category_count = 1;
    assert_loss(&other, LOSS_EXCLUDED, 0, 0);
    other = rule;
    other.starts_at = SHOP_NOW + 1;
    assert_loss(&other, LOSS_WINDOW_AHEAD, 0, SHOP_NOW + 1);
    other = rule;
    other.ends_at = SHOP_NOW;
    assert_loss(&other, LOSS_WINDOW_OVER, 0, SHOP_NOW);
    other = rule;
    other.minimum = 1001;
    assert_loss(&other, LOSS_MINIMUM, 0, 1001);
}

static void what_a_loser_would_have_come_to_is_told(void **state)
{
    struct rule rule = shop_rule("x", RULE_LANE_SALE, RULE_PRICE, 1000);

    (void)state;
    assert_loss(&rule, LOSS_NOT_LOWER, 1000, 0);
    rule.value = 950;
    assert_loss(&rule, LOSS_OUT_PRICED, 950, 0);
    rule.value = 900;
    assert_loss(&rule, LOSS_KEY, 900, 0);
    rule.priority = -1;
    assert_loss(&rule, LOSS_PRIORITY, 900, 0);
}

static void the_first_reason_is_the_one_that_is_told(void **state)
{
    struct rule rule = shop_rule("x", RULE_LANE_SALE, RULE_PRICE, 5000);

    (void)state;
    rule.minimum = 2000;
    assert_loss(&rule, LOSS_MINIMUM, 0, 2000);
    rule.ends_at = SHOP_NOW;
    assert_loss(&rule, LOSS_WINDOW_OVER, 0, SHOP_NOW);
    rule.audience = RULE_CUSTOMER;
    rule.customer_id = 2;
    assert_loss(&rule, LOSS_AUDIENCE, 0, 0);
    rule.is_enabled = false;
    assert_loss(&rule, LOSS_DISABLED, 0, 0);
}

static void rules_behind_an_exclusive_winner_lose_to_it(void **state)
{
    struct rule rules[] = {shop_rule("contract", RULE_LANE_CONTRACT, RULE_AMOUNT, 10),
                           shop_rule("sale", RULE_LANE_SALE, RULE_PRICE, 1),
                           shop_rule("tiny", RULE_LANE_SALE, RULE_PRICE, 1)};
    const struct product product = {.id = 1, .price = 1000};
    struct arena arena = {0};
    struct explanation explanation;

    (void)state;
    rules[0].is_exclusive = true;
    rules[2].minimum = 2000;
    struct ruleset *ruleset = shop_ruleset(rules, 3);
    explain(ruleset, 0, &product, SHOP_NOW, 10, &arena, &explanation);
    const struct lane_explanation *lane = &explanation.lanes[RULE_LANE_SALE];
    assert_true(lane->is_skipped);
    assert_false(lane->has_winner || explanation.lanes[RULE_LANE_CONTRACT].is_skipped);
    assert_int_equal(find_loser(lane, "sale")->loss, LOSS_EXCLUSIVE);
    assert_int_equal(find_loser(lane, "tiny")->loss, LOSS_MINIMUM);
    assert_int_equal(explanation.quote.price, 990);
    arena_release(&arena);
    ruleset_release(ruleset);
}

/* ---- How the winner's price comes about ---- */

static struct lane_explanation explain_sale(const struct rule *rule, int32_t floor, int32_t price)
{
    const struct product product = {.id = 1, .price = price};
    struct ruleset_builder *builder = ruleset_builder_new(NULL);
    struct arena arena = {0};
    struct explanation explanation;

    ruleset_builder_set_rule(builder, rule);
    ruleset_builder_set_floor(builder, 1, floor);
    struct ruleset *ruleset = shop_finish(builder);
    explain(ruleset, 0, &product, SHOP_NOW, 0, &arena, &explanation);
    arena_release(&arena);
    ruleset_release(ruleset);
    return explanation.lanes[RULE_LANE_SALE];
}

static void rounding_caps_and_clamps_are_told(void **state)
{
    struct rule rule = shop_rule("a", RULE_LANE_SALE, RULE_PERCENT, 3333);
    struct lane_explanation lane = explain_sale(&rule, 0, 1001);

    (void)state;
    assert_int_equal(lane.exact_numerator, INT64_C(1001) * 6667);
    assert_int_equal(lane.rounded, 667);
    assert_false(lane.is_capped || lane.is_held_at_floor || lane.is_held_at_zero);

    rule.cap = 100;
    lane = explain_sale(&rule, 950, 1001);
    assert_int_equal(lane.exact_numerator, INT64_C(1001) * 6667);
    assert_int_equal(lane.rounded, 901);
    assert_true(lane.is_capped && lane.is_held_at_floor && !lane.is_held_at_zero);
    assert_int_equal(lane.floor, 950);
    assert_int_equal(lane.price_after, 950);

    rule = shop_rule("a", RULE_LANE_SALE, RULE_AMOUNT, 1500);
    lane = explain_sale(&rule, 0, 1001);
    assert_int_equal(lane.exact_numerator, INT64_C(-499) * 10000);
    assert_int_equal(lane.rounded, -499);
    assert_true(lane.is_held_at_zero && !lane.is_held_at_floor);
    assert_int_equal(lane.price_after, 0);
}

static void the_losers_that_came_furthest_are_listed_first(void **state)
{
    struct rule rules[] = {
        shop_rule("winner", RULE_LANE_SALE, RULE_PRICE, 1),       shop_rule("b", RULE_LANE_SALE, RULE_PRICE, 500),
        shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 600),          shop_rule("off", RULE_LANE_SALE, RULE_PRICE, 1),
        shop_rule("dear", RULE_LANE_CONTRACT, RULE_PRICE, 99999),
    };
    const struct product product = {.id = 1, .price = 1000};
    struct arena arena = {0};
    struct explanation explanation;

    (void)state;
    rules[3].is_enabled = false;
    struct ruleset *ruleset = shop_ruleset(rules, ARRAY_LENGTH(rules));
    explain(ruleset, 0, &product, SHOP_NOW, 3, &arena, &explanation);
    const struct lane_explanation *sale = &explanation.lanes[RULE_LANE_SALE];
    assert_int_equal(sale->loser_count, 2);
    assert_string_equal(sale->losers[0].key, "a");
    assert_string_equal(sale->losers[1].key, "b");
    assert_int_equal(explanation.lanes[RULE_LANE_CONTRACT].loser_count, 1);
    assert_int_equal(sale->counts[LOSS_DISABLED], 1); /* counted, though not listed */
    assert_int_equal(sale->counts[LOSS_OUT_PRICED], 2);
    arena_release(&arena);
    ruleset_release(ruleset);
}

static void the_customer_s_groups_are_told_by_key(void **state)
{
    const struct product product = {.id = 1, .price = 1000};
    struct ruleset_builder *builder = ruleset_builder_new(NULL);
    struct arena arena = {0};
    struct explanation explanation;

    (void)state;
    ruleset_builder_set_group(builder, "vip", "");
    ruleset_builder_set_group(builder, "empty", "");
    ruleset_builder_set_group(builder, "a", "");
    ruleset_builder_add_member(builder, "vip", 3);
    ruleset_builder_add_member(builder, "a", 3);
    struct ruleset *ruleset = shop_finish(builder);
    explain(ruleset, 3, &product, SHOP_NOW, 3, &arena, &explanation);
    assert_int_equal(explanation.group_count, 2);
    assert_string_equal(explanation.groups[0], "a");
    assert_string_equal(explanation.groups[1], "vip");
    explain(ruleset, 4, &product, SHOP_NOW, 3, &arena, &explanation);
    assert_int_equal(explanation.group_count, 0);
    arena_release(&arena);
    ruleset_release(ruleset);
}

/* ---- At random ---- */

static struct ruleset *make_random_ruleset(struct random *random)
{
    struct ruleset_builder *builder = ruleset_builder_new(NULL);
    struct random_rule rule;

    for (int i = 0; i < RANDOM_GROUPS; i++)
        ruleset_builder_set_group(builder, random_groups[i], "");
    for (int i = 0; i < 8; i++)
        ruleset_builder_add_member(builder, random_groups[random_next(random, RANDOM_GROUPS)],
                                   1 + (int32_t)random_next(random, RANDOM_CUSTOMERS));
    for (uint32_t i = random_next(random, 20); i > 0; i--) {
        random_rule(random, &rule);
        ruleset_builder_set_rule(builder, &rule.rule);
    }
    for (int i = 0; i < 2; i++)
        ruleset_builder_set_floor(builder, 1 + (int32_t)random_next(random, RANDOM_PRODUCTS),
                                  (int32_t)random_next(random, 600));
    return ruleset_builder_finish(builder, 1, (enum price_rounding)random_next(random, 3), SHOP_NOW);
}

static void evaluation_and_explanation_agree_on_shops_at_random(void **state)
{
    struct random random = {.state = UINT64_C(20261122)};
    size_t discounted = 0, held = 0, told = 0, second_lane = 0;

    (void)state;
    for (int i = 0; i < 4000; i++) {
        struct ruleset *ruleset = make_random_ruleset(&random);
        for (int j = 0; j < 12; j++) {
            struct random_product product;
            random_product(&random, &product);
            struct quote quote = shop_quote_at(ruleset, (int32_t)random_next(&random, RANDOM_CUSTOMERS + 2),
                                               &product.product, random_now(&random));
            assert_true(quote.price <= product.product.price);
            assert_true(quote.price >= 0 || product.product.price < 0);
            discounted += quote.is_discounted;
            held += quote.is_held;
            told += quote.percent >= 0;
            second_lane += quote.steps[0].key != NULL && quote.steps[1].key != NULL;
        }
        ruleset_release(ruleset);
    }
    /* The shops are worth the time. */
    assert_true(discounted > 10000 && held > 1000 && told > 1000 && second_lane > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reason_to_lose_is_told),
        cmocka_unit_test(what_a_loser_would_have_come_to_is_told),
        cmocka_unit_test(the_first_reason_is_the_one_that_is_told),
        cmocka_unit_test(rules_behind_an_exclusive_winner_lose_to_it),
        cmocka_unit_test(rounding_caps_and_clamps_are_told),
        cmocka_unit_test(the_losers_that_came_furthest_are_listed_first),
        cmocka_unit_test(the_customer_s_groups_are_told_by_key),
        cmocka_unit_test(evaluation_and_explanation_agree_on_shops_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
