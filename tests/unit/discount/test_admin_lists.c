/* SPDX-License-Identifier: MIT */
/* What an administrator lists: rules, groups, members, products, revisions and what differs between them, in pages. */
#include "tests/unit/discount/admin_harness.h"

/* ---- Rules ---- */

/* Rules r-000, r-001, … for customers 1, 2, 3, 1, … */
static void make_rules(size_t count)
{
    Ecommerce__Change **changes = memory_get(count * sizeof(*changes));

    for (size_t i = 0; i < count; i++) {
        Ecommerce__Rule *rule = new_rule(arena_print(&arena, "r-%03zu", i), (int32_t)i + 1);
        rule->customer_id = 1 + (int32_t)(i % 3);
        changes[i] = set_rule(rule);
    }
    apply(changes, count);
    free(changes);
}

static void rules_come_in_pages_that_leave_none_out(void **state)
{
    Ecommerce__ListRulesRequest request = ECOMMERCE__LIST_RULES_REQUEST__INIT;
    size_t seen = 0, pages = 0;

    (void)state;
    make_rules(250);
    request.page_size = 80;
    request.text = (char *)"R-";
    do {
        const Ecommerce__ListRulesResponse *answer = ask("ListRules", &request);
        assert_int_equal(answer->revision, get_status()->latest);
        assert_int_equal(answer->n_rules, pages < 3 ? 80 : 10);
        for (size_t i = 0; i < answer->n_rules; i++, seen++)
            assert_string_equal(answer->rules[i]->key, arena_print(&arena, "r-%03zu", seen));
        request.page_token = answer->next_page_token;
        pages++;
    } while (request.page_token[0] != '\0' && pages < 10);
    assert_int_equal(seen, 250);
    assert_int_equal(pages, 4);
}

static void a_page_that_ends_with_the_last_rule_is_the_last(void **state)
{
    Ecommerce__ListRulesRequest request = ECOMMERCE__LIST_RULES_REQUEST__INIT;

    (void)state;
    make_rules(3);
    request.page_size = 4; /* with the demo's */
    const Ecommerce__ListRulesResponse *answer = ask("ListRules", &request);
    assert_int_equal(answer->n_rules, 4);
    assert_string_equal(answer->next_page_token, "");
}

static void filters_choose_rules(void **state)
{
    Ecommerce__ListRulesRequest request = ECOMMERCE__LIST_RULES_REQUEST__INIT;

    (void)state;
    make_rules(9);
    request.customer_id = 2;
    request.lane = ECOMMERCE__LANE__LANE_SALE;
    request.kind = ECOMMERCE__KIND__KIND_PERCENT;
    const Ecommerce__ListRulesResponse *answer = ask("ListRules", &request);
    assert_int_equal(answer->n_rules, 3);
    assert_string_equal(answer->rules[0]->key, "r-001");
    request.lane = ECOMMERCE__LANE__LANE_CONTRACT;
    answer = ask("ListRules", &request);
    assert_int_equal(answer->n_rules, 0);
    request = (Ecommerce__ListRulesRequest)ECOMMERCE__LIST_RULES_REQUEST__INIT;
    request.key = (char *)"r-004";
    answer = ask("ListRules", &request);
    assert_int_equal(answer->n_rules, 1);
    assert_int_equal(answer->rules[0]->percent, 5);
}

