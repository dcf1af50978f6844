/* SPDX-License-Identifier: MIT */
/* Rule files: what each word means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rulefile_harness.h"

static void the_example_says_what_it_reads(void **state)
{
    (void)state;
    parse("discount-rules 1\n"
          "\n"
          "product 1 iphone-x\n"
          "    floor 50000\n"
          "\n"
          "group vip \"Very important people\"\n"
          "    members 1 2 77-80\n"
          "\n"
          "rule black-friday \"20 % off phones\"\n"
          "    lane sale\n"
          "    percent 20\n"
          "    audience group vip\n"
          "    include category phones\n"
          "    exclude product iphone-x\n"
          "    cap 5000\n"
          "    starts 2026-11-27 Europe/Berlin\n"
          "    ends 2026-11-30 Europe/Berlin\n"
          "\n"
          "end\n");
    assert_int_equal(rulefile.change_count, 5);
    const struct change *changes = rulefile.changes;
    assert_int_equal(changes[0].kind, CHANGE_SET_PRODUCT);
    assert_int_equal(changes[0].product.id, 1);
    assert_string_equal(changes[0].product.slug, "iphone-x");
    assert_int_equal(changes[0].product.floor, 50000);
    assert_int_equal(changes[1].kind, CHANGE_SET_GROUP);
    assert_string_equal(changes[1].key, "vip");
    assert_string_equal(changes[1].label, "Very important people");
    assert_int_equal(changes[2].kind, CHANGE_CLEAR_GROUP);
    assert_string_equal(changes[2].key, "vip");
    assert_int_equal(changes[3].kind, CHANGE_ADD_MEMBERS);
    assert_string_equal(changes[3].key, "vip");
    static const int32_t members[] = {1, 2, 77, 78, 79, 80};
    assert_int_equal(changes[3].customer_count, 6);
    assert_memory_equal(changes[3].customer_ids, members, sizeof members);
    const struct rule *rule = &changes[4].rule;
    assert_string_equal(rule->key, "black-friday");
    assert_string_equal(rule->label, "20 % off phones");
    assert_true(rule->is_enabled);
    assert_false(rule->is_exclusive);
    assert_int_equal(rule->lane, RULE_LANE_SALE);
    assert_int_equal(rule->kind, RULE_PERCENT);
    assert_int_equal(rule->value, 2000);
    assert_int_equal(rule->audience, RULE_GROUP);
    assert_string_equal(rule->group, "vip");
    assert_int_equal(rule->product_count, 0);
    assert_int_equal(rule->category_count, 1);
    assert_string_equal(rule->categories[0], "phones");
    assert_int_equal(rule->excluded_product_count, 1);
    assert_string_equal(rule->excluded_products[0].slug, "iphone-x");
    assert_int_equal(rule->cap, 5000);
    assert_int_equal(rule->starts_at, 1795734000);
    assert_int_equal(rule->ends_at, 1795734000 + 4 * 86400);
    assert_string_equal(rule->zone, "Europe/Berlin");
}

static void a_rule_of_few_words_is_for_everybody_and_everything_for_ever(void **state)
{
    (void)state;
    const struct rule *rule = parse_rule(RULE "amount 500\n" TAIL);
    assert_int_equal(rule->kind, RULE_AMOUNT);
    assert_int_equal(rule->value, 500);
    assert_true(rule->is_enabled);
    assert_int_equal(rule->audience, RULE_EVERYBODY);
    assert_int_equal(rule->product_count + rule->category_count, 0);
    assert_int_equal(rule->excluded_product_count + rule->excluded_category_count, 0);
    assert_int_equal(rule->minimum + rule->cap + rule->priority, 0);
    assert_int_equal(rule->starts_at, 0);
    assert_int_equal(rule->ends_at, 0);
    assert_string_equal(rule->zone, "");
}

static void percentages_have_up_to_two_decimals(void **state)
{
    static const struct {
        const char *text;
        int64_t percent;
    } cases[] = {{"0", 0}, {"0.01", 1}, {"12.5", 1250}, {"12.50", 1250}, {"99.99", 9999}, {"100", 10000}, {"007", 700}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char text[128];
        snprintf(text, sizeof text, RULE "percent %s\n" TAIL, cases[i].text);
        assert_int_equal(parse_rule(text)->value, cases[i].percent);
    }
}

static void a_price_list_has_a_price_for_each_product(void **state)
{
    (void)state;
    const struct rule *rule = parse_rule(RULE "price ball 500\nprice bat 0\n" TAIL);
    assert_int_equal(rule->kind, RULE_PRICE);
    assert_true(rule->is_price_list);
    assert_int_equal(rule->value, 0);
    assert_int_equal(rule->product_count, 2);
    assert_string_equal(rule->products[0].slug, "ball");
    assert_int_equal(rule->products[0].price, 500);
    assert_string_equal(rule->products[1].slug, "bat");
    assert_int_equal(rule->products[1].price, 0);
}

static void one_price_is_for_all_targets(void **state)
{
    (void)state;
    const struct rule *rule = parse_rule(RULE "price 2147483647\ninclude product ball bat\ninclude product net\n" TAIL);
    assert_false(rule->is_price_list);
    assert_int_equal(rule->value, INT32_MAX);
    assert_int_equal(rule->product_count, 3);
    assert_string_equal(rule->products[2].slug, "net");
}

static void the_other_words_set_their_fields(void **state)
{
    (void)state;
    const struct rule *rule = parse_rule(HEAD "rule a \"A\"\nlane contract\npercent 5\naudience customer 7\n"
                                              "exclude category old worn\nminimum 100\npriority -1000000\nexclusive\n"
                                              "disabled\n" TAIL);
    assert_int_equal(rule->lane, RULE_LANE_CONTRACT);
    assert_int_equal(rule->audience, RULE_CUSTOMER);
    assert_int_equal(rule->customer_id, 7);
    assert_int_equal(rule->excluded_category_count, 2);
    assert_string_equal(rule->excluded_categories[1], "worn");
    assert_int_equal(rule->minimum, 100);
    assert_int_equal(rule->priority, -1000000);
    assert_true(rule->is_exclusive);
    assert_false(rule->is_enabled);
    assert_int_equal(parse_rule(RULE "percent 5\naudience everybody\n" TAIL)->audience, RULE_EVERYBODY);
}

static void a_window_may_be_open_at_one_end(void **state)
{
    (void)state;
    const struct rule *rule = parse_rule(RULE "percent 5\nends 2026-11-27T12:00 Asia/Tokyo\n" TAIL);
    assert_int_equal(rule->starts_at, 0);
    assert_int_equal(rule->ends_at, 1795737600 + 3 * 3600);
    assert_string_equal(rule->zone, "Asia/Tokyo");
    assert_int_equal(parse_rule(RULE "percent 5\nstarts 2026-11-27\n" TAIL)->starts_at, 1795737600);
}

static void utc_with_and_without_its_name_is_one_zone(void **state)
{
    (void)state;
    assert_string_equal(parse_rule(RULE "percent 5\nstarts 2026-11-27\nends 2026-11-28 UTC\n" TAIL)->zone, "");
    assert_string_equal(parse_rule(RULE "percent 5\nstarts 2026-11-27 UTC\nends 2026-11-28\n" TAIL)->zone, "");
}

static void a_window_without_a_zone_is_in_that_of_the_shop(void **state)
{
    (void)state;
    shop_zone = "Asia/Tokyo";
    const struct rule *rule = parse_rule(RULE "percent 5\nstarts 2026-11-27\nends 2026-11-28T18:00Z\n" TAIL);
    assert_int_equal(rule->starts_at, 1795737600 - 9 * 3600);
    assert_int_equal(rule->ends_at, 1795737600 + 42 * 3600);
    assert_string_equal(rule->zone, "Asia/Tokyo");
    rule = parse_rule(RULE "percent 5\nstarts 2026-11-27 UTC\n" TAIL);
    assert_int_equal(rule->starts_at, 1795737600);
    assert_string_equal(rule->zone, "");
    assert_told(RULE "percent 5\nstarts 2026-11-27\nends 2026-11-28 UTC\n" TAIL,
                "6: the zone is UTC here and Asia/Tokyo in line 5; both lines need the same one\n");
    shop_zone = "";
}

static void labels_have_quotes_backslashes_and_any_characters(void **state)
{
    (void)state;
    parse(HEAD "rule a \"5\\\" and \\\\ # 10 \xe2\x82\xac \xf0\x9f\x98\x80\"\nlane sale\npercent 1\ngroup b\n" TAIL);
    assert_string_equal(rulefile.changes[0].rule.label, "5\" and \\ # 10 \xe2\x82\xac \xf0\x9f\x98\x80");
    assert_string_equal(rulefile.changes[1].label, "");
}

static void spaces_comments_and_blank_lines_mean_nothing(void **state)
{
    (void)state;
    const struct rule *rule = parse_rule("\xef\xbb\xbf# shop\r\n\r\n  discount-rules\t1 # version\r\n"
                                         "rule a \"A\" # label\r\n\t \t lane   sale\t\r\npercent 5 #no\r\n"
                                         "#percent 6\r\n  end # of it\r\n# nothing\r\n\r\n");
    assert_int_equal(rule->value, 500);
    assert_int_equal(rule->lane, RULE_LANE_SALE);
}

static void the_last_line_may_have_no_line_end(void **state)
{
    (void)state;
    parse(HEAD "end");
    assert_int_equal(rulefile.change_count, 0);
    parse(HEAD "end\r");
}

static void a_group_without_members_leaves_them_alone(void **state)
{
    (void)state;
    parse(HEAD "group vip\n" TAIL);
    assert_int_equal(rulefile.change_count, 1);
    assert_int_equal(rulefile.changes[0].kind, CHANGE_SET_GROUP);
}

static void members_are_sorted_and_each_is_one_once(void **state)
{
    static const int32_t expected[] = {1, 2, 3, 4, 5, 9, INT32_MAX};

    (void)state;
    parse(HEAD "group vip\nmembers 9 3-5 2147483647\nmembers 1-4 5\n" TAIL);
    assert_int_equal(rulefile.changes[2].customer_count, ARRAY_LENGTH(expected));
    assert_memory_equal(rulefile.changes[2].customer_ids, expected, sizeof expected);
}

static void each_group_has_its_own_members(void **state)
{
    (void)state;
    parse(HEAD "group vip\nmembers 1 2\ngroup staff\nmembers 7\ngroup empty\n" TAIL);
    assert_int_equal(rulefile.change_count, 7);
    assert_int_equal(rulefile.changes[2].customer_count, 2);
    assert_string_equal(rulefile.changes[5].key, "staff");
    assert_int_equal(rulefile.changes[5].customer_count, 1);
    assert_int_equal(rulefile.changes[5].customer_ids[0], 7);
}

static void many_members_are_more_than_one_change(void **state)
{
    (void)state;
    parse(HEAD "group vip\nmembers 5-2000010\n" TAIL);
    assert_int_equal(rulefile.change_count, 5);
    assert_int_equal(rulefile.changes[2].customer_count, CHANGE_MEMBERS_MAX);
    assert_int_equal(rulefile.changes[4].kind, CHANGE_ADD_MEMBERS);
    assert_int_equal(rulefile.changes[4].customer_count, 6);
    assert_int_equal(rulefile.changes[4].customer_ids[5], 2000010);
}

static void things_are_removed_in_a_line(void **state)
{
    (void)state;
    parse(HEAD "remove rule a\nremove group vip\nremove product ball\n" TAIL);
    assert_int_equal(rulefile.change_count, 3);
    assert_int_equal(rulefile.changes[0].kind, CHANGE_REMOVE_RULE);
    assert_string_equal(rulefile.changes[0].key, "a");
    assert_int_equal(rulefile.changes[1].kind, CHANGE_REMOVE_GROUP);
    assert_string_equal(rulefile.changes[1].key, "vip");
    assert_int_equal(rulefile.changes[2].kind, CHANGE_REMOVE_PRODUCT);
    assert_string_equal(rulefile.changes[2].key, "ball");
}

static void changes_keep_the_file_s_order(void **state)
{
    (void)state;
    parse(HEAD "rule b \"B\"\nlane sale\npercent 1\nproduct 2 ball\nrule a \"A\"\nlane sale\npercent 1\n" TAIL);
    assert_string_equal(rulefile.changes[0].rule.key, "b");
    assert_int_equal(rulefile.changes[1].kind, CHANGE_SET_PRODUCT);
    assert_string_equal(rulefile.changes[2].rule.key, "a");
}

static void the_line_of_a_field_is_known(void **state)
{
    (void)state;
    parse(HEAD "\ngroup vip\nmembers 1\n\nrule a \"A\"\nlane sale\npercent 5\ninclude product x\ninclude product y\n"
               "audience group vip\nends 2026-01-01 Europe/Berlin\n" TAIL);
    assert_int_equal(rulefile_line(&rulefile, 0, ""), 3);
    assert_int_equal(rulefile_line(&rulefile, 2, "members"), 4);
    assert_int_equal(rulefile_line(&rulefile, 3, ""), 6);
    assert_int_equal(rulefile_line(&rulefile, 3, "key"), 6);
    assert_int_equal(rulefile_line(&rulefile, 3, "percent"), 8);
    assert_int_equal(rulefile_line(&rulefile, 3, "kind"), 8);
    assert_int_equal(rulefile_line(&rulefile, 3, "include"), 9);
    assert_int_equal(rulefile_line(&rulefile, 3, "group"), 11);
    assert_int_equal(rulefile_line(&rulefile, 3, "zone"), 12);
    assert_int_equal(rulefile_line(&rulefile, 3, "cap"), 6);
    assert_int_equal(rulefile_line(&rulefile, 3, "nonsense"), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_says_what_it_reads),
        cmocka_unit_test(a_rule_of_few_words_is_for_everybody_and_everything_for_ever),
        cmocka_unit_test(percentages_have_up_to_two_decimals),
        cmocka_unit_test(a_price_list_has_a_price_for_each_product),
        cmocka_unit_test(one_price_is_for_all_targets),
        cmocka_unit_test(the_other_words_set_their_fields),
        cmocka_unit_test(a_window_may_be_open_at_one_end),
        cmocka_unit_test(utc_with_and_without_its_name_is_one_zone),
        cmocka_unit_test(a_window_without_a_zone_is_in_that_of_the_shop),
        cmocka_unit_test(labels_have_quotes_backslashes_and_any_characters),
        cmocka_unit_test(spaces_comments_and_blank_lines_mean_nothing),
        cmocka_unit_test(the_last_line_may_have_no_line_end),
        cmocka_unit_test(a_group_without_members_leaves_them_alone),
        cmocka_unit_test(members_are_sorted_and_each_is_one_once),
        cmocka_unit_test(each_group_has_its_own_members),
        cmocka_unit_test(many_members_are_more_than_one_change),
        cmocka_unit_test(things_are_removed_in_a_line),
        cmocka_unit_test(changes_keep_the_file_s_order),
        cmocka_unit_test(the_line_of_a_field_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, release_arena);
}
