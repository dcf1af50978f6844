/* SPDX-License-Identifier: MIT */
/*
 * Coalesces asks into RPCs and keeps deadlines; quotes.h has the picture.
 *
 * Two threads: the asking one calls quotes_ask(), the polling one does everything else. What they share is under the
 * lock. A batch belongs to whoever builds it until its RPC starts, and to the polling thread from then on.
 */
#include "fcgi-catalog/quotes/quotes.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/rpc/client.h"
#include "common/rpc/runtime.h"
#include "fcgi-catalog/quotes/batch.h"
#include "fcgi-catalog/quotes/messages.h"
#include "fcgi-catalog/quotes/singles.h"
#include "fcgi-catalog/quotes/health.h"

#define DEADLINE_SLACK_NS (5 * CLOCK_NS_PER_MS)
#define LOOK_EVERY_NS (250 * CLOCK_NS_PER_MS) /* how often the polling thread looks at deadlines while RPCs go out */
#define LATE_CHECK_NS (50 * CLOCK_NS_PER_MS)  /* a connection to this machine is made in a tenth of it */
#define SINGLES_FOR_NS (60 * CLOCK_NS_PER_S)  /* how long a server is remembered to know only ApplyDiscount */

struct quotes {
    struct rpc_client *client;
    struct quotes_options options;
    pthread_mutex_t lock;
    /* Under the lock: */
    struct quote_ask *waiting, **waiting_end;
    int64_t waiting_until_ns; /* the earliest deadline in the waiting line */
    struct batch *out;        /* NULL: no RPC is out */
    bool out_is_leaving;      /* … but the asking thread still works with it */
    int64_t out_until_ns;     /* when what is out is over at the latest */
    struct batch *spare;      /* memory of an earlier batch */
    bool was_out;             /* some RPC was, since the polling thread last looked */
    bool is_asleep;           /* the polling thread waits for an event, however long it takes */
    bool asks_singles;        /* the server knows only ApplyDiscount: the polling thread asks product by product */
    bool is_flush_due;        /* the asking thread has asked, or was woken, and has not flushed since */
    int asking_fd;            /* it is woken by this; -1: it cannot be */
    struct health health;
    /* Of the polling thread: */
    int64_t singles_until_ns; /* when ApplyDiscounts is tried again */
    int64_t check_keyset_ns;  /* when to, if there is no answer before; CLOCK_NEVER: that is done */
};

/* ---- The waiting line ---- */

static struct batch *take_spare(struct quotes *quotes)
{
    struct batch *batch = quotes->spare != NULL ? quotes->spare : batch_new(quotes);

    quotes->spare = NULL;
    batch_reset(batch);
    return batch;
}

static int64_t earliest_deadline(const struct quote_ask *line)
{
    int64_t earliest = CLOCK_NEVER;

    for (; line != NULL; line = line->next) {
        if (line->deadline_ns < earliest)
            earliest = line->deadline_ns;
    }
    return earliest;
}

/* What waits, up to the bounds, becomes what is out. NULL: nothing waits. Under the lock. */
static struct batch *take_waiting(struct quotes *quotes)
{
    const struct product_list *before = NULL;
    size_t products = 0, bytes = 0;

    assert(quotes->out == NULL);
    if (quotes->waiting == NULL)
        return NULL;
    struct batch *batch = take_spare(quotes);
    for (struct quote_ask *ask; (ask = quotes->waiting) != NULL; before = ask->products) {
        products += ask->products->count;
        bytes += messages_ask_bytes(ask, before);
        if (batch->count > 0 && (products > QUOTES_BATCH_PRODUCTS || bytes > QUOTES_BATCH_BYTES))
            break;
        quotes->waiting = ask->next;
        batch_add(batch, ask);
    }
    if (quotes->waiting == NULL)
        quotes->waiting_end = &quotes->waiting;
    quotes->waiting_until_ns = earliest_deadline(quotes->waiting);
    quotes->out = batch;
    quotes->was_out = true;
    quotes->out_until_ns = batch_latest_deadline(batch);
    return batch;
}

