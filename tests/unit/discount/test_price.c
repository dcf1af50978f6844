/* SPDX-License-Identifier: MIT */
/* Percentages of prices, against their defining inequality and the contract's figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/compiler.h"

#include "discount/rule/price.h"

static void the_contract_s_figures_are_exact(void **state)
{
    static const struct {
        int32_t price, left;
    } figures[] = {{99999, 89999}, {150000, 135000}, {32999, 29699}, {1, 0}, {9, 8}, {INT32_MAX, 1932735282}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(figures); i++)
        assert_int_equal(price_after_percent(figures[i].price, 1000, PRICE_ROUND_DOWN), figures[i].left);
}

/* How far a result is from the exact price, in ten-thousandths: below zero it is too low. */
static int64_t error_of(int32_t price, int32_t percent, enum price_rounding rounding)
{
    return (int64_t)price_after_percent(price, percent, rounding) * 10000 - (int64_t)price * (10000 - percent);
}

/* Each of these has one solution, the exact result. */
static bool is_exact(int32_t price, int32_t percent)
{
    int64_t down = error_of(price, percent, PRICE_ROUND_DOWN);
    int64_t half_up = error_of(price, percent, PRICE_ROUND_HALF_UP);
    int64_t half_even = error_of(price, percent, PRICE_ROUND_HALF_EVEN);

    bool is_half = half_even == 5000 || half_even == -5000;
    return down <= 0 && down > -10000 && half_up <= 5000 && half_up > -5000 && half_even <= 5000 &&
           half_even >= -5000 && (!is_half || price_after_percent(price, percent, PRICE_ROUND_HALF_EVEN) % 2 == 0);
}

static void every_percentage_of_the_edge_prices_is_exact(void **state)
{
    static const int32_t prices[] = {0,    1,     2,     3,     9,     10,     99,        100,           101,
                                     9999, 10000, 10001, 32999, 99999, 150000, 214748364, INT32_MAX - 1, INT32_MAX};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(prices); i++) {
        for (int32_t percent = 0; percent <= PRICE_PERCENT_MAX; percent++)
            assert_true(is_exact(prices[i], percent));
    }
}

/* 10,000 prices in a row leave every remainder; the rows lie all over the prices that there are. */
static void every_percentage_of_every_remainder_is_exact(void **state)
{
    const int32_t last = INT32_MAX - 9999;

    (void)state;
    for (int32_t percent = 0; percent <= PRICE_PERCENT_MAX; percent++) {
        int32_t first = (int32_t)((int64_t)last * percent / PRICE_PERCENT_MAX);
        for (int32_t i = 0; i < 10000; i++) {
            if (!is_exact(first + i, percent))
                fail_msg("%d less %d hundredths of a percent", first + i, percent);
        }
    }
}

static void a_half_goes_up_or_to_the_even_one(void **state)
{
    static const struct {
        int32_t price, down, half_up, half_even;
    } halves[] = {{1, 0, 1, 0}, {3, 1, 2, 2}, {5, 2, 3, 2}, {7, 3, 4, 4}, {8, 4, 4, 4}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(halves); i++) {
        assert_int_equal(price_after_percent(halves[i].price, 5000, PRICE_ROUND_DOWN), halves[i].down);
        assert_int_equal(price_after_percent(halves[i].price, 5000, PRICE_ROUND_HALF_UP), halves[i].half_up);
        assert_int_equal(price_after_percent(halves[i].price, 5000, PRICE_ROUND_HALF_EVEN), halves[i].half_even);
    }
}

static void every_small_price_is_exact_at_ten_percent(void **state)
{
    (void)state;
    for (int32_t price = 0; price < 1000000; price++)
        assert_int_equal(price_after_percent(price, 1000, PRICE_ROUND_DOWN), price - (price + 9) / 10);
}

static void nothing_off_leaves_the_price_and_everything_off_nothing(void **state)
{
    (void)state;
    for (int rounding = PRICE_ROUND_DOWN; rounding <= PRICE_ROUND_HALF_EVEN; rounding++) {
        assert_int_equal(price_after_percent(INT32_MAX, 0, (enum price_rounding)rounding), INT32_MAX);
        assert_int_equal(price_after_percent(1, 0, (enum price_rounding)rounding), 1);
        assert_int_equal(price_after_percent(INT32_MAX, 10000, (enum price_rounding)rounding), 0);
        assert_int_equal(price_after_percent(1, 10000, (enum price_rounding)rounding), 0);
    }
}

static void the_names_of_roundings_are_in_their_order(void **state)
{
    (void)state;
    assert_string_equal(price_rounding_names[PRICE_ROUND_DOWN], "down");
    assert_string_equal(price_rounding_names[PRICE_ROUND_HALF_UP], "half-up");
    assert_string_equal(price_rounding_names[PRICE_ROUND_HALF_EVEN], "half-even");
    assert_null(price_rounding_names[3]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_contract_s_figures_are_exact),
        cmocka_unit_test(every_percentage_of_the_edge_prices_is_exact),
        cmocka_unit_test(every_percentage_of_every_remainder_is_exact),
        cmocka_unit_test(a_half_goes_up_or_to_the_even_one),
        cmocka_unit_test(every_small_price_is_exact_at_ten_percent),
        cmocka_unit_test(nothing_off_leaves_the_price_and_everything_off_nothing),
        cmocka_unit_test(the_names_of_roundings_are_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
