/* SPDX-License-Identifier: MIT */
/* JSON of products and discounts: what is printed, what is left out, and that it is JSON whatever the text. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <cjson/cJSON.h>

#include "common/compiler.h"
#include "fcgi-catalog/catalog/json.h"

static void assert_prints(struct product product, const char *expected)
{
    char *text;
    size_t seam, length = json_print_product(&product, FIELD_ALL, "", &text, &seam);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    assert_int_equal(seam, length - 1);
    free(text);
}

/* A description must come back from JSON as it went in, on one line. */
static void assert_survives(const char *description)
{
    struct product product = {.id = 1, .slug = "a", .description = description};
    char *text;
    size_t seam;
    assert_true(json_print_product(&product, FIELD_ALL, "", &text, &seam) > 0);
    assert_null(strchr(text, '\n'));
    cJSON *object = cJSON_Parse(text);
    assert_non_null(object);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(object, "description")), description);
    cJSON_Delete(object);
    free(text);
}

static void assert_discount(struct quote quote, const char *expected)
{
    char text[JSON_DISCOUNT_VALUE_MAX + 1];
    struct json_pct last = {0};
    memset(text, '#', sizeof text);
    char *end = json_put_discount_value(text, &quote, &last);
    assert_true(end <= text + JSON_DISCOUNT_VALUE_MAX);
    assert_int_equal(*end, '#');
    *end = '\0';
    assert_string_equal(text, expected);
}

static void product_has_its_fields_in_order(void **state)
{
    (void)state;
    assert_prints((struct product){.id = 3, .slug = "b", .description = "c", .price_cents = 4},
                  "{\"id\":3,\"slug\":\"b\",\"description\":\"c\",\"price_in_cents\":4}");
}

static void empty_fields_are_left_out(void **state)
{
    (void)state;
    assert_prints((struct product){.id = 1, .slug = "", .description = ""}, "{\"id\":1}");
    assert_prints((struct product){.slug = "", .description = "c"}, "{\"description\":\"c\"}");
}

static void product_without_any_field_is_an_empty_object(void **state)
{
    (void)state;
    assert_prints((struct product){.slug = "", .description = ""}, "{}");
}

static void extreme_numbers_are_whole(void **state)
{
    (void)state;
    assert_prints((struct product){.id = INT32_MAX, .slug = "", .description = "", .price_cents = INT32_MIN},
                  "{\"id\":2147483647,\"price_in_cents\":-2147483648}");
}

static void quotes_and_backslashes_are_escaped(void **state)
{
    (void)state;
    assert_prints((struct product){.slug = "a\"b\\c", .description = ""}, "{\"slug\":\"a\\\"b\\\\c\"}");
}

static void control_characters_are_escaped(void **state)
{
    (void)state;
    assert_prints((struct product){.slug = "\n\r\t\x01\x1f", .description = ""},
                  "{\"slug\":\"\\n\\r\\t\\u0001\\u001f\"}");
}

static void text_beyond_ascii_stays_as_it_is(void **state)
{
    (void)state;
    assert_prints((struct product){.slug = "é \xe2\x80\xa8 \xf0\x9f\x98\x80", .description = ""},
                  "{\"slug\":\"é \xe2\x80\xa8 \xf0\x9f\x98\x80\"}");
}

static void hostile_text_survives(void **state)
{
    (void)state;
    assert_survives("\",\"price_in_cents\":1,\"x\":\"");
    assert_survives("\\");
    assert_survives("}]");
    assert_survives("</script><!-- %s%n {{ }} \x7f \v\f\b");
}

static void no_discount_is_an_empty_object(void **state)
{
    (void)state;
    assert_discount((struct quote){0}, "\"discount_value\":{}");
}

static void discount_has_share_and_price(void **state)
{
    (void)state;
    assert_discount((struct quote){0.1f, 89999}, "\"discount_value\":{\"pct\":0.1,\"value_in_cents\":89999}");
}

static void zero_share_is_left_out(void **state)
{
    (void)state;
    assert_discount((struct quote){0, 500}, "\"discount_value\":{\"value_in_cents\":500}");
}

static void zero_price_is_left_out(void **state)
{
    (void)state;
    assert_discount((struct quote){1, 0}, "\"discount_value\":{\"pct\":1}");
}

