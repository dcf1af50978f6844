/* SPDX-License-Identifier: MIT */
/* The gRPC client: stubs start calls, one thread polls the completion queue, closures get the answers. */
#include "common/rpc/client.h"

#include <arpa/inet.h>
#include <assert.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/rpc/credentials.h"
#include "common/rpc/internal.h"
#include "common/rpc/peer.h"

#define SERVICES_MAX 8
#define LOCALHOST "localhost"
/* In gRPC core this is how long one attempt to connect, TLS included, may take: a far server needs several round trips.
 */
#define CONNECT_TIMEOUT_MS 2000
#define KEYSET_MAX_AGE_NS CLOCK_NS_PER_S

/*
 * Calls wait for a connection and are tried again after both codes of an ending server: UNAVAILABLE, and CANCELLED for
 * calls that it had begun. So none is lost while servers are drained, killed or replaced.
 */
#define ALL_METHODS                                                                                                    \
    "{\"name\":[{}],\"waitForReady\":true,\"retryPolicy\":{\"maxAttempts\":5,\"initialBackoff\":\"0.01s\","            \
    "\"maxBackoff\":\"0.1s\",\"backoffMultiplier\":2,\"retryableStatusCodes\":[\"UNAVAILABLE\",\"CANCELLED\"]}}"

/* A connection, more or less: gRPC core's channel with the keyset it was made with. Lives until its last call ends. */
struct channel {
    grpc_channel *core;
    unsigned users;            /* calls, and one for the client while the channel is current; under the client's lock */
    struct peer_server server; /* under the lock */
    struct {
        const ProtobufCServiceDescriptor *descriptor;
        void **handles; /* gRPC core's, one per method; made at first use */
    } services[SERVICES_MAX];
};

struct call {
    struct rpc_client *client;
    struct channel *channel;
    struct call *next, **link; /* in the client's list of what is outstanding */
    grpc_call *core;
    const ProtobufCMessageDescriptor *answer_type;
    ProtobufCClosure closure;
    void *closure_data;
    grpc_metadata_array initial_metadata, trailing_metadata;
    grpc_byte_buffer *answer;
    grpc_status_code code;
    grpc_slice message;
};

struct rpc_client {
    struct rpc_client_options options;
    struct keyset_watch *watch;
    uint64_t generation; /* of the keyset that `channel` was made with */
    struct arena lasting;
    const char *service_config;
    grpc_completion_queue *queue;
    pthread_mutex_t lock;
    struct channel *channel; /* for the calls that start now */
    struct call *outstanding;
    /* Of the polling thread: */
    struct arena arena;
    enum rpc_code status;
    const char *message;
    bool is_ending; /* calls that closures still make are cancelled at once */
};

/* ---- Channels ---- */

static grpc_arg integer_arg(const char *key, int value)
{
    return (grpc_arg){.type = GRPC_ARG_INTEGER, .key = (char *)key, .value = {.integer = value}};
}

/* host:port with the numbers of an address for a host */
static bool is_ipv4(const char *target)
{
    char host[INET_ADDRSTRLEN];
    struct in_addr address;
    size_t length = strcspn(target, ":");

    if (length >= sizeof host)
        return false;
    memcpy(host, target, length);
    host[length] = '\0';
    return inet_pton(AF_INET, host, &address) == 1;
}

/*
 * localhost is this machine and is not looked up (RFC 6761, 6.3): a machine without a hosts file has it too. The
 * server's certificate must still be for the name. localhost and IPv4 addresses are given as "ipv4:", so that gRPC core
 * needs no resolver and no thread for it.
 */
static const char *resolve(const char *target, char *address, size_t size)
{
    static const char prefix[] = LOCALHOST ":";

    if (strncmp(target, prefix, sizeof prefix - 1) == 0)
        snprintf(address, size, "ipv4:127.0.0.1:%s", target + sizeof prefix - 1);
    else if (is_ipv4(target))
        snprintf(address, size, "ipv4:%s", target);
    else
        return target;
    return address;
}

/* gRPC core's service configuration, as JSON: the more exact name counts. */
static const char *print_service_config(const char *const *once, struct arena *arena)
{
    const char *text = "{\"methodConfig\":[" ALL_METHODS;

    for (; once != NULL && *once != NULL; once++) {
        const char *slash = strchr(*once, '/');
        assert(slash != NULL);
        text = arena_print(arena, "%s,{\"name\":[{\"service\":\"%.*s\",\"method\":\"%s\"}],\"waitForReady\":true}",
                           text, (int)(slash - *once), *once, slash + 1);
    }
    return arena_print(arena, "%s]}", text);
}

