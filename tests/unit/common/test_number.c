/* SPDX-License-Identifier: MIT */
/* Text becomes a number: what is one, what is in range, what is neither. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "common/compiler.h"
#include "common/number.h"

static void decimal_digits_are_a_number(void **state)
{
    (void)state;
    int64_t value = -1;
    assert_int_equal(number_parse("0", 0, 10, &value), NUMBER_OK);
    assert_int_equal(value, 0);
    assert_int_equal(number_parse("11443", 1, 65535, &value), NUMBER_OK);
    assert_int_equal(value, 11443);
}

static void leading_zeros_do_not_make_it_octal(void **state)
{
    (void)state;
    int64_t value;
    assert_int_equal(number_parse("0010", 0, 100, &value), NUMBER_OK);
    assert_int_equal(value, 10);
}

static void minus_makes_it_negative(void **state)
{
    (void)state;
    int64_t value;
    assert_int_equal(number_parse("-5", -10, 10, &value), NUMBER_OK);
    assert_int_equal(value, -5);
}

static void bounds_belong_to_the_range(void **state)
{
    (void)state;
    int64_t value;
    assert_int_equal(number_parse("1", 1, 3, &value), NUMBER_OK);
    assert_int_equal(number_parse("3", 1, 3, &value), NUMBER_OK);
    assert_int_equal(number_parse("0", 1, 3, &value), NUMBER_OUT_OF_RANGE);
    assert_int_equal(number_parse("4", 1, 3, &value), NUMBER_OUT_OF_RANGE);
    assert_int_equal(number_parse("-1", 0, 3, &value), NUMBER_OUT_OF_RANGE);
}

static void whole_of_int64_can_be_read(void **state)
{
    (void)state;
    int64_t value;
    assert_int_equal(number_parse("9223372036854775807", INT64_MIN, INT64_MAX, &value), NUMBER_OK);
    assert_true(value == INT64_MAX);
    assert_int_equal(number_parse("-9223372036854775808", INT64_MIN, INT64_MAX, &value), NUMBER_OK);
    assert_true(value == INT64_MIN);
}

static void number_beyond_int64_is_out_of_range(void **state)
{
    (void)state;
    static const char *const texts[] = {"9223372036854775808", "-9223372036854775809", "99999999999999999999999999999"};
    int64_t value;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        assert_int_equal(number_parse(texts[i], INT64_MIN, INT64_MAX, &value), NUMBER_OUT_OF_RANGE);
}

static void anything_else_is_malformed(void **state)
{
    (void)state;
    static const char *const texts[] = {"",    "-",   "--1", "+1",  " 1",  "1 ",   "1\n", "x",        "1x",
                                        "x1",  "1.0", "1e3", "0x1", "1,0", "1-",   "- 1", "\xc2\xa0", "\xd9\xa1",
                                        "inf", "nan", "1_0", "-x",  "1;",  "\t-1", "²"};
    int64_t value;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        assert_int_equal(number_parse(texts[i], INT64_MIN, INT64_MAX, &value), NUMBER_MALFORMED);
}

static void refused_text_leaves_the_value_alone(void **state)
{
    (void)state;
    int64_t value = 42;
    assert_int_equal(number_parse("x", 0, 100, &value), NUMBER_MALFORMED);
    assert_int_equal(number_parse("101", 0, 100, &value), NUMBER_OUT_OF_RANGE);
    assert_int_equal(value, 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimal_digits_are_a_number), cmocka_unit_test(leading_zeros_do_not_make_it_octal),
        cmocka_unit_test(minus_makes_it_negative),     cmocka_unit_test(bounds_belong_to_the_range),
        cmocka_unit_test(whole_of_int64_can_be_read),  cmocka_unit_test(number_beyond_int64_is_out_of_range),
        cmocka_unit_test(anything_else_is_malformed),  cmocka_unit_test(refused_text_leaves_the_value_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
