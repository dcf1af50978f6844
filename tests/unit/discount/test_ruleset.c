/* SPDX-License-Identifier: MIT */
/* Which rule wins, against a brute force that asks every rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/compiler.h"

#include "discount/pricing/price.h"
#include "discount/pricing/ruleset.h"

__extension__ typedef __int128 int128; /* ISO C has none */

static const int32_t prices[] = {INT32_MIN, -1, 0, 1, 9, 10, 11, 99, 100, 9999, 10000, 32999, 99999, 150000, INT32_MAX};

static void assert_quote(const struct ruleset *ruleset, int32_t customer, int32_t price, int32_t percent, int32_t value)
{
    struct quote quote = {.percent = -1, .value_cents = -1};

    assert_true(rule_quote(ruleset_find(ruleset, customer), price, &quote));
    assert_int_equal(quote.percent, percent);
    assert_int_equal(quote.value_cents, value);
}

static void assert_no_quote(const struct ruleset *ruleset, int32_t customer, int32_t price)
{
    struct quote quote = {.percent = -1, .value_cents = -1};

    assert_false(rule_quote(ruleset_find(ruleset, customer), price, &quote));
    assert_int_equal(quote.percent, 0);
    assert_int_equal(quote.value_cents, 0);
}

static void the_demo_rule_quotes_the_contract_s_figures(void **state)
{
    const struct rule rules[] = {{.key = "demo", .customer_id = 1, .percent = 1000}};
    struct ruleset *ruleset = ruleset_new(1, rules, ARRAY_LENGTH(rules));

    (void)state;
    assert_quote(ruleset, 1, 99999, 1000, 89999);
    assert_quote(ruleset, 1, 150000, 1000, 135000);
    assert_quote(ruleset, 1, 32999, 1000, 29699);
    assert_quote(ruleset, 1, 1, 1000, 0);
    assert_quote(ruleset, 1, 9, 1000, 8);
    assert_quote(ruleset, 1, INT32_MAX, 1000, 1932735282);
    ruleset_free(ruleset);
}

static void other_customers_get_nothing(void **state)
{
    const struct rule rules[] = {{.key = "a", .customer_id = 5, .percent = 1000},
                                 {.key = "b", .customer_id = 9, .percent = 1000}};
    static const int32_t others[] = {INT32_MIN, -5, 0, 4, 6, 8, 10, INT32_MAX};
    struct ruleset *ruleset = ruleset_new(1, rules, ARRAY_LENGTH(rules));

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
        assert_null(ruleset_find(ruleset, others[i]));
        assert_no_quote(ruleset, others[i], 99999);
    }
    ruleset_free(ruleset);
}

static void a_price_of_zero_or_below_is_never_discounted(void **state)
{
    const struct rule rules[] = {{.key = "a", .customer_id = 1, .percent = PRICE_PERCENT_MAX}};
    struct ruleset *ruleset = ruleset_new(1, rules, ARRAY_LENGTH(rules));

    (void)state;
    assert_no_quote(ruleset, 1, 0);
    assert_no_quote(ruleset, 1, -1);
    assert_no_quote(ruleset, 1, INT32_MIN);
    ruleset_free(ruleset);
}

static void everything_off_is_a_discount_to_nothing(void **state)
{
    const struct rule rules[] = {{.key = "a", .customer_id = 1, .percent = PRICE_PERCENT_MAX}};
    struct ruleset *ruleset = ruleset_new(1, rules, ARRAY_LENGTH(rules));

    (void)state;
    assert_quote(ruleset, 1, 1, PRICE_PERCENT_MAX, 0);
    assert_quote(ruleset, 1, INT32_MAX, PRICE_PERCENT_MAX, 0);
    ruleset_free(ruleset);
}

static void a_rule_of_zero_percent_takes_no_part(void **state)
{
    const struct rule rules[] = {{.key = "a", .customer_id = 1, .percent = 0},
                                 {.key = "b", .customer_id = 2, .percent = 0},
                                 {.key = "c", .customer_id = 2, .percent = 500}};
    const struct rule alone = {.key = "d", .percent = 0};
    struct quote quote;
    struct ruleset *ruleset = ruleset_new(1, rules, ARRAY_LENGTH(rules));

    (void)state;
    assert_no_quote(ruleset, 1, 100);
    assert_quote(ruleset, 2, 100, 500, 95);
    assert_false(rule_quote(&alone, 100, &quote));
    ruleset_free(ruleset);
}

static void the_lowest_price_wins(void **state)
{
    const struct rule rules[] = {{.key = "a", .customer_id = 1, .percent = 500},
                                 {.key = "c", .customer_id = 1, .percent = 2000},
                                 {.key = "b", .customer_id = 1, .percent = 1000}};
    struct ruleset *ruleset = ruleset_new(1, rules, ARRAY_LENGTH(rules));

    (void)state;
    assert_string_equal(ruleset_find(ruleset, 1)->key, "c");
    assert_quote(ruleset, 1, 10000, 2000, 8000);
    ruleset_free(ruleset);
}

static void the_lower_key_wins_where_prices_round_to_the_same(void **state)
{
    const struct rule rules[] = {{.key = "late", .customer_id = 1, .percent = 1100},
                                 {.key = "early", .customer_id = 1, .percent = 1000}};
    struct ruleset *ruleset = ruleset_new(1, rules, ARRAY_LENGTH(rules));

    (void)state;
    assert_quote(ruleset, 1, 9, 1000, 8);      /* 8.01 and 8.1 are both 8 */
    assert_quote(ruleset, 1, 1000, 1100, 890); /* 890 and 900 */
    ruleset_free(ruleset);
}

