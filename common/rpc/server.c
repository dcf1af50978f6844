/* SPDX-License-Identifier: MIT */
/*
 * The gRPC server: one completion queue, one thread, one state machine per call.
 *
 *     requested ──(a call arrives)──> answering ──(the reply is sent)──> requested again
 *         └──(the server stops)──> freed <──(the server stops)──┘
 *
 * A call is one batch: initial metadata, message and status leave together, so a call costs two events. While a caller
 * does not read its replies their calls stay in answering; others are requested in their place.
 */
#include "common/rpc/server.h"

#include <assert.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/rpc/credentials.h"
#include "common/rpc/internal.h"
#include "common/rpc/peer.h"

#define REQUESTED_PER_METHOD 32
#define STREAMS_PER_CONNECTION 256 /* calls in progress; what waits for a slow reader is bounded by it */
#define HANDSHAKE_TIMEOUT_MS 5000
#define LEAST_PING_INTERVAL_MS 5000
#define REVOCATION_MAX_AGE_NS CLOCK_NS_PER_S
#define STOP_STEP_NS (50 * CLOCK_NS_PER_MS) /* how often a stopping server looks whether its drain is over */

/* One method of one service; what has no `service` is the place for calls to methods that nobody has. */
struct method {
    struct method *next;
    ProtobufCService *service;
    unsigned index;
    char *path;
    void *handle;       /* gRPC core's */
    unsigned requested; /* calls that gRPC core may fill */
};

struct rpc_call {
    struct rpc_server *server;
    struct method *method;
    bool is_answering;
    grpc_call *core;
    gpr_timespec deadline;
    grpc_metadata_array metadata;
    grpc_call_details details; /* of a call to an unknown method */
    grpc_byte_buffer *payload;
    /* The answer. */
    bool is_decided;
    grpc_byte_buffer *reply;
    enum rpc_code code;
    grpc_slice message;
    int was_cancelled;
    const struct rpc_peer *peer;
};

struct rpc_server {
    struct rpc_server_options options;
    struct keyset_watch *watch;         /* the server's own pair, and whom it trusts */
    struct keyset_watch *revocations;   /* apart: a pair that has gone bad must not keep a new list out of use */
    struct credentials_source *sources; /* one per address */
    struct peer_book *peers;
    uint64_t revoked_generation;
    struct method *methods;
    struct method unknown;
    grpc_server *core;
    grpc_completion_queue *queue;
    struct arena arena; /* of the call that is being answered */
    atomic_bool is_stopping;
    atomic_bool is_cancelled;
    _Atomic int64_t cancel_ns; /* when a stopping server cancels what is left */
    bool is_ended;             /* gRPC core's server has ended */
};

/* ---- Life ---- */

static grpc_arg integer_arg(const char *key, int value)
{
    return (grpc_arg){.type = GRPC_ARG_INTEGER, .key = (char *)key, .value = {.integer = value}};
}

static grpc_server *core_server_new(const struct rpc_server_options *options)
{
    grpc_arg args[] = {
        integer_arg(GRPC_ARG_ALLOW_REUSEPORT, 1),
        integer_arg(GRPC_ARG_MAX_CONCURRENT_STREAMS, STREAMS_PER_CONNECTION),
        integer_arg(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, HANDSHAKE_TIMEOUT_MS),
        integer_arg(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, LEAST_PING_INTERVAL_MS),
        integer_arg(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1),
        integer_arg(GRPC_ARG_MAX_CONNECTION_AGE_MS, options->max_connection_age_ms),
    };
    grpc_channel_args all = {.num_args = ARRAY_LENGTH(args) - (options->max_connection_age_ms == 0), .args = args};

    return grpc_server_create(&all, NULL);
}

