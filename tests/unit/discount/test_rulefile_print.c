/* SPDX-License-Identifier: MIT */
/* Rule files as they are written: one form of everything, which is read back as what it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "random_rule.h"
#include "rulefile_harness.h"

static char *printed;
static size_t printed_length;
static struct arena made; /* what is printed lives here, what is read in `arena` */

static FILE *open_print(void)
{
    free(printed);
    printed = NULL;
    FILE *out = open_memstream(&printed, &printed_length);
    assert_non_null(out);
    rulefile_print_start(out);
    return out;
}

static void close_print(FILE *out)
{
    rulefile_print_end(out);
    assert_int_equal(fclose(out), 0);
}

static const char *print_rule(const struct rule *rule)
{
    FILE *out = open_print();
    rulefile_print_rule(out, rule);
    close_print(out);
    return printed;
}

static int release_all(void **state)
{
    free(printed);
    arena_release(&made);
    return release_arena(state);
}

static void a_rule_of_many_words_has_them_in_one_order(void **state)
{
    struct rule_product product = {.slug = "ball"};
    const char *category = "toys";
    struct rule rule = {
        .key = "a",
        .label = "say \"A\\B\"",
        .is_exclusive = true,
        .lane = RULE_LANE_SALE,
        .priority = -3,
        .value = 1250,
        .audience = RULE_GROUP,
        .group = "vip",
        .products = &product,
        .product_count = 1,
        .categories = &category,
        .category_count = 1,
        .excluded_products = &product,
        .excluded_product_count = 1,
        .excluded_categories = &category,
        .excluded_category_count = 1,
        .minimum = 7,
        .cap = 8,
        .starts_at = 1795734000,
        .ends_at = 1795734000 + 86400,
        .zone = "Europe/Berlin",
    };

    (void)state;
    assert_string_equal(print_rule(&rule), "discount-rules 1\n"
                                           "\n"
                                           "rule a \"say \\\"A\\\\B\\\"\"\n"
                                           "    lane sale\n"
                                           "    percent 12.5\n"
                                           "    audience group vip\n"
                                           "    include product ball\n"
                                           "    include category toys\n"
                                           "    exclude product ball\n"
                                           "    exclude category toys\n"
                                           "    minimum 7\n"
                                           "    cap 8\n"
                                           "    priority -3\n"
                                           "    exclusive\n"
                                           "    disabled\n"
                                           "    starts 2026-11-27 Europe/Berlin\n"
                                           "    ends 2026-11-27 Europe/Berlin\n"
                                           "\n"
                                           "end\n");
}

static void a_price_list_has_a_line_for_each_product(void **state)
{
    struct rule_product products[] = {{.slug = "bat", .price = 0}, {.slug = "ball", .price = 500}};
    struct rule rule = {.key = "a",
                        .label = "A",
                        .is_enabled = true,
                        .kind = RULE_PRICE,
                        .is_price_list = true,
                        .products = products,
                        .product_count = 2,
                        .audience = RULE_CUSTOMER,
                        .customer_id = 7};

    (void)state;
    assert_string_equal(print_rule(&rule), "discount-rules 1\n"
                                           "\n"
                                           "rule a \"A\"\n"
                                           "    lane contract\n"
                                           "    audience customer 7\n"
                                           "    price bat 0\n"
                                           "    price ball 500\n"
                                           "\n"
                                           "end\n");
}

