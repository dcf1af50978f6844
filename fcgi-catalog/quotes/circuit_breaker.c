/* SPDX-License-Identifier: MIT */
/* Whether the Discount service is there. */
#include "fcgi-catalog/quotes/circuit_breaker.h"

#include "common/clock.h"
#include "common/log.h"

#define PROBE_PAUSE_NS (250 * CLOCK_NS_PER_MS)
#define RELAPSE_NS CLOCK_NS_PER_S /* after a miss this soon after a restoration, the first probe waits as long */

void circuit_breaker_init(struct circuit_breaker *breaker, const char *service)
{
    *breaker = (struct circuit_breaker){.service = service, .restored_ns = -RELAPSE_NS};
}

void circuit_breaker_note_miss(struct circuit_breaker *breaker, enum rpc_code code, const char *message)
{
    int64_t now_ns = clock_now_ns();

    if (atomic_exchange(&breaker->is_degraded, true))
        return;
    log_warning("discount-degraded", "service=%s code=%s message=%s", breaker->service, rpc_code_name(code),
                LOG_QUOTED(message));
    breaker->was_cause_logged = code != RPC_DEADLINE_EXCEEDED;
    breaker->probe_ns = now_ns - breaker->restored_ns < RELAPSE_NS ? now_ns + RELAPSE_NS : now_ns;
}

void circuit_breaker_note_failed_probe(struct circuit_breaker *breaker, enum rpc_code code, const char *message)
{
    circuit_breaker_note_miss(breaker, code, message);
    breaker->probe_ns = clock_now_ns() + PROBE_PAUSE_NS;
    if (breaker->was_cause_logged || code == RPC_DEADLINE_EXCEEDED)
        return;
    log_warning("discount-cause", "service=%s code=%s message=%s", breaker->service, rpc_code_name(code),
                LOG_QUOTED(message));
    breaker->was_cause_logged = true;
}

void circuit_breaker_note_answer(struct circuit_breaker *breaker)
{
    if (!atomic_load(&breaker->is_degraded))
        return;
    atomic_store(&breaker->is_degraded, false);
    breaker->restored_ns = clock_now_ns();
    log_info("discount-restored", "service=%s", breaker->service);
}

void circuit_breaker_note_wrong(struct circuit_breaker *breaker, const char *wrong)
{
    if (!breaker->was_wrong_logged)
        log_warning("discount-answer-refused", "service=%s reason=%s", breaker->service, LOG_QUOTED(wrong));
    breaker->was_wrong_logged = true;
}
