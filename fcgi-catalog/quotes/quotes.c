/* SPDX-License-Identifier: MIT */
/* The asking thread and the polling one; quotes.h has the picture. */
#include "fcgi-catalog/quotes/quotes.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/rpc/client.h"
#include "common/rpc/runtime.h"
#include "fcgi-catalog/quotes/dispatch.h"

#define DEADLINE_SLACK_NS (5 * CLOCK_NS_PER_MS)
#define LOOK_EVERY_NS (250 * CLOCK_NS_PER_MS) /* how often the polling thread looks at deadlines while RPCs go out */
#define LATE_CHECK_NS (50 * CLOCK_NS_PER_MS)  /* a connection to this machine is made in a tenth of it */

/* ---- The polling thread ---- */

/*
 * The latest time of the next look. An ask's deadline must not rest on that of the RPC, which is a timer of gRPC core:
 * while RPCs go out this thread looks by itself, and the sender of the first one after a silence wakes it.
 */
static int64_t next_moment(struct quotes *quotes)
{
    int64_t moment = health_moment(&quotes->health);

    if (quotes->check_keyset_ns < moment)
        moment = quotes->check_keyset_ns;
    pthread_mutex_lock(&quotes->lock);
    if (quotes->out != NULL && !quotes->out_is_leaving && batch_earliest_deadline(quotes->out) < moment)
        moment = batch_earliest_deadline(quotes->out);
    if (quotes->waiting_until_ns < moment)
        moment = quotes->waiting_until_ns;
    bool is_busy = quotes->out != NULL || quotes->was_out;
    quotes->was_out = false;
    quotes->is_asleep = !is_busy && moment == CLOCK_NEVER;
    pthread_mutex_unlock(&quotes->lock);
    int64_t look_ns = clock_now_ns() + LOOK_EVERY_NS;
    return is_busy && look_ns < moment ? look_ns : moment;
}

/* A batch that the asking thread still packs is left alone: that thread wakes this one afterwards if a deadline is
 * near. */
static void expire_asks(struct quotes *quotes)
{
    int64_t now_ns = clock_now_ns();

    pthread_mutex_lock(&quotes->lock);
    struct batch *out = quotes->out_is_leaving ? NULL : quotes->out;
    bool is_missed = quotes->waiting_until_ns <= now_ns; /* a miss answers the whole waiting line */
    pthread_mutex_unlock(&quotes->lock);
    if (out != NULL && batch_expire(out, now_ns) > 0)
        is_missed = true;
    if (is_missed)
        dispatch_note_miss(quotes, RPC_DEADLINE_EXCEEDED, "no answer within the deadline");
}

/* Checks the keyset when its faults were left to the handshake and no answer comes. */
static void check_keyset_late(struct quotes *quotes)
{
    struct keyset keyset;
    char reason[512];

    if (clock_now_ns() < quotes->check_keyset_ns)
        return;
    quotes->check_keyset_ns = CLOCK_NEVER;
    if (keyset_load(&quotes->options.keyset, &keyset, reason, sizeof reason)) {
        keyset_release(&keyset);
        return;
    }
    log_error("keyset-refused", "reason=%s", LOG_QUOTED(reason));
    pthread_mutex_lock(&quotes->lock);
    struct batch *out = quotes->out;
    pthread_mutex_unlock(&quotes->lock);
    if (out != NULL)
        batch_expire(out, CLOCK_NEVER);
}

static bool is_over(struct quotes *quotes)
{
    pthread_mutex_lock(&quotes->lock);
    bool over = atomic_load(&quotes->health.is_stopping) && quotes->out == NULL && quotes->waiting == NULL;
    pthread_mutex_unlock(&quotes->lock);
    return over;
}

bool quotes_poll(struct quotes *quotes)
{
    if (is_over(quotes))
        return false;
    rpc_client_poll(quotes->client, next_moment(quotes));
    expire_asks(quotes);
    check_keyset_late(quotes);
    health_run(&quotes->health);
    dispatch_leave(quotes);
    return !is_over(quotes);
}

/* ---- For everybody ---- */

static bool is_open_or_opens(struct quotes *quotes)
{
    char reason[512];

    if (quotes->client != NULL || quotes_open(quotes, reason, sizeof reason))
        return true;
    log_error("keyset-refused", "reason=%s", LOG_QUOTED(reason));
    return false;
}

/* Answers an ask with kept quotes. Called with the lock, which is released on true. */
static bool is_kept(struct quotes *quotes, struct quote_ask *ask)
{
    int64_t now_ns = clock_boot_ns();

    if (!kept_find(quotes->kept, ask, now_ns))
        return false;
    bool is_renewal_due = kept_is_renewal_due(quotes->kept, now_ns);
    pthread_mutex_unlock(&quotes->lock);
    if (is_renewal_due)
        health_renew(&quotes->health);
    ask->done(ask, QUOTES_OK);
    return true;
}

