/* SPDX-License-Identifier: MIT */
/* What a change does to prices: two rulesets side by side. */
#include "random_shop.h"

#include "discount/preview/preview.h"

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

/* ---- Whom a change concerns ---- */

static struct preview_audiences find(const struct ruleset *before, const struct ruleset *after)
{
    struct preview_audiences audiences;

    assert_true(
        preview_find_audiences(before, after, NOW, products, ARRAY_LENGTH(products), 100000, &arena, &audiences));
    assert_true(audiences.count > 0 && audiences.list[0].group == NULL && audiences.list[0].customer_id == 0);
    return audiences;
}

static void whom_a_changed_rule_is_for_before_and_after_is_asked(void **state)
{
    struct rule other = for_seven;
    other.customer_id = 3;
    const struct ruleset *before = MAKE(&everybody_10, &for_vip, &for_seven), *after = MAKE(&everybody_10, &other);
    struct preview_audiences audiences = find(before, after);

    (void)state;
    assert_int_equal(audiences.count, 4);
    assert_string_equal(audiences.list[1].group, "vip");
    assert_int_equal(audiences.list[2].customer_id, 3);
    assert_int_equal(audiences.list[3].customer_id, 7);
    ruleset_release(before);
    ruleset_release(after);
}

static void a_changed_rule_for_everybody_concerns_all_who_have_rules(void **state)
{
    const struct ruleset *before = MAKE(&for_vip, &for_seven), *after = MAKE(&for_vip, &for_seven, &everybody_10);
    struct preview_audiences audiences = find(before, after);

    (void)state;
    assert_int_equal(audiences.count, 3);
    assert_string_equal(audiences.list[1].group, "vip");
    assert_int_equal(audiences.list[2].customer_id, 7);
    ruleset_release(before);
    ruleset_release(after);
}

static void a_changed_floor_concerns_all_who_have_rules(void **state)
{
    const struct ruleset *before = MAKE(&for_vip, &for_seven);
    struct ruleset_builder *builder = ruleset_builder_new(before);
    struct preview preview;

    (void)state;
    ruleset_builder_set_floor(builder, 2, 9900);
    const struct ruleset *after = ruleset_builder_finish(builder, 2, PRICE_ROUND_DOWN, NOW);
    struct preview_audiences audiences = find(before, after);
    assert_int_equal(audiences.count, 3);
    preview = compare(before, after, audiences.list, audiences.count, 100);
    assert_int_equal(preview.higher, 2); /* 9500 for the group and 5000 for customer 7 */
    ruleset_release(before);
    ruleset_release(after);
}

static void what_is_the_same_before_and_after_concerns_nobody(void **state)
{
    struct rule renamed = for_vip, cheap = for_seven;
    const struct ruleset *before, *after;

    (void)state;
    renamed.label = "another label";
    cheap.is_enabled = false; /* a draft */
    before = MAKE(&everybody_10, &for_vip);
    after = MAKE(&everybody_10, &renamed, &cheap);
    assert_int_equal(find(before, after).count, 1);
    ruleset_release(before);
    ruleset_release(after);
}

/* 5,000 customers in the same two groups, 5,000 in three, one who has a rule of their own, one who moves. */
static void one_customer_stands_for_all_of_the_same_groups(void **state)
{
    struct rule rules[] = {for_vip, for_vip, for_vip, for_seven};
    struct ruleset_builder *builder = ruleset_builder_new(NULL);

    (void)state;
    rules[1].key = rules[1].group = "gold";
    rules[2].key = rules[2].group = "dealers";
    rules[3].customer_id = 2000;
    for (size_t i = 0; i < 4; i++) {
        if (rules[i].audience == RULE_GROUP)
            ruleset_builder_set_group(builder, rules[i].group, "");
        ruleset_builder_set_rule(builder, &rules[i]);
    }
    for (int32_t id = 1; id <= 10000; id++) {
        ruleset_builder_add_member(builder, "vip", id);
        ruleset_builder_add_member(builder, "gold", id);
        if (id > 5000)
            ruleset_builder_add_member(builder, "dealers", id);
    }
    const struct ruleset *before = ruleset_builder_finish(builder, 1, PRICE_ROUND_DOWN, NOW);
    builder = ruleset_builder_new(before);
    rules[0].value = 600;
    ruleset_builder_set_rule(builder, &rules[0]);
    ruleset_builder_remove_member(builder, "vip", 3000);
    const struct ruleset *after = ruleset_builder_finish(builder, 2, PRICE_ROUND_DOWN, NOW);
    struct preview_audiences audiences = find(before, after);
    assert_int_equal(audiences.count, 6);
    assert_string_equal(audiences.list[1].group, "vip");
    static const int32_t customers[] = {1, 2000, 3000, 5001};
    static const size_t alike[] = {4997, 0, 0, 4999};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(audiences.list[2 + i].customer_id, customers[i]);
        assert_int_equal(audiences.list[2 + i].alike, alike[i]);
    }
    ruleset_release(before);
    ruleset_release(after);
}

