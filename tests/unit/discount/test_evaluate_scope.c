/* SPDX-License-Identifier: MIT */
/* When, for whom and for what rules apply. Each quote is also held against its explanation (shop.h). */
#include <stdlib.h>

#include "discount/ruleset/index.h"
#include "shop.h"

/* ---- Windows ---- */

static void a_window_holds_from_its_first_instant_until_before_its_end(void **state)
{
    struct rule rule = shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 1);
    const struct product product = {.id = 1, .price = 1000};

    (void)state;
    rule.starts_at = SHOP_NOW;
    rule.ends_at = SHOP_NOW + 100;
    struct ruleset *ruleset = shop_ruleset(&rule, 1);
    assert_int_equal(shop_quote_at(ruleset, 1, &product, SHOP_NOW - 1).price, 1000);
    assert_int_equal(shop_quote_at(ruleset, 1, &product, SHOP_NOW).price, 1);
    assert_int_equal(shop_quote_at(ruleset, 1, &product, SHOP_NOW + 99).price, 1);
    assert_int_equal(shop_quote_at(ruleset, 1, &product, SHOP_NOW + 100).price, 1000);
    ruleset_release(ruleset);
}

static void a_window_over_for_less_than_a_day_still_counts_for_a_clock_that_lags(void **state)
{
    struct rule rule = shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 1);
    const struct product product = {.id = 1, .price = 1000};

    (void)state;
    rule.ends_at = SHOP_NOW - 80000;
    struct ruleset *ruleset = shop_ruleset(&rule, 1);
    assert_int_equal(shop_quote_at(ruleset, 1, &product, SHOP_NOW - 80001).price, 1);
    assert_int_equal(shop_quote_at(ruleset, 1, &product, SHOP_NOW).price, 1000);
    ruleset_release(ruleset);
}

static void a_disabled_rule_does_nothing(void **state)
{
    struct rule rule = shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 1);

    (void)state;
    rule.is_enabled = false;
    struct ruleset *ruleset = shop_ruleset(&rule, 1);
    assert_int_equal(shop_price(ruleset, 1, 1000), 1000);
    ruleset_release(ruleset);
}

/* ---- Whom and what ---- */

static void a_rule_for_a_customer_is_for_nobody_else(void **state)
{
    struct rule rule = shop_rule("a", RULE_LANE_CONTRACT, RULE_PRICE, 1);

    (void)state;
    rule.audience = RULE_CUSTOMER;
    rule.customer_id = INT32_MAX;
    struct ruleset *ruleset = shop_ruleset(&rule, 1);
    assert_int_equal(shop_price(ruleset, INT32_MAX, 1000), 1);
    assert_int_equal(shop_price(ruleset, 1, 1000), 1000);
    assert_int_equal(shop_price(ruleset, 0, 1000), 1000);
    assert_int_equal(shop_price(ruleset, -1, 1000), 1000);
    ruleset_release(ruleset);
}

static void a_customer_has_the_rules_of_each_of_their_groups(void **state)
{
    struct rule rules[] = {shop_rule("a", RULE_LANE_CONTRACT, RULE_PRICE, 500),
                           shop_rule("b", RULE_LANE_SALE, RULE_PRICE, 400)};
    struct ruleset_builder *builder = ruleset_builder_new(NULL);

    (void)state;
    rules[0].audience = rules[1].audience = RULE_GROUP;
    rules[0].group = "vip";
    rules[1].group = "staff";
    ruleset_builder_set_group(builder, "vip", "");
    ruleset_builder_set_group(builder, "staff", "");
    ruleset_builder_set_rule(builder, &rules[0]);
    ruleset_builder_set_rule(builder, &rules[1]);
    ruleset_builder_add_member(builder, "vip", 7);
    ruleset_builder_add_member(builder, "staff", 7);
    ruleset_builder_add_member(builder, "staff", 8);
    struct ruleset *ruleset = shop_finish(builder);
    struct quote both = shop_quote(ruleset, 7, 1, 1000), one = shop_quote(ruleset, 8, 1, 1000);
    assert_string_equal(shop_winner(&both, RULE_LANE_CONTRACT), "a");
    assert_string_equal(shop_winner(&both, RULE_LANE_SALE), "b");
    assert_string_equal(shop_winner(&one, RULE_LANE_CONTRACT), "");
    assert_int_equal(one.price, 400);
    assert_int_equal(shop_price(ruleset, 9, 1000), 1000);
    ruleset_release(ruleset);
}