void quotes_ask(struct quotes *quotes, struct quote_ask *ask)
{
    if (ask->products->count == 0) {
        ask->rules_revision = 0;
        ask->done(ask, QUOTES_OK);
        return;
    }
    ask->next = NULL;
    if (!is_open_or_opens(quotes)) {
        ask->done(ask, QUOTES_DEGRADED);
        return;
    }
    pthread_mutex_lock(&quotes->lock);
    if (quotes->kept != NULL && is_kept(quotes, ask))
        return;
    if (atomic_load(&quotes->health.breaker.is_degraded)) {
        pthread_mutex_unlock(&quotes->lock);
        ask->done(ask, QUOTES_DEGRADED);
        return;
    }
    *quotes->waiting_end = ask;
    quotes->waiting_end = &ask->next;
    quotes->is_flush_due = true;
    if (ask->deadline_ns < quotes->waiting_until_ns)
        quotes->waiting_until_ns = ask->deadline_ns;
    /* Otherwise the polling thread looks in time by itself. */
    bool is_wake_needed = quotes->out != NULL && ask->deadline_ns < quotes->out_until_ns;
    pthread_mutex_unlock(&quotes->lock);
    if (is_wake_needed)
        rpc_client_wake(quotes->client);
}

/* The polling thread reads the deadlines when it begins to wait; for one that is much earlier than the others it must
 * be awake. */
static bool has_early_deadline(const struct batch *batch)
{
    return batch_latest_deadline(batch) - batch_earliest_deadline(batch) > DEADLINE_SLACK_NS;
}

void quotes_wake_by(struct quotes *quotes, int event_fd)
{
    quotes->asking_fd = event_fd;
}

void quotes_flush(struct quotes *quotes)
{
    pthread_mutex_lock(&quotes->lock);
    quotes->is_flush_due = false;
    bool can_leave = quotes->out == NULL && quotes->waiting != NULL;
    bool is_wake_needed = can_leave && quotes->asks_singles; /* the polling thread starts those */
    struct batch *batch = can_leave && !quotes->asks_singles ? dispatch_take(quotes) : NULL;
    quotes->out_is_leaving = batch != NULL || quotes->out_is_leaving;
    bool is_asleep = quotes->is_asleep;
    if (batch != NULL)
        quotes->is_asleep = false;
    pthread_mutex_unlock(&quotes->lock);
    if (batch != NULL) {
        is_wake_needed = is_asleep || has_early_deadline(batch);
        dispatch_start(batch);
        pthread_mutex_lock(&quotes->lock);
        quotes->out_is_leaving = false;
        pthread_mutex_unlock(&quotes->lock);
    }
    if (is_wake_needed)
        rpc_client_wake(quotes->client);
}

void quotes_keep(struct quotes *quotes, size_t bytes_max)
{
    if (bytes_max > 0)
        quotes->kept = kept_new(bytes_max);
}

int64_t quotes_steady_until(struct quotes *quotes)
{
    return health_steady_until(&quotes->health);
}

void quotes_check(struct quotes *quotes)
{
    health_check(&quotes->health);
}

struct quotes *quotes_new(const struct quotes_options *options)
{
    struct quotes *quotes = memory_get_zeroed(1, sizeof *quotes);
    quotes->options = *options;
    quotes->waiting_end = &quotes->waiting;
    quotes->waiting_until_ns = CLOCK_NEVER;
    quotes->check_keyset_ns = CLOCK_NEVER;
    quotes->asking_fd = -1;
    health_init(
        &quotes->health, options->service_host,
        &(struct health_events){.on_answer = dispatch_note_answer, .on_away = dispatch_degrade, .data = quotes});
    pthread_mutex_init(&quotes->lock, NULL);
    return quotes;
}

static bool open_client(struct quotes *quotes, bool is_brief, char *reason, size_t reason_size)
{
    struct rpc_client_options options = {
        .target = quotes->options.service_host, .keyset = quotes->options.keyset, .is_brief = is_brief};

    rpc_runtime_start();
    quotes->client = rpc_client_new(&options, reason, reason_size);
    if (quotes->client == NULL)
        rpc_runtime_stop();
    quotes->health.client = quotes->client;
    return quotes->client != NULL;
}

bool quotes_open(struct quotes *quotes, char *reason, size_t reason_size)
{
    return open_client(quotes, false, reason, reason_size);
}

void quotes_prepare(struct quotes *quotes)
{
    char reason[512];

    if (!open_client(quotes, true, reason, sizeof reason))
        return; /* quotes_ask() finds the same */
    quotes->check_keyset_ns = clock_now_ns() + LATE_CHECK_NS;
    rpc_client_connect(quotes->client);
    rpc_client_poll(quotes->client, clock_now_ns());
}

void quotes_stop(struct quotes *quotes)
{
    health_stop(&quotes->health);
    rpc_client_wake(quotes->client);
}

void quotes_free(struct quotes *quotes)
{
    if (quotes == NULL)
        return;
    assert(quotes->out == NULL && quotes->waiting == NULL);
    if (quotes->client != NULL) {
        rpc_client_free(quotes->client);
        rpc_runtime_stop();
    }
    if (quotes->kept != NULL) {
        const struct kept_counts counts = kept_counts(quotes->kept);
        log_info("quotes-kept", "hits=%" PRIu64 " misses=%" PRIu64 " leases=%" PRIu64, counts.hits, counts.misses,
                 counts.leases);
    }
    kept_free(quotes->kept);
    batch_free(quotes->spare);
    pthread_mutex_destroy(&quotes->lock);
    free(quotes);
}
