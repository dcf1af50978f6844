/* SPDX-License-Identifier: MIT */
/* Query parameters: what is understood, what is refused and how that is said, and the one text of a query. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fcgi-catalog/catalog/query.h"

static struct arena arena;
static const struct cursor_secret secret = {.bytes = "a secret of thirty-two bytes ..."};
static const struct query_frame list_frame = {.parameters = QUERY_OF_LIST, .secret = &secret};

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct product_query parse(const char *text)
{
    struct product_query query;
    struct query_fault fault = {0};
    if (!query_parse(text, &list_frame, &arena, &query, &fault))
        fail_msg("%s: %s", text, fault.detail);
    return query;
}

static struct query_fault refuse_in(const char *text, const struct query_frame *frame)
{
    struct product_query query;
    struct query_fault fault = {0};
    if (query_parse(text, frame, &arena, &query, &fault))
        fail_msg("%s is understood", text);
    assert_non_null(fault.parameter);
    assert_non_null(fault.detail);
    assert_non_null(fault.allowed);
    return fault;
}

static struct query_fault refuse(const char *text)
{
    return refuse_in(text, &list_frame);
}

static void assert_refused(const char *text, const char *parameter)
{
    assert_string_equal(refuse(text).parameter, parameter);
}

static const char *key_of(const char *text)
{
    struct product_query query = parse(text);
    return query_print_key(&query, &arena);
}

/* A cursor for the query of this text, at a product. */
static const char *cursor_of(const char *text)
{
    struct product_query query = parse(text);
    struct position position = {.is_set = true, .number = 5, .id = 9, .text = "x"};
    return cursor_print(&position, query_print_scope(&query, &arena), &secret, &arena);
}

static void nothing_is_the_default(void **state)
{
    (void)state;
    struct product_query query = parse("");
    assert_int_equal(query.limit, 100);
    assert_int_equal(query.sort, SORT_ID);
    assert_null(query.category);
    assert_null(query.tag);
    assert_null(query.text);
    assert_int_equal(query.min_price, -1);
    assert_int_equal(query.max_price, -1);
    assert_int_equal(query.fields, FIELD_ALL);
    assert_false(query.wants_count || query.wants_explanation || query.position.is_set);
    assert_string_equal(key_of("&&"), "");
}

static void every_parameter_is_understood(void **state)
{
    (void)state;
    struct product_query query = parse("limit=250&category=a-1&tag=New%20in&q=red+shoe&min_price=0&max_price=2147483647"
                                       "&sort=-updated&fields=slug,id,updated_at&count=1&explain=1");
    assert_int_equal(query.limit, 250);
    assert_string_equal(query.category, "a-1");
    assert_string_equal(query.tag, "New in");
    assert_string_equal(query.text, "red shoe");
    assert_int_equal(query.min_price, 0);
    assert_int_equal(query.max_price, INT32_MAX);
    assert_int_equal(query.sort, SORT_UPDATED_DOWN);
    assert_int_equal(query.fields, FIELD_SLUG | FIELD_UPDATED);
    assert_true(query.wants_count && query.wants_explanation);
}

static void every_sort_is_understood(void **state)
{
    (void)state;
    assert_int_equal(parse("sort=id").sort, SORT_ID);
    assert_int_equal(parse("sort=name").sort, SORT_NAME);
    assert_int_equal(parse("sort=price").sort, SORT_PRICE);
    assert_int_equal(parse("sort=-price").sort, SORT_PRICE_DOWN);
    assert_int_equal(parse("q=a&sort=id").sort, SORT_ID);
    assert_int_equal(parse("q=a").sort, SORT_RANK);
}