static void degrade_waiting(void *data)
{
    struct quotes *quotes = data;

    pthread_mutex_lock(&quotes->lock);
    struct quote_ask *ask = quotes->waiting;
    quotes->waiting = NULL;
    quotes->waiting_end = &quotes->waiting;
    quotes->waiting_until_ns = CLOCK_NEVER;
    pthread_mutex_unlock(&quotes->lock);
    while (ask != NULL) {
        struct quote_ask *next = ask->next;
        ask->done(ask, QUOTES_DEGRADED);
        ask = next;
    }
}

/* Who waits is told at once when the service is found to be away: whoever asks later looks first. */
static void note_miss(struct quotes *quotes, enum rpc_code code, const char *message)
{
    circuit_breaker_note_miss(&quotes->health.breaker, code, message);
    degrade_waiting(quotes);
}

/* ---- One RPC for all asks of a batch ---- */

static void start_singles(struct batch *batch);
static void start_batch(struct batch *batch);

static bool is_singles_time(struct quotes *quotes)
{
    if (!quotes->asks_singles || clock_now_ns() < quotes->singles_until_ns)
        return quotes->asks_singles;
    pthread_mutex_lock(&quotes->lock);
    quotes->asks_singles = false;
    pthread_mutex_unlock(&quotes->lock);
    return false;
}

/* Of the polling thread. */
static void start(struct batch *batch)
{
    if (batch == NULL)
        return;
    if (is_singles_time(batch->quotes))
        start_singles(batch);
    else
        start_batch(batch);
}

/*
 * What waits leaves when nothing is out. Mostly it is left to the asking thread, which first asks what else has come:
 * on busy processors an RPC carries half as much again. While a server is asked product by product it is not.
 */
static void let_waiting_leave(struct quotes *quotes)
{
    pthread_mutex_lock(&quotes->lock);
    bool can_leave = quotes->out == NULL && quotes->waiting != NULL;
    bool is_left = quotes->asking_fd >= 0 && !quotes->asks_singles && !atomic_load(&quotes->health.is_stopping);
    bool is_wake_needed = can_leave && is_left && !quotes->is_flush_due;
    struct batch *next = can_leave && !is_left ? take_waiting(quotes) : NULL;
    quotes->is_flush_due |= is_wake_needed;
    pthread_mutex_unlock(&quotes->lock);
    if (is_wake_needed)
        (void)!eventfd_write(quotes->asking_fd, 1);
    start(next);
}

static void end_rpc(struct quotes *quotes)
{
    pthread_mutex_lock(&quotes->lock);
    quotes->out = NULL;
    quotes->out_is_leaving = false;
    pthread_mutex_unlock(&quotes->lock);
    let_waiting_leave(quotes);
}

static void put_back(struct batch *batch)
{
    struct quotes *quotes = batch->quotes;

    pthread_mutex_lock(&quotes->lock);
    if (quotes->spare == NULL) {
        quotes->spare = batch;
        batch = NULL;
    }
    pthread_mutex_unlock(&quotes->lock);
    batch_free(batch);
}

static void end_missed(struct batch *batch, enum rpc_code code, const char *message)
{
    note_miss(batch->quotes, code, message);
    end_rpc(batch->quotes);
    batch_degrade(batch);
    put_back(batch);
}

static void end_answered(struct batch *batch, const Ecommerce__ApplyDiscountsResponse *response)
{
    struct quotes *quotes = batch->quotes;
    size_t answers = 0;

    circuit_breaker_note_answer(&quotes->health.breaker);
    for (size_t i = 0; i < batch->count; i++) {
        struct quote_ask *ask = batch->asks[i];
        const Ecommerce__DiscountAnswer *answer = response->answers[answers++];
        const char *wrong;
        if (ask == NULL)
            continue;
        bool is_good = messages_read_answer(answer, ask, &wrong);
        if (!is_good)
            circuit_breaker_note_wrong(&quotes->health.breaker, wrong);
        ask->rules_revision = response->revision;
        ask->done(ask, is_good ? QUOTES_OK : QUOTES_DEGRADED);
    }
    end_rpc(quotes);
    put_back(batch);
}

static void remember_singles(struct quotes *quotes)
{
    if (quotes->singles_until_ns == 0)
        log_info("discount-singles", "service=%s reason=\"it knows only ApplyDiscount\"", quotes->options.service_host);
    quotes->singles_until_ns = clock_now_ns() + SINGLES_FOR_NS;
    pthread_mutex_lock(&quotes->lock);
    quotes->asks_singles = true;
    pthread_mutex_unlock(&quotes->lock);
}

