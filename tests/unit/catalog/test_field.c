/* SPDX-License-Identifier: MIT */
/* Fields: their names, their forms, and times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include <cjson/cJSON.h>

#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/openapi/openapi.h"

static struct arena arena;

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void names_and_bits_belong_together(void **state)
{
    (void)state;
    for (unsigned bit = 1; bit & FIELD_ALL; bit <<= 1) {
        const char *name = field_of((enum field_bit)bit)->name;
        assert_int_equal(field_find(name, strlen(name)), bit);
    }
    assert_int_equal(field_find("id", 2), 0);
    assert_int_equal(field_find("i", 1), -1);
    assert_int_equal(field_find("slugs", 5), -1);
    assert_int_equal(field_find("", 0), -1);
    assert_string_equal(field_of(FIELD_PRICE)->name, "price_in_cents");
    assert_string_equal(field_of(FIELD_UPDATED)->name, "updated_at");
}

/* openapi.json has the fields of the tables, in their order, behind the id. */
static void the_description_for_programs_has_the_fields_of_the_table(void **state)
{
    static const char *const way[] = {"components", "schemas", "Product", "properties"};
    cJSON *document = cJSON_Parse(openapi_document().bytes);
    const cJSON *at = document, *schemas = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
        at = cJSON_GetObjectItemCaseSensitive(at, way[i]);
        schemas = i == 1 ? at : schemas;
    }
    assert_int_equal(cJSON_GetArraySize(at), FIELD_COUNT + 1);
    at = at->child;
    assert_string_equal(at->string, "id");
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        at = at->next;
        assert_string_equal(at->string, field_table[i].name);
    }
    at = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(schemas, "Variant"), "properties");
    assert_int_equal(cJSON_GetArraySize(at), VARIANT_FIELD_COUNT + 3); /* id, options and discount_value */
    at = at->child->next;
    for (size_t i = 0; i < VARIANT_FIELD_COUNT; i++) {
        at = at->next;
        assert_string_equal(at->string, variant_table[i].name);
    }
    cJSON_Delete(document);
}

static void columns_are_all_fields_of_files(void **state)
{
    unsigned bits = 0;

    (void)state;
    for (size_t i = 0; i < FIELD_COLUMNS; i++)
        bits |= field_table[field_columns[i]].bit;
    assert_int_equal(bits, FIELD_ALL & ~FIELD_DISCOUNT);
}

static void slugs_have_their_form(void **state)
{
    (void)state;
    char longest[FIELD_SLUG_MAX + 2];
    memset(longest, 'a', sizeof longest);
    longest[FIELD_SLUG_MAX] = '\0';
    assert_true(field_is_slug(longest));
    longest[FIELD_SLUG_MAX] = 'a';
    longest[FIELD_SLUG_MAX + 1] = '\0';
    assert_false(field_is_slug(longest));
    assert_true(field_is_slug("iphone-x") && field_is_slug("4k") && field_is_slug("1-2"));
    static const char *const wrong[] = {"", "-a", "a-", "a--b", "A", "a_b", "a b", "123", "\xc3\xa9", "a/b"};
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
        assert_false(field_is_slug(wrong[i]));
    assert_true(field_is_category("123"));
}

static void only_addresses_that_pictures_have_are_urls(void **state)
{
    (void)state;
    static const char *const right[] = {"/a.svg", "http://x", "https://x/\xc3\xa9", "/"};
    static const char *const wrong[] = {"",           "a.svg",    "//x/a",     "/\\x",  "javascript:alert(1)",
                                        "data:x",     "https://", "HTTPS://x", "/a b",  "/a\nb",
                                        "/a\xc2\xa0", "/\xff",    "ftp://x",   "/a\tb", "https:/x"};
    for (size_t i = 0; i < ARRAY_LENGTH(right); i++)
        assert_true(field_is_url(right[i]));
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
        assert_false(field_is_url(wrong[i]));
}

