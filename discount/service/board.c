/* SPDX-License-Identifier: MIT */
/* The board on which workers agree when a revision is used. */
#include "discount/service/board.h"

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

#define LOOK_EVERY_MS 20 /* how often who waits looks for workers that died: nobody tells of them */

/* A seat is taken as long as somebody holds its mutex; the kernel gives up a dead holder's. */
struct board_seat {
    pthread_mutex_t holder;
    pid_t pid;
    int64_t started_at;
    int64_t started_ns;
    _Atomic int64_t beat_ns;  /* when it was heard of; 0: it is not to be */
    _Atomic int64_t prepared; /* 0: it is still reading */
    _Atomic int64_t uses;
};

struct board {
    size_t size; /* of the mapping */
    size_t seat_count;
    _Atomic uint32_t events; /* slept on: counts what those who wait want to know */
    _Atomic int64_t announced;
    _Atomic int64_t active;
    pthread_mutex_t writer; /* held from a change set's begin until it is active */
    pthread_mutex_t lock;   /* for seats and what follows */
    int64_t refused;
    char reason[256];
    struct board_contradiction contradictions[BOARD_CONTRADICTIONS_MAX];
    size_t contradiction_count; /* one more: it was told that there is no more room */
    struct board_seat seats[];
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

/* Whether a lock was got; what a dead holder leaves is always good enough to go on with. */
static bool is_got(pthread_mutex_t *mutex, int error)
{
    if (error == EOWNERDEAD) {
        pthread_mutex_consistent(mutex);
        return true;
    }
    return error == 0;
}

static void board_lock(struct board *board)
{
    (void)is_got(&board->lock, pthread_mutex_lock(&board->lock));
}

static void board_unlock(struct board *board)
{
    pthread_mutex_unlock(&board->lock);
}

/* Under the lock. */
static bool seat_is_taken(struct board_seat *seat)
{
    if (!is_got(&seat->holder, pthread_mutex_trylock(&seat->holder)))
        return true;
    pthread_mutex_unlock(&seat->holder);
    return false;
}

/* ---- Life ---- */

struct board *board_new(size_t seats)
{
    size_t size = sizeof(struct board) + seats * sizeof(struct board_seat);
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
    struct board *board = memory; /* zeros */
    board->size = size;
    board->seat_count = seats;
    make_mutex(&board->writer);
    make_mutex(&board->lock);
    for (size_t i = 0; i < seats; i++)
        make_mutex(&board->seats[i].holder);
    return board;
}

void board_free(struct board *board)
{
    if (board != NULL)
        munmap(board, board->size);
}

/* ---- Events ---- */

void board_wake(struct board *board)
{
    atomic_fetch_add(&board->events, 1);
    platform_wake(&board->events);
}

void board_wait(struct board *board, uint32_t *seen, int timeout_ms)
{
    platform_sleep(&board->events, *seen, timeout_ms);
    *seen = atomic_load(&board->events);
}

/* ---- A worker's side ---- */

struct board_seat *board_sit(struct board *board)
{
    struct board_seat *found = NULL;

