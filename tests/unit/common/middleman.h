/* SPDX-License-Identifier: MIT */
/*
 * Somebody between a client and a server: passes bytes on, may take its time with the first connection, and may fall
 * silent on the connections it has or cut them while it serves new ones, as a network does.
 */
#ifndef TESTS_UNIT_COMMON_MIDDLEMAN_H
#define TESTS_UNIT_COMMON_MIDDLEMAN_H

#include <poll.h>
#include <stdatomic.h>

#include "tests/unit/common/rpc_harness.h"

#define MIDDLEMAN_LINKS 32 /* connections over its whole life */
#define MIDDLEMAN_LOOK_MS 20

struct middleman {
    struct held_port port; /* where it listens */
    struct held_port server;
    int think_ms;            /* before it takes the first connection on */
    atomic_int silent_below; /* connections before this one are passed on no more */
    atomic_int cut_below;    /* connections before this one are closed */
    atomic_int count;        /* connections that it took on */
    atomic_bool is_over;
    int links[MIDDLEMAN_LINKS][2]; /* -1: closed */
    pthread_t thread;
};

static inline void link_close(int link[2])
{
    for (int i = 0; i < 2; i++) {
        if (link[i] >= 0)
            close(link[i]);
        link[i] = -1;
    }
}

static inline bool pass_on(int from, int to)
{
    char bytes[16384];
    ssize_t length = recv(from, bytes, sizeof bytes, 0);

    return length > 0 && send(to, bytes, (size_t)length, MSG_NOSIGNAL) == length;
}

static inline void link_serve(int link[2])
{
    struct pollfd ends[2] = {{.fd = link[0], .events = POLLIN}, {.fd = link[1], .events = POLLIN}};

    if (poll(ends, 2, 0) <= 0)
        return;
    for (int i = 0; i < 2; i++) {
        if (ends[i].revents != 0 && !pass_on(link[i], link[1 - i])) {
            link_close(link);
            return;
        }
    }
}

static inline void middleman_accept(struct middleman *middleman)
{
    int number = atomic_load(&middleman->count);
    int client_end = accept(middleman->port.fd, NULL, NULL);

    if (client_end < 0)
        return;
    if (number == MIDDLEMAN_LINKS) {
        close(client_end);
        return;
    }
    middleman->links[number][0] = client_end;
    middleman->links[number][1] = connect_to_port(&middleman->server);
    atomic_store(&middleman->count, number + 1);
}

/* Waits until one of those that are served has something to say, or for a moment. */
static inline void middleman_wait(struct middleman *middleman)
{
    struct pollfd all[1 + 2 * MIDDLEMAN_LINKS];
    nfds_t count = 0;

    all[count++] = (struct pollfd){.fd = middleman->port.fd, .events = POLLIN};
    for (int i = atomic_load(&middleman->silent_below); i < atomic_load(&middleman->count); i++) {
        for (int end = 0; end < 2; end++)
            all[count++] = (struct pollfd){.fd = middleman->links[i][end], .events = POLLIN};
    }
    poll(all, count, MIDDLEMAN_LOOK_MS);
    if (all[0].revents != 0)
        middleman_accept(middleman);
}

static inline void *middleman_run(void *data)
{
    struct middleman *middleman = data;
    const struct timespec thinking = {.tv_nsec = middleman->think_ms * CLOCK_NS_PER_MS};

    nanosleep(&thinking, NULL);
    while (!atomic_load(&middleman->is_over)) {
        middleman_wait(middleman);
        for (int i = 0; i < atomic_load(&middleman->cut_below); i++)
            link_close(middleman->links[i]);
        for (int i = atomic_load(&middleman->silent_below); i < atomic_load(&middleman->count); i++) {
            if (middleman->links[i][0] >= 0)
                link_serve(middleman->links[i]);
        }
    }
    return NULL;
}

/* Its address is middleman->port.address. think_ms is less than a second. */
static inline void middleman_start(struct middleman *middleman, const struct held_port *server_port, int think_ms)
{
    *middleman = (struct middleman){.port = hold_port(), .server = *server_port, .think_ms = think_ms};
    assert_int_equal(listen(middleman->port.fd, 64), 0);
    assert_int_equal(pthread_create(&middleman->thread, NULL, middleman_run, middleman), 0);
}

static inline void middleman_fall_silent(struct middleman *middleman)
{
    atomic_store(&middleman->silent_below, atomic_load(&middleman->count));
}

/* Closes the connections that it has. */
static inline void middleman_cut(struct middleman *middleman)
{
    atomic_store(&middleman->cut_below, atomic_load(&middleman->count));
}

static inline void middleman_end(struct middleman *middleman)
{
    atomic_store(&middleman->is_over, true);
    pthread_join(middleman->thread, NULL);
    for (int i = 0; i < atomic_load(&middleman->count); i++)
        link_close(middleman->links[i]);
    close(middleman->port.fd);
}

#endif