static void of_equal_percentages_the_lower_key_wins(void **state)
{
    const struct rule rules[] = {{.key = "b", .customer_id = 1, .percent = 1000},
                                 {.key = "a-1", .customer_id = 1, .percent = 1000},
                                 {.key = "a", .customer_id = 1, .percent = 1000}};
    struct ruleset *ruleset = ruleset_new(1, rules, ARRAY_LENGTH(rules));

    (void)state;
    assert_string_equal(ruleset_find(ruleset, 1)->key, "a");
    ruleset_free(ruleset);
}

static void a_ruleset_keeps_copies(void **state)
{
    char key[] = "demo";
    struct rule rule = {.key = key, .customer_id = 1, .percent = 1000};
    struct ruleset *ruleset = ruleset_new(42, &rule, 1);

    (void)state;
    memset(key, 'x', 4);
    rule = (struct rule){0};
    assert_string_equal(ruleset_find(ruleset, 1)->key, "demo");
    assert_quote(ruleset, 1, 100, 1000, 90);
    assert_int_equal(ruleset_revision(ruleset), 42);
    ruleset_free(ruleset);
}

static void no_rules_discount_nothing(void **state)
{
    struct ruleset *ruleset = ruleset_new(1, NULL, 0);

    (void)state;
    assert_no_quote(ruleset, 1, 100);
    ruleset_free(ruleset);
    ruleset_free(NULL);
}

/* ---- Brute force ---- */

/* The rule that the header describes, one rule at a time and in 128 bits. */
static struct quote quote_slowly(const struct rule *rules, size_t count, int32_t customer, int32_t price)
{
    const struct rule *winner = NULL;
    int128 lowest = price;

    for (size_t i = 0; i < count && price > 0; i++) {
        if (rules[i].customer_id != customer)
            continue;
        int128 left = (int128)price * (10000 - rules[i].percent) / 10000;
        if (left >= price)
            continue;
        if (winner == NULL || left < lowest || (left == lowest && strcmp(rules[i].key, winner->key) < 0)) {
            winner = &rules[i];
            lowest = left;
        }
    }
    return winner == NULL ? (struct quote){0} : (struct quote){winner->percent, (int32_t)lowest};
}

static void assert_same_as_slow(const struct ruleset *ruleset, const struct rule *rules, size_t count, int32_t customer)
{
    for (size_t i = 0; i < ARRAY_LENGTH(prices); i++) {
        struct quote fast, slow = quote_slowly(rules, count, customer, prices[i]);
        bool applies = rule_quote(ruleset_find(ruleset, customer), prices[i], &fast);
        assert_int_equal(fast.percent, slow.percent);
        assert_int_equal(fast.value_cents, slow.value_cents);
        assert_int_equal(applies, slow.percent != 0);
    }
}

static void every_percentage_of_the_edge_prices_is_what_brute_force_finds(void **state)
{
    (void)state;
    for (int32_t percent = 0; percent <= PRICE_PERCENT_MAX; percent++) {
        const struct rule rule = {.key = "k", .customer_id = 7, .percent = percent};
        struct ruleset *ruleset = ruleset_new(1, &rule, 1);
        assert_same_as_slow(ruleset, &rule, 1, 7);
        ruleset_free(ruleset);
    }
}

/* Few customers, keys and percentages close together, so that ties are common. */
static void make_random_rules(struct rule *rules, char (*keys)[8], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        snprintf(keys[i], sizeof keys[i], "k%zu", i * 37 % count);
        rules[i] = (struct rule){
            .key = keys[i],
            .customer_id = (int32_t)(rand() % 5) - 1,
            .percent = rand() % 4 == 0 ? rand() % 10001 : 1000 + rand() % 40 - 20,
        };
    }
    rules[0].percent = 0;
}

static void random_rulesets_quote_what_brute_force_finds(void **state)
{
    struct rule rules[31];
    char keys[31][8];

    (void)state;
    srand(1);
    for (int round = 0; round < 2000; round++) {
        size_t count = 1 + (size_t)rand() % ARRAY_LENGTH(rules);
        make_random_rules(rules, keys, ARRAY_LENGTH(rules));
        struct ruleset *ruleset = ruleset_new(round, rules, count);
        for (int32_t customer = -2; customer < 5; customer++)
            assert_same_as_slow(ruleset, rules, count, customer);
        ruleset_free(ruleset);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_demo_rule_quotes_the_contract_s_figures),
        cmocka_unit_test(other_customers_get_nothing),
        cmocka_unit_test(a_price_of_zero_or_below_is_never_discounted),
        cmocka_unit_test(everything_off_is_a_discount_to_nothing),
        cmocka_unit_test(a_rule_of_zero_percent_takes_no_part),
        cmocka_unit_test(the_lowest_price_wins),
        cmocka_unit_test(the_lower_key_wins_where_prices_round_to_the_same),
        cmocka_unit_test(of_equal_percentages_the_lower_key_wins),
        cmocka_unit_test(a_ruleset_keeps_copies),
        cmocka_unit_test(no_rules_discount_nothing),
        cmocka_unit_test(every_percentage_of_the_edge_prices_is_what_brute_force_finds),
        cmocka_unit_test(random_rulesets_quote_what_brute_force_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
