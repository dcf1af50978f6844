/* SPDX-License-Identifier: MIT */
/* What a customer pays, case by case. Each quote is also held against its explanation (shop.h). */
#include "shop.h"

static void assert_price(const struct rule *rules, size_t count, int32_t list, int32_t expected)
{
    struct ruleset *ruleset = shop_ruleset(rules, count);

    assert_int_equal(shop_price(ruleset, 1, list), expected);
    ruleset_release(ruleset);
}

static void assert_winner(const struct rule *rules, size_t count, int32_t list, const char *key)
{
    struct ruleset *ruleset = shop_ruleset(rules, count);
    struct quote quote = shop_quote(ruleset, 1, 1, list);

    assert_string_equal(shop_winner(&quote, RULE_LANE_SALE), key);
    ruleset_release(ruleset);
}

/* ---- Kinds ---- */

static void without_rules_the_list_price_is_paid(void **state)
{
    struct ruleset *ruleset = shop_ruleset(NULL, 0);
    struct quote quote = shop_quote(ruleset, 1, 1, 1000);

    (void)state;
    assert_false(quote.is_discounted);
    assert_int_equal(quote.price, 1000);
    assert_null(quote.steps[RULE_LANE_CONTRACT].key);
    assert_int_equal(quote.steps[RULE_LANE_SALE].price_after, 1000);
    ruleset_release(ruleset);
}

static void each_kind_makes_its_price(void **state)
{
    const struct rule percent = shop_rule("a", RULE_LANE_SALE, RULE_PERCENT, 2500);
    const struct rule amount = shop_rule("a", RULE_LANE_SALE, RULE_AMOUNT, 150);
    const struct rule price = shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 777);

    (void)state;
    assert_price(&percent, 1, 999, 749);
    assert_price(&amount, 1, 999, 849);
    assert_price(&price, 1, 999, 777);
}

static void a_rule_that_would_not_lower_the_price_takes_no_part(void **state)
{
    const struct rule none = shop_rule("a", RULE_LANE_SALE, RULE_PERCENT, 0);
    const struct rule same = shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 1000);
    const struct rule higher = shop_rule("a", RULE_LANE_SALE, RULE_PRICE, INT32_MAX);

    (void)state;
    assert_winner(&none, 1, 1000, "");
    assert_winner(&same, 1, 1000, "");
    assert_winner(&higher, 1, 1000, "");
    assert_winner(&same, 1, 1001, "a");
}

static void an_amount_above_the_price_makes_it_free(void **state)
{
    const struct rule rule = shop_rule("a", RULE_LANE_SALE, RULE_AMOUNT, INT32_MAX);
    struct ruleset *ruleset = shop_ruleset(&rule, 1);
    struct quote quote = shop_quote(ruleset, 1, 1, 5);

    (void)state;
    assert_int_equal(quote.price, 0);
    assert_true(quote.is_held && quote.steps[RULE_LANE_SALE].is_held && quote.is_discounted);
    assert_int_equal(quote.percent, -1);
    ruleset_release(ruleset);
}

static void of_two_amounts_above_the_price_the_priority_decides(void **state)
{
    struct rule rules[] = {shop_rule("a", RULE_LANE_SALE, RULE_AMOUNT, 10),
                           shop_rule("b", RULE_LANE_SALE, RULE_AMOUNT, 11)};

    (void)state;
    assert_winner(rules, 2, 5, "a");
    rules[1].priority = 1;
    assert_winner(rules, 2, 5, "b");
}

