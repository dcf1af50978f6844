/* SPDX-License-Identifier: MIT */
/*
 * The master's policy: who is started, replaced, retired and killed, and when.
 *
 * Each of the N slots is to hold one worker of the current generation. A slot that lacks one gets a worker in the
 * state STARTING, beside the one that still serves it, if any:
 *
 *   STARTING ──ready──> SERVING ──a successor is ready, or the master stops──> LEAVING ──> gone
 *
 * SIGHUP raises the generation, and that is all of a roll: every slot then lacks a worker.
 *
 * The heir is a worker in a slot behind the others, whose work is to wait for the master's death. It is never ready.
 */
#include "common/prefork/prefork.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/platform.h"
#include "common/prefork/spawn.h"
#include "common/settings.h"

#define PAUSE_LEAST_NS (100 * CLOCK_NS_PER_MS)
#define PAUSE_MOST_NS (5 * CLOCK_NS_PER_S)
#define YOUNG_NS CLOCK_NS_PER_S
#define LAUNCHER_MS 1000 /* a process that ends sooner after starting the master is a launcher, as spawn-fcgi is */
#define STOP_NOW_MS 500  /* between SIGINT and SIGKILL */
#define NAME_SIZE 16     /* prctl(2), PR_GET_NAME */

enum worker_state { WORKER_STARTING, WORKER_SERVING, WORKER_LEAVING };

struct worker {
    pid_t pid;
    int slot;
    enum worker_state state;
    uint64_t serial;     /* of its spawn; never used again */
    uint64_t generation; /* the reloads before its start */
    int64_t since_ns;    /* when it was born, or became ready */
    int64_t kill_ns;     /* when it gets SIGKILL; CLOCK_NEVER: not */
};

struct slot {
    int64_t start_ns; /* nobody is started here before */
    int64_t pause_ns; /* the last pause after a young death; 0: none */
};

struct master {
    const struct prefork *prefork;
    struct spawn_point place;
    struct slot *slots;
    int slot_count;
    struct worker *workers; /* everybody alive, in no order */
    size_t worker_count;
    uint64_t serial, generation;
    int64_t look_ns;  /* when to look next; CLOCK_NEVER: not at all */
    bool has_served;  /* some worker was ready, once */
    bool has_started; /* all workers were ready, at the same time */
    bool is_stopping;
    int exit_code;
    sigset_t signals;    /* what the master waits for */
    int starter_fd;      /* the process that started the first master; -1: a launcher */
    int64_t launcher_ns; /* when a starter that still lives is no launcher; CLOCK_NEVER: that is decided */
    bool is_heir;        /* not the first master */
};

/* ---- Slots ---- */

static bool is_heir_slot(const struct master *master, int slot)
{
    return slot == master->prefork->workers;
}

static struct worker *find_worker(const struct master *master, int slot, enum worker_state state)
{
    for (size_t i = 0; i < master->worker_count; i++) {
        struct worker *worker = &master->workers[i];
        if (worker->slot == slot && worker->state == state)
            return worker;
    }
    return NULL;
}

static bool slot_lacks_worker(const struct master *master, int slot)
{
    if (master->is_stopping || find_worker(master, slot, WORKER_STARTING) != NULL)
        return false;
    const struct worker *serving = find_worker(master, slot, WORKER_SERVING);
    return serving == NULL || serving->generation < master->generation ||
           spawn_is_retired(&master->place, slot, serving->serial);
}

static void slot_vacate(const struct master *master, int index)
{
    if (master->prefork->vacated != NULL && !is_heir_slot(master, index))
        master->prefork->vacated(master->prefork->data, index);
}

/* Makes the slot wait, longer each time. */
static void slot_pause(struct master *master, int index)
{
    struct slot *slot = &master->slots[index];

    slot->pause_ns = slot->pause_ns == 0 ? PAUSE_LEAST_NS : 2 * slot->pause_ns;
    if (slot->pause_ns > PAUSE_MOST_NS)
        slot->pause_ns = PAUSE_MOST_NS;
    slot->start_ns = clock_now_ns() + slot->pause_ns;
    log_warning("worker-delayed", "index=%d again_in_ms=%lld", index, (long long)(slot->pause_ns / CLOCK_NS_PER_MS));
    if (find_worker(master, index, WORKER_SERVING) == NULL)
        slot_vacate(master, index);
}

static void slot_forget_pause(struct slot *slot)
{
    *slot = (struct slot){0};
}

/* ---- Starting ---- */

static struct worker *add_worker(struct master *master)
{
    master->workers = memory_grow(master->workers, master->worker_count, 1, sizeof *master->workers);
    return &master->workers[master->worker_count++];
}

static int wait_to_inherit(void *data, int index);

