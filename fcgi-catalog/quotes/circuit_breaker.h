/* SPDX-License-Identifier: MIT */
/*
 * Whether the Discount service is there, as far as this process knows: calls that were missed and answered, one log
 * line for each change, and when to probe next. No RPC is made here.
 */
#ifndef CATALOG_QUOTES_CIRCUIT_BREAKER_H
#define CATALOG_QUOTES_CIRCUIT_BREAKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/rpc/status.h"

/* Of the polling thread, but for is_degraded, which any thread may read. */
struct circuit_breaker {
    const char *service; /* for the log */
    atomic_bool is_degraded;
    int64_t probe_ns;      /* while degraded: when the next probe is due */
    int64_t restored_ns;   /* when it was last restored */
    bool was_cause_logged; /* since it became degraded */
    bool was_wrong_logged;
};

void circuit_breaker_init(struct circuit_breaker *breaker, const char *service);

/* A call was not answered: from now on the service is degraded, and a probe is due, at once or, within a second of the
 * last restoration, in a second. */
void circuit_breaker_note_miss(struct circuit_breaker *breaker, enum rpc_code code, const char *message);

/* A probe was not answered. The next one is due in a quarter of a second. A missed deadline does not tell its cause;
 * the first failure that does is logged. */
void circuit_breaker_note_failed_probe(struct circuit_breaker *breaker, enum rpc_code code, const char *message);

/* The service answered, whatever it said: it is there. */
void circuit_breaker_note_answer(struct circuit_breaker *breaker);

/* An answer that cannot be used: the service's fault, not the connection's. One line, the first time. */
void circuit_breaker_note_wrong(struct circuit_breaker *breaker, const char *wrong);

#endif
