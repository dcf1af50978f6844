/* SPDX-License-Identifier: MIT */
/* What a change does to prices: two rulesets side by side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/compiler.h"
#include "discount/pricing/preview.h"

#define NOW INT64_C(1700000000)

static struct arena arena;

static int end(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const struct rule everybody_10 = {
    .key = "all-10", .label = "ten", .is_enabled = true, .kind = RULE_PERCENT, .value = 1000};
static const struct rule everybody_20 = {
    .key = "all-10", .label = "twenty", .is_enabled = true, .kind = RULE_PERCENT, .value = 2000};
static const struct rule for_vip = {.key = "vip",
                                    .label = "vip",
                                    .is_enabled = true,
                                    .kind = RULE_AMOUNT,
                                    .value = 500,
                                    .audience = RULE_GROUP,
                                    .group = "vip"};
static const struct rule for_seven = {.key = "seven",
                                      .label = "seven",
                                      .is_enabled = true,
                                      .lane = RULE_LANE_SALE,
                                      .kind = RULE_AMOUNT,
                                      .value = 5000,
                                      .audience = RULE_CUSTOMER,
                                      .customer_id = 7};

static const struct product products[] = {{.id = 1, .price = 1000}, {.id = 2, .price = 10000}, {.id = 3, .price = 0}};

static const struct ruleset *make(const struct rule *const *rules, size_t count)
{
    struct ruleset_builder *builder = ruleset_builder_new(NULL);

    ruleset_builder_set_group(builder, "vip", "");
    ruleset_builder_add_member(builder, "vip", 5);
    ruleset_builder_set_floor(builder, 1, 850);
    for (size_t i = 0; i < count; i++)
        ruleset_builder_set_rule(builder, rules[i]);
    return ruleset_builder_finish(builder, 1, PRICE_ROUND_DOWN, NOW);
}

#define MAKE(...)                                                                                                      \
    make((const struct rule *const[]){__VA_ARGS__}, ARRAY_LENGTH(((const struct rule *const[]){__VA_ARGS__})))

static struct preview compare(const struct ruleset *before, const struct ruleset *after,
                              const struct preview_audience *audiences, size_t count, size_t max_prices)
{
    struct preview preview;

    preview_compare(before, after, NOW, products, ARRAY_LENGTH(products), audiences, count, max_prices, &arena,
                    &preview);
    return preview;
}

static void the_same_rules_change_no_price(void **state)
{
    const struct preview_audience audiences[] = {{0}, {.customer_id = 7}, {.group = "vip"}};
    const struct ruleset *rules = MAKE(&everybody_10, &for_vip, &for_seven);

    (void)state;
    struct preview preview = compare(rules, rules, audiences, 3, 100);
    assert_int_equal(preview.quotes, 9);
    assert_int_equal(preview.changed, 0);
    assert_int_equal(preview.price_count, 0);
    assert_int_equal(preview.sum_before, preview.sum_after);
    assert_true(preview.sum_before > 0);
    ruleset_release(rules);
}

static void a_changed_price_tells_from_and_to_and_by_which_rule(void **state)
{
    const struct preview_audience audiences[] = {{0}, {.customer_id = 7}};
    const struct ruleset *before = MAKE(&everybody_10), *after = MAKE(&everybody_10, &for_seven);

    (void)state;
    struct preview preview = compare(before, after, audiences, 2, 100);
    assert_int_equal(preview.changed, 2);
    assert_int_equal(preview.price_count, 2);
    const struct preview_price *price = &preview.prices[1];
    assert_int_equal(price->audience, 1);
    assert_int_equal(price->product, 1);
    assert_int_equal(price->before.price, 9000);
    assert_int_equal(price->after.price, 4000);
    assert_null(price->before.steps[RULE_LANE_SALE].key);
    assert_string_equal(price->after.steps[RULE_LANE_CONTRACT].key, "all-10");
    assert_string_equal(price->after.steps[RULE_LANE_SALE].key, "seven");
    ruleset_release(before);
    ruleset_release(after);
}

static void totals_count_and_sum_what_is_not_listed_as_well(void **state)
{
    const struct preview_audience audiences[] = {{0}, {.customer_id = 5}};
    const struct ruleset *before = MAKE(&everybody_10, &for_vip), *after = MAKE(&everybody_20);

    (void)state;
    /* product 1: 900 to 850 (floor) for everybody, for the member 850 (500, floor) to 850;
     * product 2: 9000 to 8000 for both */
    struct preview preview = compare(before, after, audiences, 2, 1);
    assert_int_equal(preview.price_count, 1);
    assert_int_equal(preview.quotes, 6);
    assert_int_equal(preview.changed, 3);
    assert_int_equal(preview.lower, 3);
    assert_int_equal(preview.higher, 0);
    assert_int_equal(preview.held_before, 1);
    assert_int_equal(preview.held_after, 2);
    assert_int_equal(preview.sum_before, 900 + 9000 + 850 + 9000);
    assert_int_equal(preview.sum_after, 850 + 8000 + 850 + 8000);
    preview = compare(after, before, audiences, 2, 0);
    assert_int_equal(preview.price_count, 0);
    assert_int_equal(preview.lower, 0);
    assert_int_equal(preview.higher, 3);
    ruleset_release(before);
    ruleset_release(after);
}

