/* SPDX-License-Identifier: MIT */
/* How an administrator changes rules: whole or not at all, with all that is wrong, in use when it is answered. */
#include "tests/unit/discount/admin_harness.h"

#include "discount/store/sqlite/internal.h"

/* ---- Changes that are sound ---- */

static void a_change_is_in_use_when_it_is_answered(void **state)
{
    (void)state;
    assert_int_equal(price_for(5, 1000), 1000);
    int64_t revision = get_status()->revision;
    assert_int_equal(apply_one(set_rule(new_rule("sale", 2000))), revision + 1);
    assert_int_equal(price_for(5, 1000), 800);
    assert_int_equal(get_status()->revision, revision + 1);
    assert_int_equal(get_status()->latest, revision + 1);
}

static void a_revision_tells_who_why_and_how_much(void **state)
{
    Ecommerce__Change *changes[] = {set_rule(new_rule("sale", 2000)), set_group("vip")};
    Ecommerce__ApplyChangesRequest request = apply_request(changes, 2);
    Ecommerce__ListRevisionsRequest list = ECOMMERCE__LIST_REVISIONS_REQUEST__INIT;

    (void)state;
    request.message = (char *)"Black Friday \xe2\x80\x93 at last";
    const Ecommerce__ApplyChangesResponse *answer = ask("ApplyChanges", &request);
    assert_int_equal(answer->changed, 2);
    const Ecommerce__ListRevisionsResponse *revisions = ask("ListRevisions", &list);
    assert_true(revisions->n_revisions >= 2);
    assert_int_equal(revisions->revisions[0]->revision, answer->revision);
    assert_string_equal(revisions->revisions[0]->author, "spiffe://ecommerce/admin");
    assert_string_equal(revisions->revisions[0]->message, request.message);
    assert_int_equal(revisions->revisions[0]->changed, 2);
    assert_true(revisions->revisions[0]->made_at > 1600000000);
}

static void a_change_that_changes_nothing_makes_no_revision(void **state)
{
    int64_t revision;

    (void)state;
    revision = apply_one(set_rule(new_rule("sale", 2000)));
    assert_int_equal(apply_one(set_rule(new_rule("sale", 2000))), revision);
    assert_int_equal(get_status()->latest, revision);
}

static void a_change_for_another_revision_is_aborted_with_the_latest(void **state)
{
    Ecommerce__Change *change = set_rule(new_rule("sale", 2000));
    Ecommerce__ApplyChangesRequest request = apply_request(&change, 1);
    char latest[32];

    (void)state;
    request.expected_revision = apply_one(set_group("vip"));
    int64_t revision = apply_one(set_group("staff"));
    snprintf(latest, sizeof latest, "at revision %lld,", (long long)revision);
    assert_refused(call("ApplyChanges", &request), RPC_ABORTED, latest);
    assert_int_equal(price_for(5, 1000), 1000);
    request.expected_revision = revision;
    ask("ApplyChanges", &request);
    assert_int_equal(price_for(5, 1000), 800);
}

static int32_t percent_of(const char *key)
{
    Ecommerce__ListRulesRequest request = ECOMMERCE__LIST_RULES_REQUEST__INIT;

    request.key = (char *)key;
    const Ecommerce__ListRulesResponse *response = ask("ListRules", &request);
    return response->n_rules == 1 ? response->rules[0]->percent : -1;
}

static const Ecommerce__ApplyChangesResponse *apply_as(const char *id, Ecommerce__Change *change)
{
    Ecommerce__ApplyChangesRequest request = apply_request(&change, 1);

    request.change_set_id = (char *)id;
    return ask("ApplyChanges", &request);
}

static void a_change_set_with_an_id_is_made_once(void **state)
{
    Ecommerce__Change *change = set_rule(new_rule("sale", 1000));

    (void)state;
    const Ecommerce__ApplyChangesResponse *first = apply_as("4f0e-A_z", change);
    assert_false(first->was_made_before);
    int64_t latest = apply_one(set_rule(new_rule("sale", 5000)));
    assert_int_equal(latest, first->revision + 1);

    /* Again as it was sent: for a revision that is long gone, with staged changes that were used up. */
    Ecommerce__ApplyChangesRequest request = apply_request(&change, 1);
    request.change_set_id = (char *)"4f0e-A_z";
    request.expected_revision = first->revision - 1;
    request.token = (char *)"0123456789abcdef";
    for (int i = 0; i < 3; i++) {
        const Ecommerce__ApplyChangesResponse *again = ask("ApplyChanges", &request);
        assert_true(again->was_made_before);
        assert_int_equal(again->revision, first->revision);
        assert_int_equal(again->changed, 1);
    }
    assert_int_equal(percent_of("sale"), 5000);
    assert_int_equal(apply_as("another", change)->revision, latest + 1);
    assert_int_equal(percent_of("sale"), 1000);
}

