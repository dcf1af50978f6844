/* SPDX-License-Identifier: MIT */
/* JSON Lines: the fields of our answers, read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "import_harness.h"

static struct arena arena;

static void all_fields_are_understood(void **state)
{
    (void)state;
    assert_rows(
        "{\"id\":7,\"slug\":\"shoe\",\"description\":\"a\\nb\",\"price_in_cents\":4999,"
        "\"discount_value\":{\"pct\":0.1},\"categories\":[\"wear/shoes\",\"sale\"],\"sku\":\"K\",\"name\":\"Shoe\","
        "\"currency\":\"EUR\",\"tags\":[\"new\"],\"images\":[{\"url\":\"/a.svg\",\"alt\":\"A\"},{\"url\":\"/b\"}],"
        "\"stock\":\"low\",\"created_at\":\"1970-01-01T00:00:05Z\",\"updated_at\":\"1970-01-01T00:00:06Z\","
        "\"compare_at_price_in_cents\":5999}\n",
        "1 id=7;sku=K;slug=shoe;name=Shoe;description=a\nb;price=4999;currency=EUR;"
        "categories=shoes|sale;(shoes:?<wear)tags=new;image=/a.svg[A];image=/b[];stock=low;created=5;updated=6;"
        "compare=5999;\n");
}

static void lines_may_be_blank_and_end_in_any_way(void **state)
{
    (void)state;
    assert_rows("\xef\xbb\xbf\n {\"slug\":\"a\"} \r\n\n\t\n{\"slug\":\"b\"}", "2 slug=a;\n5 slug=b;\n");
}

static void null_is_empty_and_what_is_not_there_is_not_given(void **state)
{
    (void)state;
    assert_rows("{\"slug\":\"a\",\"name\":null,\"tags\":null,\"images\":[],\"categories\":[],\"stock\":null,"
                "\"compare_at_price_in_cents\":null}\n",
                "1 slug=a;name=;categories=;tags=;image=;stock=;compare=0;\n");
}

static void what_is_no_json_is_told_with_its_column(void **state)
{
    (void)state;
    assert_fault("{\"slug\":\"a\"}\n{\"slug\":}\n{\"slug\":\"b\"} x\n[1]\n5\n{\"slug\":\"c\"}\n",
                 "1 slug=a;\n6 slug=c;\n",
                 "2:9 from here on it is no JSON; an object a line, or a list of objects, is allowed\n"
                 "3:14 from here on it is no JSON; an object a line, or a list of objects, is allowed\n"
                 "4:1 the line is a list; an object is allowed\n"
                 "5:1 the line is a number; an object is allowed\n");
}

static void fields_twice_are_refused_with_their_column(void **state)
{
    (void)state;
    assert_fault("{\"slug\":\"a\",\"name\":\"x\",\"name\":\"y\"}\n", "",
                 "1:24 \"name\" is there twice; once is allowed\n");
    assert_fault("{\"images\":[{\"url\":\"/\\\"a\",\"alt\":\"b\"}],\"sku\":\"a\",\"sku\":\"b\"}\n", "",
                 "1:48 \"sku\" is there twice; once is allowed\n");
    assert_fault("{\"slug\":\"a\",\"\\u006eame\":\"x\",\"name\":\"y\"}\n", "",
                 "1:29 \"name\" is there twice; once is allowed\n");
}

static void unknown_fields_are_refused(void **state)
{
    (void)state;
    assert_fault("{\"slug\":\"a\", \"prize\":5}\n", "",
                 "1:14 \"prize\" is no field; id, slug, description, price_in_cents, categories, sku, name, currency, "
                 "tags, images, stock, created_at, updated_at, compare_at_price_in_cents and variants are allowed\n");
}

static void every_wrong_value_is_told(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"\"id\":\"7\"", "id is a text; a whole number"},
        {"\"id\":0", "the id is \"0\""},
        {"\"id\":1e300", "id is no such number"},
        {"\"price_in_cents\":1.5", "price_in_cents is no such number"},
        {"\"price_in_cents\":-1", "the price is \"-1\""},
        {"\"price_in_cents\":2147483648", "the price is \"2147483648\""},
        {"\"price_in_cents\":null", "price_in_cents is null"},
        {"\"name\":5", "name is a number; a text is allowed"},
        {"\"name\":[\"x\"]", "name is a list; a text is allowed"},
        {"\"tags\":\"x\"", "tags is a text; a list is allowed"},
        {"\"tags\":[5]", "tags has a number in it; texts are allowed"},
        {"\"categories\":[\"A\"]", "a category is \"A\""},
        {"\"categories\":[\"a|b\"]", "a category is \"a|b\""},
        {"\"images\":[\"/a\"]", "images has a text in it"},
        {"\"images\":[{\"alt\":\"x\"}]", "an image's address is \"\""},
        {"\"images\":[{\"url\":\"/a\",\"url\":\"/b\"}]", "an image has a wrong member \"url\""},
        {"\"images\":[{\"url\":\"/a\",\"x\":\"/b\"}]", "an image has a wrong member \"x\""},
        {"\"images\":[{\"url\":5}]", "an image has a wrong member \"url\""},
        {"\"stock\":true", "stock is true or false"},
        {"\"created_at\":\"x\"", "created_at is \"x\""},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        char text[200], begin[100];
        snprintf(text, sizeof text, "{\"slug\":\"a\",%s}\n", wrong[i][0]);
        snprintf(begin, sizeof begin, "1:13 %s", wrong[i][1]);
        struct taken taken = take_text(text);
        assert_string_equal(taken.rows, "");
        if (strncmp(taken.faults, begin, strlen(begin)) != 0)
            fail_msg("%s: %s", text, taken.faults);
        assert_int_equal(taken.counts.faulty, 1);
        taken_release(&taken);
    }
}

static void characters_that_are_no_text_are_told(void **state)
{
    (void)state;
    static const char nul[] = "{\"slug\":\"a\",\"name\":\"x\0y\"}\n";
    assert_bytes_fault(nul, sizeof nul - 1, "",
                       "1:22 the line is not UTF-8, or has a NUL byte; only text in UTF-8 is allowed\n");
    assert_fault("{\"slug\":\"a\",\"name\":\"\xc3\xa9\xff\"}\n", "",
                 "1:23 the line is not UTF-8, or has a NUL byte; only text in UTF-8 is allowed\n");
    assert_fault("{\"slug\":\"a\",\"name\":\"x\\u0000y\"}\n", "",
                 "1:22 \\u0000 is no text; every other character is allowed\n");
    assert_rows("{\"slug\":\"a\",\"name\":\"\\\\u0000\"}\n", "1 slug=a;name=\\u0000;\n");
    struct taken taken = take_text("{\"slug\":\"a\",\"name\":\"\\ud800\"}\n");
    assert_int_equal(taken.counts.faulty, 1);
    taken_release(&taken);
}

static void line_that_is_too_long_is_passed_over(void **state)
{
    (void)state;
    size_t length = 5000000;
    char *text = malloc(length + 100);
    memset(text, 'x', length);
    memcpy(text, "{\"slug\":\"", 9);
    strcpy(text + length, "\n{\"slug\":\"b\"}\n");
    struct taken taken = take_bytes(IMPORT_ANY, 2, text, strlen(text), 65536);
    assert_string_equal(taken.faults, "1:4194305 the line is too long; 4 MiB are allowed\n");
    assert_string_equal(taken.rows, "2 slug=b;\n");
    taken_release(&taken);
    free(text);
}

static void list_is_read_however_it_is_laid_out(void **state)
{
    (void)state;
    assert_rows("[{\"slug\":\"a\",\"name\":\"]},{[\\\"\"},{\"slug\":\"b\",\"images\":[{\"url\":\"/b\"}]}]\n",
                "1 slug=a;name=]},{[\";\n1 slug=b;image=/b[];\n");
    assert_rows("\xef\xbb\xbf \n [\n  {\n    \"slug\": \"a\"\n  },\r\n  {\n \"slug\": \"b\"\n  }\n]\n",
                "3 slug=a;\n6 slug=b;\n");
    assert_rows("[]", "");
    assert_rows("[{\"slug\":\"a\"}]\n[{\"slug\":\"b\"}]\n[]\n", "1 slug=a;\n2 slug=b;\n");
}

static void faults_in_a_list_have_their_line_and_byte(void **state)
{
    (void)state;
    assert_fault("[{\"slug\":\"a\"},{\"slug\":\"b\",\"id\":0},{\"slug\":}]", "1 slug=a;\n",
                 "1:27 the id is \"0\"; a whole number from 1 to 2147483647 is allowed\n"
                 "1:43 from here on it is no JSON; an object a line, or a list of objects, is allowed\n");
    assert_fault("[\n {\n  \"slug\": \"a\",\n  \"id\": 0\n }\n]\n", "",
                 "4:3 the id is \"0\"; a whole number from 1 to 2147483647 is allowed\n");
}

static void list_that_was_cut_or_is_none_of_objects_is_refused(void **state)
{
    (void)state;
    static const char cut[] = "the file ends inside of a list, as one does that was cut off; here the list needs";
    assert_fault("[{\"slug\":\"a\"}", "1 slug=a;\n", arena_print(&arena, "1:14 %s , or ]\n", cut));
    assert_fault("[{\"slug\":\"a\"},\n", "1 slug=a;\n", arena_print(&arena, "2:1 %s an object\n", cut));
    assert_fault("[{\"slug\":\"a\"},{\"sl", "1 slug=a;\n",
                 arena_print(&arena, "1:19 %s the rest of the object\n", cut));
    assert_fault("[{\"slug\":\"a\"}\n[", "1 slug=a;\n", "2:1 this is no list of objects; here the list needs , or ]\n");
    assert_fault("[5]\n", "", "1:2 this is no list of objects; here the list needs an object or ]\n");
    assert_fault("[{\"slug\":\"a\"}]\n{\"slug\":\"b\"}\n", "1 slug=a;\n",
                 "2:1 this is no list of objects; here the list needs another list or the end\n");
    arena_release(&arena);
}

static void object_of_a_list_that_is_too_long_is_passed_over(void **state)
{
    (void)state;
    size_t size = (size_t)4 * 1024 * 1024 + 1;
    char *text = malloc(size + 64);
    size_t length = (size_t)sprintf(text, "[{\"slug\":\"");
    memset(text + length, 'a', size);
    length += size + (size_t)sprintf(text + length + size, "\"},\n{\"slug\":\"b\"}]");
    struct taken taken = take_bytes(IMPORT_ANY, 2, text, length, 4096);
    assert_string_equal(taken.faults, "1:4194306 the object is too long; 4 MiB are allowed\n");
    assert_string_equal(taken.rows, "2 slug=b;\n");
    taken_release(&taken);
    free(text);
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    char text[20100] = "{\"tags\":";
    memset(text + strlen(text), '[', 20000);
    struct taken taken = take_text(text);
    assert_int_equal(taken.counts.faulty, 1);
    taken_release(&taken);
}

static void format_is_found_out_or_said(void **state)
{
    (void)state;
    struct taken taken = take_text("{\"slug\":\"a\"}");
    assert_int_equal(taken.format, IMPORT_JSON_LINES);
    taken_release(&taken);
    taken = take_text("slug\na");
    assert_int_equal(taken.format, IMPORT_CSV);
    taken_release(&taken);
    taken = take_text("Title,Handle\n");
    assert_int_equal(taken.format, IMPORT_SHOPIFY);
    taken_release(&taken);
    taken = take_bytes(IMPORT_CSV, 2, "{\"slug\":\"a\"}", 12, 100);
    assert_false(taken.is_sound);
    taken_release(&taken);
    assert_string_equal(import_format_name(IMPORT_SHOPIFY), "shopify");
}

static void lines_of_categories_say_names_and_places(void **state)
{
    (void)state;
    assert_rows("{\"category\":\"wear\",\"name\":\"Wear\",\"parent\":null}\n"
                "{\"name\":null,\"parent\":\"wear\",\"category\":\"shoes\"}\n"
                "{\"category\":\"sale\"}\n{\"slug\":\"a\",\"categories\":[\"shoes\"]}\n",
                "1 no product;categories=;(wear:Wear<)\n2 no product;categories=;(shoes:<wear)\n3 no "
                "product;categories=;(sale:?<?)\n"
                "4 slug=a;categories=shoes;\n");
    struct taken taken = take_text("{\"category\":\"a\"}\n{\"slug\":\"a\"}\n{\"category\":\"b\"}\n");
    assert_int_equal(taken.counts.rows, 1);
    assert_int_equal(taken.counts.category_rows, 2);
    taken_release(&taken);
}

static void wrong_lines_of_categories_are_told(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"{\"category\":\"A\"}", "1:2 a category is \"A\""},
        {"{\"category\":null}", "1:2 category is null; a text is allowed"},
        {"{\"category\":5}", "1:2 category is a number; a text is allowed"},
        {"{\"category\":\"a\",\"parent\":\"B\"}", "1:2 a category is \"B\""},
        {"{\"category\":\"a\",\"parent\":[]}", "1:17 parent is a list; a text is allowed"},
        {"{\"category\":\"a\",\"name\":true}", "1:17 name is true or false; a text is allowed"},
        {"{\"category\":\"a\",\"category\":\"b\"}", "1:17 \"category\" is there twice"},
        {"{\"category\":\"a\",\"slug\":\"b\"}",
         "1:17 \"slug\" is no field of a category's line; category, name and parent are allowed"},
        {"{\"slug\":\"b\",\"Category\":\"a\"}", "1:13 \"Category\" is no field; id, slug"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        struct taken taken = take_text(wrong[i][0]);
        assert_string_equal(taken.rows, "");
        if (strncmp(taken.faults, wrong[i][1], strlen(wrong[i][1])) != 0)
            fail_msg("%s: %s", wrong[i][0], taken.faults);
        assert_int_equal(taken.counts.faulty, 1);
        taken_release(&taken);
    }
}

static void lines_of_too_many_values_are_not_taken_apart(void **state)
{
    (void)state;
    char *text = malloc(100000), *at = text + sprintf(text, "{\"slug\":\"a\",\"tags\":[\",[{\\\",,\"");
    for (int i = 0; i < 10000; i++)
        at += sprintf(at, ",\"\"");
    strcpy(at, "]}\n{\"slug\":\"b\"}\n");
    struct taken taken = take_text(text);
    assert_string_equal(taken.faults, "1:1 the line has more than 10000 values; fewer are allowed\n");
    assert_string_equal(taken.rows, "2 slug=b;\n");
    taken_release(&taken);
    strcpy(at - 6 * 3, "]}\n"); /* 1 object, 2 fields, 1 list, 9995 more texts in it */
    taken = take_text(text);
    assert_string_equal(taken.faults, "");
    taken_release(&taken);
    free(text);
}