static void price_to_pay_spans_its_type(void **state)
{
    (void)state;
    assert_discount((struct quote){0, INT32_MAX}, "\"discount_value\":{\"value_in_cents\":2147483647}");
    assert_discount((struct quote){0, INT32_MIN}, "\"discount_value\":{\"value_in_cents\":-2147483648}");
    assert_discount((struct quote){0, -1}, "\"discount_value\":{\"value_in_cents\":-1}");
    assert_discount((struct quote){0, 1000000000}, "\"discount_value\":{\"value_in_cents\":1000000000}");
}

static void longest_discount_fits_its_bound(void **state)
{
    (void)state;
    assert_discount((struct quote){1.17549435e-38f, INT32_MIN},
                    "\"discount_value\":{\"pct\":0.000000000000000000000000000000000000011754944,"
                    "\"value_in_cents\":-2147483648}");
    assert_discount((struct quote){FLT_TRUE_MIN, INT32_MIN},
                    "\"discount_value\":{\"pct\":0.000000000000000000000000000000000000000000001,"
                    "\"value_in_cents\":-2147483648}");
}

static void share_is_printed_shortest(void **state)
{
    (void)state;
    static const char *const texts[] = {"0.1",
                                        "0.05",
                                        "0.125",
                                        "0.3333",
                                        "0.0001",
                                        "0.29",
                                        "0.57",
                                        "1",
                                        "0.33333334",
                                        "0.00001",
                                        "0.00033334",
                                        "0.99999994",
                                        "0.16666667",
                                        "0.000000001",
                                        "0.0000000004656613",
                                        "0.0000000000000000000123"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        char expected[64];
        snprintf(expected, sizeof expected, "\"discount_value\":{\"pct\":%s}", texts[i]);
        assert_discount((struct quote){strtof(texts[i], NULL), 0}, expected);
    }
}

/* The digits of a share, and that it is a plain decimal which means the same float. */
static size_t read_share(float share)
{
    char text[JSON_DISCOUNT_VALUE_MAX + 1];
    struct json_pct last = {0};
    struct quote quote = {.pct = share};

    *json_put_discount_value(text, &quote, &last) = '\0';
    const char *number = text + strlen("\"discount_value\":{\"pct\":"), *end;
    size_t length = strspn(number, "0123456789.");
    if (strcmp(number + length, "}") != 0 || strtof(number, (char **)&end) != share || end != number + length ||
        number[length - 1] == '0')
        fail_msg("%a: %s", (double)share, text);
    number += strspn(number, "0.");
    return strspn(number, "0123456789");
}

/* The fewest digits with which printf writes the same float. */
static size_t fewest_digits(float share)
{
    char text[32];
    int digits = 0;

    do
        snprintf(text, sizeof text, "%.*e", digits++, (double)share);
    while (strtof(text, NULL) != share);
    return (size_t)digits;
}

static void assert_shortest(float share)
{
    if (share < 1 && read_share(share) > fewest_digits(share))
        fail_msg("%a could be shorter", (double)share);
}

static void every_share_comes_back_from_as_few_digits_as_can_be(void **state)
{
    uint32_t random = 1;

    (void)state;
    for (uint32_t bits = 1; bits < 0x3f800000u; bits += 40961) { /* from the least float to the last before 1 */
        float share;
        memcpy(&share, &bits, sizeof share);
        assert_shortest(share);
    }
    for (int i = 0; i < 50000; i++) { /* shares as price lists give them */
        random = random * 1664525u + 1013904223u;
        int32_t list = (int32_t)(random >> 8) % 200000 + 2;
        random = random * 1664525u + 1013904223u;
        assert_shortest((float)((double)((int32_t)(random >> 8) % (list - 1) + 1) / list));
    }
    for (int exponent = 1; exponent <= 149; exponent++) /* where floats above are further apart than those below */
        assert_shortest(ldexpf(1, -exponent));
}

static void every_hundredth_of_a_percent_comes_back_exactly(void **state)
{
    (void)state;
    for (int hundredths = 1; hundredths <= 10000; hundredths++) {
        char text[JSON_DISCOUNT_VALUE_MAX + 1];
        struct json_pct last = {0};
        struct quote quote = {.pct = (float)hundredths / 10000.0f};
        *json_put_discount_value(text, &quote, &last) = '\0';
        const char *number = text + strlen("\"discount_value\":{\"pct\":");
        assert_true(strtof(number, NULL) == quote.pct);
        assert_true(strlen(number) <= strlen("0.1234}"));
    }
}