static int64_t ready_deadline_ns(const struct master *master, int slot)
{
    int64_t ready_ms = master->prefork->ready_ms;

    return ready_ms == 0 || is_heir_slot(master, slot) ? CLOCK_NEVER : clock_now_ns() + ready_ms * CLOCK_NS_PER_MS;
}

static void start_worker(struct master *master, int slot)
{
    const struct prefork heir = {.work = wait_to_inherit, .data = master};
    const struct prefork *born = is_heir_slot(master, slot) ? &heir : master->prefork;
    uint64_t serial = ++master->serial;
    pid_t pid = spawn_fork(&master->place, born, slot, serial);

    if (pid < 0) {
        log_error("fork-failed", "index=%d reason=%s", slot, LOG_QUOTED(strerror(errno)));
        slot_pause(master, slot);
        return;
    }
    *add_worker(master) = (struct worker){
        .pid = pid,
        .slot = slot,
        .state = WORKER_STARTING,
        .serial = serial,
        .generation = master->generation,
        .since_ns = clock_now_ns(),
        .kill_ns = ready_deadline_ns(master, slot),
    };
    log_info(is_heir_slot(master, slot) ? "heir-started" : "worker-started", "index=%d worker=%ld", slot, (long)pid);
}

static void start_missing_workers(struct master *master)
{
    for (int slot = 0; slot < master->slot_count; slot++) {
        if (slot_lacks_worker(master, slot) && clock_now_ns() >= master->slots[slot].start_ns)
            start_worker(master, slot);
    }
}

/* ---- Leaving ---- */

static void tell_to_leave(struct worker *worker, int signal, int patience_ms)
{
    int64_t kill_ns = clock_now_ns() + patience_ms * CLOCK_NS_PER_MS;

    worker->state = WORKER_LEAVING;
    if (worker->kill_ns > kill_ns)
        worker->kill_ns = kill_ns;
    kill(worker->pid, signal);
}

static void kill_overdue_workers(struct master *master)
{
    for (size_t i = 0; i < master->worker_count; i++) {
        struct worker *worker = &master->workers[i];
        if (clock_now_ns() < worker->kill_ns)
            continue;
        log_warning("worker-killed", "index=%d worker=%ld reason=\"%s in time\"", worker->slot, (long)worker->pid,
                    worker->state == WORKER_LEAVING ? "did not end" : "was not ready");
        kill(worker->pid, SIGKILL);
        worker->kill_ns = CLOCK_NEVER;
    }
}

static void stop_workers(struct master *master, int signal, int patience_ms)
{
    log_info("stopping", "workers=%zu signal=%d patience_ms=%d", master->worker_count, signal, patience_ms);
    master->is_stopping = true;
    for (size_t i = 0; i < master->worker_count; i++)
        tell_to_leave(&master->workers[i], signal, patience_ms);
    for (int slot = 0; slot < master->prefork->workers; slot++)
        slot_vacate(master, slot);
}

/* ---- Getting ready ---- */

static void promote_worker(struct master *master, struct worker *worker)
{
    struct worker *old = find_worker(master, worker->slot, WORKER_SERVING);

    worker->state = WORKER_SERVING;
    worker->since_ns = clock_now_ns();
    worker->kill_ns = CLOCK_NEVER;
    master->has_served = true;
    log_info("worker-ready", "index=%d worker=%ld", worker->slot, (long)worker->pid);
    if (old != NULL) {
        log_info("worker-replaced", "index=%d worker=%ld by=%ld", old->slot, (long)old->pid, (long)worker->pid);
        tell_to_leave(old, SIGTERM, master->prefork->drain_ms);
    }
}

static void promote_ready_workers(struct master *master)
{
    int serving = 0;

    for (size_t i = 0; i < master->worker_count; i++) {
        struct worker *worker = &master->workers[i];
        if (worker->state == WORKER_STARTING && spawn_is_ready(&master->place, worker->slot, worker->serial))
            promote_worker(master, worker);
    }
    for (int slot = 0; slot < master->prefork->workers; slot++)
        serving += find_worker(master, slot, WORKER_SERVING) != NULL;
    if (master->has_started || serving < master->prefork->workers)
        return;
    master->has_started = true;
    if (master->prefork->started != NULL)
        master->prefork->started(master->prefork->data);
}

/* ---- Death ---- */