static void who_has_rules_is_asked_for_the_products_that_the_change_is_about(void **state)
{
    struct rule_product second[] = {{.id = 2}};
    struct rule changed = everybody_10;

    (void)state;
    changed.products = second;
    changed.product_count = 1;
    const struct ruleset *before = MAKE(&for_vip, &for_seven), *after = MAKE(&for_vip, &for_seven, &changed);
    struct preview_audiences audiences = find(before, after);
    assert_int_equal(audiences.count, 3);
    for (size_t i = 1; i < 3; i++) {
        assert_int_equal(audiences.list[i].product_count, 1);
        assert_int_equal(audiences.list[i].products[0], 1);
    }
    ruleset_release(before);
    ruleset_release(after);
}

static void more_prices_than_are_allowed_are_refused(void **state)
{
    const struct ruleset *before = MAKE(&for_vip), *after = MAKE(&for_vip, &for_seven, &everybody_10);
    struct preview_audiences audiences;

    (void)state;
    assert_true(preview_find_audiences(before, after, NOW, products, 3, 8, &arena, &audiences));
    assert_int_equal(audiences.quotes, 8); /* the group is not asked for what costs nothing */
    assert_false(preview_find_audiences(before, after, NOW, products, 3, 7, &arena, &audiences));
    ruleset_release(before);
    ruleset_release(after);
}

/* ---- All of them ---- */

#define WORLDS 1500
#define WORLD_RULES 8
#define WORLD_PRODUCTS 6
#define STRANGER (RANDOM_CUSTOMERS + 3) /* whom nothing names */

static struct ruleset *random_ruleset(struct random *random, const struct ruleset *from)
{
    static struct random_rule rules[WORLD_RULES]; /* what is made of them is copied */
    struct ruleset_builder *builder = ruleset_builder_new(from);
    size_t count = from == NULL ? WORLD_RULES : random_next(random, 3);

    for (int i = 0; from == NULL && i < RANDOM_GROUPS; i++)
        ruleset_builder_set_group(builder, random_groups[i], "");
    for (uint32_t i = random_next(random, from == NULL ? 12 : 2); i > 0; i--)
        ruleset_builder_add_member(builder, random_groups[random_next(random, RANDOM_GROUPS)],
                                   1 + (int32_t)random_next(random, RANDOM_CUSTOMERS));
    for (size_t i = 0; i < count; i++) {
        random_rule(random, &rules[i]);
        ruleset_builder_set_rule(builder, &rules[i].rule);
    }
    if (from != NULL && random_is(random, 3))
        ruleset_builder_remove_rule(builder, rules[random_next(random, WORLD_RULES)].key);
    if (from != NULL && random_is(random, 4))
        ruleset_builder_remove_member(builder, random_groups[random_next(random, RANDOM_GROUPS)],
                                      1 + (int32_t)random_next(random, RANDOM_CUSTOMERS));
    if (random_is(random, from == NULL ? 1 : 6))
        ruleset_builder_set_floor(builder, 1 + (int32_t)random_next(random, RANDOM_PRODUCTS),
                                  (int32_t)random_next(random, 1200));
    return ruleset_builder_finish(builder, from == NULL ? 1 : 2, PRICE_ROUND_DOWN, SHOP_NOW - 100);
}

struct world {
    const struct ruleset *before, *after;
    struct product products[WORLD_PRODUCTS];
    struct preview_audiences audiences;
    struct preview preview;
    int64_t now;
};

/* What customer pays for a product, before and after, is among what was told of it. */
static bool is_told(const struct world *world, size_t product, int32_t before, int32_t after)
{
    for (size_t i = 0; i < world->preview.price_count; i++) {
        const struct preview_price *price = &world->preview.prices[i];
        if (price->product == product && price->before.price == before && price->after.price == after)
            return true;
    }
    return false;
}

