/* SPDX-License-Identifier: MIT */
/* Rulesets: what goes in comes out; overlays, groups, instants, lives. */
#include "same_rules.h"

static void a_rule_comes_out_as_it_went_in(void **state)
{
    struct rule_product products[] = {{.id = 7}, {.id = 3}}, excluded[] = {{.id = 5}};
    const char *categories[] = {"phones", "games"}, *excluded_categories[] = {"red"};
    struct rule rule = {
        .key = "black-friday",
        .label = "Für alle",
        .is_enabled = true,
        .is_exclusive = true,
        .lane = RULE_LANE_SALE,
        .priority = -RULE_PRIORITY_MAX,
        .kind = RULE_PERCENT,
        .value = 10000,
        .audience = RULE_GROUP,
        .group = "vip",
        .products = products,
        .product_count = 2,
        .categories = categories,
        .category_count = 2,
        .excluded_products = excluded,
        .excluded_product_count = 1,
        .excluded_categories = excluded_categories,
        .excluded_category_count = 1,
        .minimum = RULE_MONEY_MAX,
        .cap = RULE_MONEY_MAX,
        .starts_at = RULE_INSTANT_MIN,
        .ends_at = RULE_INSTANT_MAX,
        .zone = "Europe/Berlin",
    };
    struct ruleset *ruleset = shop_ruleset(&rule, 1);
    struct ruleset_view *view = ruleset_view_new();
    struct rule found;

    (void)state;
    assert_true(ruleset_find_rule(ruleset, view, "black-friday", &found));
    /* Targets come out in their own order. */
    products[0].id = 3;
    products[1].id = 7;
    categories[0] = "games";
    categories[1] = "phones";
    assert_rules_equal(&found, &rule);
    assert_false(ruleset_find_rule(ruleset, view, "black", &found));
    ruleset_view_free(view);
    ruleset_release(ruleset);
}

static void a_rule_outlives_what_it_was_made_of(void **state)
{
    char key[] = "sale", label[] = "Sale";
    struct rule rule = shop_rule(key, RULE_LANE_SALE, RULE_AMOUNT, 1);

    (void)state;
    rule.label = label;
    struct ruleset *ruleset = shop_ruleset(&rule, 1);
    memset(key, 'x', sizeof key - 1);
    memset(label, 'x', sizeof label - 1);
    struct quote quote = shop_quote(ruleset, 1, 1, 10);
    assert_string_equal(shop_winner(&quote, RULE_LANE_SALE), "sale");
    assert_string_equal(quote.steps[RULE_LANE_SALE].label, "Sale");
    ruleset_release(ruleset);
}

static void an_overlay_leaves_the_ruleset_it_began_from_as_it_was(void **state)
{
    const struct rule rule = shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 500);
    const struct rule other = shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 600);
    struct ruleset *ruleset = shop_ruleset(&rule, 1);
    struct ruleset_builder *builder = ruleset_builder_new(ruleset);

    (void)state;
    ruleset_builder_set_rule(builder, &other);
    struct ruleset *changed = shop_finish(builder);
    assert_int_equal(shop_price(ruleset, 1, 1000), 500);
    assert_int_equal(shop_price(changed, 1, 1000), 600);
    ruleset_release(ruleset); /* the base lives on in the changed one */
    assert_int_equal(shop_price(changed, 1, 1000), 600);
    ruleset_release(changed);
}

static void an_overlay_is_made_of_the_base_whatever_overlay_there_was(void **state)
{
    const struct rule rules[] = {shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 500),
                                 shop_rule("b", RULE_LANE_SALE, RULE_PRICE, 600),
                                 shop_rule("c", RULE_LANE_SALE, RULE_PRICE, 700)};
    struct ruleset *ruleset = shop_ruleset(rules, 2);
    struct ruleset_builder *builder = ruleset_builder_new(ruleset);

    (void)state;
    ruleset_builder_set_rule(builder, &rules[0]);    /* replaces */
    ruleset_builder_set_rule(builder, &rules[2]);    /* adds */
    ruleset_builder_remove_rule(builder, "b");       /* removes */
    ruleset_builder_remove_rule(builder, "nothing"); /* there is none */
    ruleset_builder_set_floor(builder, 1, 10);
    struct ruleset *changed = ruleset_builder_finish(builder, 2, PRICE_ROUND_DOWN, SHOP_NOW);
    assert_int_equal(ruleset_base_revision(ruleset), 1);
    assert_int_equal(ruleset_base_revision(changed), 1);
    assert_int_equal(ruleset_rule_count(changed), 2);
    ruleset_release(ruleset);

    struct ruleset *same = ruleset_builder_finish(ruleset_builder_new(changed), 3, PRICE_ROUND_DOWN, SHOP_NOW);
    assert_int_equal(ruleset_rule_count(same), 2);
    assert_int_equal(shop_price(same, 1, 1000), 500);
    assert_int_equal(ruleset_floor(same, 1), 0);
    ruleset_release(same);

    builder = ruleset_builder_new(changed);
    ruleset_builder_clear(builder);
    struct ruleset *empty = ruleset_builder_finish(builder, 4, PRICE_ROUND_DOWN, SHOP_NOW);
    assert_int_equal(ruleset_base_revision(empty), 4);
    assert_int_equal(ruleset_rule_count(empty), 0);
    ruleset_release(changed);
    ruleset_release(empty);
}