static void the_edges_of_int32_are_exact(void **state)
{
    const struct rule percent = shop_rule("a", RULE_LANE_SALE, RULE_PERCENT, 1000);
    const struct rule all = shop_rule("a", RULE_LANE_SALE, RULE_PERCENT, 10000);
    const struct rule amount = shop_rule("a", RULE_LANE_SALE, RULE_AMOUNT, INT32_MAX);
    const struct rule price = shop_rule("a", RULE_LANE_SALE, RULE_PRICE, INT32_MAX - 1);
    struct rule capped = shop_rule("a", RULE_LANE_SALE, RULE_PERCENT, 10000);

    (void)state;
    capped.cap = INT32_MAX - 1;
    assert_price(&percent, 1, INT32_MAX, 1932735282);
    assert_price(&all, 1, INT32_MAX, 0);
    assert_price(&amount, 1, INT32_MAX, 0);
    assert_price(&amount, 1, 1, 0);
    assert_price(&price, 1, INT32_MAX, INT32_MAX - 1);
    assert_price(&capped, 1, INT32_MAX, 1);
}

static void a_list_price_of_zero_or_below_is_left_alone(void **state)
{
    const struct rule rules[] = {shop_rule("a", RULE_LANE_SALE, RULE_AMOUNT, 10),
                                 shop_rule("b", RULE_LANE_CONTRACT, RULE_PRICE, 0)};

    (void)state;
    assert_price(rules, 2, 0, 0);
    assert_price(rules, 2, -7, -7);
    assert_price(rules, 2, INT32_MIN, INT32_MIN);
}

static void the_rounding_is_that_of_the_ruleset(void **state)
{
    static const int32_t expected[] = {[PRICE_ROUND_DOWN] = 2, [PRICE_ROUND_HALF_UP] = 3, [PRICE_ROUND_HALF_EVEN] = 2};
    const struct rule rule = shop_rule("a", RULE_LANE_SALE, RULE_PERCENT, 5000);

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct ruleset_builder *builder = ruleset_builder_new(NULL);
        ruleset_builder_set_rule(builder, &rule);
        struct ruleset *ruleset = ruleset_builder_finish(builder, 1, (enum price_rounding)i, SHOP_NOW);
        assert_int_equal(ruleset_rounding(ruleset), i);
        assert_int_equal(shop_price(ruleset, 1, 5), expected[i]);
        ruleset_release(ruleset);
    }
}

/* ---- Who wins ---- */

static void the_lowest_result_wins_whatever_its_kind(void **state)
{
    struct rule rules[] = {shop_rule("percent", RULE_LANE_SALE, RULE_PERCENT, 1000),
                           shop_rule("amount", RULE_LANE_SALE, RULE_AMOUNT, 150),
                           shop_rule("price", RULE_LANE_SALE, RULE_PRICE, 1500)};

    (void)state;
    rules[0].priority = RULE_PRIORITY_MAX; /* counts among equals only */
    assert_winner(rules, 3, 1000, "amount");
    assert_winner(rules, 3, 1400, "amount");
    assert_winner(rules, 3, 1800, "price");
    assert_winner(rules, 2, 2000, "percent");
}

static void among_equal_results_the_higher_priority_wins(void **state)
{
    struct rule rules[] = {shop_rule("a", RULE_LANE_SALE, RULE_PERCENT, 1000),
                           shop_rule("b", RULE_LANE_SALE, RULE_AMOUNT, 100),
                           shop_rule("c", RULE_LANE_SALE, RULE_PRICE, 900)};

    (void)state;
    for (int i = 0; i < 3; i++) {
        rules[i].priority = 1;
        assert_winner(rules, 3, 1000, rules[i].key);
        rules[i].priority = 0;
    }
}

static void among_equal_priorities_the_lower_key_wins(void **state)
{
    struct rule rules[] = {shop_rule("b", RULE_LANE_SALE, RULE_PERCENT, 1000),
                           shop_rule("a", RULE_LANE_SALE, RULE_AMOUNT, 100)};

    (void)state;
    assert_winner(rules, 2, 1000, "a");
    rules[0].key = "a";
    rules[1].key = "b";
    assert_winner(rules, 2, 1000, "a");
}

