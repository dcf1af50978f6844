/* SPDX-License-Identifier: MIT */
/* Who may call what: one table. What it does not allow is denied. */
#ifndef DISCOUNT_SERVICE_ACCESS_H
#define DISCOUNT_SERVICE_ACCESS_H

#include "common/rpc/server.h"

struct access {
    const char *trust_domain; /* callers are spiffe://DOMAIN/catalog and so on (SPIFFE ID, 2) */
};

/* The `admit` of the RPC server; `data` is the struct access. PERMISSION_DENIED for every other identity and method. */
enum rpc_code access_admit(void *data, const struct rpc_peer *peer, const char *method, const char **message);

#endif
