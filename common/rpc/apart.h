/* SPDX-License-Identifier: MIT */
/* The second thread of a server, and the line of calls that wait for it. For the files of this room only. */
#ifndef COMMON_RPC_APART_H
#define COMMON_RPC_APART_H

#include <stdbool.h>

#include "common/compiler.h"

struct apart;
struct rpc_call;

struct apart *apart_new(void);

/* Begins the thread. False: there can be none. */
MUST_CHECK bool apart_start(struct apart *apart);

/* Puts a call at the end of the line: call_serve_apart() gets it. */
void apart_push(struct apart *apart, struct rpc_call *call);

/* Ends the thread and frees the line, which must be empty. NULL is allowed. */
void apart_free(struct apart *apart);

#endif
