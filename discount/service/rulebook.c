/* SPDX-License-Identifier: MIT */
/*
 * The ruleset in use, and the thread that makes the next one.
 *
 *   follower thread:  the database has a newer revision ─> a ruleset of it ─> waiting ─> rollout_prepared()
 *   rollout:          every worker has prepared the revision ─> active
 *   quoting thread:   the active revision is newer than the current ruleset ─> waiting becomes current, current retires
 *   follower thread:  frees retired rulesets
 *
 * Two rulesets wait at the most: the active one, before the first quote by it, and the next.
 */
#include "discount/service/rulebook.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "discount/store/store.h"

#define LOOK_EVERY_MS 250   /* at the database, for changes that nobody announces */
#define RETRY_EVERY_MS 5000 /* rules that were refused */
#define OVERLAY_MAX 1000    /* changes since the base; with more, a new base is read */
#define WAITING_MAX 2
#define RETIRED_MAX (WAITING_MAX + 1)

struct rulebook {
    struct rulebook_options options;
    struct store *store; /* the follower thread's */
    struct rollout_slot *slot;
    const struct ruleset *current; /* replaced by the quoting thread */

    pthread_mutex_t lock; /* for what follows, and for reading `current` outside of the quoting thread */
    const struct ruleset *waiting[WAITING_MAX]; /* ascending revisions */
    size_t waiting_count;
    const struct ruleset *retired[RETIRED_MAX];
    size_t retired_count;

    /* The follower thread's. */
    const struct ruleset *latest; /* the newest that was made, held */
    bool is_behind;               /* the database has a newer revision than `latest` */
    int64_t refused_revision;     /* named in the log already */
    int64_t retry_ns;             /* not before */
    pthread_t thread;
    bool is_started;
    atomic_bool is_ending;
};

/* ---- Reading ---- */

/* Reads the rules as an overlay on the base of `from`; as a new base, where `from` is NULL or too much changed since.
 * NULL: store->reason says why. */
static const struct ruleset *read_rules(struct store *store, const struct ruleset *from, enum price_rounding rounding)
{
    struct ruleset_builder *builder = ruleset_builder_new(from);
    int64_t revision = 0, since = from != NULL ? ruleset_base_revision(from) : 0;
    enum store_status status = store->methods->load(store, since, OVERLAY_MAX, builder, &revision);

    if (status == STORE_OK)
        return ruleset_builder_finish(builder, revision, rounding, time(NULL));
    ruleset_builder_free(builder);
    return status == STORE_TOO_MANY ? read_rules(store, NULL, rounding) : NULL;
}

static bool read_changed_at(struct store *store, int64_t *changed_at)
{
    struct arena arena = {0};
    struct revision *revisions;
    size_t count;

    enum store_status status = store->methods->list_revisions(store, 0, 1, &arena, &revisions, &count);
    *changed_at = status == STORE_OK && count > 0 ? revisions[0].made_at : 0;
    arena_release(&arena);
    return status == STORE_OK;
}

bool rulebook_check(const char *path, int64_t *changed_at, char *reason, size_t reason_size)
{
    struct store *store;

    if (!store_open(path, &store, reason, reason_size))
        return false;
    const struct ruleset *ruleset = read_rules(store, NULL, PRICE_ROUND_DOWN);
    bool is_good = ruleset != NULL && read_changed_at(store, changed_at);
    if (!is_good)
        snprintf(reason, reason_size, "%s", store->reason);
    ruleset_release(ruleset);
    store_close(store);
    return is_good;
}

/* ---- The thread ---- */

static void free_retired(struct rulebook *rulebook)
{
    const struct ruleset *retired[RETIRED_MAX];

    pthread_mutex_lock(&rulebook->lock);
    size_t count = rulebook->retired_count;
    for (size_t i = 0; i < count; i++)
        retired[i] = rulebook->retired[i];
    rulebook->retired_count = 0;
    pthread_mutex_unlock(&rulebook->lock);
    for (size_t i = 0; i < count; i++)
        ruleset_release(retired[i]);
}

