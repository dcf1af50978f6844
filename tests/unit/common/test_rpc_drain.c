/* SPDX-License-Identifier: MIT */
/*
 * Servers that are told to stop while calls keep coming. A call that comes in a certain moment of gRPC core's shutdown
 * is put in a line for nobody (common/rpc/server.c). On one processor, with more calls at once than the server has
 * asked for, a few stops in a hundred hit that moment: without the remedy nearly every run fails.
 */
#include <sched.h>

#include "tests/unit/common/rpc_echo.h"

#define STOPS 100
#define AT_ONCE 64
#define DRAIN_MS 5000
#define PROMPT_MS 3000 /* much less than the drain */

/* Calls without end, on a thread of their own. */
struct caller {
    pthread_t thread;
    atomic_bool is_over;
    atomic_int answered, failed;
    int outstanding;
};

static void on_answer_ask_again(const Ecommerce__DiscountResponse *response, void *data);

static void ask_once_more(struct caller *caller)
{
    struct ask ask;

    ask_init(&ask, 1, "");
    stub.deadline_ns = clock_now_ns() + PATIENCE_NS;
    caller->outstanding++;
    ecommerce__discount__apply_discount(&stub.base, &ask.request, on_answer_ask_again, caller);
}

static void on_answer_ask_again(const Ecommerce__DiscountResponse *response, void *data)
{
    struct caller *caller = data;

    caller->outstanding--;
    atomic_fetch_add(response != NULL ? &caller->answered : &caller->failed, 1);
    if (!atomic_load(&caller->is_over))
        ask_once_more(caller);
}

static void *keep_calling(void *data)
{
    struct caller *caller = data;

    for (int i = 0; i < AT_ONCE; i++)
        ask_once_more(caller);
    while (caller->outstanding > 0)
        rpc_client_poll(client, CLOCK_NEVER);
    return NULL;
}

struct goal {
    struct caller *caller;
    int answered;
};

static bool has_answers(void *data)
{
    const struct goal *goal = data;

    return atomic_load(&goal->caller->answered) >= goal->answered;
}

/* Waits until the calls go to the server that serves now. */
static bool await_answers(struct caller *caller)
{
    struct goal goal = {.caller = caller, .answered = atomic_load(&caller->answered) + 2 * AT_ONCE};

    return wait_for(has_answers, &goal);
}

/* Starts another server at the same port, then stops the one that has served so far. Whether that took no drain. */
static bool replace_server(void)
{
    struct test_server old = server;

    server_start(&server, &echo.base.base);
    const struct stopwatch watch = stopwatch_start();
    server_stop(&old, DRAIN_MS);
    return stopwatch_ms(&watch) < PROMPT_MS;
}

static void no_call_waits_for_the_end_of_a_drain(void **state)
{
    struct caller caller = {.outstanding = 0};
    int stops = 0;

    (void)state;
    assert_int_equal(pthread_create(&caller.thread, NULL, keep_calling, &caller), 0);
    while (stops < STOPS && await_answers(&caller) && replace_server())
        stops++;
    atomic_store(&caller.is_over, true);
    pthread_join(caller.thread, NULL);
    assert_int_equal(stops, STOPS);
    assert_int_equal(atomic_load(&caller.failed), 0);
}

static int stay_on_one_processor(void **state)
{
    cpu_set_t allowed, one;
    size_t processor = 0;

    assert_int_equal(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    while (!CPU_ISSET(processor, &allowed))
        processor++;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    return make_keys(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ECHO_TEST(no_call_waits_for_the_end_of_a_drain),
    };

    return cmocka_run_group_tests(tests, stay_on_one_processor, remove_keys);
}
