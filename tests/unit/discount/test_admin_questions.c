/* SPDX-License-Identifier: MIT */
/* What an administrator asks: why, what if, what is odd, what runs. */
#include <time.h>

#include "tests/unit/discount/admin_harness.h"

#include "common/program.h"

/* ---- Explain ---- */

static void a_price_is_explained_with_the_whole_rule_and_those_that_lost(void **state)
{
    Ecommerce__Rule *named = new_rule("named", 2000), *other = new_rule("other", 1000);
    char *phone = (char *)"iphone-x";
    Ecommerce__Change *changes[] = {set_rule(named), set_rule(other)};

    (void)state;
    named->include_products = &phone;
    named->n_include_products = 1;
    int64_t revision = apply(changes, 2);
    const Ecommerce__ExplainResponse *answer = explain_at(1, 999, 0);
    assert_int_equal(answer->revision, revision);
    assert_int_equal(answer->n_lanes, 2);
    assert_string_equal(answer->lanes[0]->winner->key, "demo");
    const Ecommerce__LaneExplanation *sale = answer->lanes[1];
    assert_string_equal(sale->winner->key, "named");
    assert_int_equal(sale->winner->n_include_products, 1);
    assert_string_equal(sale->winner->include_products[0], "iphone-x");
    assert_int_equal(sale->price_before, 899);
    assert_int_equal(sale->exact_numerator, 899 * 8000);
    assert_int_equal(sale->price_after, 719);
    assert_int_equal(sale->n_losers, 1);
    assert_string_equal(sale->losers[0]->key, "other");
    assert_int_equal(sale->losers[0]->loss, ECOMMERCE__LOSS__LOSS_OUT_PRICED);
    assert_int_equal(sale->n_counts, 1);
    assert_int_equal(answer->value->value_in_cents, 719);
    assert_true(answer->value->pct == (float)((999.0 - 719) / 999));
    assert_string_equal(answer->rounding, "down");
}

static void without_a_discount_the_explained_value_is_empty(void **state)
{
    (void)state;
    const Ecommerce__ExplainResponse *answer = explain_at(2, 1000, 0);
    assert_int_equal(answer->price, 1000);
    assert_non_null(answer->value);
    assert_int_equal(answer->value->value_in_cents, 0);
    assert_null(answer->lanes[0]->winner);
    assert_string_equal(answer->lanes[0]->losers[0]->key, "demo");
}

static void another_instant_is_explained_by_its_windows(void **state)
{
    Ecommerce__Rule *rule = new_rule("past", 5000);
    int64_t now = (int64_t)time(NULL);

    (void)state;
    rule->starts_at = now - 30 * 86400;
    rule->ends_at = now - 20 * 86400;
    apply_one(set_rule(rule));
    assert_int_equal(price_for(5, 1000), 1000);
    assert_int_equal(explain_at(5, 1000, rule->ends_at - 1)->price, 500);
    assert_int_equal(explain_at(5, 1000, rule->ends_at)->price, 1000);
}

static void a_winner_with_very_many_targets_is_shortened(void **state)
{
    enum { PRODUCTS = 3000 };
    char **slugs = make_products(PRODUCTS);
    Ecommerce__Rule *rule = new_rule("many", 2000);
    Ecommerce__ExplainRequest request = ECOMMERCE__EXPLAIN_REQUEST__INIT;
    Ecommerce__Product product = new_product(100 + 1234, 1000);

    (void)state;
    rule->include_products = slugs;
    rule->n_include_products = PRODUCTS;
    apply_one(set_rule(rule));
    request.product = &product;
    const Ecommerce__ExplainResponse *answer = ask("Explain", &request);
    assert_int_equal(answer->price, 800);
    assert_int_equal(answer->lanes[1]->winner->n_include_products, 1);
    assert_string_equal(answer->lanes[1]->winner->include_products[0], slugs[1234]);
}

static void an_explanation_needs_a_product_and_sound_numbers(void **state)
{
    Ecommerce__ExplainRequest request = ECOMMERCE__EXPLAIN_REQUEST__INIT;
    Ecommerce__Product product = new_product(1, 1000);

    (void)state;
    assert_refused(call("Explain", &request), RPC_INVALID_ARGUMENT, "product is missing");
    request.product = &product;
    request.customer_id = -1;
    assert_refused(call("Explain", &request), RPC_INVALID_ARGUMENT, "customer_id is -1");
    request.customer_id = 0;
    request.max_losers = 10001;
    assert_refused(call("Explain", &request), RPC_INVALID_ARGUMENT, "max_losers is 10001; 0 to 10000");
}

/* ---- Preview ---- */

