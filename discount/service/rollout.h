/* SPDX-License-Identifier: MIT */
/*
 * The rollout: memory that the master maps and all workers share, on which they agree when a new revision is used.
 *
 *   announced   somebody committed this revision: every worker makes a ruleset of it ready, beside the one in use
 *   prepared    of each worker: the revision that it has ready
 *   active      the revision to price by; it moves on when every living worker is prepared and no lease on an older one
 *               can be alive, for all of them at once
 *
 * So no quote waits for a ruleset to be made, and no quote that starts after `active` moved is of an older revision. A
 * worker that dies frees its slot (a robust mutex tells). A living worker that does not prepare in time, because it was
 * stopped or hangs, is killed and its successor reads the new rules: no worker quotes by older rules after a change was
 * answered as being in use.
 */
#ifndef DISCOUNT_SERVICE_ROLLOUT_H
#define DISCOUNT_SERVICE_ROLLOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/compiler.h"
#include "discount/service/lease.h"

struct rollout;
struct rollout_slot;

/* Maps a rollout with slots for so many workers at once (those that drain included). With is_heir the first revision,
 * too, waits until no lease of a service before this one can be alive. NULL: errno says why. */
MUST_CHECK struct rollout *rollout_new(size_t slots, bool is_heir);
void rollout_free(struct rollout *rollout); /* unmaps it in this process; NULL is allowed */

/* ---- A worker's side ---- */

/* Takes a slot for this process. From here on no revision becomes active before this worker has prepared it. NULL: all
 * are taken. The thread that took it must live as long as the worker serves. */
MUST_CHECK struct rollout_slot *rollout_join(struct rollout *rollout);
void rollout_leave(struct rollout *rollout, struct rollout_slot *slot); /* on the same thread; NULL is allowed */

/* This worker has a ruleset of `revision` ready (`rules` rules). Moves `active` on, if it was the last. */
void rollout_prepared(struct rollout *rollout, struct rollout_slot *slot, int64_t revision);

/* This worker could not read `revision` and keeps the ruleset that it has. The reason is kept for rollout_status(). */
void rollout_refused(struct rollout *rollout, int64_t revision, const char *reason);

/* This worker's last call was priced by `revision`: for rollout_status() only. */
void rollout_uses(struct rollout_slot *slot, int64_t revision);

/* Tells that this worker runs. After the first call it must be called every ROLLOUT_BEAT_MS, until `is_last`. */
#define ROLLOUT_BEAT_MS 250
void rollout_beat(struct rollout_slot *slot, bool is_last);

/* The revision to price by: one atomic load. 0: none yet. */
int64_t rollout_active(const struct rollout *rollout);

/* Lends `revision`, as lease_give(), if it is the one to price by and no worker has failed to read a newer one. */
MUST_CHECK bool rollout_lend(struct rollout *rollout, int64_t revision, int64_t now_ns, int64_t length_ns);

/* No lease is given before from_ns. */
void rollout_lend_nothing(struct rollout *rollout, int64_t from_ns);

/* In how many milliseconds, rounded up, the latest lease ends; 0: it has ended. */
int rollout_lease_ms(const struct rollout *rollout);

/* Waits until another revision than `seen` was announced or became active, somebody called rollout_wake(), or
 * timeout_ms passed, and moves `active` on if it waited for a lease that is over. *seen is a count of such events, 0 at
 * first. */
void rollout_wait(struct rollout *rollout, uint32_t *seen, int timeout_ms);
void rollout_wake(struct rollout *rollout);

/* ---- Products that contradict the rules ---- */

/* A product of a caller's whose id and slug contradict the rules (ruleset_contradicts()). */
struct rollout_contradiction {
    int32_t id, known_id;
    int64_t seen_at; /* seconds since 1970 */
    char slug[208];  /* the caller's; cut when it is longer than slugs that rules have */
};

#define ROLLOUT_CONTRADICTIONS_MAX 1000

/* Notes a contradiction for all workers. Returns how many are noted then; 0: this id and slug are noted already;
 * ROLLOUT_CONTRADICTIONS_MAX + 1: there is no more room, which is told once and by 0 from then on. */
size_t rollout_note_contradiction(struct rollout *rollout, const struct rollout_contradiction *contradiction);

/* Copies the noted contradictions, the oldest first, to room for ROLLOUT_CONTRADICTIONS_MAX. Returns how many. */
size_t rollout_contradictions(struct rollout *rollout, struct rollout_contradiction *contradictions);

/* ---- Who changes rules ---- */

/* One change set at a time, over all workers, until its revision is active. False: no lock within timeout_ms. */
MUST_CHECK bool rollout_lock_writer(struct rollout *rollout, int timeout_ms);
void rollout_unlock_writer(struct rollout *rollout);

/* A revision was committed. */
void rollout_announce(struct rollout *rollout, int64_t revision);

/*
 * Waits until `revision` is active, or deadline_ns (common/clock.h) passes: false. False also when a worker refused it.
 * A living worker that has not prepared it ROLLOUT_PATIENCE_MS after this call and the worker began is killed; one that
 * was stopped or hangs, so that its last beat was over ROLLOUT_SILENCE_MS ago, is killed at once.
 */
#define ROLLOUT_PATIENCE_MS 5000
#define ROLLOUT_SILENCE_MS 1500
MUST_CHECK bool rollout_await(struct rollout *rollout, int64_t revision, int64_t deadline_ns);

/* ---- Looking ---- */

struct rollout_worker {
    pid_t pid;
    int64_t revision; /* that the next call is priced by; 0 while it starts */
    int64_t prepared;
    int64_t started_at; /* seconds since 1970 */
};

struct rollout_status {
    int64_t active;
    int64_t announced;
    int64_t refused; /* the last revision that could not be read; 0: none, or it or a later one was read since */
    char reason[256];
    int lease_ms;          /* until the latest lease ends; 0: none is alive */
    bool waits_for_leases; /* whether a revision that is ready in all workers waits */
};

/* The workers that live, at most `max`. Returns how many. */
size_t rollout_status(struct rollout *rollout, struct rollout_status *status, struct rollout_worker *workers,
                      size_t max);

#endif
