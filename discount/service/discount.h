/* SPDX-License-Identifier: MIT */
/* The Discount service of proto/ecommerce.proto: messages in, quotes by the current rules, messages out. */
#ifndef DISCOUNT_SERVICE_DISCOUNT_H
#define DISCOUNT_SERVICE_DISCOUNT_H

#include "discount/service/rulebook.h"
#include "proto/ecommerce.pb-c.h"

/* Quotes in one call; an ask that would pass it gets RESOURCE_EXHAUSTED. So many fit into an answer of 4 MiB. */
#define DISCOUNT_QUOTES_MAX 250000

/* Products that contradict the rules' list: so many are told in an answer, and logged by a worker, once each. */
#define DISCOUNT_CONTRADICTIONS_TOLD 100
#define DISCOUNT_CONTRADICTIONS_LOGGED 1000

struct discount_service {
    Ecommerce__Discount_Service base; /* what the RPC server is given */
    struct rulebook *rulebook;
    int32_t logged[DISCOUNT_CONTRADICTIONS_LOGGED]; /* ids */
    size_t logged_count;
};

/* Sets up the service in the caller's storage. The rulebook must outlive it. */
void discount_service_init(struct discount_service *service, struct rulebook *rulebook);

#endif
