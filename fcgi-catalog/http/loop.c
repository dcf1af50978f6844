/* SPDX-License-Identifier: MIT */
/* The readiness loop. */
#include "fcgi-catalog/http/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"

#define EVENTS_MAX 64
#define ACCEPT_BATCH 16     /* so that one process does not take what its siblings could serve */
#define ACCEPT_PAUSE_MS 100 /* after an accept that failed for want of something */
#define TICK_MS 100         /* how often deadlines are checked, while there are any */

struct loop {
    struct loop_options options;
    struct connection_pool pool;
    struct connection **ready; /* connections that this wake-up found; room for all */
    size_t ready_count;
    int epoll_fd, signal_fd, wake_fd;
    int exit_code;
    bool is_tcp;
    bool is_listening; /* the listening socket is in the epoll set */
    bool is_called;    /* by the event_fd */
    bool is_told_to_end;
    bool is_draining;
    bool is_stopped;
    int64_t accept_again_ns; /* while accepting pauses, else 0 */
};

/* ---- Accepting --------------------------------------------------------------------------------------------------- */

static void welcome(struct loop *loop, int fd)
{
    if (loop->is_tcp)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (connection_welcome(&loop->pool, fd, &loop->ready[loop->ready_count]))
        loop->ready_count++;
}

/* A fault of the listening socket itself stays; any other may be of one connection, a network or a firewall
 * (accept(2)), or a shortage, and accepting pauses. */
static void accept_failed(struct loop *loop, int error)
{
    if (error != EBADF && error != ENOTSOCK && error != EINVAL) {
        if (loop->accept_again_ns == 0)
            log_error("accept-failed", "reason=%s pause_ms=%d", LOG_QUOTED(strerror(error)), ACCEPT_PAUSE_MS);
        loop->accept_again_ns = clock_now_ns() + ACCEPT_PAUSE_MS * CLOCK_NS_PER_MS;
        return;
    }
    log_error("listening-socket-failed", "reason=%s", LOG_QUOTED(strerror(error)));
    loop->exit_code = EXIT_FAILURE;
    loop->is_told_to_end = true;
}

/* Takes up to `most` connections out of the queue. */
static void accept_some(struct loop *loop, size_t most)
{
    while (most > 0 && connection_pool_has_room(&loop->pool)) {
        int fd = accept4(loop->options.listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            loop->accept_again_ns = 0;
            welcome(loop, fd);
            most--;
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO) {
            accept_failed(loop, errno);
            return;
        }
    }
}

static bool is_pausing(const struct loop *loop)
{
    return loop->accept_again_ns != 0 && clock_now_ns() < loop->accept_again_ns;
}

/* Listens while the pool has room, unless the loop drains or accepting pauses. */
static bool update_listening(struct loop *loop)
{
    bool is_wanted = !loop->is_draining && !is_pausing(loop);
    if (is_wanted && !connection_pool_has_room(&loop->pool)) {
        connection_pool_watch(&loop->pool, true); /* before the second look, so that no closing slips through */
        is_wanted = connection_pool_has_room(&loop->pool);
    }
    if (is_wanted == loop->is_listening)
        return true;

    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = &loop->options.listen_fd};
    int operation = is_wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;
    loop->is_listening = is_wanted;
    if (is_wanted)
        connection_pool_watch(&loop->pool, false);
    return epoll_ctl(loop->epoll_fd, operation, loop->options.listen_fd, &event) == 0;
}

/* ---- The loop ---------------------------------------------------------------------------------------------------- */

static void begin_draining(struct loop *loop)
{
    if (loop->exit_code == 0)
        accept_some(loop, loop->pool.room); /* they had connected before we were told to end */
    loop->is_draining = true;
    loop->ready_count += connection_pool_drain(&loop->pool, loop->ready + loop->ready_count);
}

static void read_signals(struct loop *loop)
{
    struct signalfd_siginfo info;

    while (read(loop->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGINT)
            loop->is_stopped = true;
        else
            loop->is_told_to_end = true;
    }
}

