/* SPDX-License-Identifier: MIT */
/*
 * The replies that wait to be read. A caller that does not read makes the server keep its replies: when all of them
 * together pass REPLIES_BYTES, the oldest calls are cancelled. A caller that reads gets its reply within moments, so
 * the oldest are of callers that do not. For the files of this room only.
 */
#ifndef COMMON_RPC_REPLIES_H
#define COMMON_RPC_REPLIES_H

#include <pthread.h>
#include <stddef.h>

struct rpc_call;

#define REPLIES_BYTES (16 << 20)

struct replies {
    pthread_mutex_t lock;
    struct rpc_call *first, **end; /* oldest first */
    size_t bytes;
};

/* A call's place in the list of replies. */
struct reply_place {
    struct rpc_call *next, **link; /* link is NULL: not in the list */
    size_t bytes;
};

void replies_init(struct replies *replies);
void replies_release(struct replies *replies);

/* Adds a call whose reply is about to be sent; call->reply must be set. Any thread. */
void replies_add(struct replies *replies, struct rpc_call *call);

/* Removes a call whose reply was sent, or never will be. A call that is not in the list is allowed. */
void replies_remove(struct replies *replies, struct rpc_call *call);

#endif
