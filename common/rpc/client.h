/* SPDX-License-Identifier: MIT */
/*
 * A gRPC client for the services that protoc-gen-c generates, over the gRPC core C API: asynchronous, many calls
 * outstanding on one connection, each with a deadline.
 *
 * A stub joins a client to a service descriptor, so that the generated functions make RPCs:
 *
 *     struct rpc_stub discount;
 *     rpc_stub_init(&discount, client, &ecommerce__discount__descriptor);
 *     discount.deadline_ns = clock_now_ns() + 500 * CLOCK_NS_PER_MS;
 *     ecommerce__discount__apply_discount(&discount.base, &request, on_answer, my_data); // packs, returns at once
 *     rpc_client_poll(client, CLOCK_NEVER);                                              // calls on_answer
 *
 *     static void on_answer(const Ecommerce__DiscountResponse *response, void *my_data)
 *     {
 *         if (response == NULL)            // it failed: rpc_client_status() and rpc_client_message() say how
 *             …
 *     }
 *
 * The closure is called exactly once for each call, inside rpc_client_poll(), on the thread that polls; never by the
 * stub itself. The response lives until the closure returns.
 *
 * Threads: any thread may make calls, with a stub of its own; one thread polls.
 *
 * Calls survive the end of a server: they wait for a connection (wait-for-ready) and are tried again, up to five times
 * within their deadline, when the server ended them as UNAVAILABLE or CANCELLED, unless a first part of the answer
 * had come or the request is over 256 KiB. A method that may not be called twice is named in the options' `once`.
 * Reconnecting starts after 100 ms and never waits more than about 200 ms.
 *
 * Certificates: the keyset's files are looked at again at most once a second; a changed set that passes keyset_load()
 * is used by a new connection for the calls that start later, one that does not is named in the log and the old stays
 * in use. When a server's certificate has expired, later calls use a new connection, which checks the certificate that
 * the server has now.
 */
#ifndef COMMON_RPC_CLIENT_H
#define COMMON_RPC_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <protobuf-c/protobuf-c.h>

#include "common/compiler.h"
#include "common/rpc/keyset.h"
#include "common/rpc/status.h"

struct rpc_client;

struct rpc_client_options {
    /* "host:port", "ipv4:127.0.0.1:11443", "unix:/path". localhost is 127.0.0.1 without a lookup; other names are
     * resolved as this machine resolves names (getaddrinfo(3)). */
    const char *target;
    struct keyset_files keyset; /* no certificate and key: the client stays anonymous */
    /*
     * Methods whose calls are made once: "package.Service/Method", ended by NULL; NULL: none. Such a call is not tried
     * again if the server may have seen it: its closure gets the failure. It waits for a connection as other calls do.
     */
    const char *const *once;
    /*
     * For a process that makes one call: keyset_load_for_handshake() takes the place of keyset_load().
     */
    bool is_brief;
};

/*
 * Makes a client; it connects with the first call. rpc_runtime_start() must have been called. NULL when the keyset is
 * no good; `reason` says why. What options point to must outlive the client.
 */
MUST_CHECK struct rpc_client *rpc_client_new(const struct rpc_client_options *options, char *reason,
                                             size_t reason_size);

/* One metadata entry of a call. The name is of a-z, 0-9, '-', '_' and '.', and does not end in "-bin" or begin with
 * "grpc-"; the value is of printable ASCII. Any other entry is not sent. */
struct rpc_metadata {
    const char *name, *value;
};

/* One thread's way to call one service. A few words in the caller's storage, to be changed between calls; nothing to
 * release. */
struct rpc_stub {
    ProtobufCService base; /* what the generated functions take */
    struct rpc_client *client;
    int64_t deadline_ns; /* when calls made from now on are given up, on common/clock.h's clock; CLOCK_NEVER at first */
    /*
     * Calls made from now on fail, with the cause in rpc_client_message(), when the connection cannot be made, instead
     * of waiting for it. For a check whose answer is the cause. False at first.
     */
    bool fail_fast;
    const struct rpc_metadata *metadata; /* sent with calls made from now on; copied with each. None at first */
    size_t metadata_count;               /* at most RPC_METADATA_MAX; 8 KiB in all is what servers take */
};

#define RPC_METADATA_MAX 8

/* Sets up `stub` for the service. The client must outlive the stub's last call. Up to 8 services a client. */
void rpc_stub_init(struct rpc_stub *stub, struct rpc_client *client, const ProtobufCServiceDescriptor *descriptor);

/*
 * Waits for one call to end, or for `until_ns` to pass, and calls the closure of the call that ended. True: one ended.
 * False: none did in time, or rpc_client_wake() was called, or the client was shut down.
 */
bool rpc_client_poll(struct rpc_client *client, int64_t until_ns);

/*
 * Begins to connect, so that the first call finds the connection made, or under way: what happens to it happens inside
 * rpc_client_poll(). Any thread.
 */
void rpc_client_connect(struct rpc_client *client);

/*
 * Lets the calls that start from now on use a new connection; those in progress keep theirs. For a dead connection,
 * which TCP alone may notice after minutes. A connection that is still being made stays. Any thread.
 */
void rpc_client_reconnect(struct rpc_client *client);

/* Makes the rpc_client_poll() in progress, or the next one, return false now. From any thread. */
void rpc_client_wake(struct rpc_client *client);

/* Inside a closure: how the call ended, and what the server or the library said about it ("" when nothing). */
enum rpc_code rpc_client_status(const struct rpc_client *client);
const char *rpc_client_message(const struct rpc_client *client);

/* Cancels what is outstanding, calls those closures with NULL, and frees the client. NULL is allowed. */
void rpc_client_free(struct rpc_client *client);

#endif
