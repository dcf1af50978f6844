/* SPDX-License-Identifier: MIT */
/* When to tell, and what is logged about it. */
#include "fcgi-catalog/tell/teller.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/platform.h"

#define LOOK_NS CLOCK_NS_PER_S /* how often the revision is looked at: a few microseconds */
#define JITTER 8               /* processes that failed together ask again up to an eighth later */
#define NICE 10                /* of 19: requests come first */

/* Seconds until Discount is asked again, though nothing changed: `first`, then twice as long each time up to `most`;
 * and at least, when something changed. */
static const struct {
    int64_t first, most, changed;
} waits[] = {
    [TELL_DONE] = {60, 60, 0},      [TELL_BUSY] = {1, 8, 1},      [TELL_OF_ANOTHER] = {60, 60, 0},
    [TELL_UNKNOWN] = {60, 600, 60}, [TELL_REFUSED] = {5, 600, 5}, [TELL_FAILED] = {5, 60, 5},
};

struct teller {
    struct tell_options options;
    struct store *store;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_ending;    /* under the lock, as what follows */
    struct tell *tell; /* while it tells or waits for another who does */
    /* The thread's own. */
    int64_t told;            /* the store's revision that Discount knows; 0: none yet */
    int64_t tried;           /* the one of the last try; 0: none yet */
    int64_t next_ns;         /* when to ask, though nothing changed */
    int64_t next_changed_ns; /* and when something did */
    enum tell_status last;   /* what became of the last try */
    unsigned tries;          /* in a row with that outcome */
    enum tell_status logged; /* the last outcome but TELL_BUSY, and its reason */
    char reason[sizeof((struct tell_result *)NULL)->reason];
};

/* ---- Telling ---- */

/* A failure that goes on is logged once, and when it is over. */
static void log_outcome(struct teller *teller, enum tell_status status, const struct tell_result *result)
{
    bool is_new = status != teller->logged || strcmp(result->reason, teller->reason) != 0;

    if (status == TELL_BUSY)
        return;
    if (status == TELL_DONE && !result->was_known)
        log_info("shop-told", "products=%" PRId64 " sent=%" PRId64 " revision=%" PRId64, result->products, result->sent,
                 result->renamed);
    else if (status == TELL_DONE && is_new)
        log_info("shop-told", "reason=\"Discount knows the shop again\"");
    else if (status == TELL_OF_ANOTHER && is_new)
        log_warning("shop-not-told", "reason=\"Discount was told of another shop since; a change here takes over\"");
    else if (status == TELL_UNKNOWN && is_new)
        log_info("shop-not-told", "reason=\"this Discount takes no products\"");
    else if (status != TELL_DONE && is_new)
        log_warning("shop-not-told", "reason=%s", LOG_QUOTED(result->reason));
    teller->logged = status;
    memcpy(teller->reason, result->reason, sizeof teller->reason);
}

/* ---- When again ---- */

int64_t teller_wait_ns(enum tell_status status, unsigned tries)
{
    int64_t seconds = waits[status].first;

    for (unsigned i = 1; i < tries && seconds < waits[status].most; i++)
        seconds *= 2;
    return (seconds < waits[status].most ? seconds : waits[status].most) * CLOCK_NS_PER_S;
}

static void schedule(struct teller *teller, enum tell_status status)
{
    int64_t now = clock_now_ns();
    uint8_t jitter;

    teller->tries = status == teller->last ? teller->tries + 1 : 1;
    teller->last = status;
    int64_t wait = teller_wait_ns(status, teller->tries);
    platform_fill_random(&jitter, sizeof jitter);
    teller->next_ns = now + wait + wait / JITTER / UINT8_MAX * jitter;
    teller->next_changed_ns = now + waits[status].changed * CLOCK_NS_PER_S;
}

/* ---- A try ---- */

/* False: the teller ends. */
static bool set_tell(struct teller *teller, struct tell *tell)
{
    pthread_mutex_lock(&teller->lock);
    teller->tell = tell;
    bool goes_on = !teller->is_ending;
    pthread_mutex_unlock(&teller->lock);
    return goes_on;
}

/* Who is to ask again soon keeps the connection. */
static void try_to_tell(struct teller *teller, int64_t revision)
{
    struct tell_result result = {.was_known = false};
    enum tell_status status = TELL_FAILED;
    struct tell *tell = teller->tell;

    if (tell == NULL)
        tell = tell_new(&teller->options, result.reason, sizeof result.reason);
    if (tell != NULL && set_tell(teller, tell))
        status = tell_shop(tell, teller->store, revision != teller->told, &result);
    bool goes_on = set_tell(teller, status == TELL_BUSY ? tell : NULL);
    if (status != TELL_BUSY)
        tell_free(tell);
    if (goes_on)
        log_outcome(teller, status, &result);
    if (status == TELL_DONE || status == TELL_OF_ANOTHER)
        teller->told = revision;
    teller->tried = revision;
    schedule(teller, status);
}

static void look(struct teller *teller)
{
    int64_t now = clock_now_ns(), revision;

    if (teller->store->methods->revision(teller->store, &revision) != STORE_OK)
        return;
    if (now >= teller->next_ns || (revision != teller->tried && now >= teller->next_changed_ns))
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
    tell_free(teller->tell);
    store_close(teller->store);
    pthread_mutex_destroy(&teller->lock);
    pthread_cond_destroy(&teller->changed);
    free(teller);
}