static void what_a_list_is_asked_wrongly_is_told_by_name(void **state)
{
    Ecommerce__ListRulesRequest request = ECOMMERCE__LIST_RULES_REQUEST__INIT;

    (void)state;
    request.page_size = -1;
    assert_refused(call("ListRules", &request), RPC_INVALID_ARGUMENT, "page_size is -1; 0 to 1000 is allowed");
    request.page_size = 1001;
    assert_refused(call("ListRules", &request), RPC_INVALID_ARGUMENT, "page_size is 1001");
    request.page_size = 0;
    request.page_token = (char *)"What?";
    assert_refused(call("ListRules", &request), RPC_INVALID_ARGUMENT, "page_token is \"What?\"");
    request.page_token = (char *)"";
    request.lane = ECOMMERCE__LANE__LANE_CODE;
    assert_refused(call("ListRules", &request), RPC_INVALID_ARGUMENT, "lane is 3");
    request.lane = ECOMMERCE__LANE__LANE_UNSPECIFIED;
    request.kind = (Ecommerce__Kind)9;
    assert_refused(call("ListRules", &request), RPC_INVALID_ARGUMENT, "kind is 9");
    request.kind = ECOMMERCE__KIND__KIND_UNSPECIFIED;
    request.customer_id = -4;
    assert_refused(call("ListRules", &request), RPC_INVALID_ARGUMENT, "customer_id is -4");
    request.customer_id = 0;
    request.group = (char *)"VIP!";
    assert_refused(call("ListRules", &request), RPC_INVALID_ARGUMENT, "group is \"VIP!\"");
    request.group = (char *)"";
    request.active_at = -1;
    assert_refused(call("ListRules", &request), RPC_INVALID_ARGUMENT, "active_at is -1");
}

static void pages_are_cut_before_an_answer_is_too_large(void **state)
{
    Ecommerce__ListRulesRequest request = ECOMMERCE__LIST_RULES_REQUEST__INIT;
    enum { PRODUCTS = 4000, RULES = 10 };
    char **slugs = make_products(PRODUCTS);
    size_t seen = 0, pages = 0;

    (void)state;
    for (size_t i = 0; i < RULES; i++) {
        Ecommerce__Rule *rule = new_rule(arena_print(&arena, "large-%zu", i), 100 + (int32_t)i);
        rule->include_products = slugs;
        rule->n_include_products = PRODUCTS;
        apply_one(set_rule(rule));
    }
    request.text = (char *)"large-";
    do {
        const Ecommerce__ListRulesResponse *answer = ask("ListRules", &request);
        assert_true(answer->n_rules > 0 && answer->n_rules < RULES);
        seen += answer->n_rules;
        request.page_token = answer->next_page_token;
        pages++;
    } while (request.page_token[0] != '\0' && pages < 10);
    assert_int_equal(seen, RULES);
    assert_int_equal(pages, 3);
}

static void groups_members_and_products_are_listed(void **state)
{
    Ecommerce__ListGroupsRequest groups = ECOMMERCE__LIST_GROUPS_REQUEST__INIT;
    Ecommerce__ListMembersRequest members = ECOMMERCE__LIST_MEMBERS_REQUEST__INIT;
    Ecommerce__ListProductsRequest products = ECOMMERCE__LIST_PRODUCTS_REQUEST__INIT;
    int32_t ids[] = {30, 10, 20};
    Ecommerce__Change *changes[] = {set_group("vip"), set_group("staff"), add_members("vip", ids, 3),
                                    set_product(44, "lamp", 250)};

    (void)state;
    apply(changes, 4);
    groups.page_size = 1;
    const Ecommerce__ListGroupsResponse *group_list = ask("ListGroups", &groups);
    assert_string_equal(group_list->groups[0]->key, "staff");
    groups.page_token = group_list->next_page_token;
    group_list = ask("ListGroups", &groups);
    assert_int_equal(group_list->n_groups, 1);
    assert_string_equal(group_list->groups[0]->key, "vip");
    assert_int_equal(group_list->groups[0]->member_count, 3);
    assert_string_equal(group_list->next_page_token, "");
    members.group = (char *)"vip";
    members.page_size = 2;
    const Ecommerce__ListMembersResponse *member_list = ask("ListMembers", &members);
    assert_int_equal(member_list->n_customer_ids, 2);
    assert_int_equal(member_list->customer_ids[1], 20);
    members.page_token = member_list->next_page_token;
    member_list = ask("ListMembers", &members);
    assert_int_equal(member_list->n_customer_ids, 1);
    assert_int_equal(member_list->customer_ids[0], 30);
    assert_string_equal(member_list->next_page_token, "");
    products.slug = (char *)"lamp";
    const Ecommerce__ListProductsResponse *product_list = ask("ListProducts", &products);
    assert_int_equal(product_list->n_products, 1);
    assert_int_equal(product_list->products[0]->floor, 250);
}

