/* SPDX-License-Identifier: MIT */
/* Bytes that grow, on the heap and in an arena; and arrays that grow in an arena. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/buffer.h"

static void fill_and_compare(struct buffer *buffer)
{
    char expected[3000];

    for (size_t i = 0; i < sizeof expected; i++)
        expected[i] = (char)('a' + i % 26);
    for (size_t i = 0; i < sizeof expected; i += 3) {
        buffer_append_byte(buffer, expected[i]);
        buffer_append(buffer, expected + i + 1, 2);
        buffer_append(buffer, NULL, 0);
    }
    assert_int_equal(buffer->length, sizeof expected);
    assert_memory_equal(buffer_text(buffer), expected, sizeof expected);
    assert_int_equal(buffer->bytes[sizeof expected], '\0');
}

static void bytes_stay_as_they_were_appended(void **state)
{
    struct arena arena = {0};
    struct buffer on_heap = {0}, in_arena = {.arena = &arena};

    (void)state;
    fill_and_compare(&on_heap);
    fill_and_compare(&in_arena);
    buffer_release(&on_heap);
    assert_null(on_heap.bytes);
    assert_int_equal(on_heap.length, 0);
    arena_release(&arena);
}

static void what_is_reserved_can_be_written(void **state)
{
    struct buffer buffer = {0};

    (void)state;
    assert_string_equal(buffer_text(&buffer), "");
    strcpy(buffer_reserve(&buffer, 5), "12345");
    buffer.length += 5;
    assert_string_equal(buffer_text(&buffer), "12345");
    buffer_release(&buffer);
}

static void an_array_in_an_arena_keeps_its_items(void **state)
{
    struct arena arena = {0};
    int *numbers = NULL;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        numbers = arena_grow(&arena, numbers, (size_t)i, sizeof *numbers);
        numbers[i] = i * 7;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i * 7);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_stay_as_they_were_appended),
        cmocka_unit_test(what_is_reserved_can_be_written),
        cmocka_unit_test(an_array_in_an_arena_keeps_its_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