static Ecommerce__PreviewRequest preview_request(Ecommerce__Change **changes, size_t count,
                                                 Ecommerce__Product **products, size_t product_count)
{
    Ecommerce__PreviewRequest request = ECOMMERCE__PREVIEW_REQUEST__INIT;

    request.changes = changes;
    request.n_changes = count;
    request.products = products;
    request.n_products = product_count;
    return request;
}

static void a_preview_tells_each_price_that_would_change_and_changes_none(void **state)
{
    Ecommerce__Rule *for_nine = new_rule("nine", 5000);
    Ecommerce__Change *changes[] = {set_rule(for_nine), set_product(1, "iphone-x", 600)};
    Ecommerce__Product product = new_product(1, 1000), *products[] = {&product};
    Ecommerce__PreviewRequest request = preview_request(changes, 2, products, 1);
    int64_t revision = get_status()->latest;

    (void)state;
    for_nine->customer_id = 9;
    const Ecommerce__PreviewResponse *answer = ask("Preview", &request);
    assert_int_equal(answer->revision, revision);
    assert_int_equal(answer->quotes, 3); /* everybody, customer 9, and customer 1 for the floor */
    assert_int_equal(answer->changed, 1);
    assert_int_equal(answer->n_prices, 1);
    const Ecommerce__ChangedPrice *price = answer->prices[0];
    assert_int_equal(price->customer_id, 9);
    assert_string_equal(price->slug, "a-product");
    assert_int_equal(price->before, 1000);
    assert_int_equal(price->after, 600);
    assert_true(price->is_at_floor);
    assert_int_equal(price->n_rules_before, 0);
    assert_string_equal(price->rules_after[0], "nine");
    assert_int_equal(answer->floors_after, 1);
    assert_int_equal(answer->sum_after, 1000 + 600 + 900);
    assert_int_equal(get_status()->latest, revision);
    assert_int_equal(price_for(9, 1000), 1000);
    assert_int_equal(apply(changes, 2), revision + 1); /* and now it is so */
    assert_int_equal(price_for(9, 1000), 600);
}

static void a_preview_of_a_wrong_change_tells_its_faults(void **state)
{
    Ecommerce__Change *change = set_rule(new_rule("wrong", 20000));
    Ecommerce__Product product = new_product(1, 1000), *products[] = {&product};
    Ecommerce__PreviewRequest request = preview_request(&change, 1, products, 1);

    (void)state;
    const Ecommerce__PreviewResponse *answer = ask("Preview", &request);
    assert_int_equal(answer->n_faults, 1);
    assert_int_equal(answer->quotes, 0);
    apply_one(set_group("vip")); /* nothing is left open */
}

static void a_preview_is_for_whom_it_is_asked(void **state)
{
    int32_t ids[] = {5}, customers[] = {5, 6};
    Ecommerce__Rule *rule = new_rule("vip", 1000);
    Ecommerce__Change *changes[] = {set_group("vip"), add_members("vip", ids, 1), set_rule(rule)};
    Ecommerce__Product product = new_product(1, 1000), *products[] = {&product};
    Ecommerce__PreviewRequest request = preview_request(changes, 3, products, 1);
    char *groups[] = {(char *)"vip"};

    (void)state;
    rule->group = (char *)"vip";
    request.customer_ids = customers;
    request.n_customer_ids = 2;
    request.groups = groups;
    request.n_groups = 1;
    const Ecommerce__PreviewResponse *answer = ask("Preview", &request);
    assert_int_equal(answer->quotes, 3);
    assert_int_equal(answer->changed, 2);
    assert_string_equal(answer->prices[0]->group, "vip");
    assert_int_equal(answer->prices[1]->customer_id, 5);
    groups[0] = (char *)"vipp";
    assert_refused(call("Preview", &request), RPC_NOT_FOUND, "vipp");
    groups[0] = (char *)"vip";
    customers[0] = 0;
    assert_refused(call("Preview", &request), RPC_INVALID_ARGUMENT, "customer_ids has 0");
}

static void a_preview_of_an_instant_that_has_passed_knows_the_rules_of_then(void **state)
{
    Ecommerce__Rule *past = new_rule("past", 5000), *more = new_rule("more", 6000);
    Ecommerce__Change *change = set_rule(more);
    Ecommerce__Product product = new_product(1, 1000), *products[] = {&product};
    Ecommerce__PreviewRequest request = preview_request(&change, 1, products, 1);

    (void)state;
    request.everybody = true;
    past->ends_at = more->ends_at = (int64_t)time(NULL) - 20 * 86400;
    apply_one(set_rule(past));
    request.at = past->ends_at - 1;
    const Ecommerce__PreviewResponse *answer = ask("Preview", &request);
    assert_int_equal(answer->sum_before, 500);
    assert_int_equal(answer->sum_after, 400);
    request.at = past->ends_at;
    answer = ask("Preview", &request);
    assert_int_equal(answer->sum_before, 1000);
    assert_int_equal(answer->changed, 0);
}