static int32_t price_for_group(const struct ruleset *ruleset, const char *group)
{
    const struct product product = {.id = 1, .price = 1000};
    struct arena arena = {0};
    struct quote quote;

    evaluate(listing_resolve(ruleset, &arena, &product, 1), 0, shopper_of_group(ruleset, &arena, group), SHOP_NOW,
             &quote);
    arena_release(&arena);
    return quote.price;
}

static void somebody_of_a_group_has_its_rules_and_those_for_everybody(void **state)
{
    struct rule rules[] = {shop_rule("a", RULE_LANE_CONTRACT, RULE_PRICE, 500),
                           shop_rule("b", RULE_LANE_SALE, RULE_AMOUNT, 1)};
    struct ruleset_builder *builder = ruleset_builder_new(NULL);

    (void)state;
    rules[0].audience = RULE_GROUP;
    rules[0].group = "vip";
    ruleset_builder_set_group(builder, "vip", "");
    ruleset_builder_set_group(builder, "staff", "");
    ruleset_builder_set_rule(builder, &rules[0]);
    ruleset_builder_set_rule(builder, &rules[1]);
    struct ruleset *ruleset = shop_finish(builder);
    assert_int_equal(price_for_group(ruleset, "vip"), 499);
    assert_int_equal(price_for_group(ruleset, "staff"), 999);
    assert_int_equal(price_for_group(ruleset, "nobody"), 999);

    builder = ruleset_builder_new(ruleset);
    ruleset_builder_remove_group(builder, "vip");
    struct ruleset *without = shop_finish(builder);
    assert_int_equal(price_for_group(without, "vip"), 999);
    ruleset_release(ruleset);
    ruleset_release(without);
}

static void included_products_and_categories_are_the_targets(void **state)
{
    struct rule_product products[] = {{.id = 5}, {.id = 3}};
    const char *categories[] = {"phones", "games"}, *games[] = {"games"}, *books[] = {"books", "red"};
    struct rule rule = shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 1);

    (void)state;
    rule.products = products;
    rule.product_count = 2;
    rule.categories = categories;
    rule.category_count = 2;
    struct ruleset *ruleset = shop_ruleset(&rule, 1);
    const struct product named = {.id = 3, .price = 1000};
    const struct product game = {.id = 4, .price = 1000, .categories = games, .category_count = 1};
    const struct product book = {.id = 4, .price = 1000, .categories = books, .category_count = 2};
    assert_int_equal(shop_quote_at(ruleset, 1, &named, SHOP_NOW).price, 1);
    assert_int_equal(shop_quote_at(ruleset, 1, &game, SHOP_NOW).price, 1);
    assert_int_equal(shop_quote_at(ruleset, 1, &book, SHOP_NOW).price, 1000);
    ruleset_release(ruleset);
}

static void exclusion_wins_over_inclusion(void **state)
{
    struct rule_product products[] = {{.id = 3}, {.id = 4}}, excluded[] = {{.id = 4}};
    const char *excluded_categories[] = {"games"}, *games[] = {"games"};
    struct rule rule = shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 1);

    (void)state;
    rule.products = products;
    rule.product_count = 2;
    rule.excluded_products = excluded;
    rule.excluded_product_count = 1;
    rule.excluded_categories = excluded_categories;
    rule.excluded_category_count = 1;
    struct ruleset *ruleset = shop_ruleset(&rule, 1);
    const struct product game = {.id = 3, .price = 1000, .categories = games, .category_count = 1};
    assert_int_equal(shop_quote(ruleset, 1, 3, 1000).price, 1);
    assert_int_equal(shop_quote(ruleset, 1, 4, 1000).price, 1000);
    assert_int_equal(shop_quote_at(ruleset, 1, &game, SHOP_NOW).price, 1000);
    ruleset_release(ruleset);
}

static void a_price_list_has_a_price_for_each_product(void **state)
{
    struct rule_product products[] = {{.id = 9, .price = 90}, {.id = 2, .price = 0}, {.id = 5, .price = INT32_MAX}};
    struct rule rule = shop_rule("a", RULE_LANE_CONTRACT, RULE_PRICE, 0);

    (void)state;
    rule.is_price_list = true;
    rule.products = products;
    rule.product_count = 3;
    struct ruleset *ruleset = shop_ruleset(&rule, 1);
    assert_int_equal(shop_quote(ruleset, 1, 9, 1000).price, 90);
    assert_int_equal(shop_quote(ruleset, 1, 2, 1000).price, 0);
    assert_int_equal(shop_quote(ruleset, 1, 5, 1000).price, 1000);
    assert_int_equal(shop_quote(ruleset, 1, 4, 1000).price, 1000);
    ruleset_release(ruleset);
}

