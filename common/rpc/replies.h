/* SPDX-License-Identifier: MIT */
/*
 * The replies that wait to be read. A caller that does not read makes the server keep them: when all of them together
 * pass REPLIES_BYTES, the calls that wait longest are cancelled. Whoever reads has their reply within moments, so it is
 * those who do not read. For the files of this room only.
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

/* A call's place among them. */
struct reply_place {
    struct rpc_call *next, **link; /* link is NULL: it is not among them */
    size_t bytes;
};

void replies_init(struct replies *replies);
void replies_release(struct replies *replies);

/* The call's reply is about to be sent; it must still have a reply. Any thread. */
void replies_add(struct replies *replies, struct rpc_call *call);

/* It was sent, or never will be. Right for a call that is not among them. */
void replies_remove(struct replies *replies, struct rpc_call *call);

#endif
