/* SPDX-License-Identifier: MIT */
/* Connections and what they wait for. */
#include "fcgi-catalog/http/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"

#define CONNECTIONS_MAX 1024
#define OTHER_FDS 64                        /* descriptors that the rest of the process may need */
#define HELD_MAX ((size_t)64 * 1024 * 1024) /* bytes that may wait for peers to take them */
#define DRAINING_MS 2000                    /* how long a draining pool waits for peers */
#define FIRST_REQUEST_MS 500                /* … and for a new connection's request */
#define LOOK_MS 100                         /* how often deadlines are looked at */

enum connection_state {
    CONNECTION_FREE,
    CONNECTION_FRESH,
    CONNECTION_KEPT,
    CONNECTION_LENT,
    CONNECTION_AWAITING,
};

struct connection {
    struct connection_pool *pool;
    struct connection *next_free;
    /* AWAITING, and the context when it is lent again after that: */
    int64_t deadline_ns;
    void *context;
    size_t held;
    enum connection_wish wish;
    int fd;
    enum connection_state state;
    bool is_registered; /* with epoll, which disarms it after each event (EPOLLONESHOT) */
};

int connection_fd(const struct connection *connection)
{
    return connection->fd;
}

static void wake_loop(struct connection_pool *pool)
{
    ssize_t written = write(pool->wake_fd, &(uint64_t){1}, sizeof(uint64_t));
    (void)written; /* EAGAIN: its wake-up is pending already */
}

/* Arms epoll for the next event. Under the lock: the loop's thread may get the event before this returns. */
static bool arm(struct connection *connection)
{
    bool is_for_room = connection->state == CONNECTION_AWAITING && connection->wish == CONNECTION_ROOM;
    uint32_t events = is_for_room ? EPOLLOUT : EPOLLIN | EPOLLRDHUP;
    struct epoll_event event = {.events = events | EPOLLONESHOT, .data.ptr = connection};
    int operation = connection->is_registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

    if (epoll_ctl(connection->pool->epoll_fd, operation, connection->fd, &event) != 0) {
        log_error("epoll-failed", "reason=%s", LOG_QUOTED(strerror(errno)));
        return false;
    }
    connection->is_registered = true;
    return true;
}

/* Under the lock. The descriptor is closed, or was by somebody else. The pool may be gone once the lock is released. */
static void give_back(struct connection *connection)
{
    struct connection_pool *pool = connection->pool;

    connection->state = CONNECTION_FREE;
    connection->context = NULL;
    connection->next_free = pool->first_free;
    pool->first_free = connection;
    pool->open--;
    if (pool->is_watched)
        wake_loop(pool);
}

static void close_locked(struct connection *connection)
{
    close(connection->fd);
    give_back(connection);
}

void connection_keep(struct connection *connection)
{
    struct connection_pool *pool = connection->pool;

    pthread_mutex_lock(&pool->lock);
    connection->state = CONNECTION_KEPT;
    connection->context = NULL;
    if (pool->is_draining || !arm(connection))
        close_locked(connection);
    pthread_mutex_unlock(&pool->lock);
}

void connection_forget(struct connection *connection)
{
    struct connection_pool *pool = connection->pool;

    pthread_mutex_lock(&pool->lock);
    give_back(connection);
    pthread_mutex_unlock(&pool->lock);
}

void connection_close(struct connection *connection)
{
    close(connection->fd);
    connection_forget(connection);
}

/* Shuts the socket down: the event of that lends the connection again, and its borrower finds the peer gone. */
static void cut_off(struct connection *connection)
{
    shutdown(connection->fd, SHUT_RDWR);
    connection->deadline_ns = CLOCK_NEVER;
}

/* Under the lock. */
static void cut_off_the_slowest(struct connection_pool *pool)
{
    struct connection *slowest = NULL;

    for (size_t i = 0; i < pool->room; i++) {
        struct connection *connection = &pool->connections[i];
        if (connection->state == CONNECTION_AWAITING && connection->held > 0 &&
            (slowest == NULL || connection->deadline_ns < slowest->deadline_ns))
            slowest = connection;
    }
    if (slowest != NULL && slowest->deadline_ns != CLOCK_NEVER)
        cut_off(slowest);
}

bool connection_await(struct connection *connection, enum connection_wish wish, void *context, int64_t deadline_ns,
                      size_t held)
{
    struct connection_pool *pool = connection->pool;

    pthread_mutex_lock(&pool->lock);
    int64_t drain_end_ns = pool->drain_began_ns + DRAINING_MS * CLOCK_NS_PER_MS;
    connection->wish = wish;
    connection->context = context;
    connection->deadline_ns = pool->is_draining && drain_end_ns < deadline_ns ? drain_end_ns : deadline_ns;
    connection->held = held;
    connection->state = CONNECTION_AWAITING;
    bool is_armed = arm(connection);
    if (is_armed) {
        if (pool->awaiting++ == 0)
            wake_loop(pool); /* the loop may be waiting without a time limit */
        pool->held += held;
        if (pool->held > HELD_MAX)
            cut_off_the_slowest(pool);
    } else {
        connection->state = CONNECTION_LENT;
    }
    pthread_mutex_unlock(&pool->lock);
    return is_armed;
}

void *connection_context(const struct connection *connection)
{
    return connection->context;
}

/* ---- The pool ---------------------------------------------------------------------------------------------------- */

static size_t pool_room(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= CONNECTIONS_MAX + OTHER_FDS)
        return CONNECTIONS_MAX;
    return limit.rlim_cur > 2 * OTHER_FDS ? (size_t)limit.rlim_cur - OTHER_FDS : OTHER_FDS;
}

