/* SPDX-License-Identifier: MIT */
/*
 * Real RPC in one process: keys made for the run by keys/ca, a server on a thread, a client, both over mutual TLS on a
 * port that nobody else can get. For tests of every room that talks RPC; they run in the project's directory.
 */
#ifndef TESTS_UNIT_COMMON_RPC_HARNESS_H
#define TESTS_UNIT_COMMON_RPC_HARNESS_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/rpc/client.h"
#include "common/rpc/runtime.h"
#include "common/rpc/server.h"
#include "tests/unit/common/stopwatch.h"

#define PATIENCE_NS (120 * CLOCK_NS_PER_S) /* only a test that fails waits so long */
#define WATCHDOG_S 600                     /* a test program that hangs is ended by SIGALRM */

/* ---- Waiting ---- */

static inline void pause_briefly(void)
{
    const struct timespec while_ = {.tv_nsec = 2 * CLOCK_NS_PER_MS};

    nanosleep(&while_, NULL);
}

/* Whether `is_so(data)` becomes true while somebody is patient. */
static inline bool wait_for(bool (*is_so)(void *data), void *data)
{
    int64_t until_ns = clock_now_ns() + PATIENCE_NS;

    while (!is_so(data)) {
        if (clock_now_ns() > until_ns)
            return false;
        pause_briefly();
    }
    return true;
}

/* A gate that stops the handlers of a server until the test opens it. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_closed;
    int waiting; /* handlers that stand before it */
};

#define GATE_INIT                                                                                                      \
    {                                                                                                                  \
        .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER                                         \
    }

static inline struct timespec patience_end(void)
{
    struct timespec end;

    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_NS / CLOCK_NS_PER_S;
    return end;
}

static inline void gate_close(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->is_closed = true;
    pthread_mutex_unlock(&gate->lock);
}