static void wrong_values_are_refused_by_name(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"limit=0", "limit"},
        {"limit=251", "limit"},
        {"limit=-1", "limit"},
        {"limit=x", "limit"},
        {"limit=", "limit"},
        {"limit", "limit"},
        {"limit=1.5", "limit"},
        {"limit=+1", "limit"},
        {"limit=99999999999999999999", "limit"},
        {"min_price=-1", "min_price"},
        {"max_price=2147483648", "max_price"},
        {"category=A", "category"},
        {"category=a--b", "category"},
        {"category=a/b", "category"},
        {"category='%20OR%201=1", "category"},
        {"sort=rank", "sort"},
        {"sort=", "sort"},
        {"sort=-name", "sort"},
        {"sort=ID", "sort"},
        {"fields=", "fields"},
        {"fields=slug,", "fields"},
        {"fields=slug,slug", "fields"},
        {"fields=id,id", "fields"},
        {"fields=price", "fields"},
        {"count=0", "count"},
        {"count=true", "count"},
        {"explain=", "explain"},
        {"after=", "after"},
        {"before=x", "before"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
        assert_refused(wrong[i][0], wrong[i][1]);
}

static void refusal_says_the_value_and_what_is_allowed(void **state)
{
    (void)state;
    struct query_fault fault = refuse("limit=%3Cb%3E");
    assert_string_equal(fault.detail, "The parameter limit is \"<b>\"; allowed is a whole number from 1 to 250.");
    assert_string_equal(fault.allowed, "a whole number from 1 to 250");
    assert_string_equal(refuse("explain=2").detail, "The parameter explain can only be 1: explain=1.");
}

static void unknown_parameters_are_refused_with_those_that_are_known(void **state)
{
    (void)state;
    struct query_fault fault = refuse("limit=5&colour=red");
    assert_string_equal(fault.parameter, "colour");
    assert_string_equal(fault.allowed, "limit, after, before, category, tag, q, min_price, max_price, sort, fields, "
                                       "count, explain");
    assert_refused("LIMIT=5", "LIMIT");
    assert_refused("limit%00=5", "");
    assert_refused("=5", "");
    assert_refused("%ff=5", "");
}

static void address_refuses_what_it_does_not_know(void **state)
{
    (void)state;
    const struct query_frame one = {.parameters = QUERY_OF_PRODUCT}, none = {.parameters = QUERY_NOTHING};
    assert_string_equal(refuse_in("limit=5", &one).allowed, "fields, explain, variant");
    assert_string_equal(refuse_in("fields=id", &none).allowed, "none");
}

static void parameters_twice_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"limit=5", "q=a", "q=", "count=1", "sort=id"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct query_fault fault = refuse(arena_print(&arena, "%s&%s", names[i], names[i]));
        assert_memory_equal(fault.parameter, names[i], strlen(fault.parameter));
        assert_non_null(strstr(fault.detail, "more than once"));
    }
}

static void empty_filters_are_none(void **state)
{
    (void)state;
    assert_string_equal(key_of("q=&category=&tag=&min_price=&max_price="), "");
    assert_string_equal(key_of("q=+%20%E3%80%80&tag=+"), "");
    assert_int_equal(parse("q=").sort, SORT_ID);
}

static void text_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const values[] = {"a%00b", "%ff", "%c0%80", "%ed%a0%80",   "a%0ab",
                                         "%09",   "%7f", "%c2%85", "%f4%90%80%80"};
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        assert_refused(arena_print(&arena, "q=%s", values[i]), "q");
        assert_refused(arena_print(&arena, "tag=%s", values[i]), "tag");
        assert_refused(arena_print(&arena, "after=%s", values[i]), "after");
    }
}

static void refusal_of_hostile_text_is_plain_text(void **state)
{
    (void)state;
    struct query_fault fault = refuse("q=%0d%0aX%ff%e2%80%ae");
    assert_non_null(strstr(fault.detail, "\"??X??\"")); /* the last is a mark that turns text round */
}

static void text_is_as_long_as_it_may_be(void **state)
{
    (void)state;
    char text[2 + 401 + 1] = "q=";
    memset(text + 2, 'a', 400);
    assert_int_equal(strlen(parse(text).text), 400);
    text[402] = 'a';
    assert_refused(text, "q");
    assert_string_equal(refuse(text).allowed, "a text of at most 400 bytes of UTF-8");
}

static void a_hundred_characters_of_any_script_can_be_searched_for(void **state)
{
    (void)state;
    char text[2 + 300 + 1] = "q=";
    for (int i = 0; i < 100; i++)
        memcpy(text + 2 + (size_t)i * 3, "\xe6\x9d\xb1", 3);
    assert_int_equal(strlen(parse(text).text), 300);
}