static void dispatch(struct loop *loop, const struct epoll_event *event)
{
    uint64_t wakes;

    if (event->data.ptr == &loop->options.listen_fd) {
        accept_some(loop, ACCEPT_BATCH);
    } else if (event->data.ptr == &loop->signal_fd) {
        read_signals(loop);
    } else if (event->data.ptr == &loop->options.event_fd) {
        loop->is_called = true;
    } else if (event->data.ptr == &loop->wake_fd) {
        ssize_t length = read(loop->wake_fd, &wakes, sizeof wakes);
        (void)length;
    } else if (connection_event(event->data.ptr, event->events)) {
        loop->ready[loop->ready_count++] = event->data.ptr;
    }
}

static void lend_ready(struct loop *loop)
{
    bool has_work = loop->ready_count > 0 || loop->is_called;

    if (has_work && loop->options.woken != NULL)
        loop->options.woken(loop->options.data);
    for (size_t i = 0; i < loop->ready_count; i++)
        loop->options.ready(loop->options.data, loop->ready[i]);
    if (has_work && loop->options.served != NULL)
        loop->options.served(loop->options.data);
    loop->ready_count = 0;
    loop->is_called = false;
}

static int wait_events(struct loop *loop, struct epoll_event *events)
{
    bool is_ticking = loop->accept_again_ns != 0 || connection_pool_has_bounds(&loop->pool);
    int count = update_listening(loop) ? epoll_wait(loop->epoll_fd, events, EVENTS_MAX, is_ticking ? TICK_MS : -1) : -1;
    if (count < 0 && errno != EINTR) {
        log_error("epoll-failed", "reason=%s", LOG_QUOTED(strerror(errno)));
        loop->exit_code = EXIT_FAILURE;
        loop->is_stopped = true;
    }
    return count;
}

int loop_run(struct loop *loop)
{
    struct epoll_event events[EVENTS_MAX];

    while (!loop->is_draining || !connection_pool_is_empty(&loop->pool)) {
        int count = wait_events(loop, events);
        for (int i = 0; i < count; i++)
            dispatch(loop, &events[i]);
        if (loop->is_stopped)
            break;
        if (loop->is_told_to_end && !loop->is_draining)
            begin_draining(loop);
        lend_ready(loop);
        connection_pool_close_overdue(&loop->pool);
    }
    while (loop->ready_count > 0)
        connection_close(loop->ready[--loop->ready_count]);
    return loop->exit_code;
}

/* ---- Making and freeing ------------------------------------------------------------------------------------------ */

static bool open_descriptors(struct loop *loop)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);

    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->signal_fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct epoll_event on_signal = {.events = EPOLLIN, .data.ptr = &loop->signal_fd};
    struct epoll_event on_wake = {.events = EPOLLIN, .data.ptr = &loop->wake_fd};
    struct epoll_event on_event = {.events = EPOLLIN, .data.ptr = &loop->options.event_fd};
    return loop->epoll_fd >= 0 && loop->signal_fd >= 0 && loop->wake_fd >= 0 &&
           epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->signal_fd, &on_signal) == 0 &&
           epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->wake_fd, &on_wake) == 0 &&
           (loop->options.event_fd == 0 ||
            epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->options.event_fd, &on_event) == 0);
}

static bool prepare_listening(struct loop *loop)
{
    int fd = loop->options.listen_fd, domain = AF_UNIX;
    socklen_t length = sizeof domain;
    int flags = fcntl(fd, F_GETFL);

    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length);
    loop->is_tcp = domain == AF_INET || domain == AF_INET6;
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

struct loop *loop_new(const struct loop_options *options)
{
    struct loop *loop = memory_get_zeroed(1, sizeof *loop);

    loop->options = *options;
    bool is_open = open_descriptors(loop) && prepare_listening(loop);
    if (!is_open)
        log_error("loop-failed", "reason=%s", LOG_QUOTED(strerror(errno)));
    connection_pool_init(&loop->pool, loop->epoll_fd, loop->wake_fd);
    loop->ready = memory_get_zeroed(loop->pool.room, sizeof *loop->ready);
    if (!is_open && loop_free(loop))
        return NULL;
    return loop;
}

bool loop_free(struct loop *loop)
{
    const int descriptors[] = {loop->epoll_fd, loop->signal_fd, loop->wake_fd};

    if (!connection_pool_release(&loop->pool))
        return false;
    for (size_t i = 0; i < ARRAY_LENGTH(descriptors); i++) {
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    }
    free(loop->ready);
    free(loop);
    return true;
}
