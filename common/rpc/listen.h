/* SPDX-License-Identifier: MIT */
/*
 * Lets gRPC core, which has no API for this, listen on a socket that the process has: where it would listen on a socket
 * of its own, it gets that one (common/rpc/interpose.h). For the files of this room only.
 */
#ifndef COMMON_RPC_LISTEN_H
#define COMMON_RPC_LISTEN_H

#include <stdbool.h>

/* From now on listen(2) of this thread on a socket with the address of `fd` listens on `fd` instead, which stays the
 * caller's; -1: no more. */
void listen_on(int fd);

/* Whether a listen(2) took the socket since listen_on(). */
bool listen_is_taken(void);

#endif
