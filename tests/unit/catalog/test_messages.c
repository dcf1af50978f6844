/* SPDX-License-Identifier: MIT */
/* Asks as messages of the contract, and answers as quotes: pure. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi-catalog/quotes/messages.h"

static const struct product phones[] = {
    {.id = 1,
     .price_cents = 99999,
     .slug = "iphone-x",
     .description = "64GB, black and iOS 12",
     .categories = (const char *const[]){"phones", "electronics"},
     .category_count = 2,
     .own_category_count = 1},
    {.id = 2, .price_cents = 150000, .slug = "notebook", .description = ""},
};
static const struct product_list two_products = {.items = phones, .count = 2};
static const struct product_list one_product = {.items = &phones[1], .count = 1};

static struct quote quotes[2];
static struct applied_rules applied[2];
static struct arena arena;
static const char *wrong;

static struct quote_ask make_ask(int32_t customer_id, const struct product_list *products)
{
    memset(quotes, 0x55, sizeof quotes);
    wrong = NULL;
    return (struct quote_ask){.customer = {.id = customer_id, .first_name = "John", .last_name = "Snow"},
                              .products = products,
                              .quotes = quotes};
}

/* The same, and it wants to know why. */
static struct quote_ask make_explain_ask(int32_t customer_id, const struct product_list *products)
{
    struct quote_ask ask = make_ask(customer_id, products);

    memset(applied, 0x55, sizeof applied);
    ask.applied = applied;
    ask.arena = &arena;
    return ask;
}

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* ---- Asking ---- */

static void every_ask_is_in_the_message(void **state)
{
    struct quote_ask first = make_ask(1, &two_products), second = make_ask(2, &one_product);
    struct quote_ask third = make_ask(3, &two_products), *asks[] = {&first, &second, &third};
    Ecommerce__ApplyDiscountsRequest request;

    (void)state;
    messages_ask_all(&request, asks, 3, &arena);
    assert_int_equal(request.n_asks, 3);
    for (size_t i = 0; i < 3; i++) {
        const Ecommerce__DiscountAsk *ask = request.asks[i];
        assert_int_equal(ask->customer->id, i + 1);
        assert_int_equal(ask->n_products, asks[i]->products->count);
        for (size_t p = 0; p < ask->n_products; p++) {
            assert_int_equal(ask->products[p]->id, asks[i]->products->items[p].id);
            assert_int_equal(ask->products[p]->price_in_cents, asks[i]->products->items[p].price_cents);
            assert_string_equal(ask->products[p]->slug, asks[i]->products->items[p].slug);
        }
    }
}

/* A slug is its own bytes and two more: what it costs to be able to name a contradiction. */
static void a_message_is_no_larger_than_it_is_said_to_be(void **state)
{
    struct quote_ask first = make_ask(INT32_MAX, &two_products), second = make_explain_ask(2, &one_product);
    struct quote_ask *asks[] = {&first, &second};
    Ecommerce__ApplyDiscountsRequest request;

    (void)state;
    messages_ask_all(&request, asks, 2, &arena);
    size_t packed = ecommerce__apply_discounts_request__get_packed_size(&request);
    assert_true(packed <= messages_ask_bytes(&first, NULL) + messages_ask_bytes(&second, &two_products));
    request.asks[0]->products[0]->slug = (char *)protobuf_c_empty_string;
    assert_int_equal(ecommerce__apply_discounts_request__get_packed_size(&request), packed - strlen("iphone-x") - 2);
}

static void asks_of_one_page_share_its_products(void **state)
{
    struct quote_ask first = make_ask(1, &two_products), second = make_ask(2, &two_products);
    struct quote_ask other = make_ask(3, &one_product), back = make_ask(4, &two_products);
    struct quote_ask *asks[] = {&first, NULL, &second, &other, &back};
    Ecommerce__ApplyDiscountsRequest request;

    (void)state;
    messages_ask_all(&request, asks, 5, &arena);
    assert_int_equal(request.n_asks, 4);
    assert_false(request.asks[0]->same_products);
    assert_int_equal(request.asks[0]->n_products, 2);
    assert_true(request.asks[1]->same_products);
    assert_int_equal(request.asks[1]->customer->id, 2);
    assert_int_equal(request.asks[1]->n_products, 0);
    assert_false(request.asks[2]->same_products);
    assert_int_equal(request.asks[2]->n_products, 1);
    assert_false(request.asks[3]->same_products); /* the ask before it has others */
    assert_int_equal(request.asks[3]->n_products, 2);
}

