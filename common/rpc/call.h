/* SPDX-License-Identifier: MIT */
/* A call at the server, and the method that is called. For the files of this room only. */
#ifndef COMMON_RPC_CALL_H
#define COMMON_RPC_CALL_H

#include <grpc/grpc.h>
#include <grpc/slice.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "common/rpc/background.h"
#include "common/rpc/credentials.h"
#include "common/rpc/details.h"
#include "common/rpc/peer.h"
#include "common/rpc/replies.h"
#include "common/rpc/server.h"

/* The most calls to one method that are requested from gRPC core at a time. */
#define CALL_REQUESTED_PER_METHOD 32

/* One method of one service; without `service`: the place for calls to unknown methods. */
struct method {
    struct method *next;
    ProtobufCService *service;
    unsigned index;
    char *path;
    void *handle;       /* gRPC core's */
    unsigned requested; /* calls requested from gRPC core that have not come */
    bool is_background; /* its calls are served on the background thread */
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
    struct details *violations; /* in the arena; NULL: none */
    grpc_metadata trailer;      /* the packed violations; sent where trailer_count is 1 */
    size_t trailer_count;
    int was_cancelled;
    struct rpc_peer peer;
    char *peer_text;       /* the strings of `peer`, where the call is served in the background */
    struct arena *arena;   /* of the thread that serves it */
    struct rpc_call *next; /* in the queue of the background thread */
    struct reply_place place;
};

struct rpc_server {
    struct rpc_server_options options;
    struct keyset_watch *watch;         /* its certificate and key, and the authority that it trusts */
    struct keyset_watch *revocations;   /* watched apart: a certificate that has gone bad must not hold up a new list */
    struct credentials_source *sources; /* one per address */
    struct peer_book *peers;
    uint64_t authority_generation, revoked_generation; /* of the keysets that `peers` judges by */
    int64_t trust_looked_ns;                           /* when the watches were last asked for newer ones */
    struct method *methods;
    struct method unknown;
    grpc_server *core;
    grpc_completion_queue *queue;
    struct arena arena; /* of the call that is being answered */
    struct replies replies;
    struct background_thread *background; /* the second thread; NULL: no service is a background service */
    bool is_listening_alone;              /* some address has a socket that no other process has */
    atomic_bool is_leaving, is_stopping;
    atomic_bool is_cancelled;
    _Atomic int64_t cancel_ns; /* when a stopping server cancels what is left */
    bool is_ended;             /* gRPC core's server has ended */
};

/* Requests one more call to the method from gRPC core. */
void call_new(struct rpc_server *server, struct method *method);

/* Handles a completion queue event of a call: the call has come, or its answer is sent. */
void call_step(struct rpc_call *call, bool is_success);

/* Serves and answers a call of a background service, on its thread. */
void call_serve_in_background(struct rpc_call *call, struct arena *arena);

#endif