static void a_preview_compares_with_what_the_database_has_by_now(void **state)
{
    Ecommerce__Change *change = set_rule(new_rule("half", 5000));
    Ecommerce__Product product = new_product(1, 1000), *products[] = {&product};
    Ecommerce__PreviewRequest request = preview_request(&change, 1, products, 1);
    Ecommerce__Change *first = set_rule(new_rule("tenth", 1000));
    Ecommerce__ApplyChangesRequest slow = apply_request(&first, 1);

    (void)state;
    request.everybody = true;
    struct rollout_slot *slot = rollout_join(rollout); /* keeps the revision from being used */
    struct reply reply = call_until("ApplyChanges", &slow, clock_now_ns() + CLOCK_NS_PER_S);
    assert_int_equal(reply.outcome.code, RPC_DEADLINE_EXCEEDED);
    assert_int_equal(price_for(5, 1000), 1000);
    const Ecommerce__PreviewResponse *answer = ask("Preview", &request);
    rollout_leave(rollout, slot);
    assert_int_equal(answer->revision, get_status()->latest);
    assert_int_equal(answer->sum_before, 900);
    assert_int_equal(answer->sum_after, 500);
}

/* ---- Lint ---- */

static void lint_names_rules_and_products_with_and_without_changes(void **state)
{
    Ecommerce__LintRequest request = ECOMMERCE__LINT_REQUEST__INIT;
    Ecommerce__Rule *cheap = new_rule("cheap", 0);
    char *phone = (char *)"iphone-x";
    Ecommerce__Change *changes[] = {set_rule(new_rule("small", 100)), set_rule(cheap), set_product(1, "iphone-x", 600)};
    Ecommerce__Change *large = set_rule(new_rule("large", 200));

    (void)state;
    cheap->kind = ECOMMERCE__KIND__KIND_PRICE;
    cheap->price = 599;
    cheap->include_products = &phone;
    cheap->n_include_products = 1;
    int64_t revision = apply(changes, 3);
    const Ecommerce__LintResponse *answer = ask("Lint", &request);
    assert_int_equal(answer->revision, revision);
    assert_int_equal(answer->count, 1);
    assert_int_equal(answer->findings[0]->oddity, ECOMMERCE__ODDITY__ODDITY_UNDER_FLOOR);
    assert_string_equal(answer->findings[0]->rule, "cheap");
    assert_string_equal(answer->findings[0]->product, "iphone-x");
    request.changes = &large;
    request.n_changes = 1;
    request.max_findings = 1;
    answer = ask("Lint", &request);
    assert_int_equal(answer->count, 2);
    assert_int_equal(answer->n_findings, 1);
    request.max_findings = 0;
    answer = ask("Lint", &request);
    assert_string_equal(answer->findings[1]->rule, "small");
    assert_int_equal(answer->findings[1]->oddity, ECOMMERCE__ODDITY__ODDITY_SHADOWED);
    assert_string_equal(answer->findings[1]->other_rule, "large");
    assert_int_equal(get_status()->latest, revision);
}

/* ---- Status ---- */

static void the_status_tells_workers_and_counts(void **state)
{
    (void)state;
    const Ecommerce__GetStatusResponse *before = get_status();
    apply_one(set_group("vip"));
    const Ecommerce__GetStatusResponse *status = get_status();
    assert_string_equal(status->version, PROGRAM_VERSION);
    assert_int_equal(status->rules, 1);
    assert_int_equal(status->groups, before->groups + 1);
    assert_int_equal(status->products, 3);
    assert_string_equal(status->rounding, "down");
    assert_string_equal(status->refused, "");
    assert_int_equal(status->n_workers, 1);
    assert_int_equal(status->workers[0]->pid, getpid());
    assert_int_equal(status->workers[0]->prepared, status->latest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(a_price_is_explained_with_the_whole_rule_and_those_that_lost),
        ADMIN_TEST(without_a_discount_the_explained_value_is_empty),
        ADMIN_TEST(another_instant_is_explained_by_its_windows),
        ADMIN_TEST(a_winner_with_very_many_targets_is_shortened),
        ADMIN_TEST(an_explanation_needs_a_product_and_sound_numbers),
        ADMIN_TEST(a_preview_tells_each_price_that_would_change_and_changes_none),
        ADMIN_TEST(a_preview_of_a_wrong_change_tells_its_faults),
        ADMIN_TEST(a_preview_is_for_whom_it_is_asked),
        ADMIN_TEST(a_preview_of_an_instant_that_has_passed_knows_the_rules_of_then),
        ADMIN_TEST(a_preview_compares_with_what_the_database_has_by_now),
        ADMIN_TEST(lint_names_rules_and_products_with_and_without_changes),
        ADMIN_TEST(the_status_tells_workers_and_counts),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