/* Pages do not show them. */
static void images_with_an_address_of_http_are_counted(void **state)
{
    (void)state;
    struct taken taken = take_text("{\"slug\":\"a\",\"images\":[{\"url\":\"http://x/a\"},{\"url\":\"https://x/b\"},"
                                   "{\"url\":\"/http://c\"},{\"url\":\"http://x/d\"}]}\n{\"slug\":\"b\"}\n"
                                   "{\"slug\":\"c\",\"images\":[{\"url\":\"http://x/e\"}]}\n");
    assert_string_equal(taken.faults, "");
    assert_int_equal(taken.counts.http_images, 3);
    taken_release(&taken);
}

static void ids_of_products_that_have_left_are_lines_of_their_own(void **state)
{
    (void)state;
    assert_rows("{\"former\":7,\"slug\":\"Old Slug\",\"sku\":null}\n{\"former\":8}\n",
                "1 has left;id=7;sku=;slug=Old Slug;\n2 has left;id=8;\n");
    assert_fault("{\"former\":0}\n", "", "1:2 the id is \"0\"; a whole number from 1 to 2147483647 is allowed\n");
    assert_fault(
        "{\"former\":1,\"name\":\"x\"}\n", "",
        "1:13 \"name\" is no field of the line of a product that has left; former, slug and sku are allowed\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_fields_are_understood),
        cmocka_unit_test(lines_may_be_blank_and_end_in_any_way),
        cmocka_unit_test(null_is_empty_and_what_is_not_there_is_not_given),
        cmocka_unit_test(what_is_no_json_is_told_with_its_column),
        cmocka_unit_test(fields_twice_are_refused_with_their_column),
        cmocka_unit_test(unknown_fields_are_refused),
        cmocka_unit_test(every_wrong_value_is_told),
        cmocka_unit_test(characters_that_are_no_text_are_told),
        cmocka_unit_test(line_that_is_too_long_is_passed_over),
        cmocka_unit_test(list_is_read_however_it_is_laid_out),
        cmocka_unit_test(faults_in_a_list_have_their_line_and_byte),
        cmocka_unit_test(list_that_was_cut_or_is_none_of_objects_is_refused),
        cmocka_unit_test(object_of_a_list_that_is_too_long_is_passed_over),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(lines_of_categories_say_names_and_places),
        cmocka_unit_test(wrong_lines_of_categories_are_told),
        cmocka_unit_test(lines_of_too_many_values_are_not_taken_apart),
        cmocka_unit_test(format_is_found_out_or_said),
        cmocka_unit_test(images_with_an_address_of_http_are_counted),
        cmocka_unit_test(ids_of_products_that_have_left_are_lines_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
