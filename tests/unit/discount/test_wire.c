/* SPDX-License-Identifier: MIT */
/* Rules and changes as messages: they come back as they were, and what a message cannot mean is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/arena.h"

#include "discount/wire/wire.h"

#include "random_rule.h"

static struct arena arena;
static char told[2048];

static void keep_fault(void *data, const char *field, const char *message)
{
    size_t length = strlen(told);

    (void)data;
    snprintf(told + length, sizeof told - length, "%s: %s\n", field, message);
}

static bool read_change(const Ecommerce__Change *message, struct change *change)
{
    told[0] = '\0';
    bool is_sound = wire_read_change(message, &arena, change, keep_fault, NULL);
    assert_int_equal(is_sound, told[0] == '\0');
    return is_sound;
}

/* Through the bytes, as between client and service. */
static struct change carry(const struct change *change)
{
    struct change read;
    Ecommerce__Change *message = wire_write_change(change, &arena);
    size_t size = ecommerce__change__get_packed_size(message);
    uint8_t *bytes = arena_get(&arena, size + 1);

    assert_int_equal(ecommerce__change__pack(message, bytes), size);
    Ecommerce__Change *unpacked = ecommerce__change__unpack(NULL, size, bytes);
    assert_non_null(unpacked);
    if (!read_change(unpacked, &read))
        fail_msg("%s", told);
    /* What was read points into the message: copy the text that the tests look at before that goes. */
    if (read.key != NULL)
        read.key = arena_copy(&arena, read.key, strlen(read.key));
    if (read.label != NULL)
        read.label = arena_copy(&arena, read.label, strlen(read.label));
    if (read.product.slug != NULL)
        read.product.slug = arena_copy(&arena, read.product.slug, strlen(read.product.slug));
    if (read.customer_count > 0)
        read.customer_ids = (const int32_t *)arena_copy(&arena, (const char *)read.customer_ids,
                                                        read.customer_count * sizeof *read.customer_ids);
    if (change->kind == CHANGE_SET_RULE)
        assert_same_rule(&read.rule, &change->rule);
    ecommerce__change__free_unpacked(unpacked, NULL);
    return read;
}

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static Ecommerce__Rule sound_rule(void)
{
    Ecommerce__Rule rule = ECOMMERCE__RULE__INIT;
    rule.key = "a";
    rule.label = "A";
    rule.lane = ECOMMERCE__LANE__LANE_SALE;
    rule.kind = ECOMMERCE__KIND__KIND_PERCENT;
    rule.percent = 500;
    return rule;
}

static void assert_rule_told(Ecommerce__Rule *rule, const char *expected)
{
    Ecommerce__Change message = ECOMMERCE__CHANGE__INIT;
    struct change change;

    message.change_case = ECOMMERCE__CHANGE__CHANGE_SET_RULE;
    message.set_rule = rule;
    assert_false(read_change(&message, &change));
    assert_string_equal(told, expected);
    assert_int_equal(change.kind, CHANGE_SET_RULE);
    assert_string_equal(change.rule.key, "a");
}

static void every_rule_comes_back_as_it_was(void **state)
{
    (void)state;
    for (size_t round = 0; round < 2000; round++) {
        arena_reset(&arena);
        struct change change = {.kind = CHANGE_SET_RULE, .rule = random_rule(&arena, round)};
        assert_int_equal(carry(&change).kind, CHANGE_SET_RULE);
    }
}

static void a_rule_that_the_service_sent_is_read(void **state)
{
    (void)state;
    struct rule rule = random_rule(&arena, 1), read;
    wire_read_rule(wire_write_rule(&rule, &arena), &arena, &read);
    assert_same_rule(&read, &rule);
}

static void changes_of_one_key_come_back(void **state)
{
    static const enum change_kind kinds[] = {CHANGE_REMOVE_RULE,  CHANGE_ENABLE_RULE, CHANGE_DISABLE_RULE,
                                             CHANGE_REMOVE_GROUP, CHANGE_CLEAR_GROUP, CHANGE_REMOVE_PRODUCT};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        struct change read = carry(&(struct change){.kind = kinds[i], .key = "some-key"});
        assert_int_equal(read.kind, kinds[i]);
        assert_string_equal(read.key, "some-key");
    }
}

static void groups_and_members_come_back(void **state)
{
    static const int32_t ids[] = {1, 5, INT32_MAX, -1};

    (void)state;
    struct change read = carry(&(struct change){.kind = CHANGE_SET_GROUP, .key = "vip", .label = "V"});
    assert_int_equal(read.kind, CHANGE_SET_GROUP);
    assert_string_equal(read.key, "vip");
    assert_string_equal(read.label, "V");
    for (enum change_kind kind = CHANGE_ADD_MEMBERS; kind <= CHANGE_REMOVE_MEMBERS; kind++) {
        read = carry(&(struct change){.kind = kind, .key = "vip", .customer_ids = ids, .customer_count = 4});
        assert_int_equal(read.kind, kind);
        assert_string_equal(read.key, "vip");
        assert_int_equal(read.customer_count, 4);
        assert_memory_equal(read.customer_ids, ids, sizeof ids);
    }
}

static void products_and_the_clearing_of_all_come_back(void **state)
{
    (void)state;
    struct change read = carry(
        &(struct change){.kind = CHANGE_SET_PRODUCT, .product = {.id = 7, .slug = "ball", .floor = RULE_MONEY_MAX}});
    assert_int_equal(read.kind, CHANGE_SET_PRODUCT);
    assert_int_equal(read.product.id, 7);
    assert_string_equal(read.product.slug, "ball");
    assert_int_equal(read.product.floor, RULE_MONEY_MAX);
    assert_false(read.keeps_floor);
    assert_true(
        carry(&(struct change){.kind = CHANGE_SET_PRODUCT, .product = {.id = 7, .slug = "ball"}, .keeps_floor = true})
            .keeps_floor);
    assert_int_equal(carry(&(struct change){.kind = CHANGE_CLEAR_ALL}).kind, CHANGE_CLEAR_ALL);
}

