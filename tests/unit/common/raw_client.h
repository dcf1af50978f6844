/* SPDX-License-Identifier: MIT */
/*
 * A client that is not gRPC's: OpenSSL for the handshake, HTTP/2 frames written by hand (RFC 9113, RFC 7541). For what
 * gRPC core would not send or tell: calls whose answers nobody reads, bytes that are no message, the server's
 * certificate.
 */
#ifndef TESTS_UNIT_COMMON_RAW_CLIENT_H
#define TESTS_UNIT_COMMON_RAW_CLIENT_H

#include <openssl/ssl.h>

#include "tests/unit/common/rpc_harness.h"

enum frame_type { FRAME_DATA = 0, FRAME_HEADERS = 1, FRAME_SETTINGS = 4 };
enum frame_flag { FLAG_END_STREAM = 1, FLAG_END_HEADERS = 4 };

struct raw_client {
    int fd;
    SSL_CTX *context;
    SSL *ssl;
    uint32_t next_stream;
};

/* Connects, for a handshake. `keys` may be NULL: no certificate. TLS `version` (TLS1_3_VERSION …) or 0: what both like
 * best. */
static inline void raw_prepare(struct raw_client *raw, const struct held_port *port, const struct key_files *keys,
                               int version)
{
    static const unsigned char protocols[] = "\2h2";

    *raw =
        (struct raw_client){.fd = connect_to_port(port), .context = SSL_CTX_new(TLS_client_method()), .next_stream = 1};
    SSL_CTX_set_security_level(raw->context, 0); /* so that it is the server that refuses old versions */
    if (keys != NULL) {
        assert_int_equal(SSL_CTX_use_certificate_chain_file(raw->context, keys->certificate), 1);
        assert_int_equal(SSL_CTX_use_PrivateKey_file(raw->context, keys->key, SSL_FILETYPE_PEM), 1);
    }
    SSL_CTX_set_min_proto_version(raw->context, version);
    SSL_CTX_set_max_proto_version(raw->context, version);
    SSL_CTX_set_alpn_protos(raw->context, protocols, sizeof protocols - 1);
    raw->ssl = SSL_new(raw->context);
    SSL_set_fd(raw->ssl, raw->fd);
}

/* The same, and the handshake. False: it failed. */
static inline bool raw_connect(struct raw_client *raw, const struct held_port *port, const struct key_files *keys,
                               int version)
{
    raw_prepare(raw, port, keys, version);
    return SSL_connect(raw->ssl) == 1;
}

static inline void raw_close(struct raw_client *raw)
{
    SSL_free(raw->ssl);
    SSL_CTX_free(raw->context);
    close(raw->fd);
}

/* Whether the server says anything at all. With TLS 1.3 it is after the handshake that a server refuses a certificate.
 */
static inline bool raw_is_accepted(struct raw_client *raw)
{
    char byte;

    return SSL_read(raw->ssl, &byte, 1) == 1;
}

static inline void raw_write(struct raw_client *raw, const void *bytes, size_t length)
{
    assert_int_equal(SSL_write(raw->ssl, bytes, (int)length), (int)length);
}

static inline void raw_write_frame(struct raw_client *raw, enum frame_type type, int flags, uint32_t stream,
                                   const void *payload, size_t length)
{
    uint8_t frame[1024];

    assert_true(length <= sizeof frame - 9);
    const uint8_t head[9] = {(uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length,
                             (uint8_t)type,           (uint8_t)flags,         (uint8_t)(stream >> 24),
                             (uint8_t)(stream >> 16), (uint8_t)(stream >> 8), (uint8_t)stream};
    memcpy(frame, head, sizeof head);
    if (length > 0)
        memcpy(frame + sizeof head, payload, length);
    raw_write(raw, frame, sizeof head + length);
}

/* Begins HTTP/2 with room for `window` bytes of each answer. */
static inline void raw_begin(struct raw_client *raw, uint32_t window)
{
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const uint8_t settings[6] = {0,
                                 4 /* INITIAL_WINDOW_SIZE */,
                                 (uint8_t)(window >> 24),
                                 (uint8_t)(window >> 16),
                                 (uint8_t)(window >> 8),
                                 (uint8_t)window};

    raw_write(raw, preface, sizeof preface - 1);
    raw_write_frame(raw, FRAME_SETTINGS, 0, 0, settings, sizeof settings);
}

/* A header that is in no table: literal, neither indexed nor compressed. */
static inline size_t put_header(uint8_t *at, const char *name, const char *value)
{
    size_t name_length = strlen(name), value_length = strlen(value);

    assert_true(name_length < 127 && value_length < 127);
    at[0] = 0;
    at[1] = (uint8_t)name_length;
    memcpy(at + 2, name, name_length);
    at[2 + name_length] = (uint8_t)value_length;
    memcpy(at + 3 + name_length, value, value_length);
    return 3 + name_length + value_length;
}

/* Starts a unary call with `message` as its request. */
static inline void raw_call(struct raw_client *raw, const char *path, const void *message, size_t length)
{
    uint8_t headers[512], data[512];
    size_t size = 0;
    uint32_t stream = raw->next_stream;

    raw->next_stream += 2;
    size += put_header(headers + size, ":method", "POST");
    size += put_header(headers + size, ":scheme", "https");
    size += put_header(headers + size, ":path", path);
    size += put_header(headers + size, ":authority", "localhost");
    size += put_header(headers + size, "te", "trailers");
    size += put_header(headers + size, "content-type", "application/grpc");
    raw_write_frame(raw, FRAME_HEADERS, FLAG_END_HEADERS, stream, headers, size);
    assert_true(length <= sizeof data - 5);
    const uint8_t prefix[5] = {0, 0, 0, (uint8_t)(length >> 8), (uint8_t)length};
    memcpy(data, prefix, sizeof prefix);
    if (length > 0)
        memcpy(data + sizeof prefix, message, length);
    raw_write_frame(raw, FRAME_DATA, FLAG_END_STREAM, stream, data, sizeof prefix + length);
}

#endif
