/* SPDX-License-Identifier: MIT */
/* Where the guard stands: gRPC core's accept4(2), SSL_read() and SSL_write(). */
#include <errno.h>
#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/rpc/guard.h"
#include "common/rpc/interpose.h"
#include "common/rpc/log_limit.h"

DECLARE_INTERPOSED(int, accept4, int listener, __SOCKADDR_ARG address, socklen_t *size, int flags);
DECLARE_INTERPOSED(int, SSL_read, SSL *ssl, void *bytes, int size);
DECLARE_INTERPOSED(int, SSL_write, SSL *ssl, const void *bytes, int size);

/* Logs a cut, within the limit of lines of its kind. */
static void say(const char *event, const char *reason)
{
    static struct log_limit log_limit = LOG_LIMIT_INIT;
    uint64_t left_out = 0;

    if (log_limit_pass(&log_limit, __FILE__, 0, reason, clock_now_ns(), &left_out))
        log_warning(event, "reason=%s left_out=%" PRIu64, LOG_QUOTED(reason), left_out);
}

/* ---- Connections ---- */

static atomic_int connections; /* server connections that have a guard */
static atomic_bool is_accepting, is_leaving, is_handed_on;

void guard_accepts(void)
{
    atomic_store(&is_accepting, true);
}

void guard_leave(bool is_handed)
{
    atomic_store(&is_handed_on, is_handed);
    atomic_store(&is_leaving, true);
}

/* A token bucket, under a lock: gRPC core accepts on whichever thread polls. */
static bool may_accept(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static int64_t full_ns; /* when the bucket is full again */
    const int64_t each_ns = CLOCK_NS_PER_S / GUARD_ACCEPTS_PER_S;
    int64_t now_ns = clock_now_ns();

    if (atomic_load(&connections) >= GUARD_CONNECTIONS)
        return false;
    pthread_mutex_lock(&lock);
    if (full_ns < now_ns)
        full_ns = now_ns;
    bool may = full_ns - now_ns <= each_ns * (GUARD_ACCEPTS_AT_ONCE - 1);
    if (may)
        full_ns += each_ns;
    pthread_mutex_unlock(&lock);
    return may;
}

/* Closes with a reset, without the wait (TIME_WAIT) that the end of a connection costs otherwise. */
static void turn_away(int fd)
{
    const struct linger at_once = {.l_onoff = 1};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
    say("connections-refused", "too many, or too many in a second");
}

int INTERPOSED(accept4)(int listener, __SOCKADDR_ARG address, socklen_t *size, int flags)
{
    const socklen_t room = size != NULL ? *size : 0;

    if (atomic_load(&is_handed_on)) {
        errno = EAGAIN;
        return -1;
    }
    for (;;) {
        int fd = NEXT(accept4)(listener, address, size, flags);
        if (fd < 0 && errno == EINVAL) /* another process that has the socket has shut it down */
            errno = EAGAIN;
        if (fd < 0 || !atomic_load(&is_accepting))
            return fd;
        if (may_accept()) {
            guard_note_connection(clock_now_ns());
            return fd;
        }
        turn_away(fd);
        if (size != NULL)
            *size = room;
    }
}

/* ---- Bytes ---- */

static pthread_once_t index_is_made = PTHREAD_ONCE_INIT;
static int guard_index;

static void free_guard(void *parent, void *guard, CRYPTO_EX_DATA *data, int index, long number, void *pointer)
{
    (void)parent, (void)data, (void)index, (void)number, (void)pointer;
    if (guard != NULL)
        atomic_fetch_sub(&connections, 1);
    guard_free(guard);
}

static void make_index(void)
{
    guard_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, free_guard);
}

/* The guard of a server's connection, made at first use; NULL: the connection is a client's. */
static struct guard *guard_of(SSL *ssl)
{
    if (!SSL_is_server(ssl))
        return NULL;
    pthread_once(&index_is_made, make_index);
    struct guard *guard = SSL_get_ex_data(ssl, guard_index);
    if (guard == NULL) {
        guard = guard_new();
        SSL_set_ex_data(ssl, guard_index, guard);
        atomic_fetch_add(&connections, 1);
    }
    return guard;
}

/* Returns what gRPC core takes for a broken connection. */
static int cut(const char *reason)
{
    say("connection-cut", reason);
    ERR_raise(ERR_LIB_USER, ERR_R_OPERATION_FAIL);
    return -1;
}

int INTERPOSED(SSL_read)(SSL *ssl, void *bytes, int size)
{
    struct guard *guard = guard_of(ssl);
    const char *reason;

    int taken = NEXT(SSL_read)(ssl, bytes, size);
    if (taken <= 0 || guard == NULL || guard_take(guard, bytes, (size_t)taken, clock_now_ns(), &reason))
        return taken;
    return cut(reason);
}

/* Writes the bytes with a GOAWAY behind them, if one is due; returns how many of the bytes alone were written. gRPC
 * core writes less than a record. */
static int write_last(SSL *ssl, struct guard *guard, const void *bytes, int size)
{
    uint8_t both[SSL3_RT_MAX_PLAIN_LENGTH];
    size_t length = (size_t)size;

    if (length > sizeof both - GUARD_GOAWAY_SIZE || !guard_goaway(guard, bytes, length, both + length))
        return NEXT(SSL_write)(ssl, bytes, size);
    memcpy(both, bytes, length);
    int sent = NEXT(SSL_write)(ssl, both, size + GUARD_GOAWAY_SIZE);
    return sent < size ? sent : size;
}

int INTERPOSED(SSL_write)(SSL *ssl, const void *bytes, int size)
{
    struct guard *guard = guard_of(ssl);
    const char *reason;
    bool is_last = guard != NULL && size > 0 && atomic_load(&is_leaving);

    int sent = is_last ? write_last(ssl, guard, bytes, size) : NEXT(SSL_write)(ssl, bytes, size);
    if (sent <= 0 || guard == NULL || guard_send(guard, bytes, (size_t)sent, &reason))
        return sent;
    return cut(reason);
}

void interpose_guard(void)
{
}
