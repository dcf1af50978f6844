/* SPDX-License-Identifier: MIT */
/*
 * The peers that are calling: what their certificates say, and whether they are still trusted. A handshake checks a
 * certificate once, but a connection may last for months. So each call checks whether the certificate is valid now,
 * comes from the authority that is in use now, and was not revoked. To read and verify a certificate costs a hundred
 * times what a call may, so the result is cached by the certificate's bytes until the authority or the revocation list
 * changes. Used by one thread.
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

/* The revocation list to use from now on, PEM; NULL: nobody is revoked. It must have passed keyset_load(). A list that
 * another authority signed takes effect when that authority is set. */
void peer_book_set_revoked(struct peer_book *book, const char *pem);

enum peer_verdict {
    PEER_GOOD,
    PEER_UNREADABLE, /* there is no certificate that can be read */
    PEER_UNTRUSTED,  /* it does not come from the authority, or is not for a client */
    PEER_REVOKED,
    PEER_ENDED, /* it has expired, or one above it */
    PEER_EARLY,
};

/*
 * Who is calling, and whether they still may at the wall clock's second `now_s`. *peer is set unless the certificate is
 * unreadable, and lives until the next call of a peer_book function.
 */
MUST_CHECK enum peer_verdict peer_book_find(struct peer_book *book, grpc_call *call, int64_t now_s,
                                            const struct rpc_peer **peer);

/* The certificate that a server showed last, cached by its client. All zero: none so far. */
struct peer_server {
    char *pem;
    size_t pem_length;
    char *shown; /* the chain as it came; NULL: it was read into ends_s */
    int64_t ends_s;
};

/* Caches the certificate of the server that answered `call`. If none did, the one before stays. */
void peer_server_note(struct peer_server *server, grpc_call *call);

/* The wall clock's second after which a certificate in the server's chain is no longer valid; INT64_MAX: no server
 * answered. The chain is read here and not before: a process that makes one call never needs it. */
int64_t peer_server_end_s(struct peer_server *server);
void peer_server_release(struct peer_server *server);

#endif
