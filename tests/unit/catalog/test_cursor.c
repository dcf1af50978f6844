/* SPDX-License-Identifier: MIT */
/* Cursors: they come back as they were made, and only as they were made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "fcgi-catalog/catalog/cursor.h"

static struct arena arena;
static const struct cursor_secret secret = {.bytes = "a secret of thirty-two bytes ..."};

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const char *print(struct position position)
{
    return cursor_print(&position, "scope", &secret, &arena);
}

static enum cursor_status read_cursor(const char *text)
{
    struct position position;
    return cursor_read(text, "scope", &secret, &arena, &position);
}

static void assert_survives(struct position position)
{
    struct position again;
    assert_int_equal(cursor_read(print(position), "scope", &secret, &arena, &again), CURSOR_OK);
    assert_true(again.is_set && !again.is_backwards);
    assert_true(again.number == position.number);
    assert_int_equal(again.id, position.id);
    assert_string_equal(again.text, position.text);
}

static void positions_survive(void **state)
{
    (void)state;
    char longest[POSITION_TEXT_MAX + 1] = "";
    memset(longest, 'x', POSITION_TEXT_MAX);
    assert_survives((struct position){.is_set = true, .id = 1, .text = ""});
    assert_survives((struct position){.is_set = true, .number = -1, .id = INT32_MAX, .text = "a"});
    assert_survives((struct position){.is_set = true, .number = INT64_MAX, .id = 0, .text = "ab"});
    assert_survives(
        (struct position){.is_set = true, .number = INT64_MIN, .id = INT32_MIN, .text = "\xf0\x9f\x98\x80"});
    assert_survives((struct position){.is_set = true, .text = longest});
}

static void cursor_needs_no_escaping_in_an_address(void **state)
{
    (void)state;
    for (int32_t id = 0; id < 500; id++) {
        const char *text = print((struct position){.is_set = true, .number = id * 7919, .id = id, .text = ""});
        assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                         strlen(text));
    }
}

static void every_changed_character_is_noticed(void **state)
{
    (void)state;
    char *text = arena_copy(&arena, print((struct position){.is_set = true, .number = 5, .id = 6, .text = "name"}),
                            strlen(print((struct position){.is_set = true, .number = 5, .id = 6, .text = "name"})));
    for (char *at = text; *at != '\0'; at++) {
        for (int bit = 0; bit < 7; bit++) {
            char before = *at;
            *at = (char)(*at ^ 1 << bit);
            if (*at != '\0')
                assert_int_not_equal(read_cursor(text), CURSOR_OK);
            *at = before;
        }
    }
    assert_int_equal(read_cursor(text), CURSOR_OK);
}

static void every_cut_is_noticed(void **state)
{
    (void)state;
    const char *text = print((struct position){.is_set = true, .id = 6, .text = "name"});
    for (size_t length = 0; length < strlen(text); length++)
        assert_int_not_equal(read_cursor(arena_copy(&arena, text, length)), CURSOR_OK);
    assert_int_not_equal(read_cursor(arena_print(&arena, "%sA", text)), CURSOR_OK);
    assert_int_not_equal(read_cursor(arena_print(&arena, "%s=", text)), CURSOR_OK);
}

static void what_is_no_cursor_is_malformed(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "A", "1", "100", "abc def", "====", "AAAA", "\xff"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
        assert_int_equal(read_cursor(texts[i]), CURSOR_MALFORMED);
    char huge[5000];
    memset(huge, 'A', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    assert_int_equal(read_cursor(huge), CURSOR_MALFORMED);
}

static void cursor_of_another_query_or_shop_is_told(void **state)
{
    (void)state;
    struct cursor_secret other = secret;
    struct position position;
    const char *text = print((struct position){.is_set = true, .id = 6, .text = ""});
    other.bytes[31] ^= 1;
    assert_int_equal(cursor_read(text, "scopes", &secret, &arena, &position), CURSOR_OF_ANOTHER_QUERY);
    assert_int_equal(cursor_read(text, "", &secret, &arena, &position), CURSOR_OF_ANOTHER_QUERY);
    assert_int_equal(cursor_read(text, "scope", &other, &arena, &position), CURSOR_OF_ANOTHER_QUERY);
}

static void text_and_scope_do_not_run_into_each_other(void **state)
{
    (void)state;
    struct position first = {.is_set = true, .id = 6, .text = "ab"}, second = {.is_set = true, .id = 6, .text = "a"};
    const char *a = cursor_print(&first, "c", &secret, &arena), *b = cursor_print(&second, "bc", &secret, &arena);
    /* The tags, 16 bytes, are the last 21 characters and a part of the one before them. */
    assert_string_not_equal(a + strlen(a) - 20, b + strlen(b) - 20);
}

#define TEST(name) cmocka_unit_test_teardown(name, release_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(positions_survive),
        TEST(cursor_needs_no_escaping_in_an_address),
        TEST(every_changed_character_is_noticed),
        TEST(every_cut_is_noticed),
        TEST(what_is_no_cursor_is_malformed),
        TEST(cursor_of_another_query_or_shop_is_told),
        TEST(text_and_scope_do_not_run_into_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
