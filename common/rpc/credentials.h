/* SPDX-License-Identifier: MIT */
/* gRPC core's credentials from keysets. */
#ifndef COMMON_RPC_CREDENTIALS_H
#define COMMON_RPC_CREDENTIALS_H

#include <grpc/grpc_security.h>

#include "common/rpc/keyset_watch.h"

/* What a server's credentials need for as long as they live. */
struct credentials_source {
    struct keyset_watch *watch;
    uint64_t generation; /* of the keyset that gRPC core has */
};

/*
 * A server's credentials: mutual TLS, with the certificate and authority that the watch has at the time of each new
 * connection. The caller releases them with grpc_server_credentials_release(); `source` must outlive every connection.
 * No TLS session is resumed: in a resumed one the client shows neither its certificate nor the intermediate ones.
 */
grpc_server_credentials *credentials_for_server(struct credentials_source *source);

/* A client's credentials: its certificate, if it has one, and the authority that must have issued the server's. */
grpc_channel_credentials *credentials_for_client(const struct keyset *keyset);

#endif
