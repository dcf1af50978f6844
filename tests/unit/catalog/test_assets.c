/* SPDX-License-Identifier: MIT */
/* assets.h: the style under a name that says what is in it, and the pictures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/sha.h>

#include "fcgi-catalog/page/assets.h"

static void style_is_named_by_its_hash(void **state)
{
    (void)state;
    struct asset style;
    unsigned char hash[SHA256_DIGEST_LENGTH];
    char name[64], *at = name + sprintf(name, "/style-");

    assert_true(asset_find(asset_style_path(), &style));
    SHA256((const unsigned char *)style.bytes, style.length, hash);
    for (int i = 0; i < 8; i++)
        at += sprintf(at, "%02x", hash[i]);
    strcpy(at, ".css");
    assert_string_equal(asset_style_path(), name);
}

static void style_is_kept_for_a_year(void **state)
{
    (void)state;
    struct asset style;
    assert_true(asset_find(asset_style_path(), &style));
    assert_string_equal(style.content_type, "text/css; charset=utf-8");
    assert_string_equal(style.lifetime, "max-age=31536000, immutable");
    assert_int_equal(style.length, strlen(style.bytes));
    assert_true(style.length > 1000);
}

static void picture_is_svg_that_may_do_nothing(void **state)
{
    (void)state;
    struct asset picture;
    assert_true(asset_find("/pictures/tent.svg", &picture));
    assert_string_equal(picture.content_type, "image/svg+xml");
    assert_non_null(strstr(picture.headers, "Content-Security-Policy: default-src 'none';"));
    assert_non_null(strstr(picture.bytes, "<svg "));
    assert_null(strstr(picture.bytes, "<script"));
    assert_true(asset_is_picture("/pictures/tent.svg"));
}

static void pictures_that_every_page_needs_are_there(void **state)
{
    (void)state;
    assert_true(asset_is_picture("/pictures/icon.svg"));
    assert_true(asset_is_picture("/pictures/none.svg"));
}

static void nothing_else_is_there(void **state)
{
    (void)state;
    static const char *const others[] = {
        "/style.css",
        "/style-0123456789abcdef.css",
        "/pictures/",
        "/pictures/nothing.svg",
        "/pictures/tent",
        "/pictures/../style.css",
        "/pictures/tent.svg/x",
        "/tent.svg",
        "/pictures/style.css",
        "",
        "/",
    };
    struct asset asset;

    for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
        assert_false(asset_find(others[i], &asset));
        assert_false(asset_is_picture(others[i]));
    }
    assert_false(asset_is_picture(asset_style_path()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(style_is_named_by_its_hash),
        cmocka_unit_test(style_is_kept_for_a_year),
        cmocka_unit_test(picture_is_svg_that_may_do_nothing),
        cmocka_unit_test(pictures_that_every_page_needs_are_there),
        cmocka_unit_test(nothing_else_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
