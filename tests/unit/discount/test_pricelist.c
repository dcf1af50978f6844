/* SPDX-License-Identifier: MIT */
/* Price lists as CSV: what is read, what is refused with which line, and what is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/arena.h"

#include "discount/rulefile/pricelist.h"

#include "random_rule.h"

#define HEAD "product,price\n"

static struct arena arena;
static struct rule_product *products;
static size_t count;
static char told[512 * 1024];

static void keep_fault(void *data, size_t line, const char *message)
{
    size_t length = strlen(told);

    (void)data;
    assert_null(strchr(message, '\n'));
    snprintf(told + length, sizeof told - length, "%zu: %s\n", line, message);
}

static bool parse_bytes(const char *text, size_t length)
{
    char *exact = malloc(length > 0 ? length : 1);

    memcpy(exact, text, length);
    told[0] = '\0';
    arena_reset(&arena);
    products = NULL;
    count = 99;
    bool is_read = pricelist_parse(exact, length, &arena, &products, &count, keep_fault, NULL);
    free(exact);
    assert_int_equal(is_read, told[0] == '\0');
    return is_read;
}

static void parse(const char *text)
{
    if (!parse_bytes(text, strlen(text)))
        fail_msg("%s", told);
}

static void assert_told(const char *text, const char *expected)
{
    if (parse_bytes(text, strlen(text)))
        fail_msg("nothing was told of %s", text);
    assert_int_equal(count, 99);
    assert_string_equal(told, expected);
}

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void each_row_is_a_product_and_its_price(void **state)
{
    (void)state;
    parse(HEAD "ball,500\nbat,0\nnet,2147483647\n");
    assert_int_equal(count, 3);
    assert_string_equal(products[0].slug, "ball");
    assert_int_equal(products[0].id, 0);
    assert_int_equal(products[0].price, 500);
    assert_string_equal(products[1].slug, "bat");
    assert_int_equal(products[1].price, 0);
    assert_int_equal(products[2].price, INT32_MAX);
}

static void what_spreadsheets_write_is_read(void **state)
{
    static const char *const texts[] = {
        "\xef\xbb\xbf" HEAD "ball,500\n",
        "product,price\r\nball,500\r\n",
        "\"product\",\"price\"\n\"ball\",\"500\"\n",
        "\n" HEAD "\n  \nball,500",
        " product , price \n ball\t,\t500 \n\n",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        parse(texts[i]);
        assert_int_equal(count, 1);
        assert_string_equal(products[0].slug, "ball");
        assert_int_equal(products[0].price, 500);
    }
}

static void a_list_without_its_header_is_refused(void **state)
{
    (void)state;
    assert_told("", "1: the list is empty; its first row is product,price\n");
    assert_told("\n\n", "1: the list is empty; its first row is product,price\n");
    assert_told("ball,500\nB,x\n", "1: the first row is not product,price\n");
    assert_told("product;price\nball;500\n", "1: the first row is not product,price\n");
    assert_told("\nproduct,price,currency\nball,500,EUR\n", "2: the first row is not product,price\n");
    assert_told("Product,price\nball,500\n", "1: the first row is not product,price\n");
    assert_told(HEAD "\n", "2: the list has no products; at least one is needed\n");
}

static void every_wrong_row_is_told_with_its_line(void **state)
{
    (void)state;
    assert_told(
        HEAD "Ball,500\nbat,-1\nnet,2147483648\n\nrod,1.5\nrod\nrod,1,2\n,5\nrod,\n",
        "2: \"Ball\" is no product; 1 to 200 characters of a-z, 0-9 and single hyphens between them are allowed\n"
        "3: the price is \"-1\"; 0 to 2147483647 is allowed\n"
        "4: the price is \"2147483648\"; 0 to 2147483647 is allowed\n"
        "6: the price is \"1.5\", which is no whole number; 0 to 2147483647 is allowed\n"
        "7: the row has 1 fields; a product and its price are allowed\n"
        "8: the row has 3 fields; a product and its price are allowed\n"
        "9: \"\" is no product; 1 to 200 characters of a-z, 0-9 and single hyphens between them are allowed\n"
        "10: the price is \"\", which is no whole number; 0 to 2147483647 is allowed\n");
}

static void lines_inside_of_quotes_count(void **state)
{
    (void)state;
    assert_told(
        HEAD "\"a\nb\",5\nBat,5\n",
        "2: \"a?b\" is no product; 1 to 200 characters of a-z, 0-9 and single hyphens between them are allowed\n"
        "4: \"Bat\" is no product; 1 to 200 characters of a-z, 0-9 and single hyphens between them are allowed\n");
}

static void what_is_no_csv_is_told_and_reading_goes_on(void **state)
{
    (void)state;
    assert_told(HEAD "ba\"ll,5\nbat,x\n\"net\"s,5\nrod,y\n",
                "2: the line is no CSV; a \" stands around a whole field only, and twice inside of one\n"
                "3: the price is \"x\", which is no whole number; 0 to 2147483647 is allowed\n"
                "4: the line is no CSV; a \" stands around a whole field only, and twice inside of one\n"
                "5: the price is \"y\", which is no whole number; 0 to 2147483647 is allowed\n");
    assert_told(HEAD "ball,5\n\"bat,6\nnet,7\n",
                "3: a \" in this row has no other one; each field that begins with one ends with one\n");
    assert_told("pro\"duct,price\nball,5\n",
                "1: the line is no CSV; a \" stands around a whole field only, and twice inside of one\n");
}

static void a_product_that_comes_twice_is_told_with_both_lines(void **state)
{
    (void)state;
    assert_told(HEAD "ball,5\nbat,6\n\"ball\",5\n", "4: product ball is named twice: lines 2 and 4; once is allowed\n");
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    static const char nul[] = HEAD "ball,5\0\nbat,x\n", late[] = HEAD "ball,5\n\0";

    (void)state;
    assert_false(parse_bytes(nul, sizeof nul - 1));
    assert_string_equal(told, "2: the line has a NUL byte; only text is allowed\n"
                              "3: the price is \"x\", which is no whole number; 0 to 2147483647 is allowed\n");
    assert_false(parse_bytes(late, sizeof late - 1));
    assert_told(HEAD "ball\xff,5\n", "2: the line is not UTF-8; only text in UTF-8 is allowed\n");
    assert_told(HEAD "ball,5\rbat,5\n", "2: the line has a carriage return inside; one is allowed at its end only\n");
}

static void long_fields_are_refused_without_being_shown_whole(void **state)
{
    size_t size = 1000000;
    char *text = malloc(size + 64);

    (void)state;
    strcpy(text, HEAD);
    memset(text + strlen(HEAD), 'a', size);
    strcpy(text + strlen(HEAD) + size, ",5\nbat,x\n");
    assert_false(parse_bytes(text, strlen(text)));
    free(text);
    assert_int_equal(strncmp(told, "2: \"aaaa", 8), 0);
    assert_true(strlen(told) < 400);
    assert_non_null(strstr(told, "\n3: the price is \"x\""));
}

static void too_many_products_end_the_reading(void **state)
{
    size_t rows = RULE_TARGETS_MAX + 5;
    char *text = malloc(64 + rows * 16), *to = text + sprintf(text, HEAD);

    (void)state;
    for (size_t i = 0; i < rows; i++)
        to += sprintf(to, "p%zu,1\n", i);
    assert_false(parse_bytes(text, (size_t)(to - text)));
    free(text);
    assert_string_equal(told, "200002: there are more than 200000 products; fewer are allowed\n");
}

static void a_list_over_the_limit_is_refused_at_once(void **state)
{
    char *text = calloc(1, RULEFILE_SIZE_MAX + 1);

    (void)state;
    told[0] = '\0';
    assert_false(pricelist_parse(text, RULEFILE_SIZE_MAX + 1, &arena, &products, &count, keep_fault, NULL));
    free(text);
    assert_string_equal(told, "1: the list has 67108865 bytes; up to 67108864 are allowed\n");
}

static void what_is_written_is_read_back(void **state)
{
    struct arena made = {0};

    (void)state;
    for (int round = 0; round < 200; round++) {
        size_t given_count = 1 + random_below(50), length;
        struct rule_product *given = random_products(&made, true, given_count);
        char *text;
        FILE *out = open_memstream(&text, &length);
        pricelist_print(out, given, given_count);
        fclose(out);
        assert_true(parse_bytes(text, length));
        assert_same_products(products, count, given, given_count);
        free(text);
    }
    arena_release(&made);
}

static void nothing_is_quoted_that_needs_no_quotes(void **state)
{
    struct rule_product given[] = {{.slug = "ball", .price = 500}, {.slug = "bat-2", .price = 0}};
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    (void)state;
    pricelist_print(out, given, ARRAY_LENGTH(given));
    fclose(out);
    assert_string_equal(text, HEAD "ball,500\nbat-2,0\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_a_product_and_its_price),
        cmocka_unit_test(what_spreadsheets_write_is_read),
        cmocka_unit_test(a_list_without_its_header_is_refused),
        cmocka_unit_test(every_wrong_row_is_told_with_its_line),
        cmocka_unit_test(lines_inside_of_quotes_count),
        cmocka_unit_test(what_is_no_csv_is_told_and_reading_goes_on),
        cmocka_unit_test(a_product_that_comes_twice_is_told_with_both_lines),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(long_fields_are_refused_without_being_shown_whole),
        cmocka_unit_test(too_many_products_end_the_reading),
        cmocka_unit_test(a_list_over_the_limit_is_refused_at_once),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(nothing_is_quoted_that_needs_no_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, release_arena);
}
