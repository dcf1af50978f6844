/* SPDX-License-Identifier: MIT */
/*
 * A real master with real workers, in processes of their own, that tell this one over a pipe what happens to them.
 * Every wait has a bound and ends in a failed test.
 */
#ifndef TESTS_PREFORK_HARNESS_H
#define TESTS_PREFORK_HARNESS_H

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/prefork/prefork.h"

#define WORKERS 3
#define PATIENCE_NS (120 * CLOCK_NS_PER_S) /* only a test that fails waits so long */
#define A_LONG_TIME_MS 600000              /* a drain that the test would not survive */
#define HISTORY_MAX 1000

enum what {
    BORN,
    READY,   /* is about to say so */
    SERVING, /* has said so */
    TOLD_TO_DRAIN,
    TOLD_TO_STOP,
    STARTED,         /* by the master */
    ASKED_TO_RELOAD, /* by the master */
    LOOKED,          /* the master */
    ABANDONED        /* says the heir's heir */
};

struct event {
    enum what what;
    int index;
    pid_t pid;
    int64_t at_ns;
};

/* What the test steers, shared with master and workers. */
struct control {
    atomic_int gate_is_closed; /* workers wait before they are ready */
    atomic_int keeps_serving;  /* workers do not end after SIGTERM */
    atomic_int is_deaf;        /* workers do not end after any signal that they may ignore */
    atomic_int refuses_reload;
    atomic_int failing_forks; /* so many more forks fail */
    atomic_int wrong_is_held; /* a worker that finds a wrong setting does not yet end */
};

/*
 * LeakSanitizer stops a process that ends and looks through its memory, which takes it longer than some of these
 * processes are given. The masters alone look for leaks.
 */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "leak_check_at_exit=0";
}
#else
static inline int __lsan_do_recoverable_leak_check(void)
{
    return 0;
}
#endif

static struct control *control;
static FILE *master_log;
static int event_pipe[2];
static struct event history[HISTORY_MAX];
static size_t history_count;
static pid_t master;

/* ---- In master and workers ---- */

static inline void tell(enum what what, int index)
{
    struct event event = {.what = what, .index = index, .pid = getpid(), .at_ns = clock_now_ns()};

    if (write(event_pipe[1], &event, sizeof event) != sizeof event)
        abort();
}

/* Waits up to `ms` for SIGTERM or SIGINT. True: it is time to go. */
static inline bool is_told_to_go(int index, int ms)
{
    const struct timespec timeout = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * CLOCK_NS_PER_MS};
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    int signal = sigtimedwait(&signals, NULL, &timeout);
    if (signal == SIGTERM)
        tell(TOLD_TO_DRAIN, index);
    if (signal == SIGINT)
        tell(TOLD_TO_STOP, index);
    if (atomic_load(&control->is_deaf))
        return false;
    return signal == SIGINT || (signal == SIGTERM && !atomic_load(&control->keeps_serving));
}

/* A worker as the header wants it. */
static inline int serve(void *data, int index)
{
    (void)data;
    tell(BORN, index);
    while (atomic_load(&control->gate_is_closed)) {
        if (is_told_to_go(index, 2))
            return 0;
    }
    tell(READY, index);
    prefork_worker_ready();
    tell(SERVING, index);
    while (!is_told_to_go(index, 1000))
        ;
    return 0;
}

static inline bool agree_to_reload(void *data)
{
    (void)data;
    tell(ASKED_TO_RELOAD, -1);
    return !atomic_load(&control->refuses_reload);
}

static inline void say_started(void *data)
{
    (void)data;
    tell(STARTED, -1);
}

/* ---- In the test ---- */

static inline int prepare(void **state)
{
    (void)state;
    log_open("test");
    log_set_level(LOG_LEVEL_ERROR);
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* orphans become ours, so that their end can be seen */
    control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    history_count = 0;
    master = 0;
    master_log = tmpfile();
    return control == MAP_FAILED || pipe(event_pipe) != 0 ? -1 : 0;
}

static inline void say_looked(void *data)
{
    (void)data;
    tell(LOOKED, -1);
}

static inline struct prefork plain_prefork(void)
{
    return (struct prefork){
        .workers = WORKERS,
        .drain_ms = A_LONG_TIME_MS,
        .work = serve,
        .reload = agree_to_reload,
        .started = say_started,
    };
}

