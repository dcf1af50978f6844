/* SPDX-License-Identifier: MIT */
/*
 * The board: memory that the master maps and all workers share, on which they agree when a new revision is used.
 *
 *   announced   somebody committed this revision: every worker makes a ruleset of it ready, beside the one in use
 *   prepared    of each worker: the revision that it has ready
 *   active      the revision to price by; it moves on when every living worker is prepared, for all of them at once
 *
 * So no quote waits for a ruleset to be made, and from the moment that `active` moves no quote that starts is of an
 * older one. A worker that dies frees its seat (a robust mutex tells). One that lives but does not prepare in time,
 * because it was stopped or hangs, is killed: its successor reads the new rules, and nobody is ever told that an old
 * price is new.
 */
#ifndef DISCOUNT_SERVICE_BOARD_H
#define DISCOUNT_SERVICE_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/compiler.h"

struct board;
struct board_seat;

/* Maps a board with seats for so many workers at once (those that drain included). NULL: errno says why. */
MUST_CHECK struct board *board_new(size_t seats);
void board_free(struct board *board); /* unmaps it in this process; NULL is allowed */

/* ---- A worker's side ---- */

/* Takes a seat for this process. From here on no revision becomes active before this worker has prepared it. NULL: all
 * are taken. The thread that took it must live as long as the worker serves. */
MUST_CHECK struct board_seat *board_sit(struct board *board);
void board_leave(struct board *board, struct board_seat *seat); /* on the same thread; NULL is allowed */

/* This worker has a ruleset of `revision` ready (`rules` rules). Moves `active` on, if it was the last. */
void board_prepared(struct board *board, struct board_seat *seat, int64_t revision);

/* This worker could not read `revision`. It stays with what it has. The reason is kept for board_status(). */
void board_refused(struct board *board, int64_t revision, const char *reason);

/* This worker's last call was priced by `revision`: for board_status() only. */
void board_uses(struct board_seat *seat, int64_t revision);

/* This worker runs: to be told every BOARD_BEAT_MS from the first time on, until `is_last`. */
#define BOARD_BEAT_MS 250
void board_beat(struct board_seat *seat, bool is_last);

/* The revision to price by: one atomic load. 0: none yet. */
int64_t board_active(const struct board *board);

/* Waits until another revision than `seen` was announced or became active, somebody called board_wake(), or
 * timeout_ms passed. *seen is a count of such events, 0 at first. */
void board_wait(struct board *board, uint32_t *seen, int timeout_ms);
void board_wake(struct board *board);

/* ---- Products that callers know otherwise ---- */

/* A product that some caller asked for and that is another one to the rules (ruleset_contradicts()). */
struct board_contradiction {
    int32_t id, known_id;
    int64_t seen_at; /* seconds since 1970 */
    char slug[208];  /* the caller's; cut when it is longer than slugs that rules have */
};

#define BOARD_CONTRADICTIONS_MAX 1000

/* Notes it for all workers. Returns how many there are with it; 0: some worker has noted this id and slug;
 * BOARD_CONTRADICTIONS_MAX + 1, once: there is no more room. */
size_t board_note_contradiction(struct board *board, const struct board_contradiction *contradiction);

/* Those that were noted, room for BOARD_CONTRADICTIONS_MAX, the first one first. Returns how many. */
size_t board_contradictions(struct board *board, struct board_contradiction *contradictions);

/* ---- Who changes rules ---- */

/* One change set at a time, over all workers, until it is active. False: not within timeout_ms. */
MUST_CHECK bool board_lock_writer(struct board *board, int timeout_ms);
void board_unlock_writer(struct board *board);

/* A revision was committed. */
void board_announce(struct board *board, int64_t revision);

/*
 * Waits until `revision` is active, or deadline_ns (common/clock.h) passes: false. A worker that has not prepared it
 * BOARD_PATIENCE_MS after the call began, and still lives, is killed; one that was stopped or hangs, and has not been
 * heard of for BOARD_SILENCE_MS, at once. False also when a worker refused it.
 */
#define BOARD_PATIENCE_MS 5000
#define BOARD_SILENCE_MS 1500
MUST_CHECK bool board_await(struct board *board, int64_t revision, int64_t deadline_ns);

/* ---- Looking ---- */

struct board_worker {
    pid_t pid;
    int64_t revision; /* that the next call is priced by; 0 while it starts */
    int64_t prepared;
    int64_t started_at; /* seconds since 1970 */
};

struct board_status {
    int64_t active;
    int64_t announced;
    int64_t refused; /* the last revision that could not be read; 0: none since */
    char reason[256];
};

/* The workers that live, at most `max`. Returns how many. */
size_t board_status(struct board *board, struct board_status *status, struct board_worker *workers, size_t max);

#endif