static void a_group_that_was_removed_and_added_again_has_no_members(void **state)
{
    struct ruleset_builder *builder = ruleset_builder_new(NULL);
    size_t count;

    (void)state;
    ruleset_builder_set_group(builder, "vip", "");
    ruleset_builder_add_member(builder, "vip", 1);
    ruleset_builder_add_member(builder, "vip", 1);
    ruleset_builder_add_member(builder, "vip", 2);
    struct ruleset *ruleset = shop_finish(builder);
    assert_true(ruleset_has_group(ruleset, "vip", &count));
    assert_int_equal(count, 2);

    builder = ruleset_builder_new(ruleset);
    ruleset_builder_remove_group(builder, "vip");
    ruleset_builder_set_group(builder, "vip", "");
    ruleset_builder_add_member(builder, "vip", 3);
    struct ruleset *changed = shop_finish(builder);
    assert_true(ruleset_has_group(changed, "vip", &count));
    assert_int_equal(count, 1);
    assert_int_equal(ruleset_group_count(changed), 1);
    ruleset_release(ruleset);
    ruleset_release(changed);
}

static void the_next_change_is_the_next_end_of_an_enabled_window(void **state)
{
    struct rule rules[] = {shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 1), shop_rule("b", RULE_LANE_SALE, RULE_PRICE, 1),
                           shop_rule("off", RULE_LANE_SALE, RULE_PRICE, 1)};

    (void)state;
    rules[0].starts_at = SHOP_NOW + 100;
    rules[0].ends_at = SHOP_NOW + 200;
    rules[1].ends_at = SHOP_NOW + 150;
    rules[2].ends_at = SHOP_NOW + 10;
    rules[2].is_enabled = false;
    struct ruleset *ruleset = shop_ruleset(rules, 3);
    assert_int_equal(ruleset_next_change(ruleset, SHOP_NOW), SHOP_NOW + 100);
    assert_int_equal(ruleset_next_change(ruleset, SHOP_NOW + 99), SHOP_NOW + 100);
    assert_int_equal(ruleset_next_change(ruleset, SHOP_NOW + 100), SHOP_NOW + 150);
    assert_int_equal(ruleset_next_change(ruleset, SHOP_NOW + 200), 0);

    rules[0].starts_at = 0;
    ruleset = shop_change(ruleset, &rules[0]); /* what the base says of it is hidden */
    assert_int_equal(ruleset_next_change(ruleset, SHOP_NOW), SHOP_NOW + 150);
    ruleset_release(ruleset);
}

static void past_and_disabled_rules_are_kept(void **state)
{
    struct rule rules[] = {shop_rule("off", RULE_LANE_SALE, RULE_PRICE, 1),
                           shop_rule("past", RULE_LANE_SALE, RULE_PRICE, 1)};
    struct ruleset_view *view = ruleset_view_new();
    struct rule rule;
    uint64_t place = 0;

    (void)state;
    rules[0].is_enabled = false;
    rules[1].ends_at = SHOP_NOW - 1000000;
    struct ruleset *ruleset = shop_ruleset(rules, 2);
    assert_int_equal(shop_price(ruleset, 1, 100), 100);
    assert_true(ruleset_next_rule(ruleset, view, &place, &rule));
    assert_string_equal(rule.key, "off");
    assert_true(ruleset_next_rule(ruleset, view, &place, &rule));
    assert_string_equal(rule.key, "past");
    assert_false(ruleset_next_rule(ruleset, view, &place, &rule));
    ruleset_view_free(view);
    ruleset_release(ruleset);
}

static void a_held_ruleset_lives_until_its_last_release(void **state)
{
    const struct rule rule = shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 1);
    struct ruleset *ruleset = shop_ruleset(&rule, 1);

    (void)state;
    assert_ptr_equal(ruleset_hold(ruleset), ruleset);
    ruleset_release(ruleset);
    assert_int_equal(shop_price(ruleset, 1, 100), 1); /* the sanitizer watches */
    assert_int_equal(ruleset_revision(ruleset), 1);
    ruleset_release(ruleset);
    ruleset_release(NULL);
}

static void a_builder_can_be_given_up(void **state)
{
    const struct rule rule = shop_rule("a", RULE_LANE_SALE, RULE_PRICE, 1);
    struct ruleset *ruleset = shop_ruleset(&rule, 1);
    struct ruleset_builder *builder = ruleset_builder_new(ruleset);

    (void)state;
    ruleset_builder_set_rule(builder, &rule);
    ruleset_builder_set_group(builder, "vip", "");
    ruleset_builder_free(builder);
    ruleset_builder_free(NULL);
    assert_int_equal(shop_price(ruleset, 1, 100), 1);
    ruleset_release(ruleset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_comes_out_as_it_went_in),
        cmocka_unit_test(a_rule_outlives_what_it_was_made_of),
        cmocka_unit_test(an_overlay_leaves_the_ruleset_it_began_from_as_it_was),
        cmocka_unit_test(an_overlay_is_made_of_the_base_whatever_overlay_there_was),
        cmocka_unit_test(a_group_that_was_removed_and_added_again_has_no_members),
        cmocka_unit_test(the_next_change_is_the_next_end_of_an_enabled_window),
        cmocka_unit_test(past_and_disabled_rules_are_kept),
        cmocka_unit_test(a_held_ruleset_lives_until_its_last_release),
        cmocka_unit_test(a_builder_can_be_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