static void percentages_that_round_to_one_price_are_equals(void **state)
{
    struct rule rules[] = {shop_rule("a", RULE_LANE_SALE, RULE_PERCENT, 1050),
                           shop_rule("b", RULE_LANE_SALE, RULE_PERCENT, 1001)};

    (void)state;
    assert_winner(rules, 2, 10, "a"); /* both 8 */
    rules[1].priority = 1;
    assert_winner(rules, 2, 10, "b");
    assert_winner(rules, 2, 10000, "a");
}

static void a_capped_rule_may_lose_to_a_weaker_one_of_its_kind(void **state)
{
    struct rule rules[] = {shop_rule("a", RULE_LANE_SALE, RULE_PERCENT, 5000),
                           shop_rule("b", RULE_LANE_SALE, RULE_PERCENT, 5000),
                           shop_rule("c", RULE_LANE_SALE, RULE_PERCENT, 1000)};

    (void)state;
    rules[0].cap = rules[1].cap = 50;
    assert_winner(rules, 3, 1000, "c");
    rules[1].cap = 101;
    assert_winner(rules, 3, 1000, "b");
    rules[1].cap = 0;
    rules[0].priority = 1;
    assert_winner(rules, 3, 1000, "b");
}

/* ---- Caps ---- */

static void a_cap_limits_what_a_percentage_takes(void **state)
{
    struct rule rule = shop_rule("a", RULE_LANE_SALE, RULE_PERCENT, 2000);

    (void)state;
    rule.cap = 200;
    assert_price(&rule, 1, 999, 799);
    assert_price(&rule, 1, 1000, 800);
    assert_price(&rule, 1, 1001, 801);
    assert_price(&rule, 1, 100000, 99800);
}

static void a_percentage_is_told_where_it_alone_made_the_price(void **state)
{
    struct rule rules[] = {shop_rule("a", RULE_LANE_SALE, RULE_PERCENT, 2000),
                           shop_rule("b", RULE_LANE_CONTRACT, RULE_AMOUNT, 10)};

    (void)state;
    rules[0].cap = 200;
    struct ruleset *ruleset = shop_ruleset(rules, 1);
    assert_int_equal(shop_quote(ruleset, 1, 1, 1000).percent, 2000); /* the cap is reached and does not bite */
    assert_int_equal(shop_quote(ruleset, 1, 1, 1005).percent, -1);
    ruleset_release(ruleset);
    ruleset = shop_ruleset(rules, 2);
    assert_int_equal(shop_quote(ruleset, 1, 1, 500).percent, -1);
    ruleset_release(ruleset);
}

/* ---- Lanes ---- */

static void the_sale_begins_where_the_contract_ends(void **state)
{
    const struct rule rules[] = {shop_rule("sale", RULE_LANE_SALE, RULE_PERCENT, 1000),
                                 shop_rule("contract", RULE_LANE_CONTRACT, RULE_PRICE, 805)};
    struct ruleset *ruleset = shop_ruleset(rules, 2);
    struct quote quote = shop_quote(ruleset, 1, 1, 1000);

    (void)state;
    assert_int_equal(quote.steps[RULE_LANE_CONTRACT].price_before, 1000);
    assert_int_equal(quote.steps[RULE_LANE_CONTRACT].price_after, 805);
    assert_int_equal(quote.steps[RULE_LANE_SALE].price_before, 805);
    assert_int_equal(quote.price, 724);
    ruleset_release(ruleset);
}

static void an_exclusive_winner_ends_the_evaluation(void **state)
{
    struct rule rules[] = {shop_rule("sale", RULE_LANE_SALE, RULE_PERCENT, 9000),
                           shop_rule("contract", RULE_LANE_CONTRACT, RULE_PRICE, 900)};

    (void)state;
    rules[1].is_exclusive = true;
    assert_price(rules, 2, 1000, 900);
    assert_price(rules, 2, 900, 90); /* it did not win */
}

