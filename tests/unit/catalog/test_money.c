/* SPDX-License-Identifier: MIT */
/* Amounts of money as people and shops write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "fcgi-catalog/import/money.h"
#include "tests/unit/common/stopwatch.h"

static struct arena arena;

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void amounts_are_read_as_they_are_written(void **state)
{
    (void)state;
    static const struct {
        const char *text, *decimal, *currency;
    } amounts[] = {
        {"12", "12", ""},
        {"12.5", "12.5", ""},
        {"12,50", "12.50", ""},
        {" 12.50 ", "12.50", ""},
        {"1299.000", "1299.000", ""},
        {"0,125", "0.125", ""},
        {"1,299.00", "1299.00", ""},
        {"1.299,00", "1299.00", ""},
        {"1.299.000", "1299000", ""},
        {"1,299,000.5", "1299000.5", ""},
        {"1 299,00", "1299.00", ""},
        {"1\u00a0299\u202f000,5", "1299000.5", ""},
        {"1'299.00", "1299.00", ""},
        {"1\u2019299.500", "1299.500", ""},
        {"1.299,00 \u20ac", "1299.00", "EUR"},
        {"\u20ac12", "12", "EUR"},
        {"EUR 12.50", "12.50", "EUR"},
        {"12.50 USD", "12.50", "USD"},
        {"12.50USD", "12.50", "USD"},
        {"US$ 12", "12", "USD"},
        {"R$ 12,00", "12.00", "BRL"},
        {"$12", "12", ""},
        {"12,50\u00a0z\u0142", "12.50", "PLN"},
        {"12,50 K\u010d", "12.50", "CZK"},
        {"199 kr", "199", ""},
        {"199,50 kr.", "199.50", ""},
        {"\u00a51,200,000", "1200000", ""},
    };
    struct money money;

    for (size_t i = 0; i < ARRAY_LENGTH(amounts); i++) {
        assert_int_equal(money_read(amounts[i].text, 2, &arena, &money), MONEY_OK);
        assert_string_equal(money.decimal, amounts[i].decimal);
        assert_string_equal(money.currency, amounts[i].currency);
    }
}

static void three_digits_behind_one_separator_may_be_read_in_two_ways(void **state)
{
    (void)state;
    static const char *const texts[] = {"1,299", "1.299", "12,299", "\u20ac 129.900"};
    struct money money;

    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        assert_int_equal(money_read(texts[i], 2, &arena, &money), MONEY_AMBIGUOUS);
    assert_string_equal(money.whole, "129900");
    assert_string_equal(money.decimal, "129.900");
    assert_int_equal(money_read("1.299", 3, &arena, &money), MONEY_OK);
    assert_int_equal(money_read("1,299", 3, &arena, &money), MONEY_AMBIGUOUS);
}

static void what_is_no_amount_is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {"",          " ",    "free",      "-1",        "+1",         "1.",
                                        ".5",        ",5",   "1,2,3",     "1,29.00",   "12-",        "1 2",
                                        "1.2.3,4",   "1,,2", "12\u20ac5", "EUR",       "\u20ac",     "1e3",
                                        "1,299.0.0", "0x1",  "1'2.00",    "1 299'000", "1,234,56.7", "1234,567.00"};
    struct money money;

    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        assert_int_equal(money_read(texts[i], 2, &arena, &money), MONEY_MALFORMED);
}

static void many_blanks_inside_take_no_longer_than_other_bytes(void **state)
{
    (void)state;
    enum { BLANKS = 40000 };
    static char text[BLANKS + 3];
    struct money money;

    memset(text, ' ', BLANKS + 2);
    text[0] = text[BLANKS + 1] = '1';
    struct stopwatch watch = stopwatch_start();
    assert_int_equal(money_read(text, 2, &arena, &money), MONEY_MALFORMED);
    assert_true(stopwatch_ms(&watch) < 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_read_as_they_are_written),
        cmocka_unit_test(three_digits_behind_one_separator_may_be_read_in_two_ways),
        cmocka_unit_test(what_is_no_amount_is_none),
        cmocka_unit_test(many_blanks_inside_take_no_longer_than_other_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, release_arena);
}
