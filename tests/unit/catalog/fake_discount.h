/* SPDX-License-Identifier: MIT */
/* A Discount server in this process that does what the test says: answers, refuses, is silent, knows half, lies. */
#ifndef TESTS_UNIT_CATALOG_FAKE_DISCOUNT_H
#define TESTS_UNIT_CATALOG_FAKE_DISCOUNT_H

#include "tests/unit/common/rpc_harness.h"

#include "proto/ecommerce.pb-c.h"

#define HISTORY_MAX 1000 /* batches that are remembered */
#define ALL INT32_MAX    /* for fake_allow() */

/* One ApplyDiscounts that had asks. */
struct batch_seen {
    size_t asks, products;
};

/* What the server does, and what it saw. Under the lock, except for the service. */
static struct fake {
    Ecommerce__Discount_Service base;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* The test's part: */
    int allowed;              /* so many RPCs with asks may be answered, later ones wait; probes pass */
    int fails_with;           /* every RPC, if not RPC_OK */
    int knows_only_singles;   /* ApplyDiscounts is UNIMPLEMENTED */
    int fails_singles_with;   /* every ApplyDiscount, if not RPC_OK */
    int answers_more;         /* answers beside one per ask */
    int quotes_more;          /* quotes beside one per product */
    int32_t refused_customer; /* whose asks are refused */
    int quotes_are_odd;       /* every quote is `odd` */
    Ecommerce__DiscountValue odd;
    int rules_revision; /* that it tells */
    int next_change_minutes;
    /* What it saw: */
    struct batch_seen batches[HISTORY_MAX];
    int batch_count, single_count, probe_count;
    int held; /* RPCs that wait to be allowed */
} fake;

static struct test_server server;

static inline void fake_lock(void)
{
    pthread_mutex_lock(&fake.lock);
}

static inline void fake_unlock(void)
{
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
}

/* Under the lock. */
static inline void wait_to_be_allowed(int number)
{
    const struct timespec end = patience_end();
    int error = 0;

    fake.held++;
    pthread_cond_broadcast(&fake.changed);
    while (number > fake.allowed && error == 0)
        error = pthread_cond_timedwait(&fake.changed, &fake.lock, &end);
    fake.held--;
}

/* The contract's rule: a tenth off for customer 1. */
static inline Ecommerce__DiscountValue *make_value(int32_t customer_id, int32_t price, struct arena *arena)
{
    Ecommerce__DiscountValue *value = arena_get(arena, sizeof *value);

    if (fake.quotes_are_odd) {
        *value = fake.odd;
        return value;
    }
    ecommerce__discount_value__init(value);
    if (customer_id == 1) {
        value->pct = 0.1F;
        value->value_in_cents = (int32_t)((int64_t)price * 9 / 10);
    }
    return value;
}

/* The same, and that rule "tenth" made it. */
static inline Ecommerce__DiscountValue *make_explained(int32_t customer_id, int32_t price, struct arena *arena)
{
    Ecommerce__DiscountValue *value = make_value(customer_id, price, arena);
    struct {
        Ecommerce__AppliedRule rule;
        Ecommerce__AppliedRule *pointer;
    } *applied = arena_get(arena, sizeof *applied);

    if (value->value_in_cents == 0)
        return value;
    ecommerce__applied_rule__init(&applied->rule);
    applied->rule.key = (char *)"tenth";
    applied->rule.lane = (char *)"contract";
    applied->rule.price_before = price;
    applied->rule.price_after = value->value_in_cents;
    applied->pointer = &applied->rule;
    value->n_applied = 1;
    value->applied = &applied->pointer;
    return value;
}

/* The ask that has the products of ask i: itself, or one before it. */
static inline const Ecommerce__DiscountAsk *listing_of(const Ecommerce__ApplyDiscountsRequest *request, size_t i)
{
    while (request->asks[i]->same_products) {
        assert_int_equal(request->asks[i]->n_products, 0);
        assert_true(i > 0);
        i--;
    }
    return request->asks[i];
}

static inline void fill_answer(Ecommerce__DiscountAnswer *answer, const Ecommerce__DiscountAsk *ask,
                               const Ecommerce__DiscountAsk *listing, struct arena *arena)
{
    size_t count = listing->n_products + (size_t)fake.quotes_more;

    ecommerce__discount_answer__init(answer);
    if (ask->customer->id == fake.refused_customer) {
        answer->code = RPC_INVALID_ARGUMENT;
        answer->message = (char *)"not this one";
        return;
    }
    answer->n_quotes = count;
    answer->quotes = arena_get(arena, count * sizeof *answer->quotes);
    for (size_t i = 0; i < count; i++) {
        int32_t price = i < listing->n_products ? listing->products[i]->price_in_cents : 0;
        answer->quotes[i] = ask->explain ? make_explained(ask->customer->id, price, arena)
                                         : make_value(ask->customer->id, price, arena);
    }
}

