/* SPDX-License-Identifier: MIT */
/* What is known of the Discount service when nobody asks for a quote. */
#include "fcgi-catalog/quotes/watch.h"

#include <time.h>

#include "common/clock.h"

#define DEADLINE_NS (500 * CLOCK_NS_PER_MS)
#define KNOWN_NS (WATCH_KNOWN_S * CLOCK_NS_PER_S)
#define LOOK_NS (KNOWN_NS / 2)

void watch_init(struct watch *watch, const char *service, const struct watch_events *events)
{
    *watch = (struct watch){.events = *events, .looked_ns = -LOOK_NS, .told_ns = -KNOWN_NS};
    availability_init(&watch->availability, service);
}

static void ask_nothing(struct watch *watch, bool fail_fast,
                        void (*closure)(const Ecommerce__ApplyDiscountsResponse *response, void *data))
{
    struct rpc_stub stub;
    Ecommerce__ApplyDiscountsRequest nothing = ECOMMERCE__APPLY_DISCOUNTS_REQUEST__INIT;

    rpc_stub_init(&stub, watch->client, &ecommerce__discount__descriptor);
    stub.deadline_ns = clock_now_ns() + DEADLINE_NS;
    stub.fail_fast = fail_fast;
    ecommerce__discount__apply_discounts(&stub.base, &nothing, closure, watch);
}

/* ---- Probes ---- */

static void note_failed_probe(struct watch *watch, enum rpc_code code, const char *message)
{
    availability_note_failed_probe(&watch->availability, code, message);
    watch->events.on_away(watch->events.data);
    if (code == RPC_DEADLINE_EXCEEDED) /* perhaps only this connection is dead */
        rpc_client_reconnect(watch->client);
}

/* The check at the start may meet a server that is starting, or a machine that is busy: that it took too long is no
 * miss, whoever asks now finds out within their own deadline. */
static bool says_something(const struct watch *watch, enum rpc_code code)
{
    return code != RPC_DEADLINE_EXCEEDED || atomic_load(&watch->availability.is_degraded);
}

static void on_probe_answered(const Ecommerce__ApplyDiscountsResponse *response, void *data)
{
    struct watch *watch = data;
    enum rpc_code code = rpc_client_status(watch->client);

    watch->is_probing = false;
    if (response != NULL) {
        watch_note_told(watch, response);
        watch->events.on_answer(watch->events.data);
    }
    if (response != NULL || code == RPC_UNIMPLEMENTED) /* who does not know the method is there all the same */
        availability_note_answer(&watch->availability);
    else if (!atomic_load(&watch->is_stopping) && says_something(watch, code)) /* the end cancels the probe */
        note_failed_probe(watch, code, rpc_client_message(watch->client));
}

static bool is_probe_wanted(struct watch *watch)
{
    return atomic_load(&watch->availability.is_degraded) && !watch->is_probing && !atomic_load(&watch->is_stopping);
}

void watch_check(struct watch *watch)
{
    watch->is_probing = true;
    ask_nothing(watch, true, on_probe_answered); /* its message names what is wrong */
}

/* ---- Looks ---- */

static void on_look_answered(const Ecommerce__ApplyDiscountsResponse *response, void *data)
{
    struct watch *watch = data;

    watch->is_looking = false;
    if (response == NULL)
        return;
    watch_note_told(watch, response);
    watch->events.on_answer(watch->events.data);
}

static bool is_look_due(struct watch *watch)
{
    return atomic_exchange(&watch->is_look_wanted, false) && !watch->is_looking && !watch->is_probing &&
           !atomic_load(&watch->availability.is_degraded) && !atomic_load(&watch->is_stopping);
}

/* One that is not answered is not sent again with every request, and the poller is not woken for it; while the service
 * is away, the probes find out. */
static void want_look(struct watch *watch, int64_t now_ns)
{
    if (watch->client != NULL && now_ns - atomic_load(&watch->looked_ns) >= LOOK_NS &&
        !atomic_load(&watch->availability.is_degraded) && !atomic_exchange(&watch->is_look_wanted, true))
        rpc_client_wake(watch->client);
}

void watch_note_told(struct watch *watch, const Ecommerce__ApplyDiscountsResponse *response)
{
    atomic_store(&watch->next_change, response->next_change);
    atomic_store(&watch->told_ns, clock_now_ns());
}

int64_t watch_steady_until(struct watch *watch)
{
    int64_t next_change = atomic_load(&watch->next_change), now = (int64_t)time(NULL);
    int64_t now_ns = clock_now_ns(), age_ns = now_ns - atomic_load(&watch->told_ns);
    bool is_past = next_change != 0 && next_change <= now;

    if (age_ns >= LOOK_NS || is_past)
        want_look(watch, now_ns);
    if (age_ns >= KNOWN_NS || is_past)
        return now + WATCH_KNOWN_S;
    return next_change != 0 ? next_change : INT64_MAX;
}

/* ---- Both ---- */

int64_t watch_moment(struct watch *watch)
{
    return is_probe_wanted(watch) ? watch->availability.probe_ns : CLOCK_NEVER;
}

void watch_run(struct watch *watch)
{
    if (is_probe_wanted(watch) && clock_now_ns() >= watch->availability.probe_ns) {
        watch_check(watch);
    } else if (is_look_due(watch)) {
        watch->is_looking = true;
        atomic_store(&watch->looked_ns, clock_now_ns());
        ask_nothing(watch, false, on_look_answered);
    }
}

void watch_stop(struct watch *watch)
{
    atomic_store(&watch->is_stopping, true);
}
