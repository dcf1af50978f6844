/* SPDX-License-Identifier: MIT */
/* The second thread of a server, and the queue of calls that wait for it. For the files of this room only. */
#ifndef COMMON_RPC_BACKGROUND_H
#define COMMON_RPC_BACKGROUND_H

#include <stdbool.h>

#include "common/compiler.h"

struct background_thread;
struct rpc_call;

struct background_thread *background_thread_new(void);

/* Starts the thread. False: it could not be made. */
MUST_CHECK bool background_thread_start(struct background_thread *background);

/* Appends a call to the queue: call_serve_in_background() gets it. */
void background_thread_push(struct background_thread *background, struct rpc_call *call);

/* Serves what is in the queue, to which nothing may be appended any more, and ends the thread. NULL is allowed. */
void background_thread_end(struct background_thread *background);

/* Ends the thread and frees the queue. NULL is allowed. */
void background_thread_free(struct background_thread *background);

#endif