static void search_has_at_most_eight_words(void **state)
{
    (void)state;
    assert_string_equal(parse("q=+1+2+3++4%E3%80%805+6+7+8+").text, "1 2 3 4 5 6 7 8");
    struct query_fault fault = refuse("q=1+2+3+4+5+6+7+8+9");
    assert_string_equal(fault.parameter, "q");
    assert_string_equal(fault.allowed, "at most 8 words, with white space between them");
    assert_non_null(strstr(fault.detail, "\"1 2 3 4 5 6 7 8 9\""));
}

static void search_is_in_one_form(void **state)
{
    (void)state;
    assert_string_equal(parse("q=++a%C2%A0+b%E2%80%A8c+").text, "a b c");
    assert_string_equal(parse("q=e%CC%81").text, "\xc3\xa9");
    assert_string_equal(parse("q=%F0%9F%98%80").text, "\xf0\x9f\x98\x80");
}

static void wild_cards_and_quotes_are_text(void **state)
{
    (void)state;
    assert_string_equal(parse("q=%25_*%22%27%3B--%5C").text, "%_*\"';--\\");
    assert_string_equal(parse("q=100%&tag=%4").text, "100%");
    assert_string_equal(parse("q=a=b=c").text, "a=b=c");
}

static void prices_the_wrong_way_round_are_refused(void **state)
{
    (void)state;
    assert_int_equal(parse("min_price=5&max_price=5").max_price, 5);
    assert_refused("max_price=4&min_price=5", "min_price");
}

/* ---- What people can mend, and what others did ---- */

/* Refused, with the query as far as it was understood. */
static struct product_query refuse_filter(const char *text, const char *parameter)
{
    struct product_query query;
    struct query_fault fault = {0};
    assert_false(query_parse(text, &list_frame, &arena, &query, &fault));
    assert_true(fault.is_of_filter);
    assert_string_equal(fault.parameter, parameter);
    assert_null(fault.without_clicks);
    return query;
}

static void what_else_was_chosen_beside_a_wrong_filter_is_kept(void **state)
{
    (void)state;
    struct product_query query = refuse_filter("min_price=9&max_price=5&q=lamp&tag=t&limit=7&after=x", "min_price");
    assert_int_equal(query.min_price, 9);
    assert_int_equal(query.max_price, 5);
    assert_string_equal(query.text, "lamp");
    assert_string_equal(query.tag, "t");
    assert_int_equal(query.limit, 7);
    assert_int_equal(query.sort, SORT_RANK);
    assert_false(query.position.is_set || query.position.is_backwards);
    query = refuse_filter("max_price=cheap&min_price=5", "max_price");
    assert_int_equal(query.min_price, 5);
    assert_int_equal(query.max_price, -1);
    assert_string_equal(refuse_filter("q=1+2+3+4+5+6+7+8+9", "q").text, "1 2 3 4 5 6 7 8 9");
    assert_null(refuse_filter("q=%ff", "q").text);
    assert_null(refuse_filter("category=A&q=1+2+3+4+5+6+7+8+9", "category").category);
}

static void worse_faults_go_before_those_that_people_can_mend(void **state)
{
    (void)state;
    static const char *const worse[] = {"limit=0", "sort=x", "page=2", "q=a&q=b", "fields=x"};
    for (size_t i = 0; i < ARRAY_LENGTH(worse); i++) {
        struct query_fault fault = refuse(arena_print(&arena, "utm_source=x&min_price=x&%s", worse[i]));
        assert_string_not_equal(fault.parameter, "min_price");
        assert_false(fault.is_of_filter);
        assert_null(fault.without_clicks);
    }
    assert_true(refuse("utm_source=x&min_price=x").is_of_filter);
}

