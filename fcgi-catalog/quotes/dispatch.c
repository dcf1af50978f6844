/* SPDX-License-Identifier: MIT */
/* Coalesces asks into RPCs; quotes.h has the picture. */
#include "fcgi-catalog/quotes/dispatch.h"

#include <assert.h>
#include <stdatomic.h>
#include <sys/eventfd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/rpc/client.h"
#include "fcgi-catalog/quotes/messages.h"
#include "fcgi-catalog/quotes/singles.h"

#define SINGLES_FOR_NS (60 * CLOCK_NS_PER_S) /* how long a server is remembered to know only ApplyDiscount */

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

struct batch *dispatch_take(struct quotes *quotes)
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

void dispatch_degrade(void *data)
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

void dispatch_note_miss(struct quotes *quotes, enum rpc_code code, const char *message)
{
    circuit_breaker_note_miss(&quotes->health.breaker, code, message);
    dispatch_degrade(quotes);
}

/* ---- One RPC for all asks of a batch ---- */

static void start_singles(struct batch *batch);

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
        dispatch_start(batch);
}

void dispatch_leave(struct quotes *quotes)
{
    pthread_mutex_lock(&quotes->lock);
    bool can_leave = quotes->out == NULL && quotes->waiting != NULL;
    bool is_left = quotes->asking_fd >= 0 && !quotes->asks_singles && !atomic_load(&quotes->health.is_stopping);
    bool is_wake_needed = can_leave && is_left && !quotes->is_flush_due;
    struct batch *next = can_leave && !is_left ? dispatch_take(quotes) : NULL;
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
    dispatch_leave(quotes);
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
    dispatch_note_miss(batch->quotes, code, message);
    end_rpc(batch->quotes);
    batch_degrade(batch);
    put_back(batch);
}

static struct kept_basis basis_of(const Ecommerce__ApplyDiscountsResponse *response)
{
    return (struct kept_basis){response->epoch, response->revision, response->next_change};
}

/* Notes the lease of an answer to a call that was sent at sent_ns. */
static void note_lease(struct quotes *quotes, const Ecommerce__ApplyDiscountsResponse *response, int64_t sent_ns)
{
    const struct kept_basis basis = basis_of(response);

    if (quotes->kept == NULL)
        return;
    pthread_mutex_lock(&quotes->lock);
    kept_note(quotes->kept, &basis, response->lease_ms, sent_ns, clock_boot_ns());
    pthread_mutex_unlock(&quotes->lock);
}

static void keep(struct quotes *quotes, const Ecommerce__ApplyDiscountsResponse *response, uint64_t audience,
                 const struct quote_ask *ask)
{
    const struct kept_basis basis = basis_of(response);

    if (quotes->kept == NULL)
        return;
    pthread_mutex_lock(&quotes->lock);
    kept_put(quotes->kept, &basis, audience, ask);
    pthread_mutex_unlock(&quotes->lock);
}

static void end_answered(struct batch *batch, const Ecommerce__ApplyDiscountsResponse *response)
{
    struct quotes *quotes = batch->quotes;
    size_t answers = 0;

    circuit_breaker_note_answer(&quotes->health.breaker);
    note_lease(quotes, response, batch->sent_ns);
    for (size_t i = 0; i < batch->count; i++) {
        struct quote_ask *ask = batch->asks[i];
        const Ecommerce__DiscountAnswer *answer = response->answers[answers++];
        const char *wrong;
        if (ask == NULL)
            continue;
        bool is_good = messages_read_answer(answer, ask, &wrong);
        if (is_good)
            keep(quotes, response, answer->audience, ask);
        else
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

void dispatch_note_answer(void *data, const Ecommerce__ApplyDiscountsResponse *response, int64_t sent_ns)
{
    struct quotes *quotes = data;

    note_lease(quotes, response, sent_ns);
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

void dispatch_start(struct batch *batch)
{
    struct rpc_stub stub;
    Ecommerce__ApplyDiscountsRequest request;

    rpc_stub_init(&stub, batch->quotes->client, &ecommerce__discount__descriptor);
    stub.deadline_ns = batch_latest_deadline(batch);
    messages_ask_all(&request, batch->asks, batch->count, &batch->arena);
    request.wants_lease = batch->quotes->kept != NULL;
    batch->sent_ns = clock_boot_ns();
    ecommerce__discount__apply_discounts(&stub.base, &request, on_batch_answered, batch);
}

/* ---- A server that knows only ApplyDiscount: one RPC per product, all at once ---- */

static void end_singles(struct batch *batch)
{
    struct quotes *quotes = batch->quotes;

    if (batch->singles_code == RPC_OK)
        circuit_breaker_note_answer(&quotes->health.breaker);
    else
        dispatch_note_miss(quotes, batch->singles_code, "ApplyDiscount failed");
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
