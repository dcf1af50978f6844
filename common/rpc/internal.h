/* SPDX-License-Identifier: MIT */
/* What the files of this room share and nobody else includes: bytes, deadlines and log of gRPC core. */
#ifndef COMMON_RPC_INTERNAL_H
#define COMMON_RPC_INTERNAL_H

#include <grpc/byte_buffer.h>
#include <grpc/support/time.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"

/* The most memory that one message may take when it is unpacked: a 4 MiB message of empty parts would take 40 times its
 * size. */
#define RPC_UNPACKED_MAX ((size_t)64 * 1024 * 1024)

/* Whether gRPC core has said that it can accept no more connections. */
bool rpc_runtime_is_deaf(void);

/* "/package.Service/Method" in new memory. */
char *rpc_method_path(const ProtobufCServiceDescriptor *service, unsigned method);

/* Packs a message for sending. The caller destroys the buffer. */
grpc_byte_buffer *rpc_pack(const ProtobufCMessage *message);

enum rpc_unpack_status {
    RPC_UNPACK_OK,
    RPC_UNPACK_MALFORMED, /* not this message, or a string in it is not UTF-8 */
    RPC_UNPACK_TOO_LARGE, /* takes more than RPC_UNPACKED_MAX */
};

/* Reads a message from the wire (NULL counts as malformed). On RPC_UNPACK_OK *message lives in `arena`. */
MUST_CHECK enum rpc_unpack_status rpc_unpack(const ProtobufCMessageDescriptor *type, grpc_byte_buffer *bytes,
                                             struct arena *arena, ProtobufCMessage **message);

/*
 * Whether every string field in the wire bytes of a message is UTF-8 without NUL. protobuf-c checks neither and cuts a
 * string at its first NUL. Bytes that are no message at all may pass: unpacking refuses them.
 */
bool rpc_wire_text_is_clean(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t length);

/* gRPC's form of a deadline on common/clock.h's clock, and back. */
gpr_timespec rpc_deadline_to_core(int64_t deadline_ns);
int64_t rpc_deadline_from_core(gpr_timespec deadline);

#endif
