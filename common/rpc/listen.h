/* SPDX-License-Identifier: MIT */
/*
 * Lets gRPC core listen on a socket that the process has, which it has no way for: where it would listen on one of its
 * own (common/rpc/interpose.h) it gets that one. For the files of this room only.
 */
#ifndef COMMON_RPC_LISTEN_H
#define COMMON_RPC_LISTEN_H

#include <stdbool.h>

/* The next listen(2) of this thread on a socket of the same address is on `fd`, which stays the caller's; -1: on its
 * own again. */
void listen_on(int fd);

/* Whether it was. */
bool listen_is_taken(void);

#endif
