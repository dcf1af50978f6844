/* SPDX-License-Identifier: MIT */
/*
 * The peers that are calling: what their certificates say, and whether they still count. A handshake looks at a
 * certificate once, and a connection may last for months: so with each call it is seen whether the certificate is
 * valid, comes from the authority that is in use now, and was not revoked. Reading and checking one costs a hundred
 * times what a call may, so what was found is remembered by the certificate's bytes, with its end, until the authority
 * or the revocation list changes. Used by one thread.
 */
#ifndef COMMON_RPC_PEER_H
#define COMMON_RPC_PEER_H

#include <grpc/grpc.h>
#include <stdint.h>

#include "common/rpc/server.h"

struct peer_book;

struct peer_book *peer_book_new(void);
void peer_book_free(struct peer_book *book); /* NULL is allowed */

/* The certificates to trust from now on, PEM, which must have passed keyset_load(). Nobody is trusted before. */
void peer_book_set_authority(struct peer_book *book, const char *pem);

/* The revocation list to use from now on, PEM; NULL: nobody is revoked. It must have passed keyset_load(). One that
 * another authority signed counts when that authority is set. */
void peer_book_set_revoked(struct peer_book *book, const char *pem);

enum peer_verdict {
    PEER_GOOD,
    PEER_UNREADABLE, /* there is no certificate that can be read */
    PEER_UNTRUSTED,  /* it does not come from the authority, or is not for a client */
    PEER_REVOKED,
    PEER_ENDED, /* it, or one above it */
    PEER_EARLY,
};

/*
 * Who is calling, and whether they still may at the wall clock's second `now_s`. *peer is set unless the certificate is
 * unreadable, and lives until the next call of a peer_book function.
 */
MUST_CHECK enum peer_verdict peer_book_find(struct peer_book *book, grpc_call *call, int64_t now_s,
                                            const struct rpc_peer **peer);

/* The certificate that a server showed last, remembered as above by whoever calls it. All zero: none so far. */
struct peer_server {
    char *pem;
    size_t pem_length;
    char *shown; /* it, and those that were shown with it, as they came; NULL: they were read */
    int64_t ends_s;
};

/* Remembers what the server that answered `call` showed. If none did, what was shown before stays. */
void peer_server_note(struct peer_server *server, grpc_call *call);

/* The wall clock's second after which that server has no valid certificate any more, those that it showed with it
 * included; INT64_MAX: no server answered. They are read when somebody asks: who makes one call never does. */
int64_t peer_server_end_s(struct peer_server *server);
void peer_server_release(struct peer_server *server);

#endif