static void what_became_of_a_change_set_is_asked_by_its_id(void **state)
{
    Ecommerce__ApplyChangesRequest request = ECOMMERCE__APPLY_CHANGES_REQUEST__INIT;

    (void)state;
    request.change_set_id = (char *)"4f0e-A_z";
    request.validate_only = true;
    const Ecommerce__ApplyChangesResponse *answer = ask("ApplyChanges", &request);
    assert_false(answer->was_made_before);
    int64_t made = apply_as("4f0e-A_z", set_rule(new_rule("sale", 1000)))->revision;
    apply_one(set_rule(new_rule("sale", 5000)));
    answer = ask("ApplyChanges", &request);
    assert_true(answer->was_made_before);
    assert_int_equal(answer->revision, made);
    assert_int_equal(answer->changed, 1);
}

static void a_change_set_that_changed_nothing_changes_nothing_later_either(void **state)
{
    (void)state;
    int64_t revision = apply_one(set_rule(new_rule("sale", 1000)));
    const Ecommerce__ApplyChangesResponse *first = apply_as("nothing", set_rule(new_rule("sale", 1000)));
    assert_int_equal(first->revision, revision);
    assert_int_equal(first->changed, 0);
    apply_one(set_rule(new_rule("sale", 5000)));
    const Ecommerce__ApplyChangesResponse *again = apply_as("nothing", set_rule(new_rule("sale", 1000)));
    assert_true(again->was_made_before);
    assert_int_equal(again->revision, revision);
    assert_int_equal(percent_of("sale"), 5000);
}

static void a_change_set_that_was_refused_may_come_again(void **state)
{
    Ecommerce__Change *change = set_rule(new_rule("sale", 20000));
    Ecommerce__ApplyChangesRequest request = apply_request(&change, 1);

    (void)state;
    request.change_set_id = (char *)"mended";
    const Ecommerce__ApplyChangesResponse *refused = ask("ApplyChanges", &request);
    assert_int_equal(refused->n_faults, 1);
    change->set_rule->percent = 2000;
    request.validate_only = true;
    const Ecommerce__ApplyChangesResponse *validated = ask("ApplyChanges", &request);
    assert_int_equal(validated->changed, 1);
    request.validate_only = false;
    const Ecommerce__ApplyChangesResponse *made = ask("ApplyChanges", &request);
    assert_false(made->was_made_before);
    assert_int_equal(made->changed, 1);
}

static void going_back_with_an_id_is_done_once(void **state)
{
    Ecommerce__RollbackRequest request = ECOMMERCE__ROLLBACK_REQUEST__INIT;

    (void)state;
    request.revision = apply_one(set_rule(new_rule("sale", 1000)));
    request.expected_revision = apply_one(set_rule(new_rule("sale", 5000)));
    request.change_set_id = (char *)"back";
    const Ecommerce__ApplyChangesResponse *first = ask("Rollback", &request);
    assert_int_equal(percent_of("sale"), 1000);
    apply_one(set_rule(new_rule("sale", 7000)));
    const Ecommerce__ApplyChangesResponse *again = ask("Rollback", &request);
    assert_true(again->was_made_before);
    assert_int_equal(again->revision, first->revision);
    assert_int_equal(percent_of("sale"), 7000);
}

static void an_id_of_other_characters_is_refused(void **state)
{
    static const char *const wrong[] = {"two words", "ä", "a.b",
                                        "12345678901234567890123456789012345678901234567890123456789012345"};
    Ecommerce__ApplyChangesRequest apply_it = ECOMMERCE__APPLY_CHANGES_REQUEST__INIT;
    Ecommerce__RollbackRequest go_back = ECOMMERCE__ROLLBACK_REQUEST__INIT;

    (void)state;
    go_back.revision = 1;
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        apply_it.change_set_id = go_back.change_set_id = (char *)wrong[i];
        assert_refused(call("ApplyChanges", &apply_it), RPC_INVALID_ARGUMENT, "change_set_id is");
        assert_refused(call("Rollback", &go_back), RPC_INVALID_ARGUMENT, "change_set_id is");
    }
}

