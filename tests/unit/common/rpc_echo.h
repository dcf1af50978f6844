/* SPDX-License-Identifier: MIT */
/*
 * A Discount service whose handlers do what the request says, one server and one client of it, for the tests of
 * common/rpc. Customer ids come back as prices to pay; a product's slug says how the call ends.
 */
#ifndef TESTS_UNIT_COMMON_RPC_ECHO_H
#define TESTS_UNIT_COMMON_RPC_ECHO_H

#include <stdatomic.h>

#include "tests/unit/common/rpc_harness.h"

#include "common/memory.h"
#include "proto/ecommerce.pb-c.h"

struct echo {
    Ecommerce__Discount_Service base;
    struct gate gate;     /* every handler passes it */
    atomic_int handled;   /* handlers that were called */
    char identity[64];    /* of the peer that called last */
    int64_t deadline_ns;  /* of the last call */
    size_t message_bytes; /* of the last request's description */
    char note[64];        /* what the last call said as "x-note"; "-": nothing */
};

static struct echo echo;
static struct test_server server;
static struct rpc_client *client;
static struct rpc_stub stub;

/* ---- The service ---- */

/* An answer whose description has as many bytes as the price says. */
static inline char *make_description(const Ecommerce__Product *product, struct arena *arena)
{
    char *text = arena_get(arena, (size_t)product->price_in_cents + 1);

    memset(text, 'x', (size_t)product->price_in_cents);
    text[product->price_in_cents] = '\0';
    return text;
}

static inline void answer_echo(const Ecommerce__DiscountRequest *request, struct rpc_call *call,
                               Ecommerce__DiscountResponse_Closure closure)
{
    Ecommerce__DiscountResponse response = ECOMMERCE__DISCOUNT_RESPONSE__INIT;
    Ecommerce__Product product = ECOMMERCE__PRODUCT__INIT;
    Ecommerce__DiscountValue value = ECOMMERCE__DISCOUNT_VALUE__INIT;

    response.product = &product;
    product.discount_value = &value;
    value.value_in_cents = request->customer != NULL ? request->customer->id : 0;
    if (request->product != NULL && strcmp(request->product->slug, "large") == 0)
        product.description = make_description(request->product, rpc_call_arena(call));
    if (request->product != NULL && strcmp(request->product->slug, "not UTF-8") == 0)
        product.description = (char *)"\xff";
    closure(&response, call);
}

static inline void echo_apply_discount(Ecommerce__Discount_Service *service, const Ecommerce__DiscountRequest *request,
                                       Ecommerce__DiscountResponse_Closure closure, void *closure_data)
{
    struct rpc_call *call = closure_data;
    const char *slug = request->product != NULL ? request->product->slug : "";

    (void)service;
    snprintf(echo.identity, sizeof echo.identity, "%s", rpc_call_peer(call)->identity);
    echo.deadline_ns = rpc_call_deadline_ns(call);
    const char *note = rpc_call_metadata(call, "x-note");
    snprintf(echo.note, sizeof echo.note, "%s", note != NULL ? note : "-");
    echo.message_bytes = request->product != NULL ? strlen(request->product->description) : 0;
    atomic_fetch_add(&echo.handled, 1);
    gate_pass(&echo.gate);
    if (strcmp(slug, "third time") == 0 && atomic_load(&echo.handled) < 3)
        rpc_call_fail(call, atomic_load(&echo.handled) == 1 ? RPC_CANCELLED : RPC_UNAVAILABLE, "try again");
    else if (strcmp(slug, "fail") == 0)
        rpc_call_fail(call, RPC_NOT_FOUND, "there is no such product");
    else if (strcmp(slug, "no answer") == 0)
        closure(NULL, call);
    else if (strcmp(slug, "forget") != 0)
        answer_echo(request, call, closure);
}

static inline void echo_apply_discounts(Ecommerce__Discount_Service *service,
                                        const Ecommerce__ApplyDiscountsRequest *request,
                                        Ecommerce__ApplyDiscountsResponse_Closure closure, void *closure_data)
{
    Ecommerce__ApplyDiscountsResponse response = ECOMMERCE__APPLY_DISCOUNTS_RESPONSE__INIT;

    (void)service;
    atomic_fetch_add(&echo.handled, 1);
    gate_pass(&echo.gate);
    response.revision = (int64_t)request->n_asks;
    closure(&response, closure_data);
}

