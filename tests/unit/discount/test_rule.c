/* SPDX-License-Identifier: MIT */
/* What makes a rule a sound one: each fault is found, named by its field, and none hides another. */
#include <stdlib.h>

#include "common/zone.h"
#include "shop.h"

/* The faults that were told, as "field field …", and the last message. */
struct told {
    char fields[512];
    char message[512];
    size_t count;
};

static void note_fault(void *data, const char *field, const char *message)
{
    struct told *told = data;
    size_t length = strlen(told->fields);

    snprintf(told->fields + length, sizeof told->fields - length, "%s%s", length > 0 ? " " : "", field);
    snprintf(told->message, sizeof told->message, "%s", message);
    assert_null(strpbrk(message, "\n\r\t"));
    told->count++;
}

/* Checks a rule; its faults must be these fields, in this order. Returns the last message. */
static const char *assert_faults(const struct rule *rule, const char *fields)
{
    static struct told told;

    told = (struct told){0};
    assert_int_equal(rule_check(rule, note_fault, &told), fields[0] == '\0');
    assert_string_equal(told.fields, fields);
    return told.message;
}

static struct rule percent_rule(void)
{
    return shop_rule("black-friday", RULE_LANE_SALE, RULE_PERCENT, 1000);
}

static void sound_rules_have_no_faults(void **state)
{
    struct rule_product products[] = {{.slug = "iphone-x", .price = 0}, {.slug = "a", .price = INT32_MAX}};
    const char *categories[] = {"phones", "games"};
    struct rule rule = percent_rule();

    (void)state;
    assert_faults(&rule, "");
    rule.zone = "America/Argentina/Buenos_Aires";
    rule.starts_at = RULE_INSTANT_MIN;
    rule.ends_at = RULE_INSTANT_MAX;
    rule.cap = rule.minimum = RULE_MONEY_MAX;
    rule.priority = -RULE_PRIORITY_MAX;
    rule.value = RULE_PERCENT_MAX;
    rule.products = products;
    rule.product_count = 2;
    rule.excluded_categories = categories;
    rule.excluded_category_count = 2;
    rule.audience = RULE_GROUP;
    rule.group = "vip";
    assert_faults(&rule, "");

    rule = shop_rule("a", RULE_LANE_CONTRACT, RULE_PRICE, 0);
    rule.audience = RULE_CUSTOMER;
    rule.customer_id = INT32_MAX;
    assert_faults(&rule, "");
    rule.is_price_list = true;
    rule.products = products;
    rule.product_count = 2;
    assert_faults(&rule, "");
}

static void keys_are_slugs(void **state)
{
    static const char *const good[] = {"a", "0", "a-b", "2026-sale-1"};
    static const char *const bad[] = {"", "-a", "a-", "a--b", "A", "a b", "a_b", "\xc3\xa4", "a\n"};
    char longest[RULE_KEY_MAX + 2];

    (void)state;
    memset(longest, 'a', sizeof longest);
    longest[RULE_KEY_MAX] = '\0';
    assert_true(rule_is_key(longest, RULE_KEY_MAX));
    longest[RULE_KEY_MAX] = 'a';
    longest[RULE_KEY_MAX + 1] = '\0';
    assert_false(rule_is_key(longest, RULE_KEY_MAX));
    assert_false(rule_is_key(NULL, RULE_KEY_MAX));
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
        assert_true(rule_is_key(good[i], RULE_KEY_MAX));
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_false(rule_is_key(bad[i], RULE_KEY_MAX));
}

static void labels_are_one_line_of_utf8(void **state)
{
    static const char *const good[] = {"", "20 % off", "F\xc3\xbcr alle \xe2\x9c\x93"};
    static const char *const bad[] = {"a\nb",         "a\tb", "\x7f", "\xc2\x85",
                                      "\xe2\x80\xa8", "\xff", "\xc3", "\xed\xa0\x80"};
    char longest[2 * RULE_LABEL_MAX + 3] = "";

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
        assert_true(rule_is_label(good[i]));
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_false(rule_is_label(bad[i]));
    for (size_t i = 0; i < RULE_LABEL_MAX; i++)
        strcat(longest, "\xc3\xa4");
    assert_true(rule_is_label(longest)); /* code points count, not bytes */
    strcat(longest, "\xc3\xa4");
    assert_false(rule_is_label(longest));
}

static void zones_look_like_names_of_zones(void **state)
{
    static const char *const good[] = {"UTC", "Europe/Berlin", "Etc/GMT+5", "America/Port-au-Prince", "EST5EDT"};
    static const char *const bad[] = {"",       "/etc/passwd", "Europe/",       "a//b", "../x",
                                      "a/../b", "./a",         "Europe Berlin", ":UTC"};
    char longest[ZONE_NAME_MAX + 2];

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
        assert_true(zone_is_name(good[i]));
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_false(zone_is_name(bad[i]));
    memset(longest, 'a', sizeof longest);
    longest[ZONE_NAME_MAX + 1] = '\0';
    assert_false(zone_is_name(longest));
    assert_true(zone_is_name(longest + 1));
}

