/* SPDX-License-Identifier: MIT */
/* When to tell, and what is logged about it. */
#include "fcgi-catalog/tell/teller.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"

#define LOOK_NS CLOCK_NS_PER_S            /* how often the revision is looked at: a few microseconds */
#define ASK_NS (60 * CLOCK_NS_PER_S)      /* how often Discount is asked what it knows */
#define RETRY_NS (5 * CLOCK_NS_PER_S)     /* after a failure */
#define UNKNOWN_NS (600 * CLOCK_NS_PER_S) /* after an older service was met */
#define NICE 10                           /* of 19: requests come first */

struct teller {
    struct tell_options options;
    struct store *store;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_ending;    /* under the lock, as what follows */
    struct tell *tell; /* while it tells */
    /* The thread's own. */
    int64_t told;          /* the store's revision that Discount knows; 0: none yet */
    int64_t next_ns;       /* when to ask, though nothing changed */
    enum tell_status last; /* what became of the last try */
};

/* ---- Telling ---- */

/* A failure that goes on is logged once. */
static void log_outcome(struct teller *teller, enum tell_status status, const struct tell_result *result)
{
    bool is_new = status != teller->last;

    if (status == TELL_DONE && !result->was_known)
        log_info("shop-told", "products=%" PRId64 " sent=%" PRId64 " revision=%" PRId64, result->products, result->sent,
                 result->renamed);
    else if (status == TELL_OF_ANOTHER && is_new)
        log_warning("shop-not-told", "reason=\"Discount was told of another shop since; a change here takes over\"");
    else if (status == TELL_UNKNOWN && is_new)
        log_info("shop-not-told", "reason=\"this Discount takes no products\"");
    else if ((status == TELL_FAILED || status == TELL_REFUSED) && is_new)
        log_warning("shop-not-told", "reason=%s", LOG_QUOTED(result->reason));
    if (status != TELL_BUSY)
        teller->last = status;
}

/* False: the teller ends. */
static bool set_tell(struct teller *teller, struct tell *tell)
{
    pthread_mutex_lock(&teller->lock);
    teller->tell = tell;
    bool goes_on = !teller->is_ending;
    pthread_mutex_unlock(&teller->lock);
    return goes_on;
}

static void try_to_tell(struct teller *teller, int64_t revision)
{
    struct tell_result result = {.was_known = false};
    enum tell_status status = TELL_FAILED;

    struct tell *tell = tell_new(&teller->options, result.reason, sizeof result.reason);
    if (tell != NULL && set_tell(teller, tell))
        status = tell_shop(tell, teller->store, revision != teller->told, &result);
    bool goes_on = set_tell(teller, NULL);
    tell_free(tell);
    if (goes_on)
        log_outcome(teller, status, &result);
    if (status == TELL_DONE || status == TELL_OF_ANOTHER)
        teller->told = revision;
    teller->next_ns = clock_now_ns() + (status == TELL_DONE || status == TELL_OF_ANOTHER ? ASK_NS
                                        : status == TELL_UNKNOWN                         ? UNKNOWN_NS
                                        : status == TELL_BUSY                            ? LOOK_NS
                                                                                         : RETRY_NS);
}

static void look(struct teller *teller)
{
    bool can_tell = teller->last == TELL_DONE || teller->last == TELL_OF_ANOTHER;
    int64_t revision;

    if (teller->store->methods->revision(teller->store, &revision) != STORE_OK)
        return;
    if (clock_now_ns() >= teller->next_ns || (can_tell && teller->told != 0 && revision != teller->told))
        try_to_tell(teller, revision);
}

/* ---- The thread ---- */

/* False: the teller ends. */
static bool wait_a_moment(struct teller *teller)
{
    const struct timespec until = clock_timespec(clock_now_ns() + LOOK_NS);

    pthread_mutex_lock(&teller->lock);
    if (!teller->is_ending)
        (void)pthread_cond_timedwait(&teller->changed, &teller->lock, &until);
    bool goes_on = !teller->is_ending;
    pthread_mutex_unlock(&teller->lock);
    return goes_on;
}

static void *work(void *data)
{
    struct teller *teller = data;

    (void)setpriority(PRIO_PROCESS, 0, NICE); /* on Linux: of this thread */
    do {
        look(teller);
    } while (wait_a_moment(teller));
    return NULL;
}

struct teller *teller_new(const struct tell_options *options, struct store *store)
{
    struct teller *teller = memory_get_zeroed(1, sizeof *teller);
    pthread_condattr_t attributes;

    teller->options = *options;
    teller->store = store;
    pthread_mutex_init(&teller->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&teller->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    int error = pthread_create(&teller->thread, NULL, work, teller);
    if (error == 0)
        return teller;
    log_error("no-thread", "errno=%d", error);
    free(teller);
    return NULL;
}

void teller_free(struct teller *teller)
{
    if (teller == NULL)
        return;
    pthread_mutex_lock(&teller->lock);
    teller->is_ending = true;
    if (teller->tell != NULL)
        tell_stop(teller->tell);
    pthread_cond_signal(&teller->changed);
    pthread_mutex_unlock(&teller->lock);
    pthread_join(teller->thread, NULL);
    store_close(teller->store);
    pthread_mutex_destroy(&teller->lock);
    pthread_cond_destroy(&teller->changed);
    free(teller);
}