static void members_of_no_group_are_not_found(void **state)
{
    Ecommerce__ListMembersRequest request = ECOMMERCE__LIST_MEMBERS_REQUEST__INIT;

    (void)state;
    assert_refused(call("ListMembers", &request), RPC_INVALID_ARGUMENT, "group");
    request.group = (char *)"nobody";
    assert_refused(call("ListMembers", &request), RPC_NOT_FOUND, "nobody");
    request.page_token = (char *)"x";
    assert_refused(call("ListMembers", &request), RPC_INVALID_ARGUMENT, "page_token is \"x\"");
}

static void revisions_come_latest_first_and_in_pages(void **state)
{
    Ecommerce__ListRevisionsRequest request = ECOMMERCE__LIST_REVISIONS_REQUEST__INIT;
    int64_t latest = 0;

    (void)state;
    for (int32_t i = 1; i <= 4; i++)
        latest = apply_one(set_rule(new_rule("sale", i)));
    request.page_size = 2;
    const Ecommerce__ListRevisionsResponse *answer = ask("ListRevisions", &request);
    assert_int_equal(answer->n_revisions, 2);
    assert_int_equal(answer->revisions[0]->revision, latest);
    request.page_token = answer->next_page_token;
    answer = ask("ListRevisions", &request);
    assert_int_equal(answer->revisions[0]->revision, latest - 2);
}

static void differences_tell_what_was_and_what_is(void **state)
{
    Ecommerce__CompareRevisionsRequest request = ECOMMERCE__COMPARE_REVISIONS_REQUEST__INIT;
    int32_t ids[] = {7};
    Ecommerce__Change *changes[] = {set_rule(new_rule("sale", 2000)), set_group("vip"), add_members("vip", ids, 1),
                                    set_product(1, "iphone-x", 500)};

    (void)state;
    request.from = apply_one(set_rule(new_rule("sale", 1000)));
    request.to = apply(changes, 4);
    request.page_size = 3;
    const Ecommerce__CompareRevisionsResponse *answer = ask("CompareRevisions", &request);
    assert_int_equal(answer->n_differences, 3);
    assert_string_equal(answer->differences[0]->kind, "rule");
    assert_int_equal(answer->differences[0]->rule_before->percent, 1000);
    assert_int_equal(answer->differences[0]->rule_after->percent, 2000);
    assert_string_equal(answer->differences[1]->kind, "group");
    assert_null(answer->differences[1]->group_before);
    assert_string_equal(answer->differences[2]->key, "vip/7");
    assert_true(!answer->differences[2]->member_before && answer->differences[2]->member_after);
    request.page_token = answer->next_page_token;
    answer = ask("CompareRevisions", &request);
    assert_int_equal(answer->n_differences, 1);
    assert_int_equal(answer->differences[0]->product_after->floor, 500);
    assert_string_equal(answer->next_page_token, "");
    request.page_token = (char *)"";
    request.to = 4711;
    assert_refused(call("CompareRevisions", &request), RPC_NOT_FOUND, "4711");
    request.to = 0;
    assert_refused(call("CompareRevisions", &request), RPC_INVALID_ARGUMENT, "to is 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(rules_come_in_pages_that_leave_none_out),
        ADMIN_TEST(a_page_that_ends_with_the_last_rule_is_the_last),
        ADMIN_TEST(filters_choose_rules),
        ADMIN_TEST(what_a_list_is_asked_wrongly_is_told_by_name),
        ADMIN_TEST(pages_are_cut_before_an_answer_is_too_large),
        ADMIN_TEST(groups_members_and_products_are_listed),
        ADMIN_TEST(members_of_no_group_are_not_found),
        ADMIN_TEST(revisions_come_latest_first_and_in_pages),
        ADMIN_TEST(differences_tell_what_was_and_what_is),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