void connection_pool_init(struct connection_pool *pool, int epoll_fd, int wake_fd)
{
    *pool = (struct connection_pool){.epoll_fd = epoll_fd, .wake_fd = wake_fd, .room = pool_room()};
    pool->connections = memory_get_zeroed(pool->room, sizeof *pool->connections);
    for (size_t i = pool->room; i-- > 0;) {
        pool->connections[i].pool = pool;
        pool->connections[i].next_free = pool->first_free;
        pool->first_free = &pool->connections[i];
    }
    pthread_mutex_init(&pool->lock, NULL);
}

bool connection_pool_release(struct connection_pool *pool)
{
    bool is_lent = false;

    pthread_mutex_lock(&pool->lock);
    for (size_t i = 0; i < pool->room; i++)
        is_lent |= pool->connections[i].state == CONNECTION_LENT || pool->connections[i].state == CONNECTION_AWAITING;
    for (size_t i = 0; i < pool->room && !is_lent; i++) {
        if (pool->connections[i].state != CONNECTION_FREE)
            close_locked(&pool->connections[i]);
    }
    pthread_mutex_unlock(&pool->lock);
    if (is_lent)
        return false;
    pthread_mutex_destroy(&pool->lock);
    free(pool->connections);
    return true;
}

bool connection_pool_has_room(struct connection_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    bool has_room = pool->first_free != NULL;
    pthread_mutex_unlock(&pool->lock);
    return has_room;
}

bool connection_pool_is_empty(struct connection_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    bool is_empty = pool->open == 0;
    pthread_mutex_unlock(&pool->lock);
    return is_empty;
}

bool connection_pool_has_bounds(struct connection_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    bool has_bounds = pool->is_draining || pool->awaiting > 0;
    pthread_mutex_unlock(&pool->lock);
    return has_bounds;
}

void connection_pool_watch(struct connection_pool *pool, bool is_watched)
{
    pthread_mutex_lock(&pool->lock);
    pool->is_watched = is_watched;
    pthread_mutex_unlock(&pool->lock);
}

void connection_pool_close_overdue(struct connection_pool *pool)
{
    if (!connection_pool_has_bounds(pool))
        return;
    int64_t now_ns = clock_now_ns();
    if (now_ns < pool->look_ns)
        return;
    pool->look_ns = now_ns + LOOK_MS * CLOCK_NS_PER_MS;

    pthread_mutex_lock(&pool->lock);
    bool is_short = pool->first_free == NULL;
    bool is_drain_old = pool->is_draining && now_ns - pool->drain_began_ns > FIRST_REQUEST_MS * CLOCK_NS_PER_MS;
    for (size_t i = 0; i < pool->room; i++) {
        struct connection *connection = &pool->connections[i];
        if (connection->state == CONNECTION_FRESH && is_drain_old)
            close_locked(connection);
        else if (connection->state == CONNECTION_AWAITING &&
                 (connection->deadline_ns <= now_ns || (is_short && connection->wish == CONNECTION_INPUT)))
            cut_off(connection);
    }
    pthread_mutex_unlock(&pool->lock);
}

/* Whether there is a byte to read (1), none yet (0), or never again (-1). */
static int peek(int fd)
{
    char byte;
    ssize_t count = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    if (count > 0)
        return 1;
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

size_t connection_pool_drain(struct connection_pool *pool, struct connection **ready)
{
    size_t count = 0;

    pthread_mutex_lock(&pool->lock);
    pool->is_draining = pool->is_watched = true;
    pool->drain_began_ns = clock_now_ns();
    int64_t until_ns = pool->drain_began_ns + DRAINING_MS * CLOCK_NS_PER_MS;
    for (size_t i = 0; i < pool->room; i++) {
        struct connection *connection = &pool->connections[i];
        if (connection->state == CONNECTION_AWAITING && connection->deadline_ns > until_ns)
            connection->deadline_ns = until_ns;
        if (connection->state != CONNECTION_KEPT)
            continue;
        if (peek(connection->fd) > 0) {
            connection->state = CONNECTION_LENT;
            ready[count++] = connection;
        } else {
            close_locked(connection);
        }
    }
    pthread_mutex_unlock(&pool->lock);
    return count;
}

/* ---- Events ------------------------------------------------------------------------------------------------------ */

/* Mostly the request comes with the connection, so the socket is peeked at before epoll is used. */
bool connection_welcome(struct connection_pool *pool, int fd, struct connection **connection)
{
    int found = peek(fd);

    pthread_mutex_lock(&pool->lock);
    struct connection *fresh = pool->first_free;
    pool->first_free = fresh->next_free;
    pool->open++;
    fresh->fd = fd;
    fresh->is_registered = false;
    fresh->state = found > 0 ? CONNECTION_LENT : CONNECTION_FRESH;
    if (found < 0 || (found == 0 && !arm(fresh)))
        close_locked(fresh);
    pthread_mutex_unlock(&pool->lock);
    *connection = fresh;
    return found > 0;
}

bool connection_event(struct connection *connection, uint32_t events)
{
    struct connection_pool *pool = connection->pool;
    bool is_hangup = (events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR)) != 0;
    bool is_ready = false;

    pthread_mutex_lock(&pool->lock);
    if (connection->state == CONNECTION_AWAITING) {
        pool->awaiting--;
        pool->held -= connection->held;
        connection->state = CONNECTION_LENT;
        is_ready = true;
    } else if (is_hangup && peek(connection->fd) <= 0) {
        close_locked(connection);
    } else {
        connection->state = CONNECTION_LENT;
        is_ready = true;
    }
    pthread_mutex_unlock(&pool->lock);
    return is_ready;
}
