/* SPDX-License-Identifier: MIT */
/* Arrays that grow, and searching in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/compiler.h"
#include "common/memory.h"
#include "common/search.h"

static void what_an_array_has_stays_while_it_grows(void **state)
{
    size_t *items = NULL, count = 0;

    (void)state;
    for (size_t more = 0; count < 100000; more = (more + 7) % 50) {
        items = memory_grow(items, count, more, sizeof *items);
        for (size_t i = 0; i < more; i++, count++)
            items[count] = count;
    }
    for (size_t i = 0; i < count; i++)
        assert_int_equal(items[i], i);
    free(items);
    assert_null(memory_grow(NULL, 0, 0, 8));
}

static void the_first_that_is_not_before_is_found(void **state)
{
    static const int numbers[] = {1, 3, 3, 3, 7};
    static const struct {
        int number;
        size_t place;
    } cases[] = {{0, 0}, {1, 0}, {2, 1}, {3, 1}, {4, 4}, {7, 4}, {8, 5}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        size_t place;
        SEARCH_FIRST(place, ARRAY_LENGTH(numbers), numbers[middle] < cases[i].number);
        assert_int_equal(place, cases[i].place);
        SEARCH_FIRST(place, 0, numbers[middle] < cases[i].number);
        assert_int_equal(place, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_array_has_stays_while_it_grows),
        cmocka_unit_test(the_first_that_is_not_before_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