struct rpc_server *rpc_server_new(const struct rpc_server_options *options, char *reason, size_t reason_size)
{
    assert(options->admit != NULL);
    const struct keyset_files *files = &options->keyset;
    const struct keyset_files pair = {.ca = files->ca, .certificate = files->certificate, .key = files->key};
    const struct keyset_files list = {.ca = files->ca, .revoked = files->revoked};
    struct keyset_watch *watch = keyset_watch_new(&pair, reason, reason_size);
    struct keyset_watch *revocations = watch != NULL ? keyset_watch_new(&list, reason, reason_size) : NULL;
    if (revocations == NULL) {
        keyset_watch_free(watch);
        return NULL;
    }
    struct rpc_server *server = memory_get_zeroed(1, sizeof *server);
    server->options = *options;
    server->watch = watch;
    server->revocations = revocations;
    server->sources = memory_get_zeroed(options->address_count, sizeof *server->sources);
    server->peers = peer_book_new();
    server->core = core_server_new(options);
    server->queue = grpc_completion_queue_create_for_next(NULL);
    grpc_server_register_completion_queue(server->core, server->queue, NULL);
    server->unknown.path = (char *)"";
    server->cancel_ns = CLOCK_NEVER;
    return server;
}

void rpc_server_add_service(struct rpc_server *server, ProtobufCService *service)
{
    for (unsigned i = 0; i < service->descriptor->n_methods; i++) {
        struct method *method = memory_get_zeroed(1, sizeof *method);
        method->service = service;
        method->index = i;
        method->path = rpc_method_path(service->descriptor, i);
        method->handle =
            grpc_server_register_method(server->core, method->path, NULL, GRPC_SRM_PAYLOAD_READ_INITIAL_BYTE_BUFFER, 0);
        assert(method->handle != NULL);
        method->next = server->methods;
        server->methods = method;
    }
}

void rpc_server_free(struct rpc_server *server)
{
    if (server == NULL)
        return;
    if (!server->is_ended) { /* never ran: gRPC core wants to be shut down all the same */
        rpc_server_stop(server, 0);
        rpc_server_run(server);
    }
    grpc_server_destroy(server->core);
    grpc_completion_queue_destroy(server->queue);
    while (server->methods != NULL) {
        struct method *method = server->methods;
        server->methods = method->next;
        free(method->path);
        free(method);
    }
    peer_book_free(server->peers);
    arena_release(&server->arena);
    keyset_watch_free(server->watch);
    keyset_watch_free(server->revocations);
    free(server->sources);
    free(server);
}

bool rpc_server_is_deaf(const struct rpc_server *server)
{
    (void)server; /* gRPC core tells it per process */
    return rpc_runtime_is_deaf();
}

/* ---- Calls ---- */

static void call_request(struct rpc_call *call)
{
    struct rpc_server *server = call->server;
    grpc_call_error error;

    call->is_answering = false;
    call->method->requested++;
    grpc_metadata_array_init(&call->metadata);
    if (call->method->service == NULL) {
        grpc_call_details_init(&call->details);
        error = grpc_server_request_call(server->core, &call->core, &call->details, &call->metadata, server->queue,
                                         server->queue, call);
    } else {
        error =
            grpc_server_request_registered_call(server->core, call->method->handle, &call->core, &call->deadline,
                                                &call->metadata, &call->payload, server->queue, server->queue, call);
    }
    assert(error == GRPC_CALL_OK);
    (void)error;
}

static void call_new(struct rpc_server *server, struct method *method)
{
    struct rpc_call *call = memory_get_zeroed(1, sizeof *call);
    call->server = server;
    call->method = method;
    call->message = grpc_empty_slice();
    call_request(call);
}

/* Right from any state. The call can be requested again afterwards. */
static void call_release(struct rpc_call *call)
{
    grpc_metadata_array_destroy(&call->metadata);
    if (call->method->service == NULL)
        grpc_call_details_destroy(&call->details);
    grpc_byte_buffer_destroy(call->payload);
    grpc_byte_buffer_destroy(call->reply);
    grpc_slice_unref(call->message);
    if (call->core != NULL)
        grpc_call_unref(call->core);
    *call = (struct rpc_call){.server = call->server, .method = call->method, .message = grpc_empty_slice()};
}