static void an_exclusive_rule_that_loses_ends_nothing(void **state)
{
    struct rule rules[] = {shop_rule("sale", RULE_LANE_SALE, RULE_PERCENT, 1000),
                           shop_rule("strong", RULE_LANE_CONTRACT, RULE_PRICE, 800),
                           shop_rule("weak", RULE_LANE_CONTRACT, RULE_PRICE, 900)};

    (void)state;
    rules[2].is_exclusive = true;
    assert_price(rules, 3, 1000, 720);
}

static void no_rule_wins_where_nothing_is_left_to_pay(void **state)
{
    const struct rule rules[] = {shop_rule("contract", RULE_LANE_CONTRACT, RULE_PERCENT, 9523),
                                 shop_rule("sale", RULE_LANE_SALE, RULE_AMOUNT, 5)};
    struct ruleset *ruleset = shop_ruleset(rules, 2);
    struct quote quote = shop_quote(ruleset, 1, 1, 1);

    (void)state;
    assert_int_equal(quote.price, 0);
    assert_string_equal(shop_winner(&quote, RULE_LANE_SALE), "");
    assert_false(quote.is_held);
    assert_int_equal(quote.percent, 9523);
    ruleset_release(ruleset);
}

static void the_minimum_is_one_of_the_list_price(void **state)
{
    struct rule rules[] = {shop_rule("sale", RULE_LANE_SALE, RULE_PERCENT, 1000),
                           shop_rule("contract", RULE_LANE_CONTRACT, RULE_PRICE, 100)};

    (void)state;
    rules[0].minimum = 1000;
    assert_price(rules, 1, 999, 999);
    assert_price(rules, 1, 1000, 900);
    assert_price(rules, 2, 1000, 90);
}

/* ---- Floors ---- */

static struct ruleset *make_floor(const struct rule *rule, int32_t floor)
{
    struct ruleset_builder *builder = ruleset_builder_new(NULL);

    ruleset_builder_set_rule(builder, rule);
    ruleset_builder_set_floor(builder, 1, floor);
    return shop_finish(builder);
}

static void a_floor_holds_the_price(void **state)
{
    const struct rule rule = shop_rule("a", RULE_LANE_SALE, RULE_PERCENT, 5000);
    struct ruleset *ruleset = make_floor(&rule, 600);
    struct quote quote = shop_quote(ruleset, 1, 1, 1000);

    (void)state;
    assert_int_equal(quote.price, 600);
    assert_true(quote.is_held && quote.is_discounted);
    assert_int_equal(quote.percent, -1);
    quote = shop_quote(ruleset, 1, 1, 1200);
    assert_int_equal(quote.price, 600); /* reached, and held nothing */
    assert_false(quote.is_held);
    assert_int_equal(quote.percent, 5000);
    assert_int_equal(shop_quote(ruleset, 1, 2, 1000).price, 500);
    ruleset_release(ruleset);
}

static void at_its_floor_or_below_no_rule_wins(void **state)
{
    const struct rule rule = shop_rule("a", RULE_LANE_SALE, RULE_PERCENT, 5000),
                      contract = shop_rule("c", RULE_LANE_CONTRACT, RULE_PRICE, 1);
    struct ruleset *ruleset = make_floor(&rule, 1000);

    (void)state;
    for (int32_t price = 999; price <= 1000; price++) {
        struct quote quote = shop_quote(ruleset, 1, 1, price);
        assert_int_equal(quote.price, price);
        assert_false(quote.is_discounted || quote.is_held);
        assert_string_equal(shop_winner(&quote, RULE_LANE_SALE), "");
    }
    ruleset = shop_change(ruleset, &contract);
    struct quote quote = shop_quote(ruleset, 1, 1, 5000);
    assert_int_equal(quote.price, 1000);
    assert_string_equal(shop_winner(&quote, RULE_LANE_CONTRACT), "c");
    assert_string_equal(shop_winner(&quote, RULE_LANE_SALE), "");
    ruleset_release(ruleset);
}

