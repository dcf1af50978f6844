/* SPDX-License-Identifier: MIT */
/* The gRPC server: its life, one completion queue and one thread that serves. What becomes of a call is in call.c. */
#include "common/rpc/server.h"

#include <assert.h>
#include <grpc/grpc.h>
#include <grpc/grpc_posix.h>
#include <grpc/grpc_security.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/rpc/call.h"
#include "common/rpc/guard.h"
#include "common/rpc/internal.h"
#include "common/rpc/listen.h"

#define HANDSHAKE_TIMEOUT_MS 5000
#define LEAST_PING_INTERVAL_MS 5000
#define QUIET_NS (500 * CLOCK_NS_PER_MS)
#define STOP_STEP_NS (20 * CLOCK_NS_PER_MS) /* how often a stopping server checks its drain */

/* ---- Life ---- */

static grpc_arg integer_arg(const char *key, int value)
{
    return (grpc_arg){.type = GRPC_ARG_INTEGER, .key = (char *)key, .value = {.integer = value}};
}

static grpc_server *core_server_new(const struct rpc_server_options *options)
{
    grpc_arg args[] = {
        integer_arg(GRPC_ARG_ALLOW_REUSEPORT, 1),
        integer_arg(GRPC_ARG_MAX_CONCURRENT_STREAMS, GUARD_STREAMS),
        integer_arg(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, HANDSHAKE_TIMEOUT_MS),
        integer_arg(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, LEAST_PING_INTERVAL_MS),
        integer_arg(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1),
        /* Compressed messages are refused: gRPC core would unpack them before it looks at the size, and before the
         * caller is checked. */
        integer_arg(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1U << GRPC_COMPRESS_NONE),
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
    replies_init(&server->replies);
    server->core = core_server_new(options);
    server->queue = grpc_completion_queue_create_for_next(NULL);
    grpc_server_register_completion_queue(server->core, server->queue, NULL);
    server->unknown.path = (char *)"";
    server->cancel_ns = CLOCK_NEVER;
    return server;
}

static void add_methods(struct rpc_server *server, ProtobufCService *service, bool is_background)
{
    for (unsigned i = 0; i < service->descriptor->n_methods; i++) {
        struct method *method = memory_get_zeroed(1, sizeof *method);
        method->service = service;
        method->index = i;
        method->is_background = is_background;
        method->path = rpc_method_path(service->descriptor, i);
        method->handle =
            grpc_server_register_method(server->core, method->path, NULL, GRPC_SRM_PAYLOAD_READ_INITIAL_BYTE_BUFFER, 0);
        assert(method->handle != NULL);
        method->next = server->methods;
        server->methods = method;
    }
}

void rpc_server_add_service(struct rpc_server *server, ProtobufCService *service)
{
    add_methods(server, service, false);
}

void rpc_server_add_background_service(struct rpc_server *server, ProtobufCService *service)
{
    if (server->background == NULL)
        server->background = background_thread_new();
    add_methods(server, service, true);
}

void rpc_server_free(struct rpc_server *server)
{
    if (server == NULL)
        return;
    if (!server->is_ended) { /* never ran: gRPC core wants to be shut down all the same */
        rpc_server_stop(server, 0);
        rpc_server_run(server);
    }
    background_thread_free(server->background);
    grpc_server_destroy(server->core);
    grpc_completion_queue_destroy(server->queue);
    while (server->methods != NULL) {
        struct method *method = server->methods;
        server->methods = method->next;
        free(method->path);
        free(method);
    }
    peer_book_free(server->peers);
    replies_release(&server->replies);
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

/* ---- Serving ---- */

/* gRPC core fetches a configuration for each address by itself, so each has a source of its own. */
static bool add_port(struct rpc_server *server, size_t index)
{
    server->sources[index].watch = server->watch;
    grpc_server_credentials *credentials = credentials_for_server(&server->sources[index]);
    listen_on(server->options.sockets != NULL ? server->options.sockets[index] : -1);
    int port = grpc_server_add_http2_port(server->core, server->options.addresses[index], credentials);
    server->is_listening_alone |= !listen_is_taken();
    listen_on(-1);
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
    if (server->background != NULL && !background_thread_start(server->background)) {
        snprintf(reason, reason_size, "there can be no second thread");
        return false;
    }
    guard_accepts();
    grpc_server_start(server->core);
    for (struct method *method = server->methods; method != NULL; method = method->next) {
        for (int i = 0; i < CALL_REQUESTED_PER_METHOD; i++)
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

/*
 * A stopping gRPC core has a moment, after it has failed the requested calls and before it refuses new ones, in which a
 * new call is queued for a request that never comes: its caller would wait for the end of the drain. The queue is
 * cleared whenever a connection ends, so gRPC core is given a connection that has ended already. The queued calls end
 * with CANCELLED, and their callers may ask another server.
 */
static void end_forgotten_calls(struct rpc_server *server)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        return; /* tried again at the next look */
    close(ends[1]);
    /* The only credentials that gRPC core takes for a descriptor; the other end is closed already. */
    grpc_server_credentials *credentials = grpc_insecure_server_credentials_create();
    grpc_server_add_channel_from_fd(server->core, ends[0], credentials);
    grpc_server_credentials_release(credentials);
}

/* gRPC core has no calls left. One whose caller has gone may still be served in the background, and takes the queue
 * once more to end. */
static void shut_queue_down(struct rpc_server *server)
{
    background_thread_end(server->background);
    grpc_completion_queue_shutdown(server->queue);
}

void rpc_server_run(struct rpc_server *server)
{
    for (;;) {
        grpc_event event = grpc_completion_queue_next(server->queue, next_look(server), NULL);
        if (event.type == GRPC_QUEUE_SHUTDOWN)
            break;
        if (event.type == GRPC_QUEUE_TIMEOUT) /* a stopping server that does not come to its end by itself */
            end_forgotten_calls(server);
        else if (event.tag == server)
            shut_queue_down(server);
        else
            call_step(event.tag, event.success != 0);
    }
    server->is_ended = true;
}

void rpc_server_leave(struct rpc_server *server)
{
    atomic_store(&server->is_leaving, true);
    guard_leave(!server->is_listening_alone);
}

bool rpc_server_is_quiet(const struct rpc_server *server)
{
    (void)server; /* the guard counts per process */
    return guard_is_quiet(clock_now_ns(), QUIET_NS);
}

void rpc_server_stop(struct rpc_server *server, int drain_ms)
{
    int64_t cancel_ns = clock_now_ns() + drain_ms * CLOCK_NS_PER_MS;
    int64_t so_far_ns = atomic_load(&server->cancel_ns);

    while (cancel_ns < so_far_ns && !atomic_compare_exchange_weak(&server->cancel_ns, &so_far_ns, cancel_ns))
        continue;
    /* The calls that were requested fail now, which wakes rpc_server_run(). */
    if (atomic_exchange(&server->is_stopping, true))
        return;
    if (atomic_load(&server->is_leaving))
        guard_hide();
    grpc_server_shutdown_and_notify(server->core, server->queue, server);
}
