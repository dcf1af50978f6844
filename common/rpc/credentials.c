/* SPDX-License-Identifier: MIT */
/* gRPC core's credentials from keysets. */
#include "common/rpc/credentials.h"

#include <stddef.h>
#include <time.h>

static void make_server_config(void *data, const struct keyset *keyset)
{
    grpc_ssl_server_certificate_config **config = data;
    grpc_ssl_pem_key_cert_pair pair = {.private_key = keyset->key, .cert_chain = keyset->certificate};

    *config = grpc_ssl_server_certificate_config_create(keyset->ca, &pair, 1);
}

void credentials_end_sessions(struct credentials_sessions *sessions)
{
    atomic_fetch_add(&sessions->ends, 1);
}

static bool have_sessions_ended(struct credentials_source *source)
{
    struct credentials_sessions *sessions = source->sessions;
    int64_t end_s = atomic_load(&sessions->end_s);

    if ((int64_t)time(NULL) > end_s && atomic_compare_exchange_strong(&sessions->end_s, &end_s, INT64_MAX))
        credentials_end_sessions(sessions);
    uint64_t ends = atomic_load(&sessions->ends);
    bool have_ended = source->ends != ends;
    source->ends = ends;
    return have_ended;
}

/* gRPC core asks this at the start and for every new connection. It keeps the configuration that it was given last. */
static grpc_ssl_certificate_config_reload_status fetch_config(void *data, grpc_ssl_server_certificate_config **config)
{
    struct credentials_source *source = data;

    if (have_sessions_ended(source))
        source->generation = 0;
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
