/* SPDX-License-Identifier: MIT */
/* What is wrong with a change by itself, and what it is about. */
#include <stdlib.h>

#include "discount/rule/change.h"
#include "shop.h"

static char told[512]; /* the fields of all faults */

static void note_fault(void *data, const char *field, const char *message)
{
    size_t length = strlen(told);

    (void)data;
    assert_true(message[0] != '\0');
    snprintf(told + length, sizeof told - length, "%s%s", length > 0 ? " " : "", field);
}

static void assert_faults(const struct change *change, const char *fields)
{
    told[0] = '\0';
    assert_int_equal(change_check(change, note_fault, NULL), fields[0] == '\0');
    assert_string_equal(told, fields);
}

static void a_rule_s_faults_are_those_of_its_change(void **state)
{
    struct change change = {.kind = CHANGE_SET_RULE, .rule = shop_rule("a", RULE_LANE_SALE, RULE_AMOUNT, 1)};

    (void)state;
    assert_faults(&change, "");
    change.rule.value = 0;
    change.rule.key = "";
    assert_faults(&change, "key amount");
}

static void keys_of_all_kinds_are_checked(void **state)
{
    static const enum change_kind kinds[] = {CHANGE_REMOVE_RULE, CHANGE_ENABLE_RULE,    CHANGE_DISABLE_RULE,
                                             CHANGE_SET_GROUP,   CHANGE_REMOVE_GROUP,   CHANGE_CLEAR_GROUP,
                                             CHANGE_ADD_MEMBERS, CHANGE_REMOVE_MEMBERS, CHANGE_REMOVE_PRODUCT};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        struct change change = {.kind = kinds[i], .key = "vip"};
        assert_faults(&change, "");
        change.key = "Very Important";
        assert_faults(&change, "key");
        change.key = NULL;
        assert_faults(&change, "key");
    }
}

static void slugs_may_be_longer_than_keys(void **state)
{
    char slug[RULE_SLUG_MAX + 2];
    struct change change = {.kind = CHANGE_REMOVE_PRODUCT, .key = slug};

    (void)state;
    memset(slug, 'a', sizeof slug);
    slug[RULE_SLUG_MAX] = '\0';
    assert_faults(&change, "");
    change.kind = CHANGE_REMOVE_RULE;
    assert_faults(&change, "key");
    slug[RULE_SLUG_MAX] = 'a';
    slug[RULE_SLUG_MAX + 1] = '\0';
    change.kind = CHANGE_REMOVE_PRODUCT;
    assert_faults(&change, "key");
}

static void a_group_s_label_may_be_empty_but_not_wrong(void **state)
{
    struct change change = {.kind = CHANGE_SET_GROUP, .key = "vip", .label = ""};

    (void)state;
    assert_faults(&change, "");
    change.label = "a\nb";
    assert_faults(&change, "label");
}

static void members_are_customers(void **state)
{
    const int32_t good[] = {1, 5, INT32_MAX}, bad[] = {1, 0, -7};
    struct change change = {.kind = CHANGE_ADD_MEMBERS, .key = "vip", .customer_ids = good, .customer_count = 3};

    (void)state;
    assert_faults(&change, "");
    change.customer_ids = bad;
    assert_faults(&change, "members");
    change.kind = CHANGE_REMOVE_MEMBERS;
    assert_faults(&change, "members");
    change.customer_count = 1;
    assert_faults(&change, "");
}

static void a_change_has_so_many_members_and_no_more(void **state)
{
    int32_t *ids = malloc((CHANGE_MEMBERS_MAX + 1) * sizeof *ids);
    struct change change = {.kind = CHANGE_ADD_MEMBERS, .key = "vip", .customer_ids = ids};

    (void)state;
    for (int32_t i = 0; i <= CHANGE_MEMBERS_MAX; i++)
        ids[i] = i + 1;
    change.customer_count = CHANGE_MEMBERS_MAX;
    assert_faults(&change, "");
    change.customer_count++;
    assert_faults(&change, "members");
    free(ids);
}

static void products_are_checked(void **state)
{
    struct change change = {.kind = CHANGE_SET_PRODUCT, .product = {.id = 1, .slug = "iphone-x"}};

    (void)state;
    assert_faults(&change, "");
    change.product.floor = RULE_MONEY_MAX;
    assert_faults(&change, "");
    change.product = (struct known_product){.id = 0, .slug = "iPhone", .floor = -1};
    assert_faults(&change, "id slug floor");
    change.product.floor = INT64_C(2147483648);
    assert_faults(&change, "id slug floor");
}

static void unknown_kinds_are_refused_and_clearing_all_is_not(void **state)
{
    struct change change = {.kind = CHANGE_CLEAR_ALL};

    (void)state;
    assert_faults(&change, "");
    change.kind = CHANGE_KINDS;
    told[0] = '\0';
    assert_false(change_check(&change, note_fault, NULL));
}

static void a_change_says_what_it_is_about(void **state)
{
    static const struct {
        struct change change;
        const char *subject;
    } subjects[] = {
        {{.kind = CHANGE_SET_RULE, .rule = {.key = "black-friday"}}, "rule black-friday"},
        {{.kind = CHANGE_DISABLE_RULE, .key = "demo"}, "rule demo"},
        {{.kind = CHANGE_ADD_MEMBERS, .key = "vip"}, "group vip"},
        {{.kind = CHANGE_SET_PRODUCT, .product = {.slug = "iphone-x"}}, "product iphone-x"},
        {{.kind = CHANGE_REMOVE_PRODUCT, .key = "iphone-x"}, "product iphone-x"},
        {{.kind = CHANGE_CLEAR_ALL, .key = "vip"}, "everything"},
        {{.kind = CHANGE_REMOVE_GROUP}, "group"},
        {{.kind = CHANGE_REMOVE_GROUP, .key = "a\nb"}, "group \"a?b\""},
    };
    char text[64], tiny[8];

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(subjects); i++)
        assert_string_equal(change_subject(&subjects[i].change, text, sizeof text), subjects[i].subject);
    assert_string_equal(change_subject(&subjects[0].change, tiny, sizeof tiny), "rule bl");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_s_faults_are_those_of_its_change),
        cmocka_unit_test(keys_of_all_kinds_are_checked),
        cmocka_unit_test(slugs_may_be_longer_than_keys),
        cmocka_unit_test(a_group_s_label_may_be_empty_but_not_wrong),
        cmocka_unit_test(members_are_customers),
        cmocka_unit_test(a_change_has_so_many_members_and_no_more),
        cmocka_unit_test(products_are_checked),
        cmocka_unit_test(unknown_kinds_are_refused_and_clearing_all_is_not),
        cmocka_unit_test(a_change_says_what_it_is_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
