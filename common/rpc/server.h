/* SPDX-License-Identifier: MIT */
/*
 * A gRPC server for the services that protoc-gen-c generates (protobuf-c's ProtobufCService), over the gRPC core C API.
 *
 * A service is the structure that PREFIX__INIT of the generated header makes: a function per method. For every method
 * of its descriptor the server answers /package.Service/Method: it unpacks the request, calls the function, and packs
 * and sends what the function hands to its closure. Nothing is written per method.
 *
 *     static void apply_discount(Ecommerce__Discount_Service *service, const Ecommerce__DiscountRequest *request,
 *                                Ecommerce__DiscountResponse_Closure closure, void *closure_data)
 *     {
 *         struct rpc_call *call = closure_data;              // the closure's data is the call
 *         if (request->product == NULL) {
 *             rpc_call_fail(call, RPC_INVALID_ARGUMENT, "product is missing");
 *             return;
 *         }
 *         …
 *         closure(&response, closure_data);                  // packed before it returns; response may be on the stack
 *     }
 *
 * A function must either call its closure once with a message or call rpc_call_fail() once, before it returns. The
 * request and what rpc_call_arena() gave live until then. Functions run one at a time, on the thread that called
 * rpc_server_run(): one thread and one completion queue are faster than several, and more processes use more cores
 * (SO_REUSEPORT).
 *
 * What the server answers by itself:
 *     a method that no service has           UNIMPLEMENTED
 *     bytes that are not the request type,    INVALID_ARGUMENT
 *       a string that is not UTF-8 or holds NUL
 *     a message over 4 MiB                    RESOURCE_EXHAUSTED
 *     a caller that `admit` refuses           what `admit` says
 *     a call whose deadline has passed        nothing is done for it
 *     a message compressed by gzip, deflate   UNIMPLEMENTED
 *     one that is compressed otherwise        INVALID_ARGUMENT: gRPC core shows no encoding that it does not know
 *     a caller that takes more than its       the connection is cut: it sees UNAVAILABLE
 *       share of memory or connections          (common/rpc/guard.h has the limits)
 *     replies that nobody reads               the longest wait ends first, with CANCELLED (common/rpc/replies.h)
 *
 * Certificates: the keyset's files are looked at again on each new connection. A changed set that passes keyset_load()
 * is used from then on; one that does not is named in the log once and the old set stays in use. Established
 * connections keep theirs. A client certificate is required and verified in the handshake, and again with every call:
 * one that has expired, was revoked, or was not issued by the authority in use now is answered UNAUTHENTICATED. No TLS
 * session is resumed. TLS 1.2 (RFC 5246) or 1.3 (RFC 8446).
 */
#ifndef COMMON_RPC_SERVER_H
#define COMMON_RPC_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <protobuf-c/protobuf-c.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "common/rpc/keyset.h"
#include "common/rpc/status.h"

struct rpc_server;
struct rpc_call;

/* Who called, as its certificate says. Strings live as long as the call; never NULL, "" when the certificate does not
 * say. */
struct rpc_peer {
    const char *identity;    /* the URI subject alternative name, spiffe://… */
    const char *common_name; /* for logs only, never for decisions */
};

struct rpc_server_options {
    const char *const *addresses; /* "127.0.0.1:11443", "[::1]:11443", "unix:/path" */
    size_t address_count;
    /*
     * A socket for each address, bound to it, on which to listen; NULL: the server makes its own. A socket that several
     * processes have (inherited, or in turns) loses no waiting connection when one of them ends. The caller owns the
     * sockets and may close them after rpc_server_start(); close-on-exec and non-blocking.
     */
    const int *sockets;
    struct keyset_files keyset;
    /*
     * Decides, per call, whether `peer` may call `method` ("/package.Service/Method"): RPC_OK, or the code to refuse
     * with and *message (a constant) for the caller. Required: there is no default that lets callers in.
     */
    enum rpc_code (*admit)(void *data, const struct rpc_peer *peer, const char *method, const char **message);
    void *data;                /* for admit */
    int max_connection_age_ms; /* 0: connections do not age */
};

/*
 * Makes a server that does not listen yet. rpc_runtime_start() must have been called. NULL when the keyset is no good;
 * `reason` says why. What options point to (addresses and file names included) must outlive the server.
 */
MUST_CHECK struct rpc_server *rpc_server_new(const struct rpc_server_options *options, char *reason,
                                             size_t reason_size);

/* Adds a service before the start. The service must outlive the server; its `destroy` is not called. */
void rpc_server_add_service(struct rpc_server *server, ProtobufCService *service);

/*
 * Adds a service whose functions may take their time, and may block: they run one at a time on a second thread, and no
 * call to the other services waits for them. The thread begins with rpc_server_start().
 */
void rpc_server_add_background_service(struct rpc_server *server, ProtobufCService *service);

/* Listens on every address (with SO_REUSEPORT) and begins to accept. False: `reason` names the address. */
MUST_CHECK bool rpc_server_start(struct rpc_server *server, char *reason, size_t reason_size);

/* Serves until rpc_server_stop(), and returns when every call has ended. */
void rpc_server_run(struct rpc_server *server);

/*
 * Sends the callers to another server: each connection is told with its next reply to make no more calls (GOAWAY), and
 * is answered as before until it goes. With `sockets` no connection is accepted any more: another process is to listen
 * on them. rpc_server_stop() is to follow, best when rpc_server_is_quiet(): a call that comes later is not answered.
 * From any thread.
 */
void rpc_server_leave(struct rpc_server *server);

/* Whether no call is under way, and no call or connection has come for half a second. From any thread. */
bool rpc_server_is_quiet(const struct rpc_server *server);

/*
 * Ends rpc_server_run(): no new connections, calls in progress may finish for drain_ms and are cancelled then; 0
 * cancels at once. From any thread, any number of times; the shortest drain wins. Not from a signal handler.
 */
void rpc_server_stop(struct rpc_server *server, int drain_ms);

/* Frees a server that does not run: never started, or rpc_server_run() has returned. NULL is allowed. */
void rpc_server_free(struct rpc_server *server);

/* True once the operating system refused a connection for want of descriptors: gRPC core's listener is deaf from then
 * on and the process should be replaced. */
bool rpc_server_is_deaf(const struct rpc_server *server);

const struct rpc_peer *rpc_call_peer(const struct rpc_call *call);

/* When the caller stops waiting, on common/clock.h's clock; CLOCK_NEVER when it did not say. */
int64_t rpc_call_deadline_ns(const struct rpc_call *call);

/* The caller's metadata value of this name (lower case), the first if there are several, copied to rpc_call_arena();
 * NULL: none, or a value with a NUL in it. Not to be trusted: any admitted caller can send anything. */
const char *rpc_call_metadata(struct rpc_call *call, const char *name);

/* Memory that lives until the function that was called returns. */
struct arena *rpc_call_arena(struct rpc_call *call);

/*
 * Adds a field violation, for callers that know gRPC's richer error model: those that were added before the call is
 * answered or fails are sent with it as a google.rpc.BadRequest (metadata grpc-status-details-bin; beside an answer its
 * google.rpc.Status has the code INVALID_ARGUMENT). The texts are copied; what exceeds 4 KiB in all is left out.
 */
void rpc_call_add_violation(struct rpc_call *call, const char *field, const char *description);

/* Ends the call with an error instead of a message. `message` is copied. */
void rpc_call_fail(struct rpc_call *call, enum rpc_code code, const char *message);

#endif
