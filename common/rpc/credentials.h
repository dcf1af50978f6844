/* SPDX-License-Identifier: MIT */
/* gRPC core's credentials from keysets. */
#ifndef COMMON_RPC_CREDENTIALS_H
#define COMMON_RPC_CREDENTIALS_H

#include <grpc/grpc_security.h>
#include <stdatomic.h>

#include "common/rpc/keyset_watch.h"

/*
 * The TLS sessions that a server's callers may resume. A session that is resumed is not looked at again, so none
 * outlives a certificate's end, nor what was trusted when it was begun. They are kept with gRPC core's configuration
 * and end when it gets another. Any thread.
 */
struct credentials_sessions {
    _Atomic int64_t end_s; /* the wall clock's second after which those of now are not resumed */
    _Atomic uint64_t ends; /* counts */
};

/* What a server's credentials need for as long as they live. */
struct credentials_source {
    struct keyset_watch *watch;
    struct credentials_sessions *sessions;
    uint64_t generation; /* of the keyset that gRPC core has */
    uint64_t ends;       /* of sessions, before gRPC core got it */
};

/*
 * A server's credentials: mutual TLS, with the certificate and authority that the watch has at the time of each new
 * connection. The caller releases them with grpc_server_credentials_release(); `source` must outlive every connection.
 */
grpc_server_credentials *credentials_for_server(struct credentials_source *source);

/* Sessions that were begun until now are not resumed any more. */
void credentials_end_sessions(struct credentials_sessions *sessions);

/* A client's: its own certificate, when it has one, and the authority that the server must come from. */
grpc_channel_credentials *credentials_for_client(const struct keyset *keyset);

#endif