void rpc_call_fail(struct rpc_call *call, enum rpc_code code, const char *message)
{
    assert(!call->is_decided && code != RPC_OK);
    call->is_decided = true;
    call->code = code;
    call->message = grpc_slice_from_copied_string(message);
}

/* The closure that service functions call. */
static void call_answer(const ProtobufCMessage *message, void *closure_data)
{
    struct rpc_call *call = closure_data;

    if (message == NULL) {
        rpc_call_fail(call, RPC_INTERNAL, "the service has no answer");
        return;
    }
    assert(!call->is_decided);
    call->is_decided = true;
    call->code = RPC_OK;
    call->reply = rpc_pack(message);
}

const struct rpc_peer *rpc_call_peer(const struct rpc_call *call)
{
    return call->peer;
}

int64_t rpc_call_deadline_ns(const struct rpc_call *call)
{
    return rpc_deadline_from_core(call->deadline);
}

struct arena *rpc_call_arena(struct rpc_call *call)
{
    return &call->server->arena;
}

static void use_revoked(void *data, const struct keyset *keyset)
{
    peer_book_set_revoked(data, keyset->revoked);
}

static bool call_is_admitted(struct rpc_call *call)
{
    struct rpc_server *server = call->server;
    const char *message = "";
    bool is_revoked = true;

    keyset_watch_refresh(server->revocations, REVOCATION_MAX_AGE_NS, &server->revoked_generation, use_revoked,
                         server->peers);
    call->peer = peer_book_find(server->peers, call->core, &is_revoked);
    if (call->peer == NULL) {
        rpc_call_fail(call, RPC_UNAUTHENTICATED, "a client certificate is required");
        return false;
    }
    if (is_revoked) {
        rpc_call_fail(call, RPC_UNAUTHENTICATED, "the client certificate was revoked");
        return false;
    }
    enum rpc_code code = server->options.admit(server->options.data, call->peer, call->method->path, &message);
    if (code != RPC_OK)
        rpc_call_fail(call, code, message);
    return code == RPC_OK;
}

static void call_serve(struct rpc_call *call)
{
    ProtobufCService *service = call->method->service;
    const ProtobufCMessageDescriptor *type = service->descriptor->methods[call->method->index].input;
    ProtobufCMessage *request;

    switch (rpc_unpack(type, call->payload, &call->server->arena, &request)) {
    case RPC_UNPACK_MALFORMED:
        rpc_call_fail(call, RPC_INVALID_ARGUMENT, "the request is not a message of the method's type in valid UTF-8");
        return;
    case RPC_UNPACK_TOO_LARGE:
        rpc_call_fail(call, RPC_RESOURCE_EXHAUSTED, "the request takes too much memory");
        return;
    case RPC_UNPACK_OK:
        break;
    }
    service->invoke(service, call->method->index, request, call_answer, call);
    if (!call->is_decided) {
        log_error("call-not-answered", "method=%s", call->method->path);
        rpc_call_fail(call, RPC_INTERNAL, "the service has no answer");
    }
}

static void call_decide(struct rpc_call *call)
{
    if (call->method->service == NULL)
        rpc_call_fail(call, RPC_UNIMPLEMENTED, "no service here has this method");
    else if (rpc_call_deadline_ns(call) <= clock_now_ns())
        rpc_call_fail(call, RPC_DEADLINE_EXCEEDED, "the deadline had passed when the call was read");
    else if (call_is_admitted(call))
        call_serve(call);
    arena_reset(&call->server->arena);
}

