/* SPDX-License-Identifier: MIT */
/* The Discount service of proto/ecommerce.proto: messages in, quotes by the current rules, messages out. */
#ifndef DISCOUNT_SERVICE_DISCOUNT_H
#define DISCOUNT_SERVICE_DISCOUNT_H

#include <stdatomic.h>

#include "discount/service/rollout.h"
#include "discount/service/rulebook.h"
#include "proto/ecommerce.pb-c.h"

/* Quotes in one call; an ask that would pass it gets RESOURCE_EXHAUSTED. So many fit into an answer of 4 MiB. */
#define DISCOUNT_QUOTES_MAX 250000

#define DISCOUNT_CONTRADICTIONS_TOLD 100 /* products that contradict the rules' list, in one answer */

/* How quotes are lent; see lease.h. */
struct lending {
    bool is_on;
    uint64_t epoch;       /* drawn at the start and at each reload */
    const char *database; /* that is served; lives as long as the service */
    int attendance;       /* store_attend() of it */
};

struct discount_service {
    Ecommerce__Discount_Service base; /* what the RPC server is given */
    struct rulebook *rulebook;
    struct rollout *rollout;
    struct lending lending;
    atomic_bool is_leaving; /* no lease is given any more */
    int64_t lent_until_ns;  /* the latest end of a lease that this worker gave */
    /* The contradictions that this worker has noted in the rollout: each costs the rollout's lock once. */
    struct rollout_contradiction seen[ROLLOUT_CONTRADICTIONS_MAX];
    size_t seen_count;
};

/* Sets up the service in the caller's storage. The rulebook and its rollout must outlive it. */
void discount_service_init(struct discount_service *service, struct rulebook *rulebook, struct rollout *rollout,
                           const struct lending *lending);

/* No lease is given from here on. Any thread. */
void discount_service_leave(struct discount_service *service);

/* Waits until the last lease of this worker has ended: less than LEASE_MS. For after the last call was answered. */
void discount_service_outlive(const struct discount_service *service);

#endif
