/* SPDX-License-Identifier: MIT */
/* The rulebook follows its database, and goes over to new rules with everybody else. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "common/arena.h"
#include "common/clock.h"
#include "common/log.h"
#include "discount/pricing/evaluate.h"
#include "discount/service/rulebook.h"
#include "discount/store/store.h"
#include "tests/unit/common/stopwatch.h"

#define PATIENCE_NS (120 * CLOCK_NS_PER_S) /* only a test that fails waits so long */

static char directory[64], path[96], reason[512];
static struct rollout *rollout;
static struct rulebook *rulebook;
static struct store *writer; /* who changes rules */

static int start_rulebook(void **state)
{
    (void)state;
    alarm(600);
    log_set_level(LOG_LEVEL_ERROR);
    snprintf(directory, sizeof directory, "/tmp/test_rulebook.XXXXXX");
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/discount.db", directory);
    rollout = rollout_new(4, false);
    const struct rulebook_options options = {.path = path, .rollout = rollout};
    if (!store_create(path, true, reason, sizeof reason) || !store_open(path, &writer, reason, sizeof reason))
        fail_msg("%s", reason);
    rulebook = rulebook_new(&options, reason, sizeof reason);
    if (rulebook == NULL)
        fail_msg("%s", reason);
    return 0;
}