    board_lock(board);
    for (size_t i = 0; i < board->seat_count && found == NULL; i++) {
        struct board_seat *seat = &board->seats[i];
        if (is_got(&seat->holder, pthread_mutex_trylock(&seat->holder)))
            found = seat;
    }
    if (found != NULL) {
        found->pid = getpid();
        found->started_at = time(NULL);
        found->started_ns = clock_now_ns();
        atomic_store(&found->beat_ns, 0);
        atomic_store(&found->prepared, 0);
        atomic_store(&found->uses, 0);
    }
    board_unlock(board);
    return found;
}

/* Moves `active` to what every living worker has ready. Under the lock. */
static void board_activate(struct board *board)
{
    int64_t ready = INT64_MAX;

    for (size_t i = 0; i < board->seat_count; i++) {
        struct board_seat *seat = &board->seats[i];
        int64_t prepared = atomic_load(&seat->prepared);
        if (prepared < ready && seat_is_taken(seat))
            ready = prepared;
    }
    if (ready != INT64_MAX && ready > atomic_load(&board->active)) {
        atomic_store(&board->active, ready);
        board_wake(board);
    }
}

void board_leave(struct board *board, struct board_seat *seat)
{
    if (seat == NULL)
        return;
    board_lock(board);
    pthread_mutex_unlock(&seat->holder);
    board_activate(board);
    board_unlock(board);
}

void board_prepared(struct board *board, struct board_seat *seat, int64_t revision)
{
    board_lock(board);
    atomic_store(&seat->prepared, revision);
    if (revision >= board->refused)
        board->refused = 0;
    board_activate(board);
    board_unlock(board);
}

void board_refused(struct board *board, int64_t revision, const char *reason)
{
    board_lock(board);
    board->refused = revision;
    snprintf(board->reason, sizeof board->reason, "%s", reason);
    board_unlock(board);
    board_wake(board);
}

void board_beat(struct board_seat *seat, bool is_last)
{
    atomic_store(&seat->beat_ns, is_last ? 0 : clock_now_ns());
}

void board_uses(struct board_seat *seat, int64_t revision)
{
    atomic_store(&seat->uses, revision);
}

int64_t board_active(const struct board *board)
{
    return atomic_load_explicit(&board->active, memory_order_acquire);
}

/* ---- Products that callers know otherwise ---- */

static size_t count_contradictions(const struct board *board)
{
    size_t count = board->contradiction_count;

    return count < BOARD_CONTRADICTIONS_MAX ? count : BOARD_CONTRADICTIONS_MAX;
}

static bool is_noted(const struct board *board, const struct board_contradiction *contradiction)
{
    for (size_t i = 0; i < count_contradictions(board); i++) {
        if (board->contradictions[i].id == contradiction->id &&
            strcmp(board->contradictions[i].slug, contradiction->slug) == 0)
            return true;
    }
    return board->contradiction_count > BOARD_CONTRADICTIONS_MAX;
}

size_t board_note_contradiction(struct board *board, const struct board_contradiction *contradiction)
{
    size_t count = 0;

    board_lock(board);
    if (!is_noted(board, contradiction)) {
        if (board->contradiction_count < BOARD_CONTRADICTIONS_MAX)
            board->contradictions[board->contradiction_count] = *contradiction;
        count = ++board->contradiction_count;
    }
    board_unlock(board);
    return count;
}

size_t board_contradictions(struct board *board, struct board_contradiction *contradictions)
{
    board_lock(board);
    size_t count = count_contradictions(board);
    memcpy(contradictions, board->contradictions, count * sizeof *contradictions);
    board_unlock(board);
    return count;
}

/* ---- Who changes rules ---- */

bool board_lock_writer(struct board *board, int timeout_ms)
{
    int64_t until_ns = clock_now_ns() + timeout_ms * CLOCK_NS_PER_MS;

    return is_got(&board->writer, platform_lock_until(&board->writer, until_ns));
}

void board_unlock_writer(struct board *board)
{
    pthread_mutex_unlock(&board->writer);
}

void board_announce(struct board *board, int64_t revision)
{
    int64_t announced = atomic_load(&board->announced);

    while (announced < revision && !atomic_compare_exchange_weak(&board->announced, &announced, revision))
        continue;
    board_wake(board);
}

/* Kills a worker that keeps `revision` from becoming active. Under the lock. A process id may pass to somebody else, a
 * descriptor does not: if the seat is still held once there is one, it is the holder's. */
static void seat_end_holder(struct board_seat *seat, int64_t revision)
{
    int fd = platform_process_open(seat->pid);

    if (fd < 0)
        return;
    if (seat_is_taken(seat) && platform_process_kill(fd) == 0)
        log_error("worker-killed", "worker=%d reason=\"it did not take over revision %lld in time\"", (int)seat->pid,
                  (long long)revision);
    close(fd);
}

static bool is_silent(struct board_seat *seat, int64_t now_ns)
{
    int64_t beat_ns = atomic_load(&seat->beat_ns);

    return beat_ns != 0 && now_ns - beat_ns > BOARD_SILENCE_MS * CLOCK_NS_PER_MS;
}

/* With is_patience_over, those who are only slow, too. */
static void end_laggards(struct board *board, int64_t revision, bool is_patience_over)
{
    int64_t now_ns = clock_now_ns(), before_ns = now_ns - BOARD_PATIENCE_MS * CLOCK_NS_PER_MS;

    for (size_t i = 0; i < board->seat_count; i++) {
        struct board_seat *seat = &board->seats[i];
        if (atomic_load(&seat->prepared) < revision && seat_is_taken(seat) &&
            (is_silent(seat, now_ns) || (is_patience_over && seat->started_ns < before_ns)))
            seat_end_holder(seat, revision);
    }
}

bool board_await(struct board *board, int64_t revision, int64_t deadline_ns)
{
    int64_t patience_ns = clock_now_ns() + BOARD_PATIENCE_MS * CLOCK_NS_PER_MS;
    uint32_t seen = atomic_load(&board->events);
    bool is_refused = false;

    while (board_active(board) < revision && !is_refused && clock_now_ns() < deadline_ns) {
        board_wait(board, &seen, LOOK_EVERY_MS);
        board_lock(board);
        board_activate(board); /* a worker may have died */
        end_laggards(board, revision, clock_now_ns() > patience_ns);
        is_refused = board->refused >= revision;
        board_unlock(board);
    }
    return board_active(board) >= revision;
}

/* ---- Looking ---- */

/* A worker goes over to what is active with the next call that it answers: that is what it prices by, however long ago
 * the last call was. */
static int64_t seat_revision(const struct board_seat *seat, int64_t active)
{
    int64_t uses = atomic_load(&seat->uses);

    return uses != 0 && uses < active && atomic_load(&seat->prepared) >= active ? active : uses;
}

size_t board_status(struct board *board, struct board_status *status, struct board_worker *workers, size_t max)
{
    size_t count = 0;

    board_lock(board);
    *status = (struct board_status){
        .active = atomic_load(&board->active),
        .announced = atomic_load(&board->announced),
        .refused = board->refused,
    };
    if (board->refused != 0)
        memcpy(status->reason, board->reason, sizeof status->reason);
    for (size_t i = 0; i < board->seat_count && count < max; i++) {
        struct board_seat *seat = &board->seats[i];
        if (seat_is_taken(seat))
            workers[count++] = (struct board_worker){.pid = seat->pid,
                                                     .revision = seat_revision(seat, status->active),
                                                     .prepared = atomic_load(&seat->prepared),
                                                     .started_at = seat->started_at};
    }
    board_unlock(board);
    return count;
}