/* Under the lock. Returns the number of this RPC among those with asks. */
static inline int note_batch(const Ecommerce__ApplyDiscountsRequest *request)
{
    struct batch_seen *seen = &fake.batches[fake.batch_count++ % HISTORY_MAX];

    *seen = (struct batch_seen){.asks = request->n_asks};
    for (size_t i = 0; i < request->n_asks; i++)
        seen->products += listing_of(request, i)->n_products;
    return fake.batch_count;
}

static inline void answer_batch(const Ecommerce__ApplyDiscountsRequest *request, struct rpc_call *call,
                                Ecommerce__ApplyDiscountsResponse_Closure closure)
{
    Ecommerce__ApplyDiscountsResponse response = ECOMMERCE__APPLY_DISCOUNTS_RESPONSE__INIT;
    struct arena *arena = rpc_call_arena(call);
    size_t count = request->n_asks + (size_t)(request->n_asks > 0 ? fake.answers_more : 0);
    Ecommerce__DiscountAnswer *answers = arena_get(arena, count * sizeof *answers);

    response.revision = fake.rules_revision;
    response.next_change = fake.next_change_minutes * INT64_C(60);
    response.n_answers = count;
    response.answers = arena_get(arena, count * sizeof *response.answers);
    for (size_t i = 0; i < count; i++) {
        size_t ask = i < request->n_asks ? i : 0;
        fill_answer(&answers[i], request->asks[ask], listing_of(request, ask), arena);
        response.answers[i] = &answers[i];
    }
    closure(&response, call);
}

static inline void fake_apply_discounts(Ecommerce__Discount_Service *service,
                                        const Ecommerce__ApplyDiscountsRequest *request,
                                        Ecommerce__ApplyDiscountsResponse_Closure closure, void *call)
{
    (void)service;
    fake_lock();
    if (request->n_asks == 0)
        fake.probe_count++;
    else
        wait_to_be_allowed(note_batch(request));
    if (fake.fails_with != RPC_OK)
        rpc_call_fail(call, (enum rpc_code)fake.fails_with, "as the test wants it");
    else if (fake.knows_only_singles)
        rpc_call_fail(call, RPC_UNIMPLEMENTED, "what is ApplyDiscounts?");
    else
        answer_batch(request, call, closure);
    fake_unlock();
}

static inline void fake_apply_discount(Ecommerce__Discount_Service *service, const Ecommerce__DiscountRequest *request,
                                       Ecommerce__DiscountResponse_Closure closure, void *call)
{
    Ecommerce__DiscountResponse response = ECOMMERCE__DISCOUNT_RESPONSE__INIT;
    Ecommerce__Product product = *request->product;

    (void)service;
    fake_lock();
    fake.single_count++;
    wait_to_be_allowed(fake.batch_count + 1);
    if (fake.fails_singles_with != RPC_OK) {
        rpc_call_fail(call, (enum rpc_code)fake.fails_singles_with, "as the test wants it");
    } else if (request->customer->id == fake.refused_customer) {
        rpc_call_fail(call, RPC_INVALID_ARGUMENT, "not this one");
    } else {
        response.product = &product;
        product.discount_value = make_value(request->customer->id, product.price_in_cents, rpc_call_arena(call));
        closure(&response, call);
    }
    fake_unlock();
}

/* From now on so many RPCs with asks, counted from the start of the test, may be answered. */
static inline void fake_allow(int count)
{
    fake_lock();
    fake.allowed = count;
    fake_unlock();
}

/* Changes one of the test's numbers. */
static inline void fake_set(int *what, int value)
{
    fake_lock();
    *what = value;
    fake_unlock();
}

/* Reads a number that the server counts. */
static inline int fake_get(const int *what)
{
    fake_lock();
    int value = *what;
    fake_unlock();
    return value;
}

/* The nth ApplyDiscounts with asks, from 0. */
static inline struct batch_seen fake_batch(int n)
{
    fake_lock();
    struct batch_seen seen = fake.batches[n];
    fake_unlock();
    return seen;
}

/* Waits until an RPC has come that may not be answered yet. */
static inline void fake_await_held(void)
{
    const struct timespec end = patience_end();
    int error = 0;

    pthread_mutex_lock(&fake.lock);
    while (fake.held == 0 && error == 0)
        error = pthread_cond_timedwait(&fake.changed, &fake.lock, &end);
    pthread_mutex_unlock(&fake.lock);
    assert_int_equal(error, 0);
}

static inline void start_fake_server(void)
{
    server_start(&server, &fake.base.base);
}

#endif