static struct channel *channel_new(const struct rpc_client *client, const struct keyset *keyset)
{
    const char *target = client->options.target;
    char address[64];
    const char *resolved = resolve(target, address, sizeof address);
    grpc_arg args[] = {
        {.type = GRPC_ARG_STRING,
         .key = (char *)GRPC_SSL_TARGET_NAME_OVERRIDE_ARG,
         .value = {.string = (char *)LOCALHOST}}, /* left out below when the target is another */
        {.type = GRPC_ARG_STRING,
         .key = (char *)GRPC_ARG_SERVICE_CONFIG,
         .value = {.string = (char *)client->service_config}},
        integer_arg(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100),
        integer_arg(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, CONNECT_TIMEOUT_MS),
        integer_arg(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200), /* what a call may wait for a server that is back */
        integer_arg(GRPC_ARG_ENABLE_HTTP_PROXY, 0),
        integer_arg(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1), /* a new channel is a new connection */
    };
    size_t first = strncmp(target, LOCALHOST ":", strlen(LOCALHOST ":")) == 0 ? 0 : 1;
    grpc_channel_args all = {.num_args = ARRAY_LENGTH(args) - first, .args = args + first};
    grpc_channel_credentials *credentials = credentials_for_client(keyset);
    struct channel *channel = memory_get_zeroed(1, sizeof *channel);

    channel->core = grpc_channel_create(resolved, credentials, &all);
    channel->users = 1;
    grpc_channel_credentials_release(credentials);
    return channel;
}

static void channel_drop(struct channel *channel)
{
    if (channel == NULL || --channel->users > 0)
        return;
    grpc_channel_destroy(channel->core);
    peer_server_release(&channel->server);
    for (size_t i = 0; i < SERVICES_MAX; i++)
        free(channel->services[i].handles);
    free(channel);
}

static void renew_channel(void *data, const struct keyset *keyset)
{
    struct rpc_client *client = data;

    channel_drop(client->channel);
    client->channel = channel_new(client, keyset);
}

/* gRPC core 1.51 leaks a connection, with its descriptor, when its channel is destroyed between handshake and first
 * frame: a connection that is being made is left to its time limit. */
static void leave_connection(struct rpc_client *client)
{
    if (client->channel != NULL &&
        grpc_channel_check_connectivity_state(client->channel->core, 0) == GRPC_CHANNEL_READY) {
        channel_drop(client->channel);
        client->channel = NULL;
    }
}

static void *method_handle(struct channel *channel, const ProtobufCServiceDescriptor *descriptor, unsigned method)
{
    size_t i = 0;

    while (channel->services[i].descriptor != NULL && channel->services[i].descriptor != descriptor) {
        i++;
        assert(i < SERVICES_MAX);
    }
    if (channel->services[i].descriptor == NULL) {
        channel->services[i].descriptor = descriptor;
        channel->services[i].handles = memory_get_zeroed(descriptor->n_methods, sizeof(void *));
    }
    void **handle = &channel->services[i].handles[method];
    if (*handle == NULL) {
        char *path = rpc_method_path(descriptor, method);
        *handle = grpc_channel_register_call(channel->core, path, NULL, NULL);
        free(path);
    }
    return *handle;
}

/* ---- Calls ---- */

/* Makes a call on the current channel, which is made anew when the keyset changed or the server's certificate has
 * expired, and lists it as outstanding. */
static void call_open(struct call *call, const struct rpc_stub *stub, unsigned method)
{
    struct rpc_client *client = stub->client;

    pthread_mutex_lock(&client->lock);
    if (client->channel != NULL && (int64_t)time(NULL) > peer_server_end_s(&client->channel->server))
        leave_connection(client);
    int64_t max_age_ns = client->channel != NULL ? KEYSET_MAX_AGE_NS : CLOCK_NEVER;
    if (client->channel == NULL)
        client->generation = 0; /* without a channel any keyset is new */
    keyset_watch_refresh(client->watch, max_age_ns, &client->generation, renew_channel, client);
    call->channel = client->channel;
    call->channel->users++;
    call->core = grpc_channel_create_registered_call(call->channel->core, NULL, GRPC_PROPAGATE_DEFAULTS, client->queue,
                                                     method_handle(call->channel, stub->base.descriptor, method),
                                                     rpc_deadline_to_core(stub->deadline_ns), NULL);
    call->next = client->outstanding;
    if (call->next != NULL)
        call->next->link = &call->next;
    client->outstanding = call;
    call->link = &client->outstanding;
    pthread_mutex_unlock(&client->lock);
}

