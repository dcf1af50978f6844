/* SPDX-License-Identifier: MIT */
/* Currencies: decimals from the standard, amounts as decimal text and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "fcgi-catalog/catalog/currency.h"

static void assert_exponent(const char *code, int expected)
{
    int exponent = -1;
    assert_true(currency_find(code, &exponent));
    assert_int_equal(exponent, expected);
}

static void assert_amount(int32_t amount, int exponent, const char *expected)
{
    char text[CURRENCY_TEXT_SIZE];
    assert_int_equal(currency_print(amount, exponent, text), strlen(expected));
    assert_string_equal(text, expected);
}

static void assert_read(const char *text, int exponent, int32_t expected)
{
    int32_t amount = -1;
    assert_int_equal(currency_read(text, exponent, &amount), CURRENCY_OK);
    assert_int_equal(amount, expected);
}

static void exponents_are_the_standards(void **state)
{
    (void)state;
    assert_exponent("EUR", 2);
    assert_exponent("USD", 2);
    assert_exponent("BRL", 2);
    assert_exponent("HUF", 2);
    assert_exponent("JPY", 0);
    assert_exponent("KRW", 0);
    assert_exponent("ISK", 0);
    assert_exponent("KWD", 3);
    assert_exponent("TND", 3);
    assert_exponent("", 2);
}

static void what_is_no_currency_is_refused(void **state)
{
    (void)state;
    static const char *const codes[] = {"eur", "EU", "EURO", "XXX", "XAU", "UR ", "R G", " EU", "ZZZ", "E\xc3\x9cR"};
    int exponent;
    for (size_t i = 0; i < ARRAY_LENGTH(codes); i++)
        assert_false(currency_find(codes[i], &exponent));
}

static void amounts_are_plain_decimals(void **state)
{
    (void)state;
    assert_amount(129900, 2, "1299.00");
    assert_amount(0, 2, "0.00");
    assert_amount(5, 2, "0.05");
    assert_amount(5, 3, "0.005");
    assert_amount(1299, 0, "1299");
    assert_amount(0, 0, "0");
    assert_amount(INT32_MAX, 3, "2147483.647");
    assert_amount(INT32_MIN, 2, "-21474836.48");
}

static void amounts_are_read_exactly(void **state)
{
    (void)state;
    assert_read("1299", 2, 129900);
    assert_read("1299.5", 2, 129950);
    assert_read("1299.00", 2, 129900);
    assert_read("1299.000", 2, 129900);
    assert_read("1299.00", 0, 1299);
    assert_read("0.005", 3, 5);
    assert_read("0.29", 2, 29);
    assert_read("000000000000000000.07", 2, 7);
    assert_read("21474836.47", 2, INT32_MAX);
}

static void amounts_that_are_none_say_why(void **state)
{
    (void)state;
    static const char *const malformed[] = {"", ".5", "5.", "1,5", "-1", "+1", "1e3", " 1", "1 ", "1.2.3", "0x1"};
    int32_t amount = 7;
    for (size_t i = 0; i < ARRAY_LENGTH(malformed); i++)
        assert_int_equal(currency_read(malformed[i], 2, &amount), CURRENCY_MALFORMED);
    assert_int_equal(currency_read("1.005", 2, &amount), CURRENCY_TOO_PRECISE);
    assert_int_equal(currency_read("1.5", 0, &amount), CURRENCY_TOO_PRECISE);
    assert_int_equal(currency_read("21474836.48", 2, &amount), CURRENCY_OUT_OF_RANGE);
    assert_int_equal(currency_read("99999999999999999999999999", 2, &amount), CURRENCY_OUT_OF_RANGE);
    assert_int_equal(amount, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponents_are_the_standards),   cmocka_unit_test(what_is_no_currency_is_refused),
        cmocka_unit_test(amounts_are_plain_decimals),    cmocka_unit_test(amounts_are_read_exactly),
        cmocka_unit_test(amounts_that_are_none_say_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