static void asks_that_are_gone_are_left_out(void **state)
{
    struct quote_ask ask = make_ask(5, &one_product), *asks[] = {NULL, &ask, NULL};
    Ecommerce__ApplyDiscountsRequest request;

    (void)state;
    messages_ask_all(&request, asks, 3, &arena);
    assert_int_equal(request.n_asks, 1);
    assert_int_equal(request.asks[0]->customer->id, 5);
}

static void products_have_their_categories_and_those_above(void **state)
{
    struct quote_ask ask = make_ask(1, &two_products), *asks[] = {&ask};
    Ecommerce__ApplyDiscountsRequest request;
    struct messages_single single;

    (void)state;
    messages_ask_all(&request, asks, 1, &arena);
    messages_ask_single(&single, &ask, 0);
    const Ecommerce__Product *both[] = {request.asks[0]->products[0], single.request.product};
    for (size_t i = 0; i < ARRAY_LENGTH(both); i++) {
        assert_int_equal(both[i]->n_categories, 2);
        assert_string_equal(both[i]->categories[0], "phones");
        assert_string_equal(both[i]->categories[1], "electronics");
    }
    assert_int_equal(request.asks[0]->products[1]->n_categories, 0);
}

static void each_ask_says_for_itself_whether_it_wants_to_know_why(void **state)
{
    struct quote_ask first = make_ask(1, &two_products), last = make_ask(4, &two_products);
    struct quote_ask why = make_explain_ask(2, &two_products), other = make_explain_ask(3, &one_product);
    struct quote_ask *asks[] = {&first, &why, &other, &last};
    static const bool explain[] = {false, true, true, false}, same[] = {false, true, false, false};
    Ecommerce__ApplyDiscountsRequest request;

    (void)state;
    messages_ask_all(&request, asks, 4, &arena);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(request.asks[i]->explain, explain[i]);
        assert_int_equal(request.asks[i]->same_products, same[i]);
        assert_int_equal(request.asks[i]->n_products, same[i] ? 0 : asks[i]->products->count);
    }
}

static void a_message_of_no_asks_is_empty(void **state)
{
    Ecommerce__ApplyDiscountsRequest request;

    (void)state;
    messages_ask_all(&request, NULL, 0, &arena);
    assert_int_equal(ecommerce__apply_discounts_request__get_packed_size(&request), 0);
}

static void a_single_message_says_all_that_is_known(void **state)
{
    struct quote_ask ask = make_ask(7, &two_products);
    struct messages_single single;

    (void)state;
    messages_ask_single(&single, &ask, 0);
    assert_int_equal(single.request.customer->id, 7);
    assert_string_equal(single.request.customer->first_name, "John");
    assert_string_equal(single.request.customer->last_name, "Snow");
    assert_int_equal(single.request.product->id, 1);
    assert_int_equal(single.request.product->price_in_cents, 99999);
    assert_string_equal(single.request.product->slug, "iphone-x");
    assert_string_equal(single.request.product->description, "64GB, black and iOS 12");
    assert_null(single.request.product->discount_value);
}

/* ---- Answers ---- */

static Ecommerce__DiscountValue make_value(float pct, int32_t value)
{
    Ecommerce__DiscountValue made = ECOMMERCE__DISCOUNT_VALUE__INIT;

    made.pct = pct;
    made.value_in_cents = value;
    return made;
}

/* Reads an answer of one quote about the second product, 150000. */
static bool reads(float pct, int32_t value)
{
    struct quote_ask ask = make_ask(1, &one_product);
    Ecommerce__DiscountValue quote = make_value(pct, value), *all[] = {&quote};
    Ecommerce__DiscountAnswer answer = ECOMMERCE__DISCOUNT_ANSWER__INIT;

    answer.n_quotes = 1;
    answer.quotes = all;
    bool is_good = messages_read_answer(&answer, &ask, &wrong);
    assert_true(is_good == (wrong == NULL));
    return is_good;
}

static void quotes_come_in_the_order_of_the_products(void **state)
{
    struct quote_ask ask = make_ask(1, &two_products);
    Ecommerce__DiscountValue first = make_value(0.1F, 89999), second = make_value(0, 0), *all[] = {&first, &second};
    Ecommerce__DiscountAnswer answer = ECOMMERCE__DISCOUNT_ANSWER__INIT;

    (void)state;
    answer.n_quotes = 2;
    answer.quotes = all;
    assert_true(messages_read_answer(&answer, &ask, &wrong));
    assert_true(quotes[0].pct == (float)0.1);
    assert_int_equal(quotes[0].value_cents, 89999);
    assert_true(quotes[1].pct == 0);
    assert_int_equal(quotes[1].value_cents, 0);
}

static void a_price_from_zero_to_the_list_price_is_good(void **state)
{
    (void)state;
    assert_true(reads(1, 0));
    assert_true(reads(0.5F, 75000));
    assert_true(reads(0, 150000));
    assert_true(reads(0, 149999));
}

