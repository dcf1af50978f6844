/* SPDX-License-Identifier: MIT */
/* How an RPC ended: the status codes of gRPC, by the numbers that travel on the wire. */
#ifndef COMMON_RPC_STATUS_H
#define COMMON_RPC_STATUS_H

enum rpc_code {
    RPC_OK = 0,
    RPC_CANCELLED = 1,
    RPC_UNKNOWN = 2,
    RPC_INVALID_ARGUMENT = 3,
    RPC_DEADLINE_EXCEEDED = 4,
    RPC_NOT_FOUND = 5,
    RPC_ALREADY_EXISTS = 6,
    RPC_PERMISSION_DENIED = 7,
    RPC_RESOURCE_EXHAUSTED = 8,
    RPC_FAILED_PRECONDITION = 9,
    RPC_ABORTED = 10,
    RPC_OUT_OF_RANGE = 11,
    RPC_UNIMPLEMENTED = 12,
    RPC_INTERNAL = 13,
    RPC_UNAVAILABLE = 14,
    RPC_DATA_LOSS = 15,
    RPC_UNAUTHENTICATED = 16,
};

/* "OK", "INVALID_ARGUMENT", …; "UNKNOWN" for a number that gRPC does not define. Never NULL. */
const char *rpc_code_name(enum rpc_code code);

#endif
