/* SPDX-License-Identifier: MIT */
/* The rollout on which workers agree when a revision is used. */
#include "discount/service/rollout.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/platform.h"

#define LOOK_EVERY_MS 20 /* how often a waiter looks for dead workers: no event tells of them */

/* A slot is taken as long as a worker holds its mutex; the kernel releases that of a dead worker. */
struct rollout_slot {
    pthread_mutex_t holder;
    pid_t pid;
    int64_t started_at;
    int64_t started_ns;
    _Atomic int64_t beat_ns;  /* its last rollout_beat(); 0: none is expected */
    _Atomic int64_t prepared; /* 0: it is still reading */
    _Atomic int64_t uses;
};

struct rollout {
    size_t size; /* of the mapping */
    size_t slot_count;
    _Atomic uint32_t events; /* a counter of changes, and the futex that waiters sleep on */
    _Atomic int64_t active;
    struct lease lease;
    bool is_heir;
    atomic_bool waits_for_leases;
    pthread_mutex_t writer;  /* held from a change set's begin until it is active */
    pthread_mutex_t lock;    /* for slots and what follows */
    _Atomic int64_t refused; /* lenders read it without the lock */
    char reason[256];
    struct rollout_contradiction contradictions[ROLLOUT_CONTRADICTIONS_MAX];
    size_t contradiction_count; /* one more than the maximum: the lack of room was told */
    struct rollout_slot slots[];
};

/* ---- Locks that outlive their holders ---- */