static void a_price_that_no_rule_can_give_is_refused(void **state)
{
    (void)state;
    assert_false(reads(0.1F, -1));
    assert_false(reads(0.1F, INT32_MIN));
    assert_false(reads(0.1F, 150001));
    assert_false(reads(0, -1));
    assert_non_null(wrong);
}

static void a_share_that_is_none_is_refused(void **state)
{
    (void)state;
    assert_false(reads(NAN, 0));
    assert_false(reads(NAN, 10));
    assert_false(reads(INFINITY, 10));
    assert_false(reads(-INFINITY, 10));
    assert_false(reads(-0.01F, 10));
    assert_false(reads(1.01F, 10));
}

static void a_refused_ask_has_no_quotes(void **state)
{
    struct quote_ask ask = make_ask(1, &one_product);
    Ecommerce__DiscountAnswer answer = ECOMMERCE__DISCOUNT_ANSWER__INIT;

    (void)state;
    answer.code = 3;
    assert_false(messages_read_answer(&answer, &ask, &wrong));
    assert_non_null(wrong);
}

static void another_number_of_quotes_than_products_is_refused(void **state)
{
    struct quote_ask ask = make_ask(1, &two_products);
    Ecommerce__DiscountValue value = make_value(0, 0), *all[] = {&value, &value, &value};
    Ecommerce__DiscountAnswer answer = ECOMMERCE__DISCOUNT_ANSWER__INIT;

    (void)state;
    answer.quotes = all;
    for (size_t count = 0; count <= 3; count++) {
        answer.n_quotes = count;
        assert_true(messages_read_answer(&answer, &ask, &wrong) == (count == 2));
    }
}

/* ---- Answers about one product ---- */

static void a_single_quote_goes_to_its_product(void **state)
{
    struct quote_ask ask = make_ask(1, &two_products);
    Ecommerce__DiscountResponse response = ECOMMERCE__DISCOUNT_RESPONSE__INIT;
    Ecommerce__Product product = ECOMMERCE__PRODUCT__INIT;
    Ecommerce__DiscountValue value = make_value(0.1F, 135000);

    (void)state;
    response.product = &product;
    product.discount_value = &value;
    assert_true(messages_read_single(&response, &ask, 1, &wrong));
    assert_int_equal(quotes[1].value_cents, 135000);
    assert_int_equal(quotes[0].value_cents, 0x55555555);
    product.discount_value->value_in_cents = 150001;
    assert_false(messages_read_single(&response, &ask, 1, &wrong));
}

static void a_single_answer_without_a_value_means_no_discount(void **state)
{
    struct quote_ask ask = make_ask(1, &two_products);
    Ecommerce__DiscountResponse response = ECOMMERCE__DISCOUNT_RESPONSE__INIT;
    Ecommerce__Product product = ECOMMERCE__PRODUCT__INIT;

    (void)state;
    assert_false(messages_read_single(&response, &ask, 0, &wrong));
    assert_non_null(wrong);
    response.product = &product;
    assert_true(messages_read_single(&response, &ask, 0, &wrong));
    assert_true(quotes[0].pct == 0);
    assert_int_equal(quotes[0].value_cents, 0);
}

/* ---- Which rules made a quote ---- */

/* Reads an answer of one quote about the second product, 150000, made by so many of the rules. */
static bool reads_applied(const Ecommerce__AppliedRule *rules, size_t count)
{
    struct quote_ask ask = make_explain_ask(1, &one_product);
    Ecommerce__DiscountValue quote = make_value(0.5F, 75000), *all[] = {&quote};
    Ecommerce__DiscountAnswer answer = ECOMMERCE__DISCOUNT_ANSWER__INIT;
    Ecommerce__AppliedRule *pointers[3] = {(Ecommerce__AppliedRule *)&rules[0], (Ecommerce__AppliedRule *)&rules[1],
                                           (Ecommerce__AppliedRule *)&rules[2]};

    quote.n_applied = count;
    quote.applied = pointers;
    answer.n_quotes = 1;
    answer.quotes = all;
    bool is_good = messages_read_answer(&answer, &ask, &wrong);
    assert_true(is_good == (wrong == NULL));
    return is_good;
}

static Ecommerce__AppliedRule make_rule(int32_t before, int32_t after)
{
    Ecommerce__AppliedRule rule = ECOMMERCE__APPLIED_RULE__INIT;

    rule.key = (char *)"key";
    rule.label = (char *)"For you";
    rule.lane = (char *)"sale";
    rule.price_before = before;
    rule.price_after = after;
    return rule;
}