static void names_that_are_none_are_faults(void **state)
{
    struct rule rule = percent_rule();

    (void)state;
    rule.key = "Black Friday";
    rule.label = "";
    rule.zone = "Europe Berlin";
    assert_faults(&rule, "key label zone");
    rule.key = rule.label = NULL;
    rule.zone = NULL;
    assert_faults(&rule, "key label");
}

static void values_out_of_range_are_faults(void **state)
{
    static const struct {
        enum rule_kind kind;
        int64_t value;
        const char *fields;
    } values[] = {
        {RULE_PERCENT, -1, "percent"},
        {RULE_PERCENT, 0, ""},
        {RULE_PERCENT, 10001, "percent"},
        {RULE_PERCENT, INT64_MIN, "percent"},
        {RULE_AMOUNT, 0, "amount"},
        {RULE_AMOUNT, 1, ""},
        {RULE_AMOUNT, -5, "amount"},
        {RULE_AMOUNT, INT64_C(2147483648), "amount"},
        {RULE_AMOUNT, INT32_MAX, ""},
        {RULE_PRICE, -1, "price"},
        {RULE_PRICE, 0, ""},
        {RULE_PRICE, INT32_MAX, ""},
        {RULE_PRICE, INT64_MAX, "price"},
        {RULE_PRICE, INT64_C(4294967296), "price"},
        {RULE_AMOUNT, INT64_MAX, "amount"},
        {RULE_AMOUNT, INT64_MIN, "amount"},
        {(enum rule_kind)7, 0, "percent"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
        struct rule rule = shop_rule("a", RULE_LANE_SALE, values[i].kind, values[i].value);
        assert_faults(&rule, values[i].fields);
    }
}

static void a_message_has_the_value_and_what_is_allowed(void **state)
{
    struct rule rule = percent_rule();

    (void)state;
    rule.value = 15050;
    assert_string_equal(assert_faults(&rule, "percent"), "150.50 % is out of range: 0 to 100 % is allowed");
    rule.value = -5;
    assert_string_equal(assert_faults(&rule, "percent"), "-0.05 % is out of range: 0 to 100 % is allowed");
    rule.value = 0;
    rule.cap = -1;
    assert_string_equal(assert_faults(&rule, "cap"), "-1 is out of range: 0 to 2147483647 is allowed");
    rule.cap = 0;
    rule.key = "a\nb\xff\xe2\x80\xae";
    assert_string_equal(assert_faults(&rule, "key"),
                        "\"a?b?"
                        "???"
                        "\" is not a key: 1 to 64 characters of a-z, 0-9 and single hyphens between them are "
                        "allowed");
}

static void limits_out_of_range_are_faults(void **state)
{
    struct rule rule = percent_rule();

    (void)state;
    rule.lane = (enum rule_lane)2;
    rule.priority = RULE_PRIORITY_MAX + 1;
    rule.minimum = -1;
    rule.cap = INT64_C(2147483648);
    assert_faults(&rule, "lane priority minimum cap");
    rule = shop_rule("a", RULE_LANE_SALE, RULE_AMOUNT, 1);
    rule.cap = 1;
    assert_faults(&rule, "cap");
}

static void audiences_that_do_not_go_together_are_faults(void **state)
{
    struct rule rule = percent_rule();

    (void)state;
    rule.customer_id = 1;
    rule.group = "vip";
    assert_faults(&rule, "customer group");
    rule.audience = RULE_CUSTOMER;
    assert_faults(&rule, "group");
    rule.group = "";
    assert_faults(&rule, "");
    rule.customer_id = 0;
    assert_faults(&rule, "customer");
    rule.audience = RULE_GROUP;
    assert_faults(&rule, "group");
    rule.group = "no group";
    assert_faults(&rule, "group");
    rule.group = NULL;
    rule.audience = (enum rule_audience)3;
    assert_faults(&rule, "audience");
}

static void windows_that_are_none_are_faults(void **state)
{
    static const struct {
        int64_t starts_at, ends_at;
        const char *fields;
    } windows[] = {
        {SHOP_NOW, SHOP_NOW, "ends"},
        {SHOP_NOW, SHOP_NOW - 1, "ends"},
        {SHOP_NOW, SHOP_NOW + 1, ""},
        {1, 0, "starts"},
        {0, RULE_INSTANT_MAX + 1, "ends"},
        {-1, INT64_MAX, "starts ends"},
        {INT64_MAX, INT64_MIN, "starts ends ends"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(windows); i++) {
        struct rule rule = percent_rule();
        rule.starts_at = windows[i].starts_at;
        rule.ends_at = windows[i].ends_at;
        assert_faults(&rule, windows[i].fields);
    }
}

static void price_lists_have_prices_and_nothing_else(void **state)
{
    struct rule_product products[] = {{.slug = "a", .price = -1}, {.slug = "b", .price = INT64_C(2147483648)}};
    const char *categories[] = {"phones"};
    struct rule rule = shop_rule("a", RULE_LANE_CONTRACT, RULE_PRICE, 0);

    (void)state;
    rule.is_price_list = true;
    assert_faults(&rule, "price");
    rule.products = products;
    rule.product_count = 2;
    assert_faults(&rule, "price price");
    products[0].price = products[1].price = 1;
    rule.value = 5;
    rule.categories = rule.excluded_categories = categories;
    rule.category_count = rule.excluded_category_count = 1;
    assert_faults(&rule, "price include exclude");
    rule.category_count = rule.excluded_category_count = 0;
    rule.kind = RULE_PERCENT;
    rule.value = 0;
    assert_faults(&rule, "price");
}

static void targets_named_twice_are_told_once_each(void **state)
{
    struct rule_product products[] = {{.slug = "b"}, {.slug = "a"}, {.slug = "b"}, {.slug = "a"}, {.slug = "b"}};
    struct rule_product excluded[] = {{.id = 4}, {.id = 3}, {.id = 4}};
    const char *categories[] = {"x", "y", "x"}, *excluded_categories[] = {"x", "x"};
    struct rule rule = percent_rule();

    (void)state;
    rule.products = products;
    rule.product_count = 5;
    assert_string_equal(assert_faults(&rule, "include include"), "product \"b\" is named more than once");
    rule.product_count = 2;
    rule.categories = categories;
    rule.category_count = 3;
    assert_string_equal(assert_faults(&rule, "include"), "category \"x\" is named more than once");
    rule.category_count = 2;
    rule.excluded_products = excluded;
    rule.excluded_product_count = 3;
    rule.excluded_categories = excluded_categories;
    rule.excluded_category_count = 2;
    assert_faults(&rule, "exclude exclude");
    rule.excluded_product_count = 2;
    rule.excluded_category_count = 1; /* included and excluded is no fault */
    assert_faults(&rule, "");
}

static void targets_that_are_none_are_faults(void **state)
{
    struct rule_product products[] = {{.slug = "iPhone"}, {.id = 0}, {.id = -1}};
    const char *categories[] = {"", NULL};
    struct rule rule = percent_rule();

    (void)state;
    rule.products = products;
    rule.product_count = 3;
    rule.excluded_categories = categories;
    rule.excluded_category_count = 2;
    assert_faults(&rule, "include include include exclude exclude");
}

static void too_many_targets_are_one_fault(void **state)
{
    struct rule_product *products = calloc(RULE_TARGETS_MAX, sizeof *products);
    const char *categories[] = {"x"};
    struct rule rule = percent_rule();

    (void)state;
    for (int32_t i = 0; i < RULE_TARGETS_MAX; i++)
        products[i].id = RULE_TARGETS_MAX - i;
    rule.products = products;
    rule.product_count = RULE_TARGETS_MAX;
    assert_faults(&rule, "");
    rule.excluded_categories = categories;
    rule.excluded_category_count = 1;
    assert_faults(&rule, "include");
    free(products);
}

static void all_faults_are_told_at_once(void **state)
{
    struct rule rule = percent_rule();

    (void)state;
    rule.key = "?";
    rule.priority = INT32_MIN;
    rule.value = 20000;
    rule.customer_id = 3;
    rule.starts_at = -1;
    assert_faults(&rule, "key priority percent customer starts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_rules_have_no_faults),
        cmocka_unit_test(keys_are_slugs),
        cmocka_unit_test(labels_are_one_line_of_utf8),
        cmocka_unit_test(zones_look_like_names_of_zones),
        cmocka_unit_test(names_that_are_none_are_faults),
        cmocka_unit_test(values_out_of_range_are_faults),
        cmocka_unit_test(a_message_has_the_value_and_what_is_allowed),
        cmocka_unit_test(limits_out_of_range_are_faults),
        cmocka_unit_test(audiences_that_do_not_go_together_are_faults),
        cmocka_unit_test(windows_that_are_none_are_faults),
        cmocka_unit_test(price_lists_have_prices_and_nothing_else),
        cmocka_unit_test(targets_named_twice_are_told_once_each),
        cmocka_unit_test(targets_that_are_none_are_faults),
        cmocka_unit_test(too_many_targets_are_one_fault),
        cmocka_unit_test(all_faults_are_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