static void percentages_have_no_more_decimals_than_they_need(void **state)
{
    static const struct {
        int64_t percent;
        const char *line;
    } cases[] = {{0, "percent 0\n"},        {1, "percent 0.01\n"},     {10, "percent 0.1\n"},
                 {100, "percent 1\n"},      {1205, "percent 12.05\n"}, {1250, "percent 12.5\n"},
                 {9999, "percent 99.99\n"}, {10000, "percent 100\n"}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_non_null(
            strstr(print_rule(&(struct rule){.key = "a", .label = "A", .value = cases[i].percent}), cases[i].line));
}

static void every_percentage_is_read_back(void **state)
{
    struct rule rule = {.key = "a", .label = "A", .is_enabled = true, .zone = ""};

    (void)state;
    for (rule.value = 0; rule.value <= RULE_PERCENT_MAX; rule.value++)
        assert_int_equal(parse_rule(print_rule(&rule))->value, rule.value);
}

static void products_and_groups_are_written_shortly(void **state)
{
    FILE *out = open_print();

    (void)state;
    rulefile_print_product(out, &(struct known_product){.id = 1, .slug = "ball", .floor = 500});
    rulefile_print_product(out, &(struct known_product){.id = 2, .slug = "bat"});
    rulefile_print_group(out, "vip", "V");
    rulefile_print_group(out, "old", NULL);
    close_print(out);
    assert_string_equal(printed, "discount-rules 1\n\nproduct 1 ball\n    floor 500\n\nproduct 2 bat\n\n"
                                 "group vip \"V\"\n\ngroup old\n\nend\n");
}

static const char *print_members(const int32_t *ids, size_t count, size_t at_once)
{
    struct rulefile_members members = {0};
    FILE *out = open_print();

    rulefile_print_group(out, "vip", "");
    for (size_t from = 0; from < count; from += at_once)
        rulefile_print_members(out, &members, ids + from, count - from < at_once ? count - from : at_once);
    rulefile_print_members(out, &members, NULL, 0);
    close_print(out);
    return printed;
}

static void members_are_written_as_ranges_however_they_come(void **state)
{
    static const int32_t ids[] = {1, 2, 4, 77, 78, 79, 80, INT32_MAX - 2, INT32_MAX - 1, INT32_MAX};

    (void)state;
    for (size_t at_once = 1; at_once <= ARRAY_LENGTH(ids); at_once++)
        assert_string_equal(print_members(ids, ARRAY_LENGTH(ids), at_once),
                            "discount-rules 1\n\ngroup vip\n    members 1 2 4 77-80 2147483645-2147483647\n\nend\n");
}

static void a_group_without_members_has_no_line_of_them(void **state)
{
    (void)state;
    assert_string_equal(print_members(NULL, 0, 1), "discount-rules 1\n\ngroup vip\n\nend\n");
}

static void lines_of_many_words_are_wrapped(void **state)
{
    int32_t ids[500];

    (void)state;
    for (int32_t i = 0; i < 500; i++)
        ids[i] = 1000000 + i * 2;
    const char *line = print_members(ids, ARRAY_LENGTH(ids), 7);
    size_t lines = 0;
    for (; *line != '\0'; line += strcspn(line, "\n") + 1, lines++)
        assert_true(strcspn(line, "\n") <= 100);
    assert_true(lines > 40);
    parse(printed);
    assert_int_equal(rulefile.changes[2].customer_count, 500);
    assert_memory_equal(rulefile.changes[2].customer_ids, ids, sizeof ids);
}

static void random_members_are_read_back(void **state)
{
    static int32_t ids[3000];

    (void)state;
    for (int round = 0; round < 50; round++) {
        size_t count = 1 + random_below(ARRAY_LENGTH(ids));
        int32_t id = 0;
        for (size_t i = 0; i < count; i++)
            ids[i] = id += random_is(3) ? 1 + (int32_t)random_below(500000) : 1;
        parse(print_members(ids, count, 1 + random_below(count)));
        assert_int_equal(rulefile.changes[2].customer_count, count);
        assert_memory_equal(rulefile.changes[2].customer_ids, ids, count * sizeof ids[0]);
    }
}

static void every_rule_is_read_back_and_written_alike_again(void **state)
{
    (void)state;
    for (size_t round = 0; round < 3000; round++) {
        arena_reset(&made);
        struct rule rule = random_rule(&made, round);
        char *first = strdup(print_rule(&rule));
        const struct rule *read = parse_rule(first);
        assert_same_rule(read, &rule);
        assert_string_equal(print_rule(read), first);
        free(first);
    }
}

static void many_rules_are_read_back_in_their_order(void **state)
{
    struct rule rules[200];
    FILE *out = open_print();

    (void)state;
    arena_reset(&made);
    for (size_t i = 0; i < ARRAY_LENGTH(rules); i++) {
        rules[i] = random_rule(&made, i);
        rulefile_print_rule(out, &rules[i]);
    }
    close_print(out);
    parse(printed);
    assert_int_equal(rulefile.change_count, ARRAY_LENGTH(rules));
    for (size_t i = 0; i < ARRAY_LENGTH(rules); i++)
        assert_same_rule(&rulefile.changes[i].rule, &rules[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_of_many_words_has_them_in_one_order),
        cmocka_unit_test(a_price_list_has_a_line_for_each_product),
        cmocka_unit_test(percentages_have_no_more_decimals_than_they_need),
        cmocka_unit_test(every_percentage_is_read_back),
        cmocka_unit_test(products_and_groups_are_written_shortly),
        cmocka_unit_test(members_are_written_as_ranges_however_they_come),
        cmocka_unit_test(a_group_without_members_has_no_line_of_them),
        cmocka_unit_test(lines_of_many_words_are_wrapped),
        cmocka_unit_test(random_members_are_read_back),
        cmocka_unit_test(every_rule_is_read_back_and_written_alike_again),
        cmocka_unit_test(many_rules_are_read_back_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, release_all);
}
