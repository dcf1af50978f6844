/* SPDX-License-Identifier: MIT */
/* Percentages of prices, against arithmetic of 128 bits and the contract's figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/compiler.h"

#include "discount/pricing/price.h"

__extension__ typedef __int128 int128; /* ISO C has none */

static void the_contract_s_figures_are_exact(void **state)
{
    static const struct {
        int32_t price_cents, left_cents;
    } figures[] = {{99999, 89999}, {150000, 135000}, {32999, 29699}, {1, 0}, {9, 8}, {INT32_MAX, 1932735282}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(figures); i++)
        assert_int_equal(price_after_percent(figures[i].price_cents, 1000), figures[i].left_cents);
}

static void every_percentage_of_the_edge_prices_is_exact(void **state)
{
    static const int32_t prices[] = {0,    1,     2,     3,     9,     10,     99,        100,           101,
                                     9999, 10000, 10001, 32999, 99999, 150000, 214748364, INT32_MAX - 1, INT32_MAX};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(prices); i++) {
        for (int32_t percent = 0; percent <= PRICE_PERCENT_MAX; percent++) {
            /* The largest whole number of cents that is not more than the exact price: what is left times 10000 lies
             * in a span of 10000 below the exact product. */
            int128 exact = (int128)prices[i] * (10000 - percent);
            int128 left = (int128)price_after_percent(prices[i], percent) * 10000;
            assert_true(left <= exact && exact < left + 10000);
        }
    }
}

static void every_small_price_is_exact_at_ten_percent(void **state)
{
    (void)state;
    for (int32_t price = 0; price < 1000000; price++)
        assert_int_equal(price_after_percent(price, 1000), price - (price + 9) / 10);
}

static void nothing_off_leaves_the_price(void **state)
{
    (void)state;
    assert_int_equal(price_after_percent(INT32_MAX, 0), INT32_MAX);
    assert_int_equal(price_after_percent(1, 0), 1);
}

static void everything_off_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(price_after_percent(INT32_MAX, PRICE_PERCENT_MAX), 0);
    assert_int_equal(price_after_percent(1, PRICE_PERCENT_MAX), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_contract_s_figures_are_exact),
        cmocka_unit_test(every_percentage_of_the_edge_prices_is_exact),
        cmocka_unit_test(every_small_price_is_exact_at_ten_percent),
        cmocka_unit_test(nothing_off_leaves_the_price),
        cmocka_unit_test(everything_off_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