static void what_others_append_to_links_can_be_told_apart(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"utm_source=newsletter", ""},
        {"utm_=&utm_anything", ""},
        {"fbclid=IwAR0%2F-_x", ""},
        {"gclid=a&gbraid=b&wbraid=c&dclid=d&srsltid=e&_ga=f&_gl=g&igshid=h&msclkid=i&twclid=j&ttclid=k&yclid=l"
         "&li_fat_id=m&mc_cid=n&mc_eid=o",
         ""},
        {"fbclid=1&fbclid=2", ""},
        {"fbclid=%ff%00", ""},
        {"%66bclid=1", ""},
        {"sort=price&utm_source=x&q=caf%c3%a9+a%20b&gclid=y&limit=5", "sort=price&q=caf%c3%a9+a%20b&limit=5"},
        {"&&q=a&&utm_medium=x&", "q=a"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct query_fault fault = refuse(cases[i][0]);
        assert_false(fault.is_of_filter);
        assert_non_null(fault.without_clicks);
        assert_string_equal(fault.without_clicks, cases[i][1]);
        parse(fault.without_clicks);
    }
    assert_string_equal(refuse("limit=5&utm_source=x").parameter, "utm_source");
}

static void other_names_are_not_those_of_links(void **state)
{
    (void)state;
    static const char *const others[] = {"utm=1", "utmx=1", "UTM_SOURCE=1", "xfbclid=1", "fbclid2=1", "fbcli=1",
                                         "_g=1",  "ga=1",   "=utm_source",  "utm%00_=1", "ref=1"};
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
        assert_null(refuse(others[i]).without_clicks);
}

static void equal_queries_have_one_text(void **state)
{
    (void)state;
    assert_string_equal(key_of("sort=id&limit=100&q="), "");
    assert_string_equal(key_of("limit=007&min_price=00"), key_of("min_price=0&limit=7"));
    assert_string_equal(key_of("fields=name,slug"), key_of("fields=id,slug,name"));
    assert_string_equal(key_of("q=caf%C3%A9"), key_of("q=+cafe%CC%81"));
    assert_string_equal(key_of("%71=a"), key_of("q=%61"));
    assert_string_equal(key_of("tag=a%26b"), "tag=a%26b");
}

static void different_queries_have_different_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {"",           "limit=5",     "tag=a",     "q=a",         "q=a&sort=id",
                                        "category=a", "count=1",     "explain=1", "min_price=1", "max_price=1",
                                        "fields=id",  "fields=slug", "sort=name", "q=A",         "q=a%26tag=b",
                                        "q=a&tag=b"};
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(key_of(texts[i]), key_of(texts[j]));
    }
}

static void printed_query_is_read_again(void **state)
{
    (void)state;
    const char *text = "category=a&tag=x%26y&q=%E2%82%AC%20%2B%25&min_price=1&max_price=9&sort=-price&limit=7"
                       "&fields=id,slug&count=1&explain=1";
    struct product_query query = parse(text);
    assert_string_equal(query_print_link(&query, &(struct position){0}, &secret, &arena), text);
    assert_string_equal(query_print_key(&query, &arena), text);
}

static void cursor_leads_to_its_position(void **state)
{
    (void)state;
    struct product_query query = parse("q=a&limit=3");
    struct position position = {.is_set = true, .number = INT64_MIN, .id = INT32_MAX, .text = "\xc3\xa9"};
    struct product_query next = parse(query_print_link(&query, &position, &secret, &arena));
    assert_true(next.position.is_set);
    assert_false(next.position.is_backwards);
    assert_true(next.position.number == INT64_MIN);
    assert_int_equal(next.position.id, INT32_MAX);
    assert_string_equal(next.position.text, "\xc3\xa9");
    assert_int_equal(next.limit, 3);
    position.is_backwards = true;
    assert_true(parse(query_print_link(&query, &position, &secret, &arena)).position.is_backwards);
}

static void cursor_is_bound_to_its_filters_and_sort(void **state)
{
    (void)state;
    static const char *const others[] = {"", "q=b", "q=a&sort=id", "q=a&tag=t", "q=a&min_price=1", "q=a&category=c"};
    const char *cursor = cursor_of("q=a");
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
        struct query_fault fault = refuse(arena_print(&arena, "%s&after=%s", others[i], cursor));
        assert_string_equal(fault.parameter, "after");
        assert_non_null(strstr(fault.detail, "another query"));
    }
}

