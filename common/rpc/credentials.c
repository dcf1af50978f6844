/* SPDX-License-Identifier: MIT */
/* gRPC core's credentials from keysets. */
#include "common/rpc/credentials.h"

#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stddef.h>

#include "common/rpc/interpose.h"

DECLARE_INTERPOSED(SSL *, SSL_new, SSL_CTX *context);

static void make_server_config(void *data, const struct keyset *keyset)
{
    grpc_ssl_server_certificate_config **config = data;
    grpc_ssl_pem_key_cert_pair pair = {.private_key = keyset->key, .cert_chain = keyset->certificate};

    *config = grpc_ssl_server_certificate_config_create(keyset->ca, &pair, 1);
}

/*
 * gRPC core makes a TLS connection: it is a server's if its context requires the other side's certificate. Each of
 * these gets a session id context of its own and no tickets, so that no session is resumed.
 */
SSL *INTERPOSED(SSL_new)(SSL_CTX *context)
{
    static _Atomic uint64_t connections;

    SSL *ssl = NEXT(SSL_new)(context);
    if (ssl != NULL && (SSL_get_verify_mode(ssl) & SSL_VERIFY_FAIL_IF_NO_PEER_CERT) != 0) {
        uint64_t own = atomic_fetch_add(&connections, 1);
        SSL_set_session_id_context(ssl, (const unsigned char *)&own, sizeof own);
        SSL_set_options(ssl, SSL_OP_NO_TICKET);
        SSL_set_num_tickets(ssl, 0);
    }
    return ssl;
}

/* gRPC core asks this at the start and for every new connection. It keeps the configuration that it was given last. */
static grpc_ssl_certificate_config_reload_status fetch_config(void *data, grpc_ssl_server_certificate_config **config)
{
    struct credentials_source *source = data;

    return keyset_watch_refresh(source->watch, 0, &source->generation, make_server_config, config)
               ? GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW
               : GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
}

grpc_server_credentials *credentials_for_server(struct credentials_source *source)
{
    return grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY, fetch_config, source));
}

grpc_channel_credentials *credentials_for_client(const struct keyset *keyset)
{
    grpc_ssl_pem_key_cert_pair pair = {.private_key = keyset->key, .cert_chain = keyset->certificate};

    return grpc_ssl_credentials_create_ex(keyset->ca, keyset->certificate != NULL ? &pair : NULL, NULL, NULL);
}