static void second_share_is_not_the_first_ones_text(void **state)
{
    (void)state;
    static const float shares[] = {0.1f, 0.1f, 0.25f, 0.1f};
    static const char *const expected[] = {"\"discount_value\":{\"pct\":0.1}", "\"discount_value\":{\"pct\":0.1}",
                                           "\"discount_value\":{\"pct\":0.25}", "\"discount_value\":{\"pct\":0.1}"};
    struct json_pct last = {0};
    for (size_t i = 0; i < ARRAY_LENGTH(shares); i++) {
        char text[JSON_DISCOUNT_VALUE_MAX + 1];
        *json_put_discount_value(text, &(struct quote){.pct = shares[i]}, &last) = '\0';
        assert_string_equal(text, expected[i]);
    }
}

/* What is before the seam, a bar, and what is behind it. */
static void assert_seam(struct product product, const char *expected)
{
    char *text, marked[256];
    size_t seam, length = json_print_product(&product, FIELD_ALL, "", &text, &seam);

    assert_int_equal(length, strlen(text));
    snprintf(marked, sizeof marked, "%.*s|%s", (int)seam, text, text + seam);
    assert_string_equal(marked, expected);
    free(text);
}

static const char *const slugs[] = {"a", "b-c", "d"};

static void categories_stand_behind_the_seam(void **state)
{
    (void)state;
    struct product product = {
        .id = 7, .slug = "s", .description = "", .categories = slugs, .category_count = 2, .own_category_count = 2};
    assert_seam(product, "{\"id\":7,\"slug\":\"s\"|,\"categories\":[\"a\",\"b-c\"]}");
    product.id = 0;
    product.slug = "";
    assert_seam(product, "{|\"categories\":[\"a\",\"b-c\"]}");
}

static void only_the_products_own_categories_are_printed(void **state)
{
    (void)state;
    struct product product = {
        .id = 7, .slug = "", .description = "", .categories = slugs, .category_count = 3, .own_category_count = 1};
    assert_seam(product, "{\"id\":7|,\"categories\":[\"a\"]}");
    product.own_category_count = 0;
    assert_seam(product, "{\"id\":7|}");
}

static void applied_rules_have_all_their_fields(void **state)
{
    (void)state;
    static const struct applied_rule items[] = {
        {.key = "k", .label = "For you", .lane = "contract", .before_cents = 100, .after_cents = 90},
        {.key = "free", .label = "", .lane = "sale", .before_cents = 90, .after_cents = 0}};
    char *text = json_print_applied(&(struct applied_rules){items, 2});
    assert_string_equal(text, "[{\"rule\":\"k\",\"label\":\"For you\",\"lane\":\"contract\",\"price_before\":100,"
                              "\"price_after\":90},{\"rule\":\"free\",\"label\":\"\",\"lane\":\"sale\","
                              "\"price_before\":90,\"price_after\":0}]");
    free(text);
}

static void texts_of_rules_are_escaped(void **state)
{
    (void)state;
    static const struct applied_rule item = {.key = "\"", .label = "\n}],\xc3\xa9", .lane = "\\"};
    char *text = json_print_applied(&(struct applied_rules){&item, 1});
    cJSON *array = cJSON_Parse(text);
    const cJSON *object = cJSON_GetArrayItem(array, 0);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(object, "rule")), "\"");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(object, "label")), "\n}],\xc3\xa9");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(object, "lane")), "\\");
    cJSON_Delete(array);
    free(text);
}

static const char *const tags[] = {"new", "\"red\""};
static const struct product_image images[] = {{"/a.svg", "A shoe"}, {"/b.svg", ""}};
static const struct product rich = {.id = 7,
                                    .slug = "s",
                                    .description = "",
                                    .price_cents = 5,
                                    .categories = slugs,
                                    .category_count = 1,
                                    .own_category_count = 1,
                                    .sku = "K-1",
                                    .name = "Shoe",
                                    .tags = tags,
                                    .tag_count = 2,
                                    .images = images,
                                    .image_count = 2,
                                    .stock = "in-stock",
                                    .created_at = 86399,
                                    .updated_at = 1767225600,
                                    .compare_at_cents = 7};

static void assert_fields(unsigned fields, const char *expected)
{
    char *text;
    size_t seam, length = json_print_product(&rich, fields, "JPY", &text, &seam);
    assert_int_equal(length, strlen(expected));
    assert_string_equal(text, expected);
    free(text);
}