static void states_of_the_stock_are_known(void **state)
{
    (void)state;
    assert_true(field_is_stock("") && field_is_stock("in-stock") && field_is_stock("preorder"));
    assert_false(field_is_stock("In stock") || field_is_stock("instock"));
}

static void control_characters_are_found(void **state)
{
    (void)state;
    assert_true(field_has_control("a\nb", 3) && field_has_control("\0", 1) && field_has_control("\xc2\x9f", 2));
    assert_false(field_has_control("a b\xc2\xa0\xe2\x80\xae", 8));
}

static void tidying_is_done_once(void **state)
{
    (void)state;
    static const char *const texts[] = {"  a \t b\r\n",
                                        "e\xcc\x81",
                                        "\xe1\xba\x9b\xcc\xa3",
                                        "\xe2\x84\xab",
                                        "\xed\x95\x9c \xf0\x9f\x98\x80",
                                        "",
                                        " \xe3\x80\x80 ",
                                        "\xe1\xbe\x82\xe1\xbe\x82"};
    static const char *const tidy[] = {
        "a b", "\xc3\xa9", "\xe1\xba\x9b\xcc\xa3",    "\xc3\x85", "\xed\x95\x9c \xf0\x9f\x98\x80",
        "",    "",         "\xe1\xbe\x82\xe1\xbe\x82"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        assert_string_equal(field_tidy(texts[i], &arena), tidy[i]);
        assert_string_equal(field_tidy(tidy[i], &arena), tidy[i]);
    }
}

static void long_text_is_cut_when_it_is_shown(void **state)
{
    (void)state;
    char text[200];
    memset(text, 'x', sizeof text);
    const char *shown = field_show(text, sizeof text, &arena);
    assert_int_equal(strlen(shown), 60 + 2 + 3);
    assert_string_equal(shown + 61, "\"...");
    assert_string_equal(field_show("a\0\xff\xe2\x80\xa8z", 7, &arena), "\"a???z\"");
}

static void assert_time(const char *text, int64_t expected)
{
    int64_t seconds = -1;
    if (!field_read_time(text, &seconds))
        fail_msg("%s", text);
    assert_true(seconds == expected);
}

static void times_are_read(void **state)
{
    (void)state;
    assert_time("1970-01-01T00:00:00Z", 0);
    assert_time("2026-01-01T00:00:00Z", 1767225600);
    assert_time("2026-01-01t01:00:00.999+01:00", 1767225600);
    assert_time("2025-12-31 18:30:00-05:30", 1767225600);
    assert_time("2024-02-29T12:00:00z", 1709208000);
    assert_time("2016-12-31T23:59:60Z", 1483228800);
    assert_time("9999-12-31T23:59:59Z", FIELD_TIME_MAX);
}

static void what_is_no_time_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+1:00",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00Zx",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "+026-01-01T00:00:00Z",
        "2026/01/01T00:00:00Z",
    };
    int64_t seconds;
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
        assert_false(field_read_time(wrong[i], &seconds));
}

static void every_day_is_printed_as_the_c_library_does(void **state)
{
    (void)state;
    for (int64_t seconds = 0; seconds <= FIELD_TIME_MAX; seconds += 86399 * 31) {
        char text[FIELD_TIME_SIZE], expected[40];
        struct tm parts;
        time_t when = (time_t)seconds;
        int64_t again = -1;
        gmtime_r(&when, &parts);
        strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &parts);
        field_print_time(seconds, text);
        assert_string_equal(text, expected);
        assert_true(field_read_time(text, &again) && again == seconds);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, release_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_and_bits_belong_together),
        TEST(the_description_for_programs_has_the_fields_of_the_table),
        TEST(columns_are_all_fields_of_files),
        TEST(slugs_have_their_form),
        TEST(only_addresses_that_pictures_have_are_urls),
        TEST(states_of_the_stock_are_known),
        TEST(control_characters_are_found),
        TEST(tidying_is_done_once),
        TEST(long_text_is_cut_when_it_is_shown),
        TEST(times_are_read),
        TEST(what_is_no_time_is_refused),
        TEST(every_day_is_printed_as_the_c_library_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