/* Nobody's price changes untold; and what is told of a customer is what they pay. */
static size_t check_world(const struct world *world)
{
    size_t changes = 0;

    for (int32_t customer = 0; customer <= STRANGER; customer++) {
        for (size_t i = 0; i < WORLD_PRODUCTS; i++) {
            int32_t before = shop_quote_at(world->before, customer, &world->products[i], world->now).price;
            int32_t after = shop_quote_at(world->after, customer, &world->products[i], world->now).price;
            changes += before != after;
            assert_true(before == after || is_told(world, i, before, after));
        }
    }
    for (size_t i = 0; i < world->preview.price_count; i++) {
        const struct preview_price *price = &world->preview.prices[i];
        const struct preview_audience *audience = &world->audiences.list[price->audience];
        if (audience->group != NULL)
            continue;
        const struct product *product = &world->products[price->product];
        assert_int_equal(price->before.price,
                         shop_quote_at(world->before, audience->customer_id, product, world->now).price);
        assert_int_equal(price->after.price,
                         shop_quote_at(world->after, audience->customer_id, product, world->now).price);
    }
    return changes;
}

/* A customer is asked about a product once. */
static void check_audiences(const struct world *world)
{
    uint8_t asked[STRANGER + 1][WORLD_PRODUCTS] = {0};

    for (size_t i = 0; i < world->audiences.count; i++) {
        const struct preview_audience *audience = &world->audiences.list[i];
        size_t count = audience->products != NULL ? audience->product_count : WORLD_PRODUCTS;
        for (size_t k = 0; audience->customer_id > 0 && k < count; k++)
            assert_int_equal(asked[audience->customer_id][audience->products != NULL ? audience->products[k] : k]++, 0);
    }
}

static void no_customer_s_price_changes_unseen(void **state)
{
    struct random_product made[WORLD_PRODUCTS];
    struct random random = {.state = 4711};
    size_t changes = 0, told = 0;

    (void)state;
    for (size_t i = 0; i < WORLDS; i++) {
        struct world world = {.now = random_now(&random)};
        world.before = random_ruleset(&random, NULL);
        world.after = random_ruleset(&random, world.before);
        for (size_t k = 0; k < WORLD_PRODUCTS; k++) {
            random_product(&random, &made[k]);
            world.products[k] = made[k].product;
        }
        assert_true(preview_find_audiences(world.before, world.after, world.now, world.products, WORLD_PRODUCTS, 10000,
                                           &arena, &world.audiences));
        preview_compare(world.before, world.after, world.now, world.products, WORLD_PRODUCTS, world.audiences.list,
                        world.audiences.count, 10000, &arena, &world.preview);
        assert_int_equal(world.preview.quotes, world.audiences.quotes);
        changes += check_world(&world);
        check_audiences(&world);
        told += (size_t)world.preview.changed;
        ruleset_release(world.before);
        ruleset_release(world.after);
        arena_release(&arena);
    }
    assert_true(changes > 2000 && told > 1000 && told < changes); /* it was about something, and found by classes */
}

#define PREVIEW_TEST(test) cmocka_unit_test_teardown(test, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PREVIEW_TEST(the_same_rules_change_no_price),
        PREVIEW_TEST(a_changed_price_tells_from_and_to_and_by_which_rule),
        PREVIEW_TEST(totals_count_and_sum_what_is_not_listed_as_well),
        PREVIEW_TEST(a_group_is_somebody_who_is_in_it),
        PREVIEW_TEST(whom_a_changed_rule_is_for_before_and_after_is_asked),
        PREVIEW_TEST(a_changed_rule_for_everybody_concerns_all_who_have_rules),
        PREVIEW_TEST(a_changed_floor_concerns_all_who_have_rules),
        PREVIEW_TEST(what_is_the_same_before_and_after_concerns_nobody),
        PREVIEW_TEST(one_customer_stands_for_all_of_the_same_groups),
        PREVIEW_TEST(who_has_rules_is_asked_for_the_products_that_the_change_is_about),
        PREVIEW_TEST(more_prices_than_are_allowed_are_refused),
        PREVIEW_TEST(no_customer_s_price_changes_unseen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