static void make_mutex(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

/* Whether a lock was got. The data behind a lock is consistent at every moment, so that a dead holder's is taken over.
 */
static bool is_got(pthread_mutex_t *mutex, int error)
{
    if (error == EOWNERDEAD) {
        pthread_mutex_consistent(mutex);
        return true;
    }
    return error == 0;
}

static void rollout_lock(struct rollout *rollout)
{
    (void)is_got(&rollout->lock, pthread_mutex_lock(&rollout->lock));
}

static void rollout_unlock(struct rollout *rollout)
{
    pthread_mutex_unlock(&rollout->lock);
}

/* Under the lock. */
static bool slot_is_taken(struct rollout_slot *slot)
{
    if (!is_got(&slot->holder, pthread_mutex_trylock(&slot->holder)))
        return true;
    pthread_mutex_unlock(&slot->holder);
    return false;
}

/* ---- Life ---- */

struct rollout *rollout_new(size_t slots, bool is_heir)
{
    size_t size = sizeof(struct rollout) + slots * sizeof(struct rollout_slot);
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
    struct rollout *rollout = memory; /* zeros */
    rollout->size = size;
    rollout->slot_count = slots;
    rollout->is_heir = is_heir;
    lease_init(&rollout->lease, clock_now_ns());
    make_mutex(&rollout->writer);
    make_mutex(&rollout->lock);
    for (size_t i = 0; i < slots; i++)
        make_mutex(&rollout->slots[i].holder);
    return rollout;
}

void rollout_free(struct rollout *rollout)
{
    if (rollout != NULL)
        munmap(rollout, rollout->size);
}

/* ---- What is active ---- */

void rollout_wake(struct rollout *rollout)
{
    atomic_fetch_add(&rollout->events, 1);
    platform_wake(&rollout->events);
}

/* The revision that every living worker has ready. INT64_MAX: there is no worker. Under the lock. */
static int64_t find_ready(struct rollout *rollout)
{
    int64_t ready = INT64_MAX;

    for (size_t i = 0; i < rollout->slot_count; i++) {
        struct rollout_slot *slot = &rollout->slots[i];
        int64_t prepared = atomic_load(&slot->prepared);
        if (prepared < ready && slot_is_taken(slot))
            ready = prepared;
    }
    return ready;
}

/* Moves `active` to the revision that is ready, once no lease on an older one is alive. Under the lock. */
static void rollout_activate(struct rollout *rollout)
{
    int64_t ready = find_ready(rollout), active = atomic_load(&rollout->active), now_ns = clock_now_ns();

    rollout->waits_for_leases = false;
    if (ready == INT64_MAX || ready <= active)
        return;
    lease_announce(&rollout->lease, ready);
    if ((active != 0 || rollout->is_heir) && lease_end_ns(&rollout->lease) > now_ns) {
        rollout->waits_for_leases = true;
        return;
    }
    if (active != 0)
        lease_pause(&rollout->lease, now_ns + LEASE_NS);
    atomic_store(&rollout->active, ready);
    rollout_wake(rollout);
}

/* Rounded up. */
int rollout_lease_ms(const struct rollout *rollout)
{
    int64_t left_ns = lease_end_ns(&rollout->lease) - clock_now_ns();

    return left_ns <= 0 ? 0 : (int)((left_ns + CLOCK_NS_PER_MS - 1) / CLOCK_NS_PER_MS);
}

void rollout_wait(struct rollout *rollout, uint32_t *seen, int timeout_ms)
{
    int lease_ms = rollout_lease_ms(rollout);

    if (rollout->waits_for_leases && lease_ms < timeout_ms)
        timeout_ms = lease_ms;
    platform_sleep(&rollout->events, *seen, timeout_ms);
    *seen = atomic_load(&rollout->events);
    rollout_lock(rollout);
    rollout_activate(rollout); /* a worker may have died, too */
    rollout_unlock(rollout);
}

bool rollout_lend(struct rollout *rollout, int64_t revision, int64_t now_ns, int64_t length_ns)
{
    return atomic_load(&rollout->refused) == 0 && atomic_load(&rollout->active) == revision &&
           lease_give(&rollout->lease, revision, now_ns, length_ns);
}

void rollout_lend_nothing(struct rollout *rollout, int64_t from_ns)
{
    lease_pause(&rollout->lease, from_ns);
}

/* ---- A worker's side ---- */

struct rollout_slot *rollout_join(struct rollout *rollout)
{
    struct rollout_slot *found = NULL;

    rollout_lock(rollout);
    for (size_t i = 0; i < rollout->slot_count && found == NULL; i++) {
        struct rollout_slot *slot = &rollout->slots[i];
        if (is_got(&slot->holder, pthread_mutex_trylock(&slot->holder)))
            found = slot;
    }
    if (found != NULL) {
        found->pid = getpid();
        found->started_at = time(NULL);
        found->started_ns = clock_now_ns();
        atomic_store(&found->beat_ns, 0);
        atomic_store(&found->prepared, 0);
        atomic_store(&found->uses, 0);
    }
    rollout_unlock(rollout);
    return found;
}

void rollout_leave(struct rollout *rollout, struct rollout_slot *slot)
{
    if (slot == NULL)
        return;
    rollout_lock(rollout);
    pthread_mutex_unlock(&slot->holder);
    rollout_activate(rollout);
    rollout_unlock(rollout);
}

void rollout_prepared(struct rollout *rollout, struct rollout_slot *slot, int64_t revision)
{
    rollout_lock(rollout);
    atomic_store(&slot->prepared, revision);
    if (revision >= rollout->refused)
        rollout->refused = 0;
    rollout_activate(rollout);
    rollout_unlock(rollout);
}

void rollout_refused(struct rollout *rollout, int64_t revision, const char *reason)
{
    rollout_lock(rollout);
    rollout->refused = revision;
    snprintf(rollout->reason, sizeof rollout->reason, "%s", reason);
    rollout_unlock(rollout);
    rollout_wake(rollout);
}

void rollout_beat(struct rollout_slot *slot, bool is_last)
{
    atomic_store(&slot->beat_ns, is_last ? 0 : clock_now_ns());
}

void rollout_uses(struct rollout_slot *slot, int64_t revision)
{
    atomic_store(&slot->uses, revision);
}

int64_t rollout_active(const struct rollout *rollout)
{
    return atomic_load_explicit(&rollout->active, memory_order_acquire);
}

/* ---- Products that contradict the rules ---- */

static size_t count_contradictions(const struct rollout *rollout)
{
    size_t count = rollout->contradiction_count;

    return count < ROLLOUT_CONTRADICTIONS_MAX ? count : ROLLOUT_CONTRADICTIONS_MAX;
}

static bool is_noted(const struct rollout *rollout, const struct rollout_contradiction *contradiction)
{
    for (size_t i = 0; i < count_contradictions(rollout); i++) {
        if (rollout->contradictions[i].id == contradiction->id &&
            strcmp(rollout->contradictions[i].slug, contradiction->slug) == 0)
            return true;
    }
    return rollout->contradiction_count > ROLLOUT_CONTRADICTIONS_MAX;
}

size_t rollout_note_contradiction(struct rollout *rollout, const struct rollout_contradiction *contradiction)
{
    size_t count = 0;

    rollout_lock(rollout);
    if (!is_noted(rollout, contradiction)) {
        if (rollout->contradiction_count < ROLLOUT_CONTRADICTIONS_MAX)
            rollout->contradictions[rollout->contradiction_count] = *contradiction;
        count = ++rollout->contradiction_count;
    }
    rollout_unlock(rollout);
    return count;
}

size_t rollout_contradictions(struct rollout *rollout, struct rollout_contradiction *contradictions)
{
    rollout_lock(rollout);
    size_t count = count_contradictions(rollout);
    memcpy(contradictions, rollout->contradictions, count * sizeof *contradictions);
    rollout_unlock(rollout);
    return count;
}

/* ---- Who changes rules ---- */

bool rollout_lock_writer(struct rollout *rollout, int timeout_ms)
{
    int64_t until_ns = clock_now_ns() + timeout_ms * CLOCK_NS_PER_MS;

    return is_got(&rollout->writer, platform_lock_until(&rollout->writer, until_ns));
}

void rollout_unlock_writer(struct rollout *rollout)
{
    pthread_mutex_unlock(&rollout->writer);
}

void rollout_announce(struct rollout *rollout, int64_t revision)
{
    lease_announce(&rollout->lease, revision);
    rollout_wake(rollout);
}

/* Kills a worker that keeps `revision` from becoming active. Under the lock. A process id may pass to another
 * process, a process descriptor does not: if the slot is still held after it was opened, it is the holder's. */
static void slot_end_holder(struct rollout_slot *slot, int64_t revision)
{
    int fd = platform_process_open(slot->pid);

    if (fd < 0)
        return;
    if (slot_is_taken(slot) && platform_process_kill(fd) == 0)
        log_error("worker-killed", "worker=%d reason=\"it did not take over revision %lld in time\"", (int)slot->pid,
                  (long long)revision);
    close(fd);
}

static bool is_silent(struct rollout_slot *slot, int64_t now_ns)
{
    int64_t beat_ns = atomic_load(&slot->beat_ns);

    return beat_ns != 0 && now_ns - beat_ns > ROLLOUT_SILENCE_MS * CLOCK_NS_PER_MS;
}

/* Kills silent workers that have not prepared `revision`; with is_patience_over, slow ones, too. */
static void end_laggards(struct rollout *rollout, int64_t revision, bool is_patience_over)
{
    int64_t now_ns = clock_now_ns(), before_ns = now_ns - ROLLOUT_PATIENCE_MS * CLOCK_NS_PER_MS;

    for (size_t i = 0; i < rollout->slot_count; i++) {
        struct rollout_slot *slot = &rollout->slots[i];
        if (atomic_load(&slot->prepared) < revision && slot_is_taken(slot) &&
            (is_silent(slot, now_ns) || (is_patience_over && slot->started_ns < before_ns)))
            slot_end_holder(slot, revision);
    }
}

bool rollout_await(struct rollout *rollout, int64_t revision, int64_t deadline_ns)
{
    int64_t patience_ns = clock_now_ns() + ROLLOUT_PATIENCE_MS * CLOCK_NS_PER_MS;
    uint32_t seen = atomic_load(&rollout->events);
    bool is_refused = false;

    while (rollout_active(rollout) < revision && !is_refused && clock_now_ns() < deadline_ns) {
        rollout_wait(rollout, &seen, LOOK_EVERY_MS);
        rollout_lock(rollout);
        end_laggards(rollout, revision, clock_now_ns() > patience_ns);
        is_refused = rollout->refused >= revision;
        rollout_unlock(rollout);
    }
    return rollout_active(rollout) >= revision;
}

/* ---- Looking ---- */

/* The revision that the worker's next call is priced by: with that call the worker goes over to the active revision,
 * however long ago its last call was. */
static int64_t slot_revision(const struct rollout_slot *slot, int64_t active)
{
    int64_t uses = atomic_load(&slot->uses);

    return uses != 0 && uses < active && atomic_load(&slot->prepared) >= active ? active : uses;
}

size_t rollout_status(struct rollout *rollout, struct rollout_status *status, struct rollout_worker *workers,
                      size_t max)
{
    size_t count = 0;

    rollout_lock(rollout);
    *status = (struct rollout_status){
        .active = atomic_load(&rollout->active),
        .announced = atomic_load(&rollout->lease.announced),
        .refused = rollout->refused,
        .lease_ms = rollout_lease_ms(rollout),
        .waits_for_leases = rollout->waits_for_leases,
    };
    if (rollout->refused != 0)
        memcpy(status->reason, rollout->reason, sizeof status->reason);
    for (size_t i = 0; i < rollout->slot_count && count < max; i++) {
        struct rollout_slot *slot = &rollout->slots[i];
        if (slot_is_taken(slot))
            workers[count++] = (struct rollout_worker){.pid = slot->pid,
                                                       .revision = slot_revision(slot, status->active),
                                                       .prepared = atomic_load(&slot->prepared),
                                                       .started_at = slot->started_at};
    }
    rollout_unlock(rollout);
    return count;
}