static void fields_come_in_one_value_or_in_several(void **state)
{
    (void)state;
    static const char *const same[] = {"fields=slug&fields=name", "fields[]=slug&fields[]=name",
                                       "fields=name&fields%5B%5D=slug", "fields=slug&limit=100&fields=name,id"};
    for (size_t i = 0; i < ARRAY_LENGTH(same); i++)
        assert_string_equal(key_of(same[i]), key_of("fields=slug,name"));
    static const char *const wrong[] = {"fields=slug&fields=slug", "fields=slug&fields[]=slug", "fields=id&fields=id",
                                        "fields=slug&fields="};
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
        assert_string_equal(refuse(wrong[i]).parameter, "fields");
    assert_string_equal(refuse("limit[]=5").parameter, "limit[]");
}

static void limit_and_fields_may_change_on_the_way(void **state)
{
    (void)state;
    const char *cursor = cursor_of("q=a&limit=5");
    assert_true(parse(arena_print(&arena, "after=%s&limit=7&fields=id&count=1&q=a", cursor)).position.is_set);
}

static void after_and_before_do_not_go_together(void **state)
{
    (void)state;
    const char *cursor = cursor_of("");
    assert_refused(arena_print(&arena, "after=%s&before=%s", cursor, cursor), "before");
}

static void position_is_part_of_the_key(void **state)
{
    (void)state;
    const char *cursor = cursor_of("");
    const char *after = key_of(arena_print(&arena, "after=%s", cursor)),
               *before = key_of(arena_print(&arena, "before=%s", cursor));
    assert_string_not_equal(after, before);
    assert_string_not_equal(after, "");
}

static void category_of_the_path_binds_and_stays_out_of_links(void **state)
{
    (void)state;
    const struct query_frame frame = {.parameters = QUERY_OF_CATEGORY, .category = "phones", .secret = &secret};
    struct product_query query;
    struct query_fault fault;
    struct position position = {.is_set = true, .id = 3, .text = ""};
    assert_true(query_parse("limit=5", &frame, &arena, &query, &fault));
    assert_string_equal(query.category, "phones");
    assert_string_equal(query_print_link(&query, &(struct position){0}, &secret, &arena), "limit=5");
    assert_string_equal(query_print_scope(&query, &arena), "category=phones");
    assert_string_not_equal(query_print_key(&query, &arena), key_of("category=phones&limit=5"));
    const char *next = query_print_link(&query, &position, &secret, &arena);
    assert_true(query_parse(next, &frame, &arena, &query, &fault));
    assert_string_equal(refuse(next).parameter, "after"); /* of no category */
    assert_string_equal(refuse_in("category=x", &frame).parameter, "category");
}

#define TEST(name) cmocka_unit_test_teardown(name, release_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_the_default),
        TEST(every_parameter_is_understood),
        TEST(every_sort_is_understood),
        TEST(wrong_values_are_refused_by_name),
        TEST(refusal_says_the_value_and_what_is_allowed),
        TEST(unknown_parameters_are_refused_with_those_that_are_known),
        TEST(address_refuses_what_it_does_not_know),
        TEST(parameters_twice_are_refused),
        TEST(empty_filters_are_none),
        TEST(text_that_is_none_is_refused),
        TEST(refusal_of_hostile_text_is_plain_text),
        TEST(text_is_as_long_as_it_may_be),
        TEST(a_hundred_characters_of_any_script_can_be_searched_for),
        TEST(search_has_at_most_eight_words),
        TEST(search_is_in_one_form),
        TEST(wild_cards_and_quotes_are_text),
        TEST(prices_the_wrong_way_round_are_refused),
        TEST(what_else_was_chosen_beside_a_wrong_filter_is_kept),
        TEST(worse_faults_go_before_those_that_people_can_mend),
        TEST(what_others_append_to_links_can_be_told_apart),
        TEST(other_names_are_not_those_of_links),
        TEST(equal_queries_have_one_text),
        TEST(different_queries_have_different_texts),
        TEST(printed_query_is_read_again),
        TEST(cursor_leads_to_its_position),
        TEST(cursor_is_bound_to_its_filters_and_sort),
        TEST(fields_come_in_one_value_or_in_several),
        TEST(limit_and_fields_may_change_on_the_way),
        TEST(after_and_before_do_not_go_together),
        TEST(position_is_part_of_the_key),
        TEST(category_of_the_path_binds_and_stays_out_of_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