static void rules_are_copied_in_their_order(void **state)
{
    char key[] = "first";
    Ecommerce__AppliedRule rules[3] = {make_rule(150000, 100000), make_rule(100000, 75000), make_rule(0, 0)};

    (void)state;
    rules[0].key = key;
    assert_true(reads_applied(rules, 2));
    memset(key, 'x', sizeof key - 1);
    assert_int_equal(applied[0].count, 2);
    assert_string_equal(applied[0].items[0].key, "first");
    assert_string_equal(applied[0].items[0].label, "For you");
    assert_string_equal(applied[0].items[0].lane, "sale");
    assert_int_equal(applied[0].items[0].before_cents, 150000);
    assert_int_equal(applied[0].items[0].after_cents, 100000);
    assert_string_equal(applied[0].items[1].key, "key");
    assert_int_equal(applied[0].items[1].after_cents, 75000);
}

static void a_service_that_does_not_know_why_is_good(void **state)
{
    Ecommerce__AppliedRule rules[3] = {make_rule(0, 0)};

    (void)state;
    assert_true(reads_applied(rules, 0));
    assert_int_equal(applied[0].count, 0);
}

static void rules_that_nobody_asked_for_are_passed_over(void **state)
{
    struct quote_ask ask = make_ask(1, &one_product);
    Ecommerce__AppliedRule rule = make_rule(1, 2), *rules[] = {&rule};
    Ecommerce__DiscountValue quote = make_value(0.5F, 75000), *all[] = {&quote};
    Ecommerce__DiscountAnswer answer = ECOMMERCE__DISCOUNT_ANSWER__INIT;

    (void)state;
    quote.n_applied = 1;
    quote.applied = rules;
    answer.n_quotes = 1;
    answer.quotes = all;
    assert_true(messages_read_answer(&answer, &ask, &wrong));
}

static void a_rule_that_raised_the_price_is_refused(void **state)
{
    static const int32_t prices[][4] = {{150001, 1, 1, 1},           {150000, 150001, 1, 1},  {10, -1, -1, -1},
                                        {150000, 100, 101, 50},      {150000, 100, 100, 101}, {100, -1, 0, 0},
                                        {INT32_MAX, INT32_MIN, 0, 0}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(prices); i++) {
        Ecommerce__AppliedRule rules[3] = {make_rule(prices[i][0], prices[i][1]),
                                           make_rule(prices[i][2], prices[i][3])};
        assert_false(reads_applied(rules, 2));
    }
    Ecommerce__AppliedRule good[3] = {make_rule(150000, 150000), make_rule(150000, 0)};
    assert_true(reads_applied(good, 2));
}

static void a_product_without_discount_has_no_rules(void **state)
{
    struct quote_ask ask = make_explain_ask(1, &two_products);
    Ecommerce__DiscountResponse response = ECOMMERCE__DISCOUNT_RESPONSE__INIT;
    Ecommerce__Product product = ECOMMERCE__PRODUCT__INIT;

    (void)state;
    response.product = &product;
    assert_true(messages_read_single(&response, &ask, 1, &wrong));
    assert_int_equal(applied[1].count, 0);
    assert_int_equal(applied[0].count, (size_t)0x5555555555555555);
}

#define ARENA_TEST(test) cmocka_unit_test_teardown(test, release_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(every_ask_is_in_the_message),
        ARENA_TEST(a_message_is_no_larger_than_it_is_said_to_be),
        ARENA_TEST(asks_of_one_page_share_its_products),
        ARENA_TEST(asks_that_are_gone_are_left_out),
        ARENA_TEST(products_have_their_categories_and_those_above),
        ARENA_TEST(each_ask_says_for_itself_whether_it_wants_to_know_why),
        ARENA_TEST(rules_are_copied_in_their_order),
        ARENA_TEST(a_service_that_does_not_know_why_is_good),
        ARENA_TEST(rules_that_nobody_asked_for_are_passed_over),
        ARENA_TEST(a_rule_that_raised_the_price_is_refused),
        ARENA_TEST(a_product_without_discount_has_no_rules),
        ARENA_TEST(a_message_of_no_asks_is_empty),
        cmocka_unit_test(a_single_message_says_all_that_is_known),
        cmocka_unit_test(quotes_come_in_the_order_of_the_products),
        cmocka_unit_test(a_price_from_zero_to_the_list_price_is_good),
        cmocka_unit_test(a_price_that_no_rule_can_give_is_refused),
        cmocka_unit_test(a_share_that_is_none_is_refused),
        cmocka_unit_test(a_refused_ask_has_no_quotes),
        cmocka_unit_test(another_number_of_quotes_than_products_is_refused),
        cmocka_unit_test(a_single_quote_goes_to_its_product),
        cmocka_unit_test(a_single_answer_without_a_value_means_no_discount),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