static void forget_singles(void *data)
{
    struct quotes *quotes = data;

    quotes->singles_until_ns = 0;
    pthread_mutex_lock(&quotes->lock);
    quotes->asks_singles = false;
    pthread_mutex_unlock(&quotes->lock);
}

static void on_batch_answered(const Ecommerce__ApplyDiscountsResponse *response, void *data)
{
    struct batch *batch = data;
    struct quotes *quotes = batch->quotes;
    enum rpc_code code = rpc_client_status(quotes->client);

    if (response != NULL)
        health_note_told(&quotes->health, response);
    if (response != NULL && response->n_answers == batch->count) {
        end_answered(batch, response);
    } else if (response != NULL) {
        end_missed(batch, RPC_INTERNAL, "another number of answers than asks");
    } else if (code == RPC_UNIMPLEMENTED) {
        remember_singles(quotes);
        start_singles(batch);
    } else {
        end_missed(batch, code, rpc_client_message(quotes->client));
    }
}

/* The only start that the asking thread makes, too. The batch may be gone when it returns. */
static void start_batch(struct batch *batch)
{
    struct rpc_stub stub;
    Ecommerce__ApplyDiscountsRequest request;

    rpc_stub_init(&stub, batch->quotes->client, &ecommerce__discount__descriptor);
    stub.deadline_ns = batch_latest_deadline(batch);
    messages_ask_all(&request, batch->asks, batch->count, &batch->arena);
    ecommerce__discount__apply_discounts(&stub.base, &request, on_batch_answered, batch);
}

/* ---- A server that knows only ApplyDiscount: one RPC per product, all at once ---- */

static void end_singles(struct batch *batch)
{
    struct quotes *quotes = batch->quotes;

    if (batch->singles_code == RPC_OK)
        circuit_breaker_note_answer(&quotes->health.breaker);
    else
        note_miss(quotes, batch->singles_code, "ApplyDiscount failed");
    end_rpc(quotes);
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->asks[i] == NULL)
            continue;
        batch->asks[i]->rules_revision = 0;
        batch->asks[i]->done(batch->asks[i], batch->failed[i] ? QUOTES_DEGRADED : QUOTES_OK);
    }
    put_back(batch);
}

static void note_wrong_single(struct batch *batch, const char *reason)
{
    circuit_breaker_note_wrong(&batch->quotes->health.breaker, reason);
}

static void start_singles(struct batch *batch)
{
    singles_start(batch, batch->quotes->client, end_singles, note_wrong_single);
}

/* ---- The polling thread ---- */

/*
 * When to look at the latest. A request's end must not rest on the RPC's own deadline, which is a timer of gRPC core:
 * while RPCs go out this thread looks by itself, and who sends the first one after a silence wakes it.
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

/* What the asking thread still packs is left alone: it wakes this thread afterwards if a deadline is near. */
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
        note_miss(quotes, RPC_DEADLINE_EXCEEDED, "no answer within the deadline");
}

/* Where the handshake was to find out what is wrong with the keyset, and no answer comes. */
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
    let_waiting_leave(quotes);
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

/* The polling thread looks at the deadlines as they are when it begins to wait; for one that is much earlier than the
 * others it must be awake. */
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
    struct batch *batch = can_leave && !quotes->asks_singles ? take_waiting(quotes) : NULL;
    quotes->out_is_leaving = batch != NULL || quotes->out_is_leaving;
    bool is_asleep = quotes->is_asleep;
    if (batch != NULL)
        quotes->is_asleep = false;
    pthread_mutex_unlock(&quotes->lock);
    if (batch != NULL) {
        is_wake_needed = is_asleep || has_early_deadline(batch);
        start_batch(batch);
        pthread_mutex_lock(&quotes->lock);
        quotes->out_is_leaving = false;
        pthread_mutex_unlock(&quotes->lock);
    }
    if (is_wake_needed)
        rpc_client_wake(quotes->client);
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
    health_init(&quotes->health, options->service_host,
                &(struct health_events){.on_answer = forget_singles, .on_away = degrade_waiting, .data = quotes});
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
    batch_free(quotes->spare);
    pthread_mutex_destroy(&quotes->lock);
    free(quotes);
}