static void validating_tells_faults_and_changes_nothing(void **state)
{
    Ecommerce__Change *changes[] = {set_rule(new_rule("sale", 2000)), set_rule(new_rule("other", 20000))};
    Ecommerce__ApplyChangesRequest request = apply_request(changes, 1);
    int64_t revision = get_status()->latest;

    (void)state;
    request.validate_only = true;
    const Ecommerce__ApplyChangesResponse *answer = ask("ApplyChanges", &request);
    assert_int_equal(answer->n_faults, 0);
    assert_int_equal(answer->changed, 1); /* would be */
    request.n_changes = 2;
    answer = ask("ApplyChanges", &request);
    assert_int_equal(answer->n_faults, 1);
    assert_int_equal(get_status()->latest, revision);
    assert_int_equal(price_for(5, 1000), 1000);
}

/* ---- Faults ---- */

static const Ecommerce__Fault *find_fault(const Ecommerce__ApplyChangesResponse *answer, int32_t change,
                                          const char *field)
{
    for (size_t i = 0; i < answer->n_faults; i++) {
        if (answer->faults[i]->change == change && strcmp(answer->faults[i]->field, field) == 0)
            return answer->faults[i];
    }
    fail_msg("no fault of change %d in field \"%s\"", change, field);
    return NULL;
}

static void every_fault_of_every_change_is_told_and_nothing_is_changed(void **state)
{
    Ecommerce__Rule *unset = new_rule("unset", 20000), *lost = new_rule("lost", 100), *zoned = new_rule("zoned", 100);
    Ecommerce__Change *changes[] = {
        set_rule(new_rule("fine", 2000)),     set_rule(unset), set_rule(lost), set_rule(zoned),
        set_rule(new_rule("Not a key", 100)), new_change(0)};
    Ecommerce__ApplyChangesRequest request = apply_request(changes, 6);
    int64_t revision = get_status()->latest;
    char *nowhere = (char *)"no-such-product";

    (void)state;
    unset->lane = ECOMMERCE__LANE__LANE_UNSPECIFIED;
    lost->group = (char *)"no-such-group";
    lost->include_products = &nowhere;
    lost->n_include_products = 1;
    zoned->zone = (char *)"Europe/Atlantis";
    const Ecommerce__ApplyChangesResponse *answer = ask("ApplyChanges", &request);
    assert_string_equal(find_fault(answer, 1, "lane")->subject, "rule unset");
    assert_non_null(strstr(find_fault(answer, 1, "percent")->message, "200"));
    assert_int_equal(answer->faults[2]->change, 2);
    assert_int_equal(answer->faults[3]->change, 2);
    assert_non_null(strstr(find_fault(answer, 3, "zone")->message, "Europe/Atlantis"));
    find_fault(answer, 4, "key");
    find_fault(answer, 5, "");
    for (size_t i = 1; i < answer->n_faults; i++)
        assert_true(answer->faults[i - 1]->change <= answer->faults[i]->change);
    assert_int_equal(answer->n_faults, 7);
    assert_int_equal(get_status()->latest, revision);
    assert_int_equal(price_for(5, 1000), 1000);
}

static void very_many_faults_are_counted(void **state)
{
    enum { CHANGES = 12000 };
    static Ecommerce__Change *changes[CHANGES];
    Ecommerce__ApplyChangesRequest request = apply_request(changes, CHANGES);

    (void)state;
    for (size_t i = 0; i < CHANGES; i++) {
        changes[i] = new_change(ECOMMERCE__CHANGE__CHANGE_REMOVE_RULE);
        changes[i]->remove_rule = (char *)"Not a key";
    }
    const Ecommerce__ApplyChangesResponse *answer = ask("ApplyChanges", &request);
    assert_int_equal(answer->n_faults, 10001);
    assert_int_equal(answer->faults[9999]->change, 9999);
    assert_int_equal(answer->faults[10000]->change, -1);
    assert_non_null(strstr(answer->faults[10000]->message, "2000 more"));
}

static void a_message_must_be_one_line_of_limited_length(void **state)
{
    Ecommerce__Change *change = set_group("vip");
    Ecommerce__ApplyChangesRequest request = apply_request(&change, 1);
    char message[2 * 501 + 1] = "";

    (void)state;
    request.message = (char *)"two\nlines";
    assert_refused(call("ApplyChanges", &request), RPC_INVALID_ARGUMENT, "control characters");
    request.message = (char *)"\xc2\x85";
    assert_refused(call("ApplyChanges", &request), RPC_INVALID_ARGUMENT, "control characters");
    for (size_t i = 0; i < 501; i++)
        memcpy(message + 2 * i, "\xc3\xa9", 3);
    request.message = message;
    assert_refused(call("ApplyChanges", &request), RPC_INVALID_ARGUMENT, "500");
    message[2 * 500] = '\0';
    ask("ApplyChanges", &request);
}