/* ---- The fixture ---- */

static inline void start_echo_server(void)
{
    server_start(&server, &echo.base.base);
}

static inline void start_client(const char *program)
{
    static struct key_files files[2]; /* a client keeps only pointers to its paths */
    static unsigned next;

    next = (next + 1) % 2;
    files[next] = name_keys(keys_directory, program);
    const struct keyset_files keyset = client_keys(&files[next]);
    client = client_new_with(server.address, &keyset);
    rpc_stub_init(&stub, client, &ecommerce__discount__descriptor);
    stub.deadline_ns = clock_now_ns() + PATIENCE_NS;
}

static inline int prepare_echo(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERROR);
    rpc_runtime_start();
    echo = (struct echo){.base = ECOMMERCE__DISCOUNT__INIT(echo_), .gate = GATE_INIT};
    server_prepare(&server);
    return 0;
}

/* A server that runs, and a client of it. */
static inline int start_echo(void **state)
{
    prepare_echo(state);
    start_echo_server();
    start_client("catalog");
    return 0;
}

static inline int end_echo(void **state)
{
    (void)state;
    gate_open(&echo.gate);
    rpc_client_free(client);
    client = NULL;
    server_end(&server);
    rpc_runtime_stop();
    return 0;
}

#define ECHO_TEST(test) cmocka_unit_test_setup_teardown(test, start_echo, end_echo)

/* ---- Calls ---- */

/* What one call asks; a request that refers to itself is set up by ask_init(). */
struct ask {
    Ecommerce__DiscountRequest request;
    Ecommerce__Customer customer;
    Ecommerce__Product product;
};

static inline void ask_init(struct ask *ask, int32_t customer_id, const char *slug)
{
    *ask = (struct ask){.request = ECOMMERCE__DISCOUNT_REQUEST__INIT,
                        .customer = ECOMMERCE__CUSTOMER__INIT,
                        .product = ECOMMERCE__PRODUCT__INIT};
    ask->request.customer = &ask->customer;
    ask->request.product = &ask->product;
    ask->customer.id = customer_id;
    ask->product.slug = (char *)slug;
}

/* How one call ended. */
struct reply {
    struct outcome outcome;
    int32_t value;
    size_t description_bytes;
    int *ended; /* counts the calls of a test */
};

static inline void on_reply(const Ecommerce__DiscountResponse *response, void *data)
{
    struct reply *reply = data;

    outcome_note(&reply->outcome);
    if (response != NULL) {
        reply->value = response->product->discount_value->value_in_cents;
        reply->description_bytes = strlen(response->product->description);
    }
    if (reply->ended != NULL)
        ++*reply->ended;
}

static inline void start_call(struct rpc_stub *with, const struct ask *ask, struct reply *reply, int *ended)
{
    *reply = (struct reply){.outcome.client = with->client, .ended = ended};
    ecommerce__discount__apply_discount(&with->base, &ask->request, on_reply, reply);
}

/* Calls with `stub` and waits for the end. */
static inline struct reply call_with(const struct ask *ask)
{
    struct reply reply;

    start_call(&stub, ask, &reply, NULL);
    poll_until(stub.client, &reply.outcome.calls, 1);
    return reply;
}

static inline struct reply call_as(int32_t customer_id, const char *slug)
{
    struct ask ask;

    ask_init(&ask, customer_id, slug);
    return call_with(&ask);
}

/* A service that calls what is no method of the server's, or sends it what is no message of the method's. */
static inline void on_any_reply(const ProtobufCMessage *message, void *data)
{
    (void)message;
    outcome_note(data);
}

static inline struct outcome call_any(struct rpc_stub *with, unsigned method, const ProtobufCMessage *request)
{
    struct outcome ended = {.client = with->client};

    with->base.invoke(&with->base, method, request, on_any_reply, &ended);
    poll_until(with->client, &ended.calls, 1);
    return ended;
}

#endif