/* A rule that ends the evaluation ends it only where it wins. */
static void an_exclusive_rule_that_takes_nothing_ends_nothing(void **state)
{
    struct rule rules[] = {shop_rule("exclusive", RULE_LANE_CONTRACT, RULE_PRICE, 1000),
                           shop_rule("sale", RULE_LANE_SALE, RULE_PERCENT, 1000)};

    (void)state;
    rules[0].is_exclusive = true;
    assert_price(rules, 2, 1000, 900);
    assert_price(rules, 2, 1001, 1000);
}

/* Both come to the same price then, and the same rule decides as ever. */
static void of_two_that_the_floor_holds_the_priority_decides(void **state)
{
    struct rule rules[] = {shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 400),
                           shop_rule("b", RULE_LANE_SALE, RULE_PERCENT, 9000),
                           shop_rule("c", RULE_LANE_SALE, RULE_AMOUNT, 500)};
    struct ruleset *ruleset = make_floor(&rules[0], 600);

    (void)state;
    for (int i = 1; i < 3; i++) {
        struct quote quote = shop_quote(ruleset, 1, 1, 1000);
        assert_int_equal(quote.price, 600);
        assert_string_equal(shop_winner(&quote, RULE_LANE_SALE), rules[i - 1].key);
        rules[i].priority = i;
        struct ruleset_builder *builder = ruleset_builder_new(ruleset);
        for (int k = 1; k <= i; k++)
            ruleset_builder_set_rule(builder, &rules[k]);
        ruleset_release(ruleset);
        ruleset = shop_finish(builder);
    }
    struct quote quote = shop_quote(ruleset, 1, 1, 1000);
    assert_string_equal(shop_winner(&quote, RULE_LANE_SALE), "c");
    quote = shop_quote(ruleset, 1, 2, 1000); /* a product without a floor */
    assert_string_equal(shop_winner(&quote, RULE_LANE_SALE), "b");
    ruleset_release(ruleset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_rules_the_list_price_is_paid),
        cmocka_unit_test(each_kind_makes_its_price),
        cmocka_unit_test(a_rule_that_would_not_lower_the_price_takes_no_part),
        cmocka_unit_test(an_amount_above_the_price_makes_it_free),
        cmocka_unit_test(of_two_amounts_above_the_price_the_priority_decides),
        cmocka_unit_test(the_edges_of_int32_are_exact),
        cmocka_unit_test(a_list_price_of_zero_or_below_is_left_alone),
        cmocka_unit_test(the_rounding_is_that_of_the_ruleset),
        cmocka_unit_test(the_lowest_result_wins_whatever_its_kind),
        cmocka_unit_test(among_equal_results_the_higher_priority_wins),
        cmocka_unit_test(among_equal_priorities_the_lower_key_wins),
        cmocka_unit_test(percentages_that_round_to_one_price_are_equals),
        cmocka_unit_test(a_capped_rule_may_lose_to_a_weaker_one_of_its_kind),
        cmocka_unit_test(a_cap_limits_what_a_percentage_takes),
        cmocka_unit_test(a_percentage_is_told_where_it_alone_made_the_price),
        cmocka_unit_test(the_sale_begins_where_the_contract_ends),
        cmocka_unit_test(an_exclusive_winner_ends_the_evaluation),
        cmocka_unit_test(an_exclusive_rule_that_loses_ends_nothing),
        cmocka_unit_test(no_rule_wins_where_nothing_is_left_to_pay),
        cmocka_unit_test(the_minimum_is_one_of_the_list_price),
        cmocka_unit_test(a_floor_holds_the_price),
        cmocka_unit_test(at_its_floor_or_below_no_rule_wins),
        cmocka_unit_test(an_exclusive_rule_that_takes_nothing_ends_nothing),
        cmocka_unit_test(of_two_that_the_floor_holds_the_priority_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
