/* SPDX-License-Identifier: MIT */
/* A query string's parameters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi-catalog/http/query.h"

static struct arena arena;

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* All parameters as "[name|value]". */
static const char *read_all(const char *query)
{
    struct query_parameter parameter;
    char *text = arena_copy(&arena, "", 0);

    while (query_next(&query, &arena, &parameter))
        text = arena_print(&arena, "%s[%s|%s]", text, parameter.name, parameter.value);
    return text;
}

static void parameters_come_in_their_order(void **state)
{
    (void)state;
    assert_string_equal(read_all("a=1&b=2&a=3"), "[a|1][b|2][a|3]");
    assert_string_equal(read_all("a=b=c&=d&e="), "[a|b=c][|d][e|]");
}

static void one_without_a_value_has_an_empty_one(void **state)
{
    (void)state;
    assert_string_equal(read_all("a&b=1&c"), "[a|][b|1][c|]");
}

static void nothing_between_ampersands_is_no_parameter(void **state)
{
    (void)state;
    assert_string_equal(read_all(""), "");
    assert_string_equal(read_all("&&"), "");
    assert_string_equal(read_all("&a=1&&&b=2&"), "[a|1][b|2]");
}

static void names_and_values_are_decoded(void **state)
{
    (void)state;
    assert_string_equal(read_all("%65xplain=%31&q=red+shoes%20%2B%26%3d"), "[explain|1][q|red shoes +&=]");
    assert_string_equal(read_all("q=%C3%A9"), "[q|\xc3\xa9]");
}

static void a_percent_sign_without_two_digits_stands_for_itself(void **state)
{
    (void)state;
    assert_string_equal(read_all("a=100%&b=%4&c=%zz%41&d=%%41"), "[a|100%][b|%4][c|%zzA][d|%A]");
}

static void a_nul_ends_the_text(void **state)
{
    (void)state;
    assert_string_equal(read_all("a%00b=1%002&c=3"), "[a|1][c|3]");
}

#define TEST(name) cmocka_unit_test_teardown(name, release_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(parameters_come_in_their_order),
        TEST(one_without_a_value_has_an_empty_one),
        TEST(nothing_between_ampersands_is_no_parameter),
        TEST(names_and_values_are_decoded),
        TEST(a_percent_sign_without_two_digits_stands_for_itself),
        TEST(a_nul_ends_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
