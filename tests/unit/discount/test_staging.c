/* SPDX-License-Identifier: MIT */
/* Change sets that come in several messages: what is kept, and what is forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/compiler.h"
#include "common/memory.h"
#include "discount/service/staging.h"

#define NOW INT64_C(1000000000000)
#define SECOND CLOCK_NS_PER_S

static struct staging staging;

static int begin(void **state)
{
    (void)state;
    memset(&staging, 0, sizeof staging);
    return 0;
}

static int end(void **state)
{
    (void)state;
    staging_release(&staging);
    return 0;
}

/* Stages so many removals of rules named `key`. */
static enum staging_status stage(const char *token, const char *key, size_t changes, int64_t now_ns,
                                 const char **new_token, size_t *count)
{
    Ecommerce__StageChangesRequest request = ECOMMERCE__STAGE_CHANGES_REQUEST__INIT;
    Ecommerce__Change *messages = memory_get(changes * sizeof *messages);
    Ecommerce__Change **list = memory_get(changes * sizeof(*list));
    char *name = memory_copy_text(key);

    for (size_t i = 0; i < changes; i++) {
        ecommerce__change__init(&messages[i]);
        messages[i].change_case = ECOMMERCE__CHANGE__CHANGE_REMOVE_RULE;
        messages[i].remove_rule = name;
        list[i] = &messages[i];
    }
    request.token = (char *)token;
    request.changes = list;
    request.n_changes = changes;
    enum staging_status status = staging_add(&staging, &request, now_ns, new_token, count);
    memset(name, '!', strlen(name)); /* whoever did not copy it has this */
    free(name);
    free(list);
    free(messages);
    return status;
}

static char *begin_set(const char *key, int64_t now_ns)
{
    const char *token = NULL;
    size_t count = 0;

    assert_int_equal(stage("", key, 1, now_ns, &token, &count), STAGING_OK);
    assert_int_equal(count, 1);
    return memory_copy_text(token);
}

static bool is_there(const char *token, int64_t now_ns)
{
    Ecommerce__StageChangesRequest *const *messages;
    size_t count;

    return staging_find(&staging, token, now_ns, &messages, &count) == STAGING_OK;
}

static void messages_of_a_set_are_kept_in_their_order(void **state)
{
    Ecommerce__StageChangesRequest *const *messages = NULL;
    char *token = begin_set("first", NOW);
    const char *same = NULL;
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < 20; i++) {
        char key[16];
        snprintf(key, sizeof key, "key-%zu", i);
        assert_int_equal(stage(token, key, 2, NOW, &same, &count), STAGING_OK);
        assert_string_equal(same, token);
        assert_int_equal(count, 1 + 2 * (i + 1));
    }
    assert_int_equal(staging_find(&staging, token, NOW, &messages, &count), STAGING_OK);
    assert_int_equal(count, 21);
    assert_string_equal(messages[0]->changes[0]->remove_rule, "first");
    assert_string_equal(messages[1]->changes[1]->remove_rule, "key-0");
    assert_string_equal(messages[20]->changes[0]->remove_rule, "key-19");
    free(token);
}

static void sets_do_not_mix(void **state)
{
    Ecommerce__StageChangesRequest *const *messages = NULL;
    char *one = begin_set("one", NOW), *two = begin_set("two", NOW);
    size_t count = 0;

    (void)state;
    assert_string_not_equal(one, two);
    assert_int_equal(staging_find(&staging, one, NOW, &messages, &count), STAGING_OK);
    assert_int_equal(count, 1);
    assert_string_equal(messages[0]->changes[0]->remove_rule, "one");
    free(one);
    free(two);
}

static void no_token_names_no_messages(void **state)
{
    Ecommerce__StageChangesRequest *const *messages;
    size_t count = 9;

    (void)state;
    assert_int_equal(staging_find(&staging, "", NOW, &messages, &count), STAGING_OK);
    assert_int_equal(count, 0);
}

static void an_unknown_token_is_told(void **state)
{
    const char *token;
    size_t count;

    (void)state;
    free(begin_set("one", NOW));
    assert_false(is_there("0123456789abcdef0123456789abcdef", NOW));
    assert_int_equal(stage("nonsense", "key", 1, NOW, &token, &count), STAGING_UNKNOWN);
}

static void a_forgotten_set_is_unknown_and_leaves_its_room(void **state)
{
    char *token = begin_set("one", NOW);

    (void)state;
    assert_true(staging.bytes > 0);
    staging_forget(&staging, token);
    assert_false(is_there(token, NOW));
    assert_int_equal(staging.bytes, 0);
    free(token);
}

static void a_set_is_forgotten_some_time_after_it_was_last_added_to(void **state)
{
    char *token = begin_set("one", NOW);
    const char *same;
    size_t count;

    (void)state;
    assert_true(is_there(token, NOW + STAGING_AGE_S * SECOND));
    assert_int_equal(stage(token, "more", 1, NOW + 500 * SECOND, &same, &count), STAGING_OK);
    assert_true(is_there(token, NOW + (STAGING_AGE_S + 1) * SECOND));
    assert_false(is_there(token, NOW + (500 + STAGING_AGE_S + 1) * SECOND));
    assert_int_equal(staging.bytes, 0);
    free(token);
}

static void one_set_too_many_pushes_the_oldest_out(void **state)
{
    char *tokens[STAGING_SETS_MAX + 1];
    const char *same;
    size_t count;

    (void)state;
    for (size_t i = 0; i < STAGING_SETS_MAX; i++)
        tokens[i] = begin_set("key", NOW + (int64_t)i);
    assert_int_equal(stage(tokens[0], "more", 1, NOW + 100, &same, &count), STAGING_OK); /* now 1 is the oldest */
    tokens[STAGING_SETS_MAX] = begin_set("key", NOW + 200);
    for (size_t i = 0; i <= STAGING_SETS_MAX; i++) {
        assert_int_equal(is_there(tokens[i], NOW + 200), i != 1);
        free(tokens[i]);
    }
}

static void what_would_pass_the_size_is_refused_and_the_set_stays(void **state)
{
    Ecommerce__StageChangesRequest *const *messages;
    char *token = begin_set("one", NOW);
    enum staging_status status = STAGING_OK;
    size_t count = 0, kept = 1;
    const char *same;

    (void)state;
    for (; kept < 100 && status == STAGING_OK; kept++)
        status = stage(token, "some-rule", 50000, NOW, &same, &count);
    assert_int_equal(status, STAGING_FULL);
    assert_true(staging.bytes <= STAGING_BYTES_MAX);
    assert_true(staging.bytes > STAGING_BYTES_MAX / 2);
    assert_int_equal(staging_find(&staging, token, NOW, &messages, &count), STAGING_OK);
    assert_int_equal(count, kept - 1);
    assert_int_equal(stage("", "key", 1, NOW, &same, &count), STAGING_OK); /* a little still fits */
    free(token);
}

#define STAGING_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGING_TEST(messages_of_a_set_are_kept_in_their_order),
        STAGING_TEST(sets_do_not_mix),
        STAGING_TEST(no_token_names_no_messages),
        STAGING_TEST(an_unknown_token_is_told),
        STAGING_TEST(a_forgotten_set_is_unknown_and_leaves_its_room),
        STAGING_TEST(a_set_is_forgotten_some_time_after_it_was_last_added_to),
        STAGING_TEST(one_set_too_many_pushes_the_oldest_out),
        STAGING_TEST(what_would_pass_the_size_is_refused_and_the_set_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