static void only_the_first_categories_of_a_product_count(void **state)
{
    const char *last[] = {"last"}, *categories[EVALUATE_CATEGORIES_MAX + 1];
    struct rule rule = shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 1);
    struct product product = {.id = 1, .price = 1000, .categories = categories};

    (void)state;
    rule.categories = last;
    rule.category_count = 1;
    for (size_t i = 0; i < ARRAY_LENGTH(categories); i++)
        categories[i] = "other";
    product.category_count = ARRAY_LENGTH(categories);
    struct ruleset *ruleset = shop_ruleset(&rule, 1);
    categories[EVALUATE_CATEGORIES_MAX] = "last";
    assert_int_equal(shop_quote_at(ruleset, 1, &product, SHOP_NOW).price, 1000);
    categories[EVALUATE_CATEGORIES_MAX - 1] = "last";
    assert_int_equal(shop_quote_at(ruleset, 1, &product, SHOP_NOW).price, 1);
    ruleset_release(ruleset);
}

/* More runs than are looked up at once, and the best rule of each lane somewhere among them. */
static void one_in_hundreds_of_groups_gets_the_best_of_all(void **state)
{
    enum { GROUPS = 300 };
    char keys[GROUPS][20];
    struct ruleset_builder *builder = ruleset_builder_new(NULL);

    (void)state;
    for (int i = 0; i < GROUPS; i++) {
        snprintf(keys[i], sizeof keys[i], "group-%d", i);
        struct rule rule = shop_rule(keys[i], (enum rule_lane)(i % 2), RULE_AMOUNT, i == 77 || i == 210 ? 400 : 10 + i);
        rule.audience = RULE_GROUP;
        rule.group = keys[i];
        ruleset_builder_set_group(builder, keys[i], "");
        ruleset_builder_add_member(builder, keys[i], 1);
        ruleset_builder_set_rule(builder, &rule);
    }
    struct ruleset *ruleset = shop_finish(builder);
    struct quote quote = shop_quote(ruleset, 1, 1, 1000);
    assert_string_equal(shop_winner(&quote, RULE_LANE_CONTRACT), "group-210");
    assert_string_equal(shop_winner(&quote, RULE_LANE_SALE), "group-77");
    assert_int_equal(quote.price, 200);
    ruleset_release(ruleset);
}

static int compare_numbers(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

/* The index knows hashes only. Of two million customers some share theirs with another: they share no prices. */
static void customers_whose_hashes_meet_do_not_get_each_other_s_prices(void **state)
{
    enum { CUSTOMERS = 2000000 };
    uint64_t *hashed = malloc(CUSTOMERS * sizeof *hashed);
    struct rule rule = shop_rule("a", RULE_LANE_CONTRACT, RULE_PRICE, 1);
    size_t met = 0;

    (void)state;
    for (int32_t id = 1; id <= CUSTOMERS; id++)
        hashed[id - 1] = atom_pair(atom_of_customer(id), ATOM_ALL) << 32 | (uint32_t)id;
    qsort(hashed, CUSTOMERS, sizeof *hashed, compare_numbers);
    rule.audience = RULE_CUSTOMER;
    for (size_t i = 1; i < CUSTOMERS; i++) {
        if (hashed[i] >> 32 != hashed[i - 1] >> 32)
            continue;
        rule.customer_id = (int32_t)(hashed[i] & INT32_MAX);
        struct ruleset *ruleset = shop_ruleset(&rule, 1);
        assert_int_equal(shop_price(ruleset, rule.customer_id, 1000), 1);
        assert_int_equal(shop_price(ruleset, (int32_t)(hashed[i - 1] & INT32_MAX), 1000), 1000);
        ruleset_release(ruleset);
        met++;
    }
    assert_true(met > 100);
    free(hashed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_holds_from_its_first_instant_until_before_its_end),
        cmocka_unit_test(a_window_over_for_less_than_a_day_still_counts_for_a_clock_that_lags),
        cmocka_unit_test(a_disabled_rule_does_nothing),
        cmocka_unit_test(a_rule_for_a_customer_is_for_nobody_else),
        cmocka_unit_test(a_customer_has_the_rules_of_each_of_their_groups),
        cmocka_unit_test(somebody_of_a_group_has_its_rules_and_those_for_everybody),
        cmocka_unit_test(included_products_and_categories_are_the_targets),
        cmocka_unit_test(exclusion_wins_over_inclusion),
        cmocka_unit_test(a_price_list_has_a_price_for_each_product),
        cmocka_unit_test(only_the_first_categories_of_a_product_count),
        cmocka_unit_test(one_in_hundreds_of_groups_gets_the_best_of_all),
        cmocka_unit_test(customers_whose_hashes_meet_do_not_get_each_other_s_prices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