static void log_death(const struct worker *worker, int status)
{
    bool is_expected = worker->state == WORKER_LEAVING && WIFEXITED(status) && WEXITSTATUS(status) == 0;

    log_event(is_expected ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, is_expected ? "worker-ended" : "worker-died",
              "index=%d worker=%ld %s=%d", worker->slot, (long)worker->pid, WIFSIGNALED(status) ? "signal" : "exit",
              WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static void bury_worker(struct master *master, const struct worker *worker, int status)
{
    log_death(worker, status);
    if (worker->state == WORKER_LEAVING)
        return;
    if (!master->has_served && WIFEXITED(status) && WEXITSTATUS(status) == SETTINGS_EXIT_CODE) {
        master->exit_code = SETTINGS_EXIT_CODE;
        stop_workers(master, SIGINT, STOP_NOW_MS);
    } else if ((worker->state == WORKER_SERVING || is_heir_slot(master, worker->slot)) &&
               clock_now_ns() - worker->since_ns >= YOUNG_NS) {
        slot_forget_pause(&master->slots[worker->slot]);
    } else {
        slot_pause(master, worker->slot);
    }
}

static void reap_workers(struct master *master)
{
    promote_ready_workers(master); /* a worker may have been ready and have died since */
    for (size_t i = master->worker_count; i-- > 0;) {
        int status;
        if (waitpid(master->workers[i].pid, &status, WNOHANG) <= 0)
            continue;
        struct worker dead = master->workers[i];
        master->workers[i] = master->workers[--master->worker_count];
        bury_worker(master, &dead, status);
    }
}

/* ---- Reload ---- */

static void roll_workers(struct master *master)
{
    if (master->is_stopping)
        return;
    if (master->prefork->reload != NULL && !master->prefork->reload(master->prefork->data))
        return; /* reload() knows why, and said so */
    log_info("reload", "workers=%d", master->prefork->workers);
    promote_ready_workers(master);
    master->generation++;
    for (int slot = 0; slot < master->slot_count; slot++) {
        /* A worker that is not ready yet may have read the old settings, or hang. */
        struct worker *starting = find_worker(master, slot, WORKER_STARTING);
        if (starting != NULL)
            tell_to_leave(starting, SIGTERM, master->prefork->drain_ms);
        slot_forget_pause(&master->slots[slot]);
    }
}

/* ---- The master's life ---- */

static bool has_ended(int process_fd)
{
    return poll(&(struct pollfd){.fd = process_fd, .events = POLLIN}, 1, 0) != 0;
}

/* Decides after a while whether the starter is a launcher, which has ended by then. The end of a launcher is ignored;
 * that of any other starter leaves no work for an heir. */
static void look_at_starter(struct master *master)
{
    if (clock_now_ns() < master->launcher_ns)
        return;
    master->launcher_ns = CLOCK_NEVER;
    if (!has_ended(master->starter_fd))
        return;
    close(master->starter_fd);
    master->starter_fd = -1;
}

static void look_in_time(struct master *master)
{
    if (master->is_stopping)
        master->look_ns = CLOCK_NEVER;
    if (clock_now_ns() < master->look_ns)
        return;
    master->look_ns = clock_now_ns() + master->prefork->look_ms * CLOCK_NS_PER_MS;
    master->prefork->look(master->prefork->data);
}

static int64_t next_deadline(const struct master *master)
{
    int64_t next = master->look_ns < master->launcher_ns ? master->look_ns : master->launcher_ns;

    for (int slot = 0; slot < master->slot_count; slot++) {
        if (slot_lacks_worker(master, slot) && master->slots[slot].start_ns < next)
            next = master->slots[slot].start_ns;
    }
    for (size_t i = 0; i < master->worker_count; i++) {
        if (master->workers[i].kill_ns < next)
            next = master->workers[i].kill_ns;
    }
    return next;
}

/* Waits for a signal or the next deadline. 0: a deadline has come. */
static int next_signal(const struct master *master)
{
    int64_t next = next_deadline(master);
    if (next == CLOCK_NEVER) {
        int signal = sigwaitinfo(&master->signals, NULL);
        return signal < 0 ? 0 : signal;
    }
    int64_t left = next - clock_now_ns();
    if (left < 0)
        left = 0;
    const struct timespec timeout = clock_timespec(left);
    int signal = sigtimedwait(&master->signals, NULL, &timeout);
    return signal < 0 ? 0 : signal;
}

static void run_master(struct master *master)
{
    while (!master->is_stopping || master->worker_count > 0) {
        kill_overdue_workers(master);
        start_missing_workers(master);
        look_in_time(master);
        look_at_starter(master);
        switch (next_signal(master)) {
        case SIGUSR2:
            promote_ready_workers(master);
            break;
        case SIGCHLD:
            reap_workers(master);
            break;
        case SIGHUP:
            roll_workers(master);
            break;
        case SIGTERM:
            stop_workers(master, SIGTERM, master->prefork->drain_ms);
            break;
        case SIGINT:
        case SIGQUIT:
            stop_workers(master, SIGINT, STOP_NOW_MS);
            break;
        default:
            break;
        }
    }
}

/* Blocks the signals, for sigwaitinfo(2) to take. SIGCHLD must not be ignored: the kernel would reap the workers
 * itself. */
static void take_signals(struct master *master)
{
    static const int wanted[] = {SIGUSR2, SIGCHLD, SIGHUP, SIGTERM, SIGINT, SIGQUIT};

    sigemptyset(&master->signals);
    for (size_t i = 0; i < ARRAY_LENGTH(wanted); i++)
        sigaddset(&master->signals, wanted[i]);
    sigprocmask(SIG_BLOCK, &master->signals, &master->place.caller_mask);
    signal(SIGCHLD, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
}

/* Drops signals that still wait: SIGUSR2, once unblocked, would end the process. */
static void give_back_signals(const struct master *master)
{
    const struct timespec at_once = {0};

    while (sigtimedwait(&master->signals, NULL, &at_once) > 0)
        ;
    sigprocmask(SIG_SETMASK, &master->place.caller_mask, NULL);
}

static int run(const struct prefork *prefork, int starter_fd, bool is_heir)
{
    struct master master = {.prefork = prefork,
                            .slot_count = prefork->workers + prefork->has_heir,
                            .look_ns = CLOCK_NEVER,
                            .starter_fd = starter_fd,
                            .launcher_ns = starter_fd < 0 || is_heir ? CLOCK_NEVER
                                                                     : clock_now_ns() + LAUNCHER_MS * CLOCK_NS_PER_MS,
                            .is_heir = is_heir};

    if (!spawn_point_init(&master.place, master.slot_count)) {
        log_error("start-failed", "reason=%s", LOG_QUOTED(strerror(errno)));
        return MEMORY_EXIT_CODE;
    }
    master.slots = memory_get_zeroed((size_t)master.slot_count, sizeof *master.slots);
    if (prefork->look != NULL)
        master.look_ns = clock_now_ns() + prefork->look_ms * CLOCK_NS_PER_MS;
    take_signals(&master);
    run_master(&master);
    give_back_signals(&master);
    log_info("stopped", "exit=%d", master.exit_code);
    free(master.workers);
    free(master.slots);
    spawn_point_release(&master.place);
    return master.exit_code;
}

/* ---- The heir's life, in a child of the master ---- */

/* The starter has ended. A master that was an heir itself is told to stop. */
static void note_starters_end(struct master *master)
{
    if (master->launcher_ns != CLOCK_NEVER) {
        master->starter_fd = -1;
    } else if (master->is_heir) {
        if (master->prefork->abandoned != NULL)
            master->prefork->abandoned(master->prefork->data);
        kill(master->place.master, SIGTERM);
    }
}

/* Waits for SIGTERM or SIGINT, and looks at the starter meanwhile. */
static int await_signal(struct master *master)
{
    struct signalfd_siginfo info = {.ssi_signo = SIGINT};
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    struct pollfd sources[] = {{.fd = signalfd(-1, &signals, SFD_CLOEXEC), .events = POLLIN},
                               {.fd = master->starter_fd, .events = POLLIN}};
    while (sources[0].revents == 0) {
        bool is_known = master->launcher_ns == CLOCK_NEVER;
        if (poll(sources, ARRAY_LENGTH(sources), is_known ? -1 : LAUNCHER_MS) < 0)
            continue;
        if (sources[1].revents != 0) {
            note_starters_end(master);
            sources[1].fd = -1; /* once */
        }
        master->launcher_ns = CLOCK_NEVER;
    }
    ssize_t length = read(sources[0].fd, &info, sizeof info);
    (void)length;
    close(sources[0].fd);
    return (int)info.ssi_signo;
}

/* Waits under another process name: killing all processes of the program's name must not kill the heir. */
static int wait_to_inherit(void *data, int index)
{
    struct master *master = data;
    char name[NAME_SIZE];

    (void)index;
    prctl(PR_GET_NAME, name);
    prctl(PR_SET_NAME, "heir");
    if (await_signal(master) != SIGTERM || getppid() == master->place.master)
        return 0;
    if (master->starter_fd >= 0 && has_ended(master->starter_fd)) {
        if (master->prefork->abandoned != NULL)
            master->prefork->abandoned(master->prefork->data);
        return 0;
    }
    prctl(PR_SET_NAME, name);
    log_warning("master-replaced", "master=%ld by=%ld", (long)master->place.master, (long)getpid());
    spawn_point_release(&master->place);
    return run(master->prefork, master->starter_fd, true);
}

int prefork_run(const struct prefork *prefork)
{
    return run(prefork, prefork->has_heir ? platform_process_open(getppid()) : -1, false);
}
