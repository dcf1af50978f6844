/* SPDX-License-Identifier: MIT */
/*
 * The peers that are calling: what their certificates say, and whether they were revoked. Reading a certificate costs a
 * hundred times what a call may, so what was found is remembered by the certificate's bytes until the revocation list
 * changes. Used by one thread.
 */
#ifndef COMMON_RPC_PEER_H
#define COMMON_RPC_PEER_H

#include <grpc/grpc.h>
#include <stdbool.h>

#include "common/rpc/server.h"

struct peer_book;

struct peer_book *peer_book_new(void);
void peer_book_free(struct peer_book *book); /* NULL is allowed */

/* The revocation list to use from now on, PEM; NULL: nobody is revoked. The text must have passed keyset_load().
 * Forgets every verdict. */
void peer_book_set_revoked(struct peer_book *book, const char *pem);

/*
 * Who is calling. NULL: the peer showed no certificate, or none that can be read. *is_revoked is set otherwise. What it
 * returns lives until the next call of a peer_book function.
 */
const struct rpc_peer *peer_book_find(struct peer_book *book, grpc_call *call, bool *is_revoked);

#endif