static void rich_product_has_its_fields_in_order(void **state)
{
    (void)state;
    assert_fields(
        FIELD_ALL,
        "{\"id\":7,\"slug\":\"s\",\"price_in_cents\":5,\"categories\":[\"a\"],\"sku\":\"K-1\",\"name\":\"Shoe\","
        "\"currency\":\"JPY\",\"tags\":[\"new\",\"\\\"red\\\"\"],"
        "\"images\":[{\"url\":\"/a.svg\",\"alt\":\"A shoe\"},{\"url\":\"/b.svg\"}],\"stock\":\"in-stock\","
        "\"created_at\":\"1970-01-01T23:59:59Z\",\"updated_at\":\"2026-01-01T00:00:00Z\","
        "\"compare_at_price_in_cents\":7}");
}

static void fields_that_were_not_chosen_are_left_out(void **state)
{
    (void)state;
    assert_fields(0, "{\"id\":7}");
    assert_fields(FIELD_SLUG | FIELD_NAME, "{\"id\":7,\"slug\":\"s\",\"name\":\"Shoe\"}");
    assert_fields(FIELD_UPDATED, "{\"id\":7,\"updated_at\":\"2026-01-01T00:00:00Z\"}");
    for (unsigned bit = 1; bit & FIELD_ALL; bit <<= 1) {
        char *text, name[40];
        size_t seam;
        assert_true(json_print_product(&rich, FIELD_ALL & ~bit, "JPY", &text, &seam) > 0);
        snprintf(name, sizeof name, "\"%s\"", field_of((enum field_bit)bit)->name);
        assert_null(strstr(text, name));
        free(text);
    }
}

static const struct category_entry shoes = {.slug = "shoes", .name = "Shoes", .product_count = 3000000000};
static const struct category_entry below[] = {{.slug = "boots", .name = "", .parent = "shoes"}};

static void categories_are_an_array(void **state)
{
    (void)state;
    char *text = json_print_categories(&(struct category_list){below, 1}),
         *none = json_print_categories(&(struct category_list){NULL, 0});
    assert_string_equal(text, "[{\"slug\":\"boots\",\"parent\":\"shoes\",\"product_count\":0}]");
    assert_string_equal(none, "[]");
    free(text);
    free(none);
}

static void category_has_those_below_it(void **state)
{
    (void)state;
    char *text = json_print_category(&shoes, &(struct category_list){below, 1});
    assert_string_equal(text, "{\"slug\":\"shoes\",\"name\":\"Shoes\",\"product_count\":3000000000,"
                              "\"children\":[{\"slug\":\"boots\",\"parent\":\"shoes\",\"product_count\":0}]}");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(product_has_its_fields_in_order),
        cmocka_unit_test(rich_product_has_its_fields_in_order),
        cmocka_unit_test(fields_that_were_not_chosen_are_left_out),
        cmocka_unit_test(categories_are_an_array),
        cmocka_unit_test(category_has_those_below_it),
        cmocka_unit_test(empty_fields_are_left_out),
        cmocka_unit_test(product_without_any_field_is_an_empty_object),
        cmocka_unit_test(extreme_numbers_are_whole),
        cmocka_unit_test(quotes_and_backslashes_are_escaped),
        cmocka_unit_test(control_characters_are_escaped),
        cmocka_unit_test(text_beyond_ascii_stays_as_it_is),
        cmocka_unit_test(hostile_text_survives),
        cmocka_unit_test(no_discount_is_an_empty_object),
        cmocka_unit_test(discount_has_share_and_price),
        cmocka_unit_test(zero_share_is_left_out),
        cmocka_unit_test(zero_price_is_left_out),
        cmocka_unit_test(price_to_pay_spans_its_type),
        cmocka_unit_test(longest_discount_fits_its_bound),
        cmocka_unit_test(share_is_printed_shortest),
        cmocka_unit_test(every_share_comes_back_from_as_few_digits_as_can_be),
        cmocka_unit_test(categories_stand_behind_the_seam),
        cmocka_unit_test(only_the_products_own_categories_are_printed),
        cmocka_unit_test(applied_rules_have_all_their_fields),
        cmocka_unit_test(texts_of_rules_are_escaped),
        cmocka_unit_test(every_hundredth_of_a_percent_comes_back_exactly),
        cmocka_unit_test(second_share_is_not_the_first_ones_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
