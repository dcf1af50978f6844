/* SPDX-License-Identifier: MIT */
/*
 * What a call's status says beside its code and message: google.rpc.Status with a google.rpc.BadRequest in it, as
 * gRPC's richer error model has it (metadata grpc-status-details-bin). For the files of this room only.
 *
 * The two messages are written by hand: a generated google.rpc would clash with the real one where a program has both.
 */
#ifndef COMMON_RPC_DETAILS_H
#define COMMON_RPC_DETAILS_H

#include <grpc/slice.h>
#include <stddef.h>
#include <stdint.h>

#include "common/rpc/status.h"

/* Callers take about 8 KiB of metadata, and base64 makes four bytes of three. */
#define DETAILS_MAX 4096

/* The field violations of a call, as they travel: BadRequest.field_violations. Zero-initialised: none. */
struct details {
    size_t length;
    uint8_t bytes[DETAILS_MAX];
};

/* Adds a violation of `field`; one that does not fit any more is left out. */
void details_add(struct details *details, const char *field, const char *description);

/* google.rpc.Status of this code and message, with the violations. The caller unrefs it. */
grpc_slice details_pack(const struct details *details, enum rpc_code code, const char *message);

#endif
