/* SPDX-License-Identifier: MIT */
/*
 * The DiscountAdmin service of proto/discount_admin.proto. It runs in the background of the quotes
 * (rpc_server_add_background_service): its functions may take their time.
 */
#ifndef DISCOUNT_SERVICE_ADMIN_H
#define DISCOUNT_SERVICE_ADMIN_H

#include "common/compiler.h"
#include "discount/service/rollout.h"
#include "discount/service/rulebook.h"
#include "discount/service/staging.h"
#include "discount/store/store.h"
#include "proto/discount_admin.pb-c.h"

struct admin_service {
    Ecommerce__DiscountAdmin_Service base; /* what the RPC server is given */
    struct store *store;                   /* a connection of its own */
    struct rulebook *rulebook;
    struct rollout *rollout;
    struct staging staging;
};

/* Opens the database once more and sets up the service in the caller's storage. Rulebook and rollout must outlive it.
 */
MUST_CHECK bool admin_service_init(struct admin_service *service, const char *path, struct rulebook *rulebook,
                                   struct rollout *rollout, char *reason, size_t reason_size);

void admin_service_release(struct admin_service *service);

#endif
