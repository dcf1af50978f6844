/* SPDX-License-Identifier: MIT */
/*
 * The calls of a server: one state machine per call.
 *
 *     requested ──(a call arrives)──> answering ──(the reply is sent)──> requested again
 *         └──(the server stops)──> freed <──(the server stops)──┘
 *
 * A call is one batch: initial metadata, message and status leave together, so a call costs two events. While a caller
 * does not read its replies, its calls stay in answering; others are requested in their place. A call to a background
 * service is admitted here, served and sent on the second thread, and comes back here as sent.
 */
#include "common/rpc/call.h"

#include <assert.h>
#include <grpc/grpc_security.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/rpc/internal.h"

#define TRUST_MAX_AGE_NS CLOCK_NS_PER_S

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

void call_new(struct rpc_server *server, struct method *method)
{
    struct rpc_call *call = memory_get_zeroed(1, sizeof *call);
    call->server = server;
    call->method = method;
    call->message = grpc_empty_slice();
    call_request(call);
}

/* Releases a call in any state. It can be requested again afterwards. */
static void call_release(struct rpc_call *call)
{
    if (call->reply != NULL)
        replies_remove(&call->server->replies, call);
    grpc_metadata_array_destroy(&call->metadata);
    if (call->method->service == NULL)
        grpc_call_details_destroy(&call->details);
    grpc_byte_buffer_destroy(call->payload);
    grpc_byte_buffer_destroy(call->reply);
    grpc_slice_unref(call->message);
    if (call->trailer_count == 1)
        grpc_slice_unref(call->trailer.value);
    if (call->core != NULL)
        grpc_call_unref(call->core);
    free(call->peer_text);
    *call = (struct rpc_call){.server = call->server, .method = call->method, .message = grpc_empty_slice()};
}

void rpc_call_add_violation(struct rpc_call *call, const char *field, const char *description)
{
    if (call->violations == NULL)
        call->violations = memset(arena_get(call->arena, sizeof *call->violations), 0, sizeof *call->violations);
    details_add(call->violations, field, description);
}

/* Packs the violations into the trailer: they live in the arena, which is reset before the answer is sent. Beside a
 * message that is too long for a caller's metadata they are left out. */
static void keep_violations(struct rpc_call *call, enum rpc_code code, const char *message)
{
    if (call->violations == NULL || strlen(message) > DETAILS_MAX)
        return;
    call->trailer = (grpc_metadata){.key = grpc_slice_from_static_string("grpc-status-details-bin"),
                                    .value = details_pack(call->violations, code, message)};
    call->trailer_count = 1;
}

void rpc_call_fail(struct rpc_call *call, enum rpc_code code, const char *message)
{
    assert(!call->is_decided && code != RPC_OK);
    call->is_decided = true;
    call->code = code;
    call->message = grpc_slice_from_copied_string(message);
    keep_violations(call, code, message);
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
    keep_violations(call, RPC_INVALID_ARGUMENT, "the answer says what is wrong");
}

const struct rpc_peer *rpc_call_peer(const struct rpc_call *call)
{
    return &call->peer;
}

int64_t rpc_call_deadline_ns(const struct rpc_call *call)
{
    return rpc_deadline_from_core(call->deadline);
}

const char *rpc_call_metadata(struct rpc_call *call, const char *name)
{
    for (size_t i = 0; i < call->metadata.count; i++) {
        const grpc_metadata *entry = &call->metadata.metadata[i];
        const char *value = (const char *)GRPC_SLICE_START_PTR(entry->value);
        size_t length = GRPC_SLICE_LENGTH(entry->value);

        if (grpc_slice_str_cmp(entry->key, name) == 0)
            return memchr(value, '\0', length) == NULL ? arena_copy(call->arena, value, length) : NULL;
    }
    return NULL;
}

struct arena *rpc_call_arena(struct rpc_call *call)
{
    return call->arena;
}

static void use_authority(void *data, const struct keyset *keyset)
{
    peer_book_set_authority(data, keyset->ca);
}

static void use_revoked(void *data, const struct keyset *keyset)
{
    peer_book_set_revoked(data, keyset->revoked);
}

static void refresh_trust(struct rpc_server *server)
{
    bool is_first = server->authority_generation == 0;
    int64_t now_ns = clock_now_ns();

    if (!is_first && now_ns - server->trust_looked_ns < TRUST_MAX_AGE_NS)
        return;
    server->trust_looked_ns = now_ns;
    keyset_watch_refresh(server->watch, TRUST_MAX_AGE_NS, &server->authority_generation, use_authority, server->peers);
    keyset_watch_refresh(server->revocations, TRUST_MAX_AGE_NS, &server->revoked_generation, use_revoked,
                         server->peers);
}

