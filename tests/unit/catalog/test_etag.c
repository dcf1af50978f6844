/* SPDX-License-Identifier: MIT */
/* Entity tags: what they are made of, and in which forms they come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi-catalog/http/etag.h"
#include "fcgi-catalog/site/tag.h"

static struct arena arena;
static const struct cursor_secret secret = {{1}}, another_secret = {{2}};

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const struct tag_basis basis = {
    .secret = &secret, .shop_revision = 7, .type = "application/json", .key = "limit=5"};

static void a_tag_is_quoted_hexadecimal(void **state)
{
    (void)state;
    const char *tag = tag_print(&basis, &arena);
    assert_int_equal(strlen(tag), 34);
    assert_int_equal(tag[0], '"');
    assert_int_equal(strspn(tag + 1, "0123456789abcdef"), 32);
    assert_int_equal(tag[33], '"');
    assert_string_equal(tag_print(&basis, &arena), tag);
}

static void every_part_of_the_basis_makes_another_tag(void **state)
{
    const struct quote cheap = {.pct = 0.5f, .value_cents = 500}, dear = {.pct = 0.5f, .value_cents = 501};
    struct tag_basis bases[] = {basis, basis, basis, basis, basis, basis, basis, basis, basis};

    (void)state;
    bases[1].secret = &another_secret;
    bases[2].shop_revision = 8;
    bases[3].type = "text/html";
    bases[4].key = "limit=6";
    bases[5].customer_id = 1;
    bases[6].rules_revision = 1;
    bases[7].quotes = &cheap;
    bases[7].quote_count = 1;
    bases[8].quotes = &dear;
    bases[8].quote_count = 1;
    for (size_t i = 0; i < ARRAY_LENGTH(bases); i++) {
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(tag_print(&bases[i], &arena), tag_print(&bases[k], &arena));
    }
}

static void texts_do_not_run_into_each_other(void **state)
{
    struct tag_basis one = basis, other = basis;

    (void)state;
    one.type = "ab";
    one.key = "c";
    other.type = "a";
    other.key = "bc";
    assert_string_not_equal(tag_print(&one, &arena), tag_print(&other, &arena));
}

static void a_tag_is_known_in_every_form_in_which_it_comes_back(void **state)
{
    static const char *const headers[] = {
        "\"abc\"",      "W/\"abc\"",         "\"abc-gzip\"",  "\"abc-br\"",           "W/\"abc-gzip\"",
        "\"abc;gzip\"", "\"abc--gzip\"",     "\"abc-zstd\"",  "\"abc-deflate\"",      "*",
        " * ",          "\"x\", \"abc\"",    "\"x\",\"abc\"", "  W/\"x\" ,\t\"abc\"", "\"a,b\", \"abc\"",
        "\"\",\"abc\"", "nonsense, \"abc\"", ",,\"abc\",",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(headers); i++) {
        if (!etag_is_named(headers[i], "\"abc\""))
            fail_msg("%s", headers[i]);
    }
}

static void another_tag_is_not_taken_for_it(void **state)
{
    static const char *const headers[] = {
        "",
        "\"abcd\"",
        "\"ab\"",
        "abc",
        "\"abc",
        "\"abc-\"",
        "\"abc-zip\"",
        "\"abcgzip\"",
        "\"x-abc\"",
        "\"ABC\"",
        "w/\"abd\"",
        "\"x, abc\"",
        "**",
        "*, \"x\"",
        "\"abc-gzipped\"",
        "\"abc-gzip-br\"",
        "\"x\" \"y\"",
        "W/",
        "\"",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(headers); i++) {
        if (etag_is_named(headers[i], "\"abc\""))
            fail_msg("%s", headers[i]);
    }
}

static void if_match_compares_strongly(void **state)
{
    (void)state;
    assert_true(etag_is_matched("\"abc\"", "\"abc\""));
    assert_true(etag_is_matched("\"x\", \"abc-gzip\"", "\"abc\""));
    assert_true(etag_is_matched("W/\"abc\", \"abc\"", "\"abc\""));
    assert_true(etag_is_matched(" * ", "\"abc\""));
    assert_true(etag_is_matched("*", NULL));
    assert_false(etag_is_matched("W/\"abc\"", "\"abc\""));
    assert_false(etag_is_matched("\"x\"", "\"abc\""));
    assert_false(etag_is_matched("\"abc\"", NULL));
    assert_false(etag_is_matched("nonsense", "\"abc\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tag_is_quoted_hexadecimal),
        cmocka_unit_test(every_part_of_the_basis_makes_another_tag),
        cmocka_unit_test(texts_do_not_run_into_each_other),
        cmocka_unit_test(a_tag_is_known_in_every_form_in_which_it_comes_back),
        cmocka_unit_test(another_tag_is_not_taken_for_it),
        cmocka_unit_test(if_match_compares_strongly),
    };
    return cmocka_run_group_tests(tests, NULL, release_arena);
}