static void call_send(struct rpc_call *call)
{
    grpc_op ops[4] = {
        {.op = GRPC_OP_SEND_INITIAL_METADATA},
        {.op = GRPC_OP_RECV_CLOSE_ON_SERVER, .data.recv_close_on_server.cancelled = &call->was_cancelled},
        {.op = GRPC_OP_SEND_STATUS_FROM_SERVER,
         .data.send_status_from_server = {.status = (grpc_status_code)call->code, .status_details = &call->message}},
        {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = call->reply},
    };

    call->is_answering = true;
    grpc_call_error error = grpc_call_start_batch(call->core, ops, call->reply != NULL ? 4 : 3, call, NULL);
    assert(error == GRPC_CALL_OK);
    (void)error;
}

static void call_step(struct rpc_call *call, bool is_success)
{
    struct method *method = call->method;
    bool is_new = !call->is_answering;
    bool is_stopping = atomic_load(&call->server->is_stopping);

    if (is_new)
        method->requested--;
    if (is_new && is_success) {
        if (method->requested == 0 && !is_stopping)
            call_new(call->server, method);
        call_decide(call);
        call_send(call);
        return;
    }
    call_release(call);
    if (is_stopping || method->requested == REQUESTED_PER_METHOD)
        free(call);
    else
        call_request(call);
}

/* ---- Serving ---- */

/* gRPC core fetches a configuration for each address by itself, so each has a source of its own. */
static bool add_port(struct rpc_server *server, size_t index)
{
    server->sources[index].watch = server->watch;
    grpc_server_credentials *credentials = credentials_for_server(&server->sources[index]);
    int port = grpc_server_add_http2_port(server->core, server->options.addresses[index], credentials);
    grpc_server_credentials_release(credentials);
    return port != 0;
}

bool rpc_server_start(struct rpc_server *server, char *reason, size_t reason_size)
{
    for (size_t i = 0; i < server->options.address_count; i++) {
        if (!add_port(server, i)) {
            snprintf(reason, reason_size, "cannot listen on %s", server->options.addresses[i]);
            return false;
        }
    }
    grpc_server_start(server->core);
    for (struct method *method = server->methods; method != NULL; method = method->next) {
        for (int i = 0; i < REQUESTED_PER_METHOD; i++)
            call_new(server, method);
    }
    call_new(server, &server->unknown);
    return true;
}

/* A stopping server wakes up now and then to see whether its drain is over. */
static gpr_timespec next_look(struct rpc_server *server)
{
    if (!atomic_load(&server->is_stopping))
        return gpr_inf_future(GPR_CLOCK_MONOTONIC);
    int64_t now_ns = clock_now_ns();
    if (now_ns >= atomic_load(&server->cancel_ns) && !atomic_exchange(&server->is_cancelled, true))
        grpc_server_cancel_all_calls(server->core);
    return rpc_deadline_to_core(now_ns + STOP_STEP_NS);
}

void rpc_server_run(struct rpc_server *server)
{
    for (;;) {
        grpc_event event = grpc_completion_queue_next(server->queue, next_look(server), NULL);
        if (event.type == GRPC_QUEUE_SHUTDOWN)
            break;
        if (event.type == GRPC_QUEUE_TIMEOUT)
            continue;
        if (event.tag == server) /* gRPC core has no calls left */
            grpc_completion_queue_shutdown(server->queue);
        else
            call_step(event.tag, event.success != 0);
    }
    server->is_ended = true;
}

void rpc_server_stop(struct rpc_server *server, int drain_ms)
{
    int64_t cancel_ns = clock_now_ns() + drain_ms * CLOCK_NS_PER_MS;
    int64_t so_far_ns = atomic_load(&server->cancel_ns);

    while (cancel_ns < so_far_ns && !atomic_compare_exchange_weak(&server->cancel_ns, &so_far_ns, cancel_ns))
        continue;
    /* The calls that were requested fail now, which wakes rpc_server_run(). */
    if (!atomic_exchange(&server->is_stopping, true))
        grpc_server_shutdown_and_notify(server->core, server->queue, server);
}