static inline void gate_open(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->is_closed = false;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

/* In a handler. */
static inline void gate_pass(struct gate *gate)
{
    const struct timespec end = patience_end();
    int error = 0;

    pthread_mutex_lock(&gate->lock);
    gate->waiting++;
    pthread_cond_broadcast(&gate->changed);
    while (gate->is_closed && error == 0)
        error = pthread_cond_timedwait(&gate->changed, &gate->lock, &end);
    gate->waiting--;
    pthread_mutex_unlock(&gate->lock);
}

/* In a test: waits until a handler stands before the closed gate. */
static inline void gate_await_one(struct gate *gate)
{
    const struct timespec end = patience_end();
    int error = 0;

    pthread_mutex_lock(&gate->lock);
    while (gate->waiting == 0 && error == 0)
        error = pthread_cond_timedwait(&gate->changed, &gate->lock, &end);
    pthread_mutex_unlock(&gate->lock);
    assert_int_equal(error, 0);
}

/* ---- Keys ---- */

static char keys_directory[32];

static inline void run_command(const char *format, ...)
{
    char command[512];
    va_list values;

    va_start(values, format);
    vsnprintf(command, sizeof command, format, values);
    va_end(values);
    if (system(command) != 0)
        fail_msg("failed: %s", command);
}

/* Where one program finds its keys; the paths are in it. */
struct key_files {
    char ca[96], certificate[96], key[96], revoked[96];
};

static inline struct key_files name_keys(const char *directory, const char *program)
{
    struct key_files files;

    snprintf(files.ca, sizeof files.ca, "%s/ca.crt", directory);
    snprintf(files.certificate, sizeof files.certificate, "%s/%s.crt", directory, program);
    snprintf(files.key, sizeof files.key, "%s/%s.key", directory, program);
    snprintf(files.revoked, sizeof files.revoked, "%s/ca.crl", directory);
    return files;
}

static inline struct keyset_files server_keys(const struct key_files *files)
{
    return (struct keyset_files){
        .ca = files->ca, .certificate = files->certificate, .key = files->key, .revoked = files->revoked};
}

static inline struct keyset_files client_keys(const struct key_files *files)
{
    return (struct keyset_files){.ca = files->ca, .certificate = files->certificate, .key = files->key};
}

static inline int remove_keys(void **state)
{
    (void)state;
    run_command("rm -rf %s", keys_directory);
    return 0;
}

/* Makes keys before gRPC starts, and starts gRPC. For a group's setup. */
static inline int make_keys(void **state)
{
    (void)state;
    alarm(WATCHDOG_S);
    signal(SIGPIPE, SIG_IGN);
    log_open("test");
    snprintf(keys_directory, sizeof keys_directory, "/tmp/rpc_keys.XXXXXX");
    if (mkdtemp(keys_directory) == NULL)
        return -1;
    run_command("keys/ca make --dir %s >/dev/null", keys_directory);
    return 0;
}

/* ---- A port that is ours ---- */

struct held_port {
    int fd; /* bound, never listening: it takes no connection */
    char address[32];
};

static inline struct held_port hold_port(void)
{
    struct held_port port = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int on = 1;

    assert_int_equal(setsockopt(port.fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), 0);
    assert_int_equal(bind(port.fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(port.fd, (struct sockaddr *)&at, &size), 0);
    snprintf(port.address, sizeof port.address, "127.0.0.1:%d", ntohs(at.sin_port));
    return port;
}

static inline int connect_to_port(const struct held_port *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timeval patience = {.tv_sec = PATIENCE_NS / CLOCK_NS_PER_S};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    at.sin_port = htons((uint16_t)atoi(strchr(port->address, ':') + 1));
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return fd;
}

/* The other ends of established connections whose own end is `port`, of those the one at `from` unless that is 0. */
struct peers {
    unsigned port, from;
    unsigned found[64];
    int count;
};

/* The kernel shows a connection twice where the table changes while it is read. */
static inline void add_peer(struct peers *peers, unsigned peer)
{
    for (int i = 0; i < peers->count; i++) {
        if (peers->found[i] == peer)
            return;
    }
    assert_true(peers->count < 64);
    peers->found[peers->count++] = peer;
}

static inline void find_peers(struct peers *peers)
{
    static const char *const tables[] = {"/proc/net/tcp", "/proc/net/tcp6"};
    unsigned local, remote, state;
    char line[256];

    for (int i = 0; i < 2; i++) {
        FILE *table = fopen(tables[i], "r");
        while (table != NULL && fgets(line, sizeof line, table) != NULL) {
            if (sscanf(line, " %*d: %*[0-9A-F]:%4x %*[0-9A-F]:%4x %2x", &local, &remote, &state) == 3 &&
                local == peers->port && (peers->from == 0 || remote == peers->from) && state == 1 /* TCP_ESTABLISHED */)
                add_peer(peers, remote);
        }
        if (table != NULL)
            fclose(table);
    }
}

/* The connections to the port, as its server sees them, and where one of them comes from. gRPC core prefers IPv6
 * sockets for IPv4 addresses. */
static inline int find_connections(const struct held_port *port, unsigned *peer)
{
    struct peers peers = {.port = (unsigned)atoi(strchr(port->address, ':') + 1)};

    find_peers(&peers);
    if (peers.count > 0)
        *peer = peers.found[peers.count - 1];
    return peers.count;
}

/* Whether the connection that comes from the port `peer` is still there. */
static inline bool is_connected_from(const struct held_port *port, unsigned peer)
{
    struct peers peers = {.port = (unsigned)atoi(strchr(port->address, ':') + 1), .from = peer};

    find_peers(&peers);
    return peers.count > 0;
}

static inline int count_connections(const struct held_port *port)
{
    unsigned peer;

    return find_connections(port, &peer);
}

/* ---- A server ---- */

struct test_server {
    struct held_port port;
    const char *address;
    struct key_files keys;
    struct rpc_server_options options;
    struct rpc_server *core;
    pthread_t thread;
};

static inline void *run_server(void *core)
{
    rpc_server_run(core);
    return NULL;
}

static inline enum rpc_code admit_all(void *data, const struct rpc_peer *peer, const char *method, const char **message)
{
    (void)data;
    (void)peer;
    (void)method;
    (void)message;
    return RPC_OK;
}

/* A server that holds its port and does not serve yet. The options may be changed before server_start(). */
static inline void server_prepare(struct test_server *server)
{
    *server = (struct test_server){.port = hold_port(), .keys = name_keys(keys_directory, "discount")};
    server->address = server->port.address;
    server->options = (struct rpc_server_options){
        .addresses = &server->address, .address_count = 1, .keyset = server_keys(&server->keys), .admit = admit_all};
}

static inline void server_start(struct test_server *server, ProtobufCService *service)
{
    char reason[512] = "";

    server->core = rpc_server_new(&server->options, reason, sizeof reason);
    if (server->core == NULL)
        fail_msg("no server: %s", reason);
    rpc_server_add_service(server->core, service);
    if (!rpc_server_start(server->core, reason, sizeof reason))
        fail_msg("the server does not start: %s", reason);
    assert_int_equal(pthread_create(&server->thread, NULL, run_server, server->core), 0);
}

/* Waits for rpc_server_run() to return. */
static inline void server_join(struct test_server *server)
{
    const struct timespec end = patience_end();

    assert_int_equal(pthread_timedjoin_np(server->thread, NULL, &end), 0);
    rpc_server_free(server->core);
    server->core = NULL;
}

static inline void server_stop(struct test_server *server, int drain_ms)
{
    if (server->core == NULL)
        return;
    rpc_server_stop(server->core, drain_ms);
    server_join(server);
}

/* Stops the server, if it runs, and lets the port go. */
static inline void server_end(struct test_server *server)
{
    server_stop(server, 0);
    close(server->port.fd);
}

/* ---- A client ---- */

static inline struct rpc_client *client_new_with(const char *target, const struct keyset_files *keyset)
{
    struct rpc_client_options options = {.target = target, .keyset = *keyset};
    char reason[512] = "";
    struct rpc_client *client = rpc_client_new(&options, reason, sizeof reason);

    if (client == NULL)
        fail_msg("no client: %s", reason);
    return client;
}

/* How a call ended. `data` of a closure that copies what it may. */
struct outcome {
    struct rpc_client *client;
    int calls; /* of the closure */
    enum rpc_code code;
    char message[256];
};

static inline void outcome_note(struct outcome *outcome)
{
    outcome->calls++;
    outcome->code = rpc_client_status(outcome->client);
    snprintf(outcome->message, sizeof outcome->message, "%s", rpc_client_message(outcome->client));
}

/* Polls until *count is `wanted`, or the test fails. */
static inline void poll_until(struct rpc_client *client, const int *count, int wanted)
{
    int64_t until_ns = clock_now_ns() + PATIENCE_NS;

    while (*count < wanted) {
        rpc_client_poll(client, until_ns);
        if (clock_now_ns() > until_ns)
            fail_msg("%d of %d calls ended", *count, wanted);
    }
    assert_int_equal(*count, wanted);
}

#endif