static void a_change_that_says_nothing_is_told(void **state)
{
    Ecommerce__Change message = ECOMMERCE__CHANGE__INIT;
    struct change change;

    (void)state;
    assert_false(read_change(&message, &change));
    assert_string_equal(told,
                        ": this change says nothing; each sets, removes, enables, disables or clears one thing\n");
    assert_int_equal(change.kind, CHANGE_KINDS);
    message.change_case = ECOMMERCE__CHANGE__CHANGE_CLEAR_ALL;
    assert_false(read_change(&message, &change));
    assert_string_equal(told, ": clear_all is false; it is true or left out\n");
}

static void lanes_and_kinds_that_are_none_are_told(void **state)
{
    Ecommerce__Rule rule = sound_rule();

    (void)state;
    rule.lane = ECOMMERCE__LANE__LANE_UNSPECIFIED;
    assert_rule_told(&rule, "lane: no lane is given; it is one of: contract, sale\n");
    rule.lane = ECOMMERCE__LANE__LANE_CODE;
    assert_rule_told(&rule, "lane: the lane code is reserved; it is one of: contract, sale\n");
    rule.lane = (Ecommerce__Lane)77;
    assert_rule_told(&rule, "lane: lane is 77, which is unknown; it is one of: contract, sale\n");
    rule = sound_rule();
    rule.kind = ECOMMERCE__KIND__KIND_UNSPECIFIED;
    assert_rule_told(&rule, "kind: no kind is given; it is one of: percent, amount, price\n");
    rule.kind = (Ecommerce__Kind)(-1);
    assert_rule_told(&rule, "kind: kind is -1, which is unknown; it is one of: percent, amount, price\n");
}

static void values_of_another_kind_are_told(void **state)
{
    Ecommerce__Rule rule = sound_rule();
    Ecommerce__ProductPrice price = ECOMMERCE__PRODUCT_PRICE__INIT, *prices = &price;

    (void)state;
    rule.amount = 7;
    rule.price = INT64_MIN;
    assert_rule_told(&rule, "amount: amount is 7, but the rule is of kind percent; leave it out\n"
                            "price: price is -9223372036854775808, but the rule is of kind percent; leave it out\n");
    rule = sound_rule();
    rule.n_prices = 1;
    rule.prices = &prices;
    assert_rule_told(&rule, "price: a price list goes with kind price only\n");
    rule.kind = ECOMMERCE__KIND__KIND_PRICE;
    assert_rule_told(&rule, "percent: percent is 500, but the rule is of kind price; leave it out\n");
}

static void a_price_list_beside_other_targets_is_told(void **state)
{
    Ecommerce__Rule rule = sound_rule();
    Ecommerce__ProductPrice price = ECOMMERCE__PRODUCT_PRICE__INIT, *prices = &price;
    char *slug = "bat";

    (void)state;
    price.product = "ball";
    rule.kind = ECOMMERCE__KIND__KIND_PRICE;
    rule.percent = 0;
    rule.price = 5;
    rule.n_prices = 1;
    rule.prices = &prices;
    rule.n_include_products = 1;
    rule.include_products = &slug;
    assert_rule_told(&rule,
                     "include: both prices and included products are given; the products of a price list are all "
                     "it is for\n"
                     "price: both a price and a price list are given; a rule has one of them\n");
}

static void two_audiences_are_told(void **state)
{
    Ecommerce__Rule rule = sound_rule();

    (void)state;
    rule.customer_id = 1;
    rule.group = "vip";
    assert_rule_told(&rule, "audience: both a customer and a group are given; a rule is for one of them, or for "
                            "everybody\n");
}

static void values_out_of_range_reach_the_check(void **state)
{
    (void)state;
    struct rule rule = random_rule(&arena, 1), read;
    rule.kind = RULE_PERCENT;
    rule.is_price_list = false;
    rule.value = INT64_MAX;
    wire_read_rule(wire_write_rule(&rule, &arena), &arena, &read);
    assert_int_equal(read.value, INT32_MAX);
    rule.value = -1;
    rule.audience = RULE_CUSTOMER;
    rule.customer_id = -5;
    rule.group = NULL;
    wire_read_rule(wire_write_rule(&rule, &arena), &arena, &read);
    assert_int_equal(read.value, -1);
    assert_int_equal(read.audience, RULE_CUSTOMER);
    assert_int_equal(read.customer_id, -5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_comes_back_as_it_was),
        cmocka_unit_test(a_rule_that_the_service_sent_is_read),
        cmocka_unit_test(changes_of_one_key_come_back),
        cmocka_unit_test(groups_and_members_come_back),
        cmocka_unit_test(products_and_the_clearing_of_all_come_back),
        cmocka_unit_test(a_change_that_says_nothing_is_told),
        cmocka_unit_test(lanes_and_kinds_that_are_none_are_told),
        cmocka_unit_test(values_of_another_kind_are_told),
        cmocka_unit_test(a_price_list_beside_other_targets_is_told),
        cmocka_unit_test(two_audiences_are_told),
        cmocka_unit_test(values_out_of_range_reach_the_check),
    };
    return cmocka_run_group_tests(tests, NULL, release_arena);
}
