/* SPDX-License-Identifier: MIT */
/* What is known of the Discount service when nobody asks for a quote. */
#include "fcgi-catalog/quotes/health.h"

#include <time.h>

#include "common/clock.h"

#define DEADLINE_NS (500 * CLOCK_NS_PER_MS)
#define KNOWN_NS (HEALTH_KNOWN_S * CLOCK_NS_PER_S)
#define LOOK_NS (KNOWN_NS / 2)

void health_init(struct health *health, const char *service, const struct health_events *events)
{
    *health = (struct health){.events = *events, .looked_ns = -LOOK_NS, .told_ns = -KNOWN_NS};
    circuit_breaker_init(&health->breaker, service);
}

static void ask_nothing(struct health *health, bool fail_fast, bool wants_lease,
                        void (*closure)(const Ecommerce__ApplyDiscountsResponse *response, void *data))
{
    struct rpc_stub stub;
    Ecommerce__ApplyDiscountsRequest nothing = ECOMMERCE__APPLY_DISCOUNTS_REQUEST__INIT;

    rpc_stub_init(&stub, health->client, &ecommerce__discount__descriptor);
    stub.deadline_ns = clock_now_ns() + DEADLINE_NS;
    stub.fail_fast = fail_fast;
    nothing.wants_lease = wants_lease;
    ecommerce__discount__apply_discounts(&stub.base, &nothing, closure, health);
}

/* ---- Probes ---- */

static void note_failed_probe(struct health *health, enum rpc_code code, const char *message)
{
    circuit_breaker_note_failed_probe(&health->breaker, code, message);
    health->events.on_away(health->events.data);
    if (code == RPC_DEADLINE_EXCEEDED) /* perhaps only this connection is dead */
        rpc_client_reconnect(health->client);
}

/* Whether a failed probe is a miss. The probe at the start may meet a server that is starting, or a busy machine: its
 * missed deadline is none, for the next ask finds out within its own deadline. */
static bool says_something(const struct health *health, enum rpc_code code)
{
    return code != RPC_DEADLINE_EXCEEDED || atomic_load(&health->breaker.is_degraded);
}

static void on_probe_answered(const Ecommerce__ApplyDiscountsResponse *response, void *data)
{
    struct health *health = data;
    enum rpc_code code = rpc_client_status(health->client);

    health->is_probing = false;
    if (response != NULL) {
        health_note_told(health, response);
        health->events.on_answer(health->events.data, response, health->probed_ns);
    }
    if (response != NULL || code == RPC_UNIMPLEMENTED) /* a server without the method is there all the same */
        circuit_breaker_note_answer(&health->breaker);
    else if (!atomic_load(&health->is_stopping) && says_something(health, code)) /* the end cancels the probe */
        note_failed_probe(health, code, rpc_client_message(health->client));
}

static bool is_probe_wanted(struct health *health)
{
    return atomic_load(&health->breaker.is_degraded) && !health->is_probing && !atomic_load(&health->is_stopping);
}

void health_check(struct health *health)
{
    health->is_probing = true;
    health->probed_ns = clock_boot_ns();
    ask_nothing(health, true, false, on_probe_answered); /* its message names what is wrong */
}

/* ---- Looks ---- */

static void on_look_answered(const Ecommerce__ApplyDiscountsResponse *response, void *data)
{
    struct health *health = data;

    health->is_looking = false;
    if (response == NULL)
        return;
    health_note_told(health, response);
    health->events.on_answer(health->events.data, response, health->boot_ns);
}

static bool is_look_due(struct health *health)
{
    return atomic_exchange(&health->is_look_wanted, false) && !health->is_looking && !health->is_probing &&
           !atomic_load(&health->breaker.is_degraded) && !atomic_load(&health->is_stopping);
}

/* Wakes the poller for a look, but not again with every request when it is not answered; while the service is away, the
 * probes find out. */
static void want_look(struct health *health, int64_t now_ns)
{
    if (health->client != NULL && now_ns - atomic_load(&health->looked_ns) >= LOOK_NS &&
        !atomic_load(&health->breaker.is_degraded) && !atomic_exchange(&health->is_look_wanted, true))
        rpc_client_wake(health->client);
}

void health_renew(struct health *health)
{
    atomic_store(&health->is_lease_wanted, true);
    if (!atomic_exchange(&health->is_look_wanted, true))
        rpc_client_wake(health->client);
}

void health_note_told(struct health *health, const Ecommerce__ApplyDiscountsResponse *response)
{
    atomic_store(&health->next_change, response->next_change);
    atomic_store(&health->told_ns, clock_now_ns());
}

int64_t health_steady_until(struct health *health)
{
    int64_t next_change = atomic_load(&health->next_change), now = (int64_t)time(NULL);
    int64_t now_ns = clock_now_ns(), age_ns = now_ns - atomic_load(&health->told_ns);
    bool is_past = next_change != 0 && next_change <= now;

    if (age_ns >= LOOK_NS || is_past)
        want_look(health, now_ns);
    if (age_ns >= KNOWN_NS || is_past)
        return now + HEALTH_KNOWN_S;
    return next_change != 0 ? next_change : INT64_MAX;
}

/* ---- Both ---- */

int64_t health_moment(struct health *health)
{
    return is_probe_wanted(health) ? health->breaker.probe_ns : CLOCK_NEVER;
}

void health_run(struct health *health)
{
    if (is_probe_wanted(health) && clock_now_ns() >= health->breaker.probe_ns) {
        health_check(health);
    } else if (is_look_due(health)) {
        health->is_looking = true;
        atomic_store(&health->looked_ns, clock_now_ns());
        health->boot_ns = clock_boot_ns();
        ask_nothing(health, false, atomic_exchange(&health->is_lease_wanted, false), on_look_answered);
    }
}

void health_stop(struct health *health)
{
    atomic_store(&health->is_stopping, true);
}