static void numbers_out_of_range_are_refused_by_name(void **state)
{
    Ecommerce__ApplyChangesRequest apply_it = ECOMMERCE__APPLY_CHANGES_REQUEST__INIT;
    Ecommerce__RollbackRequest rollback = ECOMMERCE__ROLLBACK_REQUEST__INIT;

    (void)state;
    apply_it.expected_revision = -7;
    assert_refused(call("ApplyChanges", &apply_it), RPC_INVALID_ARGUMENT, "expected_revision is -7");
    assert_refused(call("Rollback", &rollback), RPC_INVALID_ARGUMENT, "revision is 0");
}

/* ---- Staging ---- */

static const char *stage(const char *token, Ecommerce__Change *change)
{
    Ecommerce__StageChangesRequest request = ECOMMERCE__STAGE_CHANGES_REQUEST__INIT;

    request.token = (char *)token;
    request.changes = &change;
    request.n_changes = 1;
    return ((const Ecommerce__StageChangesResponse *)ask("StageChanges", &request))->token;
}

static void staged_changes_come_before_the_call_s_own_and_are_used_up(void **state)
{
    Ecommerce__Change *last = set_rule(new_rule("sale", 3000));
    Ecommerce__ApplyChangesRequest request = apply_request(&last, 1);

    (void)state;
    request.token = (char *)stage("", set_rule(new_rule("sale", 1000)));
    assert_string_equal(stage(request.token, set_rule(new_rule("sale", 2000))), request.token);
    ask("ApplyChanges", &request);
    assert_int_equal(price_for(5, 1000), 700);
    assert_refused(call("ApplyChanges", &request), RPC_ABORTED, "stage them again");
}

static void faults_are_numbered_over_staged_and_own_changes_and_leave_the_staged_ones(void **state)
{
    Ecommerce__Change *own = set_rule(new_rule("own", 20000));
    Ecommerce__ApplyChangesRequest request = apply_request(&own, 1);

    (void)state;
    request.token = (char *)stage("", set_rule(new_rule("first", 1000)));
    stage(request.token, set_rule(new_rule("second", 20000)));
    for (int i = 0; i < 2; i++) {
        const Ecommerce__ApplyChangesResponse *answer = ask("ApplyChanges", &request);
        assert_int_equal(answer->n_faults, 2);
        assert_string_equal(find_fault(answer, 1, "percent")->subject, "rule second");
        assert_string_equal(find_fault(answer, 2, "percent")->subject, "rule own");
    }
}

static void staging_for_an_unknown_token_is_aborted(void **state)
{
    Ecommerce__StageChangesRequest request = ECOMMERCE__STAGE_CHANGES_REQUEST__INIT;

    (void)state;
    request.token = (char *)"nonsense";
    assert_refused(call("StageChanges", &request), RPC_ABORTED, "nonsense");
}

/* ---- Rollback ---- */

static void going_back_makes_a_revision_equal_to_the_earlier_one(void **state)
{
    Ecommerce__RollbackRequest request = ECOMMERCE__ROLLBACK_REQUEST__INIT;
    Ecommerce__CompareRevisionsRequest compare = ECOMMERCE__COMPARE_REVISIONS_REQUEST__INIT;

    (void)state;
    request.revision = apply_one(set_rule(new_rule("sale", 2000)));
    int64_t latest = apply_one(set_rule(new_rule("sale", 5000)));
    assert_int_equal(price_for(5, 1000), 500);
    const Ecommerce__ApplyChangesResponse *answer = ask("Rollback", &request);
    assert_int_equal(answer->revision, latest + 1);
    assert_int_equal(answer->changed, 1);
    assert_int_equal(price_for(5, 1000), 800);
    compare.from = request.revision;
    compare.to = answer->revision;
    assert_int_equal(((const Ecommerce__CompareRevisionsResponse *)ask("CompareRevisions", &compare))->n_differences,
                     0);
}

static void going_back_to_where_nobody_was_is_not_found(void **state)
{
    Ecommerce__RollbackRequest request = ECOMMERCE__ROLLBACK_REQUEST__INIT;

    (void)state;
    request.revision = 4711;
    assert_refused(call("Rollback", &request), RPC_NOT_FOUND, "4711");
    apply_one(set_group("vip")); /* nothing is left open */
}

/* ---- Others ---- */