static void a_group_is_somebody_who_is_in_it(void **state)
{
    const struct preview_audience group[] = {{.group = "vip"}}, member[] = {{.customer_id = 5}},
                                  other[] = {{.customer_id = 6}};
    const struct ruleset *before = MAKE(&everybody_10), *after = MAKE(&for_vip);

    (void)state;
    struct preview preview = compare(before, after, group, 1, 100);
    assert_int_equal(preview.sum_after, 850 + 9500);
    assert_int_equal(preview.sum_after, compare(before, after, member, 1, 100).sum_after);
    assert_int_equal(compare(before, after, other, 1, 100).sum_after, 1000 + 10000);
    ruleset_release(before);
    ruleset_release(after);
}

/* ---- Whom a change set is for ---- */

static size_t list_audiences(const struct ruleset *before, const struct ruleset *after, const struct change *changes,
                             size_t count, size_t limit, struct preview_audience **list)
{
    struct preview_audiences *audiences = preview_audiences_new(before, after);

    for (size_t i = 0; i < count; i++)
        preview_audiences_add(audiences, &changes[i]);
    size_t listed = preview_audiences_list(audiences, limit, &arena, list);
    preview_audiences_free(audiences);
    return listed;
}

static void changed_rules_are_for_whom_they_name_before_and_after(void **state)
{
    struct rule other = for_seven;
    other.customer_id = 3;
    const struct change changes[] = {{.kind = CHANGE_SET_RULE, .rule = other},
                                     {.kind = CHANGE_REMOVE_RULE, .key = "vip"},
                                     {.kind = CHANGE_DISABLE_RULE, .key = "all-10"},
                                     {.kind = CHANGE_ENABLE_RULE, .key = "nowhere"}};
    const struct ruleset *before = MAKE(&everybody_10, &for_vip, &for_seven), *after = MAKE(&everybody_10, &other);
    struct preview_audience *list = NULL;

    (void)state;
    assert_int_equal(list_audiences(before, after, changes, 4, 100, &list), 4);
    assert_true(list[0].group == NULL && list[0].customer_id == 0);
    assert_string_equal(list[1].group, "vip");
    assert_int_equal(list[2].customer_id, 3);
    assert_int_equal(list[3].customer_id, 7);
    ruleset_release(before);
    ruleset_release(after);
}

static void members_and_groups_that_change_are_asked_about(void **state)
{
    static const int32_t ids[] = {9, 4, 9};
    const struct change changes[] = {
        {.kind = CHANGE_ADD_MEMBERS, .key = "vip", .customer_ids = ids, .customer_count = 3},
        {.kind = CHANGE_REMOVE_MEMBERS, .key = "vip", .customer_ids = ids + 1, .customer_count = 1},
        {.kind = CHANGE_CLEAR_GROUP, .key = "vip"},
        {.kind = CHANGE_REMOVE_GROUP, .key = "dealers"},
    };
    const struct ruleset *rules = MAKE(&everybody_10);
    struct preview_audience *list = NULL;

    (void)state;
    assert_int_equal(list_audiences(rules, rules, changes, 4, 100, &list), 5);
    assert_string_equal(list[1].group, "dealers");
    assert_string_equal(list[2].group, "vip");
    assert_int_equal(list[3].customer_id, 4);
    assert_int_equal(list[4].customer_id, 9);
    ruleset_release(rules);
}

static void clearing_all_is_for_everybody_who_had_a_rule(void **state)
{
    const struct change changes[] = {{.kind = CHANGE_CLEAR_ALL}};
    const struct ruleset *before = MAKE(&for_vip, &for_seven), *after = MAKE(&everybody_10);
    struct preview_audience *list = NULL;

    (void)state;
    assert_int_equal(list_audiences(before, after, changes, 1, 100, &list), 3);
    assert_string_equal(list[1].group, "vip");
    assert_int_equal(list[2].customer_id, 7);
    ruleset_release(before);
    ruleset_release(after);
}

static void audiences_are_bounded_and_named_once(void **state)
{
    static int32_t ids[5000];
    struct change change = {.kind = CHANGE_ADD_MEMBERS, .key = "vip", .customer_ids = ids, .customer_count = 5000};
    const struct change changes[] = {change, change, {.kind = CHANGE_CLEAR_GROUP, .key = "vip"}};
    const struct ruleset *rules = MAKE(&everybody_10);
    struct preview_audience *list = NULL;

    (void)state;
    for (size_t i = 0; i < 5000; i++)
        ids[i] = 5000 - (int32_t)i;
    assert_int_equal(list_audiences(rules, rules, changes, 3, 100, &list), 100);
    assert_string_equal(list[1].group, "vip");
    assert_int_equal(list[2].customer_id, 1);
    assert_int_equal(list[99].customer_id, 98);
    assert_int_equal(list_audiences(rules, rules, changes, 3, 10000, &list), 5002);
    ruleset_release(rules);
}

#define PREVIEW_TEST(test) cmocka_unit_test_teardown(test, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREVIEW_TEST(the_same_rules_change_no_price),
        PREVIEW_TEST(a_changed_price_tells_from_and_to_and_by_which_rule),
        PREVIEW_TEST(totals_count_and_sum_what_is_not_listed_as_well),
        PREVIEW_TEST(a_group_is_somebody_who_is_in_it),
        PREVIEW_TEST(changed_rules_are_for_whom_they_name_before_and_after),
        PREVIEW_TEST(members_and_groups_that_change_are_asked_about),
        PREVIEW_TEST(clearing_all_is_for_everybody_who_had_a_rule),
        PREVIEW_TEST(audiences_are_bounded_and_named_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
