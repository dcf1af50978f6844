/* SPDX-License-Identifier: MIT */
/* The arena: pieces do not overlap, are aligned, and a reset keeps what it should. */
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "common/arena.h"
#include "common/compiler.h"

static struct arena arena;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void pieces_are_aligned_for_any_object(void **state)
{
    (void)state;
    for (size_t size = 0; size < 100; size++)
        assert_int_equal((uintptr_t)arena_get(&arena, size) % alignof(max_align_t), 0);
}

static void pieces_do_not_overlap(void **state)
{
    (void)state;
    enum { COUNT = 2000 };
    static unsigned char *pieces[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        pieces[i] = arena_get(&arena, i);
        memset(pieces[i], (int)(i % 251), i);
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t j = 0; j < i; j++)
            assert_int_equal(pieces[i][j], i % 251);
    }
}

static void piece_larger_than_a_block_is_whole(void **state)
{
    (void)state;
    const size_t size = 1024 * 1024;
    char *before = arena_copy(&arena, "before", 6);
    char *large = arena_get(&arena, size);
    char *after = arena_copy(&arena, "after", 5);
    memset(large, 'x', size);
    assert_string_equal(before, "before");
    assert_string_equal(after, "after");
}

static void copy_takes_so_many_bytes_and_ends_them(void **state)
{
    (void)state;
    char *copy = arena_copy(&arena, "abcdef", 3);
    assert_string_equal(copy, "abc");
    assert_string_equal(arena_copy(&arena, "", 0), "");
    assert_memory_equal(arena_copy(&arena, "a\0b", 3), "a\0b\0", 4);
}

static void print_is_as_long_as_it_needs(void **state)
{
    (void)state;
    char *text = arena_print(&arena, "%s-%05d", "id", 42);
    assert_string_equal(text, "id-00042");
    text = arena_print(&arena, "%*s|", 200000, "");
    assert_int_equal(strlen(text), 200001);
    assert_int_equal(text[200000], '|');
}

static void print_is_whole_however_much_is_left_of_a_block(void **state)
{
    (void)state;
    for (int left = 0; left < 64; left++) {
        struct arena own = {0};
        (void)arena_get(&own, 32 * 1024 - (size_t)left / 16 * 16);
        char *text = arena_print(&own, "%*d", left, 7);
        char *next = arena_print(&own, "%s", "next");
        assert_int_equal(strlen(text), left < 1 ? 1 : left);
        assert_int_equal(text[strlen(text) - 1], '7');
        assert_string_equal(next, "next");
        arena_release(&own);
    }
}

static void it_holds_blocks_of_the_size_that_it_was_given(void **state)
{
    (void)state;
    struct arena small = {.block_size = 100};
    assert_int_equal(arena_held(&small), 0);
    (void)arena_get(&small, 50);
    assert_in_range(arena_held(&small), 100, 200);
    (void)arena_get(&small, 1000);
    assert_in_range(arena_held(&small), 1100, 1300);
    arena_reset(&small);
    assert_in_range(arena_held(&small), 100, 200);
    arena_release(&small);
    assert_int_equal(small.block_size, 100);
}

static void reset_gives_the_first_block_out_again(void **state)
{
    (void)state;
    void *first = arena_get(&arena, 100);
    arena_get(&arena, 200);
    arena_reset(&arena);
    assert_ptr_equal(arena_get(&arena, 100), first);
}

static void reset_keeps_no_more_than_the_first_block(void **state)
{
    (void)state;
    void *first = arena_get(&arena, 100);
    for (int i = 0; i < 100; i++)
        arena_get(&arena, 30000);
    arena_reset(&arena);
    assert_ptr_equal(arena.first, arena.current);
    assert_ptr_equal(arena_get(&arena, 100), first);
}

static void reset_returns_a_first_block_that_was_large(void **state)
{
    (void)state;
    arena_get(&arena, 1024 * 1024);
    arena_reset(&arena);
    assert_null(arena.first);
    memset(arena_get(&arena, 100), 'x', 100);
}

static void empty_arena_can_be_reset_and_released(void **state)
{
    (void)state;
    struct arena empty = {0};
    arena_reset(&empty);
    arena_release(&empty);
    arena_release(&empty);
    assert_null(empty.first);
}

static void released_arena_can_be_used_again(void **state)
{
    (void)state;
    arena_get(&arena, 100);
    arena_release(&arena);
    assert_string_equal(arena_copy(&arena, "again", 5), "again");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(pieces_are_aligned_for_any_object, release),
        cmocka_unit_test_teardown(pieces_do_not_overlap, release),
        cmocka_unit_test_teardown(piece_larger_than_a_block_is_whole, release),
        cmocka_unit_test_teardown(copy_takes_so_many_bytes_and_ends_them, release),
        cmocka_unit_test_teardown(print_is_as_long_as_it_needs, release),
        cmocka_unit_test(print_is_whole_however_much_is_left_of_a_block),
        cmocka_unit_test(it_holds_blocks_of_the_size_that_it_was_given),
        cmocka_unit_test_teardown(reset_gives_the_first_block_out_again, release),
        cmocka_unit_test_teardown(reset_keeps_no_more_than_the_first_block, release),
        cmocka_unit_test_teardown(reset_returns_a_first_block_that_was_large, release),
        cmocka_unit_test_teardown(empty_arena_can_be_reset_and_released, release),
        cmocka_unit_test_teardown(released_arena_can_be_used_again, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