/* In the process that becomes the master. */
_Noreturn static inline void run_master(const struct prefork *prefork)
{
    close(event_pipe[0]);
    dup2(fileno(master_log), STDERR_FILENO);
    log_set_level(LOG_LEVEL_WARNING);
    int code = prefork_run(prefork);
    exit(__lsan_do_recoverable_leak_check() == 0 ? code : 1);
}

static inline void start_master(const struct prefork *prefork)
{
    master = fork();
    assert_true(master >= 0);
    if (master == 0)
        run_master(prefork);
}

/* How often the master has said that so far. */
static inline int count_logged(const char *text)
{
    char line[1000];
    int count = 0;

    rewind(master_log);
    while (fgets(line, sizeof line, master_log) != NULL)
        count += strstr(line, text) != NULL;
    return count;
}

/* Takes one more event into the history. */
static inline void read_event(int64_t deadline_ns, enum what wanted)
{
    struct pollfd readable = {.fd = event_pipe[0], .events = POLLIN};
    int64_t left_ms = (deadline_ns - clock_now_ns()) / CLOCK_NS_PER_MS;

    if (left_ms <= 0 || poll(&readable, 1, (int)left_ms) != 1)
        fail_msg("event %d did not happen", (int)wanted);
    assert_true(history_count < HISTORY_MAX);
    assert_int_equal(read(event_pipe[0], &history[history_count], sizeof *history), sizeof *history);
    history_count++;
}

/* The nth (from 1) event of its kind, of worker `index` or, with -1, of any; NULL: not yet. */
static inline const struct event *find_event(enum what what, int index, int nth)
{
    for (size_t i = 0; i < history_count; i++) {
        if (history[i].what == what && (index < 0 || history[i].index == index) && --nth == 0)
            return &history[i];
    }
    return NULL;
}

static inline struct event await_event(enum what what, int index, int nth)
{
    int64_t deadline_ns = clock_now_ns() + PATIENCE_NS;
    const struct event *event;

    while ((event = find_event(what, index, nth)) == NULL)
        read_event(deadline_ns, what);
    return *event;
}

/* Whatever is in the pipe, when nobody writes any more. */
static inline void read_remaining_events(void)
{
    struct pollfd readable = {.fd = event_pipe[0], .events = POLLIN};

    while (poll(&readable, 1, 0) == 1)
        read_event(clock_now_ns() + PATIENCE_NS, BORN);
}

static inline int count_events(enum what what, int index)
{
    int count = 0;

    while (find_event(what, index, count + 1) != NULL)
        count++;
    return count;
}

static inline void start_and_await_all(const struct prefork *prefork)
{
    start_master(prefork);
    await_event(STARTED, -1, 1);
}

/* The exit code of a child or of an orphan. 1000 and up: the signal that ended it. */
static inline int await_end(pid_t pid)
{
    int64_t deadline_ns = clock_now_ns() + PATIENCE_NS;
    int status;
    pid_t ended;

    while ((ended = waitpid(pid, &status, WNOHANG)) == 0) {
        if (clock_now_ns() > deadline_ns)
            fail_msg("process %ld did not end", (long)pid);
        usleep(2000);
    }
    assert_int_equal(ended, pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static inline int await_master_end(void)
{
    int code = await_end(master);

    master = 0;
    read_remaining_events();
    return code;
}

/* Nobody may be left when the master has returned. */
static inline void assert_nobody_left(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

/* Ends whatever the test left behind. */
static inline int clean_up(void **state)
{
    (void)state;
    if (master > 0) {
        kill(master, SIGKILL);
        waitpid(master, NULL, 0); /* now its workers are ours */
    }
    read_remaining_events();
    for (size_t i = 0; i < history_count; i++) {
        int status;
        if (history[i].what == BORN && waitpid(history[i].pid, &status, WNOHANG) == 0)
            kill(history[i].pid, SIGKILL);
    }
    while (waitpid(-1, NULL, 0) > 0)
        ;
    char line[1000];
    rewind(master_log);
    while (fgets(line, sizeof line, master_log) != NULL)
        fputs(line, stderr);
    fclose(master_log);
    close(event_pipe[0]);
    close(event_pipe[1]);
    munmap(control, sizeof *control);
    return 0;
}

#define PREFORK_TEST(test) cmocka_unit_test_setup_teardown(test, prepare, clean_up)

#endif