static void who_waits_too_long_for_other_writers_is_told_so(void **state)
{
    Ecommerce__Change *change = set_group("vip");
    Ecommerce__ApplyChangesRequest request = apply_request(&change, 1);
    int64_t revision = get_status()->latest;

    (void)state;
    assert_true(rollout_lock_writer(rollout, 1000));
    struct reply reply = call_until("ApplyChanges", &request, clock_now_ns() + 4 * CLOCK_NS_PER_S);
    rollout_unlock_writer(rollout);
    assert_refused(reply, RPC_RESOURCE_EXHAUSTED, "nothing was changed");
    assert_int_equal(get_status()->latest, revision);
}

static void a_revision_that_a_worker_does_not_take_up_in_time_is_named(void **state)
{
    Ecommerce__Change *change = set_group("vip");
    Ecommerce__ApplyChangesRequest request = apply_request(&change, 1);
    int64_t revision = get_status()->latest + 1;
    char named[64];

    (void)state;
    struct rollout_slot *slot = rollout_join(rollout); /* a second worker, who prepares nothing */
    assert_non_null(slot);
    struct reply reply = call_until("ApplyChanges", &request, clock_now_ns() + CLOCK_NS_PER_S);
    rollout_leave(rollout, slot);
    snprintf(named, sizeof named, "revision %lld was made", (long long)revision);
    assert_refused(reply, RPC_DEADLINE_EXCEEDED, named);
    assert_int_equal(get_status()->latest, revision);
}

/* In whatever words SQLite says it. */
static void a_database_that_may_only_be_read_is_told_by_a_code(void **state)
{
    (void)state;
    Ecommerce__Change *change = set_product(7, "socks", 0);
    Ecommerce__ApplyChangesRequest request = apply_request(&change, 1);
    assert_int_equal(sqlite3_exec(service.store->state->db, "PRAGMA query_only = ON", NULL, NULL, NULL), SQLITE_OK);
    assert_refused(call("ApplyChanges", &request), RPC_FAILED_PRECONDITION, "cannot be written");
    assert_int_equal(sqlite3_exec(service.store->state->db, "PRAGMA query_only = OFF", NULL, NULL, NULL), SQLITE_OK);
    apply_one(change);
}

static void the_catalog_may_call_nothing_of_it(void **state)
{
    Ecommerce__GetStatusRequest request = ECOMMERCE__GET_STATUS_REQUEST__INIT;
    Ecommerce__ApplyChangesRequest apply_it = ECOMMERCE__APPLY_CHANGES_REQUEST__INIT;

    (void)state;
    rpc_client_free(client);
    start_client("catalog");
    assert_refused(call("GetStatus", &request), RPC_PERMISSION_DENIED, "");
    assert_refused(call("ApplyChanges", &apply_it), RPC_PERMISSION_DENIED, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ADMIN_TEST(a_change_is_in_use_when_it_is_answered),
        ADMIN_TEST(a_revision_tells_who_why_and_how_much),
        ADMIN_TEST(a_change_that_changes_nothing_makes_no_revision),
        ADMIN_TEST(a_change_for_another_revision_is_aborted_with_the_latest),
        ADMIN_TEST(a_change_set_with_an_id_is_made_once),
        ADMIN_TEST(what_became_of_a_change_set_is_asked_by_its_id),
        ADMIN_TEST(a_change_set_that_changed_nothing_changes_nothing_later_either),
        ADMIN_TEST(a_change_set_that_was_refused_may_come_again),
        ADMIN_TEST(going_back_with_an_id_is_done_once),
        ADMIN_TEST(an_id_of_other_characters_is_refused),
        ADMIN_TEST(validating_tells_faults_and_changes_nothing),
        ADMIN_TEST(every_fault_of_every_change_is_told_and_nothing_is_changed),
        ADMIN_TEST(very_many_faults_are_counted),
        ADMIN_TEST(a_message_must_be_one_line_of_limited_length),
        ADMIN_TEST(numbers_out_of_range_are_refused_by_name),
        ADMIN_TEST(staged_changes_come_before_the_call_s_own_and_are_used_up),
        ADMIN_TEST(faults_are_numbered_over_staged_and_own_changes_and_leave_the_staged_ones),
        ADMIN_TEST(staging_for_an_unknown_token_is_aborted),
        ADMIN_TEST(going_back_makes_a_revision_equal_to_the_earlier_one),
        ADMIN_TEST(going_back_to_where_nobody_was_is_not_found),
        ADMIN_TEST(who_waits_too_long_for_other_writers_is_told_so),
        ADMIN_TEST(a_revision_that_a_worker_does_not_take_up_in_time_is_named),
        ADMIN_TEST(a_database_that_may_only_be_read_is_told_by_a_code),
        ADMIN_TEST(the_catalog_may_call_nothing_of_it),
    };

    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