/* Whether one more ruleset may wait: a waiting one must be active by then; of two active ones the older is freed. */
static bool can_wait(struct rulebook *rulebook)
{
    int64_t active = rollout_active(rulebook->options.rollout);
    const struct ruleset *superseded = NULL;

    pthread_mutex_lock(&rulebook->lock);
    if (rulebook->waiting_count == WAITING_MAX && ruleset_revision(rulebook->waiting[1]) <= active) {
        superseded = rulebook->waiting[0];
        rulebook->waiting[0] = rulebook->waiting[1];
        rulebook->waiting_count = 1;
    }
    bool can = rulebook->waiting_count == 0 ||
               (rulebook->waiting_count == 1 && ruleset_revision(rulebook->waiting[0]) <= active);
    pthread_mutex_unlock(&rulebook->lock);
    ruleset_release(superseded);
    return can;
}

static void let_wait(struct rulebook *rulebook, const struct ruleset *made)
{
    ruleset_release(rulebook->latest);
    rulebook->latest = ruleset_hold(made);
    pthread_mutex_lock(&rulebook->lock);
    assert(rulebook->waiting_count < WAITING_MAX);
    rulebook->waiting[rulebook->waiting_count++] = made;
    pthread_mutex_unlock(&rulebook->lock);
    rollout_prepared(rulebook->options.rollout, rulebook->slot, ruleset_revision(made));
    log_info("rules-ready", "revision=%" PRId64 " rules=%zu", ruleset_revision(made), ruleset_rule_count(made));
}

/* The old rules stay in use. A refused revision is logged once, however often reading it is tried again. */
static void say_refused(struct rulebook *rulebook, int64_t revision, const char *reason)
{
    rulebook->retry_ns = clock_now_ns() + RETRY_EVERY_MS * CLOCK_NS_PER_MS;
    if (rulebook->refused_revision == revision)
        return;
    rulebook->refused_revision = revision;
    log_error("rules-refused", "revision=%" PRId64 " reason=%s in_use=old", revision, LOG_QUOTED(reason));
    rollout_refused(rulebook->options.rollout, revision, reason);
}

/* Makes the next ruleset, if the database has one. */
static void follow(struct rulebook *rulebook)
{
    int64_t revision = 0;
    enum store_status status = rulebook->store->methods->revision(rulebook->store, &revision);
    if (status == STORE_OK && revision == ruleset_revision(rulebook->latest)) {
        rulebook->is_behind = false;
        return;
    }
    const struct ruleset *made = NULL;
    if (status == STORE_OK)
        made = read_rules(rulebook->store, rulebook->latest, rulebook->options.rounding);
    if (made == NULL) {
        say_refused(rulebook, revision, rulebook->store->reason);
        return;
    }
    rulebook->is_behind = false;
    rulebook->retry_ns = 0;
    let_wait(rulebook, made);
}

static void *watch(void *data)
{
    struct rulebook *rulebook = data;
    uint32_t seen = 0;

    while (!atomic_load(&rulebook->is_ending)) {
        if (rulebook->store->methods->has_changed(rulebook->store)) {
            rulebook->is_behind = true;
            rulebook->retry_ns = 0;
        }
        if (rulebook->is_behind && can_wait(rulebook) && clock_now_ns() >= rulebook->retry_ns)
            follow(rulebook);
        free_retired(rulebook);
        rollout_wait(rulebook->options.rollout, &seen, LOOK_EVERY_MS);
    }
    return NULL;
}

/* ---- Life ---- */

/* Reads the first rules. The other workers may still be preparing these, and answer by an older revision until then:
 * this worker begins when all have prepared them. */
static bool begin(struct rulebook *rulebook, char *reason, size_t reason_size)
{
    struct rollout *rollout = rulebook->options.rollout;

    rulebook->slot = rollout_join(rollout);
    if (rulebook->slot == NULL) {
        snprintf(reason, reason_size, "there are too many workers at once");
        return false;
    }
    (void)rulebook->store->methods->has_changed(
        rulebook->store); /* what is read next is what later changes are compared with */
    rulebook->current = read_rules(rulebook->store, NULL, rulebook->options.rounding);
    if (rulebook->current == NULL) {
        snprintf(reason, reason_size, "%s", rulebook->store->reason);
        return false;
    }
    int64_t revision = ruleset_revision(rulebook->current);
    rulebook->latest = ruleset_hold(rulebook->current);
    rollout_prepared(rollout, rulebook->slot, revision);
    if (!rollout_await(rollout, revision, clock_now_ns() + 2 * ROLLOUT_PATIENCE_MS * CLOCK_NS_PER_MS))
        log_warning("rules-ahead", "revision=%" PRId64 " active=%" PRId64, revision, rollout_active(rollout));
    rollout_uses(rulebook->slot, revision);
    rulebook->is_started = pthread_create(&rulebook->thread, NULL, watch, rulebook) == 0;
    if (!rulebook->is_started)
        snprintf(reason, reason_size, "there can be no thread that follows the rules");
    return rulebook->is_started;
}