/* What a caller is told whose certificate is not valid. */
static const char *const verdict_words[] = {
    [PEER_UNREADABLE] = "a client certificate is required",
    [PEER_UNTRUSTED] = "the client certificate does not come from the authority that is trusted here",
    [PEER_REVOKED] = "the client certificate was revoked",
    [PEER_ENDED] = "the client certificate has expired",
    [PEER_EARLY] = "the client certificate is not valid yet",
};

static bool call_is_admitted(struct rpc_call *call)
{
    struct rpc_server *server = call->server;
    const struct rpc_peer *peer = NULL;
    const char *message = "";

    refresh_trust(server);
    enum peer_verdict verdict = peer_book_find(server->peers, call->core, (int64_t)time(NULL), &peer);
    if (verdict != PEER_GOOD) {
        rpc_call_fail(call, RPC_UNAUTHENTICATED, verdict_words[verdict]);
        return false;
    }
    call->peer = *peer;
    enum rpc_code code = server->options.admit(server->options.data, peer, call->method->path, &message);
    if (code != RPC_OK)
        rpc_call_fail(call, code, message);
    return code == RPC_OK;
}

static void call_serve(struct rpc_call *call)
{
    ProtobufCService *service = call->method->service;
    const ProtobufCMessageDescriptor *type = service->descriptor->methods[call->method->index].input;
    ProtobufCMessage *request;

    switch (rpc_unpack(type, call->payload, call->arena, &request)) {
    case RPC_UNPACK_MALFORMED:
        rpc_call_fail(call, RPC_INVALID_ARGUMENT,
                      "the request is not a message of the method's type in valid UTF-8, without compression");
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

static bool call_is_late(struct rpc_call *call)
{
    if (rpc_call_deadline_ns(call) > clock_now_ns())
        return false;
    rpc_call_fail(call, RPC_DEADLINE_EXCEEDED, "the deadline had passed when the call was read");
    return true;
}

static void call_send(struct rpc_call *call)
{
    grpc_op ops[4] = {
        {.op = GRPC_OP_SEND_INITIAL_METADATA},
        {.op = GRPC_OP_RECV_CLOSE_ON_SERVER, .data.recv_close_on_server.cancelled = &call->was_cancelled},
        {.op = GRPC_OP_SEND_STATUS_FROM_SERVER,
         .data.send_status_from_server = {.status = (grpc_status_code)call->code,
                                          .status_details = &call->message,
                                          .trailing_metadata = &call->trailer,
                                          .trailing_metadata_count = call->trailer_count}},
        {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = call->reply},
    };

    call->is_answering = true;
    if (call->reply != NULL)
        replies_add(&call->server->replies, call);
    grpc_call_error error = grpc_call_start_batch(call->core, ops, call->reply != NULL ? 4 : 3, call, NULL);
    assert(error == GRPC_CALL_OK);
    (void)error;
}

/* The peer book lends the peer until the next call only: a call that waits takes a copy along. */
static void call_keep_peer(struct rpc_call *call)
{
    size_t size = strlen(call->peer.identity) + 1;

    call->peer_text = memory_get(size + strlen(call->peer.common_name) + 1);
    call->peer = (struct rpc_peer){.identity = strcpy(call->peer_text, call->peer.identity),
                                   .common_name = strcpy(call->peer_text + size, call->peer.common_name)};
}

void call_serve_in_background(struct rpc_call *call, struct arena *arena)
{
    call->arena = arena;
    if (!call_is_late(call))
        call_serve(call);
    arena_reset(arena);
    call_send(call);
}

/* Answers a call that has come, or queues it for the background thread. */
static void call_answer_or_queue(struct rpc_call *call)
{
    if (call->method->service == NULL) {
        rpc_call_fail(call, RPC_UNIMPLEMENTED, "no service here has this method");
    } else if (!call_is_late(call) && call_is_admitted(call)) {
        if (call->method->is_background) {
            call_keep_peer(call);
            background_thread_push(call->server->background, call);
            return;
        }
        call->arena = &call->server->arena;
        call_serve(call);
        arena_reset(call->arena);
    }
    call_send(call);
}

void call_step(struct rpc_call *call, bool is_success)
{
    struct method *method = call->method;
    bool is_new = !call->is_answering;
    bool is_stopping = atomic_load(&call->server->is_stopping);

    if (is_new)
        method->requested--;
    if (is_new && is_success) {
        if (method->requested == 0 && !is_stopping)
            call_new(call->server, method);
        call_answer_or_queue(call);
        return;
    }
    call_release(call);
    if (is_stopping || method->requested == CALL_REQUESTED_PER_METHOD)
        free(call);
    else
        call_request(call);
}
