/* SPDX-License-Identifier: MIT */
/* Whether the Discount service is there. */
#include "fcgi-catalog/quotes/availability.h"

#include "common/clock.h"
#include "common/log.h"

#define PROBE_PAUSE_NS (250 * CLOCK_NS_PER_MS)
#define RELAPSE_NS CLOCK_NS_PER_S /* after a miss so soon after the last one, the first probe waits as long */

void availability_init(struct availability *availability, const char *service)
{
    *availability = (struct availability){.service = service, .restored_ns = -RELAPSE_NS};
}

void availability_note_miss(struct availability *availability, enum rpc_code code, const char *message)
{
    int64_t now_ns = clock_now_ns();

    if (atomic_exchange(&availability->is_degraded, true))
        return;
    log_warning("discount-degraded", "service=%s code=%s message=%s", availability->service, rpc_code_name(code),
                LOG_QUOTED(message));
    availability->was_cause_logged = code != RPC_DEADLINE_EXCEEDED;
    availability->probe_ns = now_ns - availability->restored_ns < RELAPSE_NS ? now_ns + RELAPSE_NS : now_ns;
}

void availability_note_failed_probe(struct availability *availability, enum rpc_code code, const char *message)
{
    availability_note_miss(availability, code, message);
    availability->probe_ns = clock_now_ns() + PROBE_PAUSE_NS;
    if (availability->was_cause_logged || code == RPC_DEADLINE_EXCEEDED)
        return;
    log_warning("discount-cause", "service=%s code=%s message=%s", availability->service, rpc_code_name(code),
                LOG_QUOTED(message));
    availability->was_cause_logged = true;
}

void availability_note_answer(struct availability *availability)
{
    if (!atomic_load(&availability->is_degraded))
        return;
    atomic_store(&availability->is_degraded, false);
    availability->restored_ns = clock_now_ns();
    log_info("discount-restored", "service=%s", availability->service);
}

void availability_note_wrong(struct availability *availability, const char *wrong)
{
    if (!availability->was_wrong_logged)
        log_warning("discount-answer-refused", "service=%s reason=%s", availability->service, LOG_QUOTED(wrong));
    availability->was_wrong_logged = true;
}
