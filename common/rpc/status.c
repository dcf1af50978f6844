/* SPDX-License-Identifier: MIT */
/* The names of gRPC's status codes. */
#include "common/rpc/status.h"

#include <stddef.h>

#include "common/compiler.h"

const char *rpc_code_name(enum rpc_code code)
{
    static const char *const names[] = {
        "OK",        "CANCELLED",       "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
        "NOT_FOUND", "ALREADY_EXISTS",  "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED",   "OUT_OF_RANGE",    "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
        "DATA_LOSS", "UNAUTHENTICATED",
    };

    if ((size_t)code >= ARRAY_LENGTH(names))
        return "UNKNOWN";
    return names[code];
}