/* Fills `entries` with what may be sent of the stub's metadata. Returns how many; the caller releases their slices. */
static size_t copy_metadata(const struct rpc_stub *stub, grpc_metadata entries[RPC_METADATA_MAX])
{
    size_t count = 0;

    assert(stub->metadata_count <= RPC_METADATA_MAX);
    for (size_t i = 0; i < stub->metadata_count; i++) {
        grpc_slice name = grpc_slice_from_copied_string(stub->metadata[i].name);
        grpc_slice value = grpc_slice_from_copied_string(stub->metadata[i].value);
        if (grpc_header_key_is_legal(name) && grpc_header_nonbin_value_is_legal(value) &&
            !grpc_is_binary_header(name) && strncmp(stub->metadata[i].name, "grpc-", strlen("grpc-")) != 0) {
            entries[count++] = (grpc_metadata){.key = name, .value = value};
        } else {
            grpc_slice_unref(name);
            grpc_slice_unref(value);
        }
    }
    return count;
}

static void call_start(struct call *call, const struct rpc_stub *stub, grpc_byte_buffer *request)
{
    grpc_metadata metadata[RPC_METADATA_MAX];
    size_t metadata_count = copy_metadata(stub, metadata);
    grpc_op ops[6] = {
        /* Saying so explicitly, with the bit unset, overrides the service configuration's waitForReady. */
        {.op = GRPC_OP_SEND_INITIAL_METADATA,
         .flags = stub->fail_fast ? GRPC_INITIAL_METADATA_WAIT_FOR_READY_EXPLICITLY_SET : 0,
         .data.send_initial_metadata = {.count = metadata_count, .metadata = metadata}},
        {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = request},
        {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
        {.op = GRPC_OP_RECV_INITIAL_METADATA,
         .data.recv_initial_metadata.recv_initial_metadata = &call->initial_metadata},
        {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &call->answer},
        {.op = GRPC_OP_RECV_STATUS_ON_CLIENT,
         .data.recv_status_on_client = {.trailing_metadata = &call->trailing_metadata,
                                        .status = &call->code,
                                        .status_details = &call->message}},
    };
    grpc_call_error error = grpc_call_start_batch(call->core, ops, ARRAY_LENGTH(ops), call, NULL);
    assert(error == GRPC_CALL_OK);
    (void)error;
    for (size_t i = 0; i < metadata_count; i++) {
        grpc_slice_unref(metadata[i].key);
        grpc_slice_unref(metadata[i].value);
    }
}

/* What the generated functions call. */
static void stub_invoke(ProtobufCService *service, unsigned method, const ProtobufCMessage *request,
                        ProtobufCClosure closure, void *closure_data)
{
    const struct rpc_stub *stub = (const struct rpc_stub *)service;
    struct call *call = memory_get_zeroed(1, sizeof *call);

    call->client = stub->client;
    call->answer_type = service->descriptor->methods[method].output;
    call->closure = closure;
    call->closure_data = closure_data;
    call->message = grpc_empty_slice();
    grpc_metadata_array_init(&call->initial_metadata);
    grpc_metadata_array_init(&call->trailing_metadata);
    call_open(call, stub, method);
    grpc_byte_buffer *bytes = rpc_pack(request);
    if (stub->client->is_ending)
        grpc_call_cancel(call->core, NULL);
    call_start(call, stub, bytes);
    grpc_byte_buffer_destroy(bytes);
}

static void call_free(struct call *call)
{
    struct rpc_client *client = call->client;

    pthread_mutex_lock(&client->lock);
    peer_server_note(&call->channel->server, call->core);
    *call->link = call->next;
    if (call->next != NULL)
        call->next->link = call->link;
    pthread_mutex_unlock(&client->lock);
    grpc_call_unref(call->core);
    pthread_mutex_lock(&client->lock);
    channel_drop(call->channel);
    pthread_mutex_unlock(&client->lock);
    grpc_metadata_array_destroy(&call->initial_metadata);
    grpc_metadata_array_destroy(&call->trailing_metadata);
    grpc_byte_buffer_destroy(call->answer);
    grpc_slice_unref(call->message);
    free(call);
}

static char *slice_text(struct arena *arena, grpc_slice slice)
{
    return arena_copy(arena, (const char *)GRPC_SLICE_START_PTR(slice), GRPC_SLICE_LENGTH(slice));
}

/* The answer, or NULL with the client's status and message set. */
static ProtobufCMessage *call_answer(struct call *call)
{
    struct rpc_client *client = call->client;
    ProtobufCMessage *answer = NULL;

    client->status = (enum rpc_code)call->code;
    client->message = "";
    if (call->code != GRPC_STATUS_OK) {
        client->message = slice_text(&client->arena, call->message);
    } else if (rpc_unpack(call->answer_type, call->answer, &client->arena, &answer) != RPC_UNPACK_OK) {
        client->status = RPC_INTERNAL;
        client->message = "the answer is not a message of the method's type in valid UTF-8";
        answer = NULL;
    }
    return answer;
}

/* ---- The client ---- */

struct rpc_client *rpc_client_new(const struct rpc_client_options *options, char *reason, size_t reason_size)
{
    struct keyset_watch *watch = options->is_brief
                                     ? keyset_watch_new_for_handshake(&options->keyset, reason, reason_size)
                                     : keyset_watch_new(&options->keyset, reason, reason_size);
    if (watch == NULL)
        return NULL;
    struct rpc_client *client = memory_get_zeroed(1, sizeof *client);
    client->options = *options;
    client->watch = watch;
    client->service_config = print_service_config(options->once, &client->lasting);
    client->queue = grpc_completion_queue_create_for_next(NULL);
    pthread_mutex_init(&client->lock, NULL);
    return client;
}

void rpc_stub_init(struct rpc_stub *stub, struct rpc_client *client, const ProtobufCServiceDescriptor *descriptor)
{
    *stub = (struct rpc_stub){
        .base = {.descriptor = descriptor, .invoke = stub_invoke}, .client = client, .deadline_ns = CLOCK_NEVER};
}

void rpc_client_reconnect(struct rpc_client *client)
{
    pthread_mutex_lock(&client->lock);
    leave_connection(client);
    pthread_mutex_unlock(&client->lock);
}

bool rpc_client_poll(struct rpc_client *client, int64_t until_ns)
{
    grpc_event event = grpc_completion_queue_next(client->queue, rpc_deadline_to_core(until_ns), NULL);
    if (event.type != GRPC_OP_COMPLETE || event.tag == NULL)
        return false;

    struct call *call = event.tag;
    call->closure(call_answer(call), call->closure_data);
    call_free(call);
    arena_reset(&client->arena);
    return true;
}

/* Under the lock. */
static void have_channel(struct rpc_client *client)
{
    if (client->channel == NULL) {
        client->generation = 0; /* without a channel any keyset is new */
        keyset_watch_refresh(client->watch, CLOCK_NEVER, &client->generation, renew_channel, client);
    }
}

void rpc_client_connect(struct rpc_client *client)
{
    pthread_mutex_lock(&client->lock);
    have_channel(client);
    grpc_channel_check_connectivity_state(client->channel->core, 1);
    pthread_mutex_unlock(&client->lock);
}

/* gRPC core cannot be told to post an event; watching a channel's state until a moment in the past posts one. */
void rpc_client_wake(struct rpc_client *client)
{
    pthread_mutex_lock(&client->lock);
    have_channel(client);
    grpc_channel_watch_connectivity_state(client->channel->core,
                                          grpc_channel_check_connectivity_state(client->channel->core, 0),
                                          gpr_inf_past(GPR_CLOCK_MONOTONIC), client->queue, NULL);
    pthread_mutex_unlock(&client->lock);
}

enum rpc_code rpc_client_status(const struct rpc_client *client)
{
    return client->status;
}

const char *rpc_client_message(const struct rpc_client *client)
{
    return client->message;
}

static void cancel_outstanding(struct rpc_client *client)
{
    pthread_mutex_lock(&client->lock);
    for (struct call *call = client->outstanding; call != NULL; call = call->next)
        grpc_call_cancel(call->core, NULL);
    pthread_mutex_unlock(&client->lock);
}

void rpc_client_free(struct rpc_client *client)
{
    if (client == NULL)
        return;
    client->is_ending = true;
    cancel_outstanding(client);
    while (client->outstanding != NULL)
        rpc_client_poll(client, CLOCK_NEVER);
    channel_drop(client->channel);
    grpc_completion_queue_shutdown(client->queue);
    while (grpc_completion_queue_next(client->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL).type !=
           GRPC_QUEUE_SHUTDOWN)
        continue;
    grpc_completion_queue_destroy(client->queue);
    pthread_mutex_destroy(&client->lock);
    keyset_watch_free(client->watch);
    arena_release(&client->arena);
    arena_release(&client->lasting);
    free(client);
}