struct rulebook *rulebook_new(const struct rulebook_options *options, char *reason, size_t reason_size)
{
    struct store *store;

    if (!store_open(options->path, &store, reason, reason_size))
        return NULL;
    struct rulebook *rulebook = memory_get_zeroed(1, sizeof *rulebook);
    rulebook->options = *options;
    rulebook->store = store;
    pthread_mutex_init(&rulebook->lock, NULL);
    if (begin(rulebook, reason, reason_size))
        return rulebook;
    rulebook_free(rulebook);
    return NULL;
}

void rulebook_free(struct rulebook *rulebook)
{
    if (rulebook == NULL)
        return;
    if (rulebook->is_started) {
        atomic_store(&rulebook->is_ending, true);
        rollout_wake(rulebook->options.rollout);
        pthread_join(rulebook->thread, NULL);
    }
    rollout_leave(rulebook->options.rollout, rulebook->slot);
    free_retired(rulebook);
    for (size_t i = 0; i < rulebook->waiting_count; i++)
        ruleset_release(rulebook->waiting[i]);
    ruleset_release(rulebook->current);
    ruleset_release(rulebook->latest);
    store_close(rulebook->store);
    pthread_mutex_destroy(&rulebook->lock);
    free(rulebook);
}

void rulebook_beat(struct rulebook *rulebook, bool is_last)
{
    rollout_beat(rulebook->slot, is_last);
}

/* ---- In use ---- */

/* Which waiting ruleset to go over to: the newest active one; the first, if none is, as when another master made two
 * revisions of which this worker read only the second. */
static size_t choose(const struct rulebook *rulebook, int64_t active)
{
    size_t chosen = 0;

    while (chosen + 1 < rulebook->waiting_count && ruleset_revision(rulebook->waiting[chosen + 1]) <= active)
        chosen++;
    return chosen;
}

static void go_over(struct rulebook *rulebook, int64_t active)
{
    pthread_mutex_lock(&rulebook->lock);
    if (rulebook->waiting_count > 0) {
        size_t chosen = choose(rulebook, active);
        /* As many retire as have waited since the follower last freed: at most WAITING_MAX, and one that it added. */
        assert(rulebook->retired_count + chosen + 1 <= RETIRED_MAX);
        rulebook->retired[rulebook->retired_count++] = rulebook->current;
        for (size_t i = 0; i < chosen; i++)
            rulebook->retired[rulebook->retired_count++] = rulebook->waiting[i];
        rulebook->current = rulebook->waiting[chosen];
        rulebook->waiting_count -= chosen + 1;
        for (size_t i = 0; i < rulebook->waiting_count; i++)
            rulebook->waiting[i] = rulebook->waiting[chosen + 1 + i];
    }
    pthread_mutex_unlock(&rulebook->lock);
    rollout_uses(rulebook->slot, ruleset_revision(rulebook->current));
}

const struct ruleset *rulebook_current(struct rulebook *rulebook)
{
    int64_t active = rollout_active(rulebook->options.rollout);

    if (active > ruleset_revision(rulebook->current))
        go_over(rulebook, active);
    return rulebook->current;
}

const struct ruleset *rulebook_hold(struct rulebook *rulebook)
{
    pthread_mutex_lock(&rulebook->lock);
    const struct ruleset *held = rulebook->current;
    int64_t active = rollout_active(rulebook->options.rollout);
    if (active > ruleset_revision(held) && rulebook->waiting_count > 0)
        held = rulebook->waiting[choose(rulebook, active)];
    (void)ruleset_hold(held);
    pthread_mutex_unlock(&rulebook->lock);
    return held;
}