static int end_rulebook(void **state)
{
    char command[128];

    (void)state;
    rulebook_free(rulebook);
    store_close(writer);
    rollout_free(rollout);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

/* ---- Changing and pricing ---- */

/* Makes the demo's rule take `percent` off. Returns the revision. */
static int64_t commit_percent(int32_t percent)
{
    const struct change change = {.kind = CHANGE_SET_RULE,
                                  .rule = {.key = "demo",
                                           .label = "Demo",
                                           .is_enabled = true,
                                           .kind = RULE_PERCENT,
                                           .value = percent,
                                           .audience = RULE_CUSTOMER,
                                           .customer_id = 1}};
    int64_t revision;
    size_t changed;

    assert_int_equal(writer->methods->begin(writer, 0, NULL), STORE_OK);
    assert_int_equal(writer->methods->apply(writer, 0, &change), STORE_OK);
    assert_int_equal(writer->methods->commit(writer, "test", "", 1, &revision, &changed), STORE_OK);
    rollout_announce(rollout, revision);
    return revision;
}

static int32_t price_of(const struct ruleset *ruleset)
{
    static const struct product product = {.id = 1, .price = 10000};
    struct arena arena = {0};
    struct quote quote;

    evaluate(listing_resolve(ruleset, &arena, &product, 1), 0, shopper_resolve(ruleset, &arena, 1), time(NULL), &quote);
    arena_release(&arena);
    return quote.price;
}

static void await(int64_t revision)
{
    assert_true(rollout_await(rollout, revision, clock_now_ns() + PATIENCE_NS));
}

static void pause_briefly(void)
{
    const struct timespec while_ = {.tv_nsec = 2 * CLOCK_NS_PER_MS};

    nanosleep(&while_, NULL);
}

static void await_price(int32_t price)
{
    for (int64_t until_ns = clock_now_ns() + PATIENCE_NS; price_of(rulebook_current(rulebook)) != price;
         pause_briefly())
        assert_true(clock_now_ns() < until_ns);
}

static void change_by_hand(const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* ---- Tests ---- */

static void the_rules_of_the_start_are_used(void **state)
{
    (void)state;
    assert_int_equal(price_of(rulebook_current(rulebook)), 9000);
    assert_int_equal(ruleset_revision(rulebook_current(rulebook)), rollout_active(rollout));
}

static void once_a_revision_is_active_the_next_quote_is_of_it(void **state)
{
    (void)state;
    for (int32_t percent = 1; percent <= 300; percent++) {
        int64_t revision = commit_percent(percent);
        await(revision);
        const struct ruleset *ruleset = rulebook_current(rulebook);
        assert_int_equal(ruleset_revision(ruleset), revision);
        assert_int_equal(price_of(ruleset), 10000 - percent);
    }
}

/* Nobody quotes for a while, and the rules go on. */
static void an_idle_worker_does_not_hold_up_revisions(void **state)
{
    int64_t revision = 0;

    (void)state;
    for (int32_t percent = 1; percent <= 20; percent++) {
        revision = commit_percent(percent);
        await(revision);
    }
    assert_int_equal(ruleset_revision(rulebook_current(rulebook)), revision);
    assert_int_equal(price_of(rulebook_current(rulebook)), 9980);
}

static void the_old_rules_answer_until_every_worker_is_ready(void **state)
{
    (void)state;
    int64_t before = ruleset_revision(rulebook_current(rulebook));
    struct rollout_slot *other = rollout_join(rollout);
    rollout_prepared(rollout, other, before);
    int64_t revision = commit_percent(5000);

    assert_false(rollout_await(rollout, revision, clock_now_ns() + 300 * CLOCK_NS_PER_MS));
    assert_int_equal(price_of(rulebook_current(rulebook)), 9000);
    rollout_prepared(rollout, other, revision);
    assert_int_equal(price_of(rulebook_current(rulebook)), 5000); /* at once, without waiting for anything */
    rollout_leave(rollout, other);
}

static void a_change_by_hand_is_used_within_a_second(void **state)
{
    (void)state;
    const struct stopwatch watch = stopwatch_start();
    change_by_hand("UPDATE rule SET value = 2000");
    await_price(8000);
    assert_true(stopwatch_ms(&watch) < 1000);
}

static void rules_that_are_wrong_leave_the_old_in_use_until_they_are_mended(void **state)
{
    struct rollout_status status;
    struct rollout_worker workers[4];

    (void)state;
    log_set_level(LOG_LEVEL_ERROR + 1); /* it is told in the log */
    change_by_hand("PRAGMA ignore_check_constraints = ON; UPDATE rule SET value = 99999");
    for (int64_t until_ns = clock_now_ns() + PATIENCE_NS;; pause_briefly()) {
        rollout_status(rollout, &status, workers, 4);
        if (status.refused != 0)
            break;
        assert_true(clock_now_ns() < until_ns);
    }
    assert_non_null(strstr(status.reason, "demo"));
    assert_int_equal(price_of(rulebook_current(rulebook)), 9000);
    change_by_hand("UPDATE rule SET value = 2000");
    await_price(8000);
}

static void a_held_ruleset_outlives_its_use(void **state)
{
    (void)state;
    const struct ruleset *held = rulebook_hold(rulebook);
    for (int32_t percent = 1; percent <= 5; percent++) {
        await(commit_percent(percent));
        (void)rulebook_current(rulebook);
    }
    assert_int_equal(price_of(held), 9000);
    ruleset_release(held);
}

static void what_is_held_is_what_is_active(void **state)
{
    (void)state;
    int64_t revision = commit_percent(1234);
    await(revision);
    const struct ruleset *held = rulebook_hold(rulebook); /* nobody has quoted by it yet */
    assert_int_equal(ruleset_revision(held), revision);
    ruleset_release(held);
}

/* More changes than an overlay may hold: everything is read anew on the way. */
static void thousands_of_changed_rules_are_followed(void **state)
{
    (void)state;
    change_by_hand("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)"
                   "INSERT INTO rule (key, label, lane, kind, value, customer_id)"
                   "SELECT 'r' || i, 'R', 'sale', 'amount', i, 1 FROM n");
    await_price(9000 - 1500);
    await(commit_percent(2000));
    assert_int_equal(price_of(rulebook_current(rulebook)), 8000 - 1500);
    assert_true(ruleset_rule_count(rulebook_current(rulebook)) == 1501);
}

/* ---- Readers beside a writer ---- */

struct reader {
    atomic_bool is_ending;
    atomic_int held;
};

static void *hold_and_release(void *data)
{
    struct reader *reader = data;

    while (!atomic_load(&reader->is_ending)) {
        const struct ruleset *held = rulebook_hold(rulebook);
        int32_t price = price_of(held);
        if (price < 9000 || price > 10000)
            abort();
        ruleset_release(held);
        atomic_fetch_add(&reader->held, 1);
    }
    return NULL;
}

static void other_threads_may_hold_rulesets_while_they_are_replaced(void **state)
{
    struct reader reader = {0};
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, hold_and_release, &reader), 0);
    for (int32_t percent = 1; percent <= 100; percent++) {
        await(commit_percent(percent));
        assert_int_equal(price_of(rulebook_current(rulebook)), 10000 - percent);
    }
    atomic_store(&reader.is_ending, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(atomic_load(&reader.held) > 0);
}

#define RULEBOOK_TEST(test) cmocka_unit_test_setup_teardown(test, start_rulebook, end_rulebook)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULEBOOK_TEST(the_rules_of_the_start_are_used),
        RULEBOOK_TEST(once_a_revision_is_active_the_next_quote_is_of_it),
        RULEBOOK_TEST(an_idle_worker_does_not_hold_up_revisions),
        RULEBOOK_TEST(the_old_rules_answer_until_every_worker_is_ready),
        RULEBOOK_TEST(a_change_by_hand_is_used_within_a_second),
        RULEBOOK_TEST(rules_that_are_wrong_leave_the_old_in_use_until_they_are_mended),
        RULEBOOK_TEST(a_held_ruleset_outlives_its_use),
        RULEBOOK_TEST(what_is_held_is_what_is_active),
        RULEBOOK_TEST(thousands_of_changed_rules_are_followed),
        RULEBOOK_TEST(other_threads_may_hold_rulesets_while_they_are_replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
