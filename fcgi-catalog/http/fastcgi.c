/* SPDX-License-Identifier: MIT */
/*
 * The FastCGI responder: what the readiness loop lends is read and answered through libfcgi.
 *
 * libfcgi is made to work on a connection that it did not accept by fields of FCGX_Request that its header wants left
 * alone (tests/unit/catalog/test_fastcgi.c would notice a change):
 *
 *     ipcFd           the connection
 *     keepConnection  what the web server asked for is read from here
 *     listen_sock     -1, so that FCGX_Accept_r() fails when the connection does, instead of accepting another
 *     detached        by FCGX_Detach(): where libfcgi closes after all, on errors, it closes at once
 *     in->rdNext…stop what of the body is in memory
 */
#include "fcgi-catalog/http/fastcgi.h"

#include <fcgiapp.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "fcgi-catalog/http/loop.h"
#include "fcgi-catalog/http/problem.h"
#include "fcgi-catalog/http/stream.h"

#define ROLE_RESPONDER 1      /* FastCGI specification, 8 */
#define READ_TIMEOUT_MS 500   /* a half-sent request blocks the loop this long, no longer */
#define WRITE_TIMEOUT_MS 2000 /* a web server that does not read, likewise */
#define BODY_TIMEOUT_MS 50    /* a body that is not there yet is not worth more: see read_body() */
#define SPARE_CARRIERS 64     /* kept for later when they are not in use */

/* Carries one exchange over FastCGI. */
struct carrier {
    struct http_exchange exchange;
    FCGX_Request fcgi;
    struct responder *responder;
    struct connection *connection;
    struct carrier *next_spare;
    struct stream stream; /* while an answer is streamed */
    bool is_drained;      /* the whole request was read */
};

struct responder {
    struct fastcgi_options options;
    pthread_mutex_t lock; /* for the spare carriers */
    struct carrier *first_spare;
    size_t spare_count;
    struct loop *loop;
    struct responder *next_left; /* see fastcgi_serve() */
};

/* ---- Carriers ---------------------------------------------------------------------------------------------------- */

static void finish_exchange(struct http_exchange *exchange);

/*
 * libfcgi's buffers of the last request. They are freed by the thread that makes the next ones: memory that one thread
 * gets and another frees costs both of them locks.
 */
static void release_streams(struct carrier *carrier)
{
    if (carrier->fcgi.in != NULL)
        FCGX_Free(&carrier->fcgi, 0);
}

static struct carrier *carrier_take(struct responder *responder, struct connection *connection)
{
    pthread_mutex_lock(&responder->lock);
    struct carrier *carrier = responder->first_spare;
    if (carrier != NULL) {
        responder->first_spare = carrier->next_spare;
        responder->spare_count--;
    }
    pthread_mutex_unlock(&responder->lock);
    if (carrier == NULL)
        carrier = memory_get_zeroed(1, sizeof *carrier);
    release_streams(carrier);
    carrier->responder = responder;
    carrier->connection = connection;
    carrier->is_drained = false;
    carrier->exchange.finish = finish_exchange;
    return carrier;
}

static void carrier_free(struct carrier *carrier)
{
    release_streams(carrier);
    arena_release(&carrier->exchange.arena);
    free(carrier);
}

static void carrier_put(struct carrier *carrier)
{
    struct responder *responder = carrier->responder;

    arena_reset(&carrier->exchange.arena);
    pthread_mutex_lock(&responder->lock);
    bool is_kept = responder->spare_count < SPARE_CARRIERS;
    if (is_kept) {
        carrier->next_spare = responder->first_spare;
        responder->first_spare = carrier;
        responder->spare_count++;
    }
    pthread_mutex_unlock(&responder->lock);
    if (!is_kept)
        carrier_free(carrier);
}

/* ---- Answering --------------------------------------------------------------------------------------------------- */

/* libfcgi gathers head and body in its buffer of 8 KiB: a small answer leaves in one write(2), with its end records. */
static void write_bytes(FCGX_Stream *out, const char *bytes, size_t length)
{
    while (length > 0) {
        int part = length > INT_MAX ? INT_MAX : (int)length;
        if (FCGX_PutStr(bytes, part, out) != part)
            return; /* the web server has gone away; FCGX_Finish_r() notices, too */
        bytes += part;
        length -= (size_t)part;
    }
}

/* The answer is out, or nobody is there to read it. */
static void let_go(struct carrier *carrier, bool is_broken)
{
    struct connection *connection = carrier->connection;
    bool is_drained = carrier->is_drained;
    bool is_kept = carrier->fcgi.keepConnection != 0;

    carrier_put(carrier); /* before the connection: when the last one is gone, so is the responder */
    if (is_broken)
        connection_close(connection);
    else if (!is_drained)
        connection_linger(connection);
    else if (is_kept)
        connection_keep(connection);
    else
        connection_close(connection);
}

/* A turn of a streamed answer; the next comes when the connection takes more. */
static void go_on(struct carrier *carrier)
{
    enum stream_status status = stream_write(&carrier->stream);

    if (status == STREAM_MORE && connection_await_room(carrier->connection, carrier))
        return;
    stream_end(&carrier->stream);
    let_go(carrier, status != STREAM_DONE);
}

static void finish_exchange(struct http_exchange *exchange)
{
    struct carrier *carrier = (struct carrier *)exchange; /* its first member */
    FCGX_Request *fcgi = &carrier->fcgi;
    struct http_source *source = http_exchange_take_source(exchange);
    size_t head_length;

    const char *head = http_exchange_head(exchange, &head_length);
    if (source != NULL) {
        stream_begin(&carrier->stream, fcgi->ipcFd, fcgi->requestId, source, head, head_length);
        go_on(carrier);
        return;
    }
    write_bytes(fcgi->out, head, head_length);
    write_bytes(fcgi->out, exchange->response.body, http_exchange_body_length(exchange));
    /* What FCGX_Finish_r() does, without freeing and without a thought of the connection, which is ours. */
    bool is_broken = FCGX_FClose(fcgi->err) != 0;
    is_broken |= FCGX_FClose(fcgi->out) != 0;
    let_go(carrier, is_broken);
}

/* Nothing that can be answered: the connection is closed, and the web server says what it says of a dead responder. */
static void abandon(struct carrier *carrier)
{
    struct connection *connection = carrier->connection;

    FCGX_Detach(&carrier->fcgi);
    FCGX_Free(&carrier->fcgi, 1);
    carrier_put(carrier);
    connection_forget(connection);
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

/* A broken connection was closed by libfcgi. */
static bool read_request(struct carrier *carrier)
{
    FCGX_Request *fcgi = &carrier->fcgi;

    FCGX_InitRequest(fcgi, -1, 0);
    fcgi->ipcFd = connection_fd(carrier->connection);
    fcgi->keepConnection = 1;
    FCGX_Detach(fcgi);
    return FCGX_Accept_r(fcgi) == 0;
}

static void set_read_timeout(const struct carrier *carrier, int timeout_ms)
{
    struct timeval timeout = {.tv_usec = timeout_ms * 1000};
    setsockopt(connection_fd(carrier->connection), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
}

/* Reads away what came, until the stream ends, `most` bytes, or the deadline; returns how many bytes. */
static size_t drain_stream(FCGX_Stream *in, size_t most, int64_t deadline_ns)
{
    char scratch[8192];
    size_t count = 0;

    while (count <= most && FCGX_GetChar(in) != EOF) {
        /* What is in memory, and not more, for that might wait. */
        int there = (int)(in->stop - in->rdNext);
        count += 1 + (size_t)FCGX_GetStr(scratch, there < (int)sizeof scratch ? there : (int)sizeof scratch, in);
        if (clock_now_ns() > deadline_ns)
            break;
    }
    return count;
}

/*
 * Reads the request's body away: with all of it read, the connection can be closed, or kept, as soon as the answer is
 * written. No handler wants a body, and web servers mostly send it whole; one that trickles in is answered early and
 * lingers, rather than let everybody else wait. False: it broke off.
 */
static bool read_body(struct carrier *carrier)
{
    const struct http_request *request = &carrier->exchange.request;
    bool has_body = request->content_length > 0 || http_request_variable(request, "HTTP_TRANSFER_ENCODING") != NULL;
    int wait_ms = has_body ? BODY_TIMEOUT_MS : READ_TIMEOUT_MS;

    if (has_body)
        set_read_timeout(carrier, wait_ms);
    size_t count = drain_stream(carrier->fcgi.in, carrier->responder->options.body_max,
                                clock_now_ns() + wait_ms * CLOCK_NS_PER_MS);
    if (has_body)
        set_read_timeout(carrier, READ_TIMEOUT_MS);
    carrier->is_drained = FCGX_HasSeenEOF(carrier->fcgi.in) && FCGX_GetError(carrier->fcgi.in) == 0;
    return !carrier->is_drained || request->content_length <= 0 || count >= (size_t)request->content_length;
}

static void refuse(struct http_exchange *exchange, const char *detail)
{
    problem_set(exchange, 400, detail);
    http_exchange_finish(exchange);
}

/* The loop lends a connection. */
static void serve_connection(void *data, struct connection *connection)
{
    struct responder *responder = data;
    const struct fastcgi_options *options = &responder->options;

    if (connection_answer(connection) != NULL) {
        go_on(connection_answer(connection));
        return;
    }
    struct carrier *carrier = carrier_take(responder, connection);
    struct http_exchange *exchange = &carrier->exchange;
    if (!read_request(carrier)) {
        carrier_put(carrier);
        connection_forget(connection);
        return;
    }
    /* After an error in its parameters libfcgi delivers a request with those that came before it. */
    if (FCGX_GetError(carrier->fcgi.in) != 0 || carrier->fcgi.role != ROLE_RESPONDER) {
        abandon(carrier);
        return;
    }
    http_exchange_begin(exchange);
    enum http_request_status status =
        http_request_read(&exchange->request, (const char *const *)carrier->fcgi.envp, options->base, &exchange->arena);
    exchange->error_page = options->error_page;
    exchange->error_data = options->handler_data;
    bool is_whole = read_body(carrier);

    if (status == HTTP_REQUEST_INCOMPLETE)
        refuse(exchange, "The web server named no method.");
    else if (status == HTTP_REQUEST_MALFORMED)
        refuse(exchange, "The address or the length of the request is malformed.");
    else if (!is_whole)
        refuse(exchange, "The request's body is shorter than its length.");
    else
        options->handler(options->handler_data, exchange);
}

/* ---- Serving ----------------------------------------------------------------------------------------------------- */

bool fastcgi_is_listening(int fd)
{
    int is_listening = 0;
    socklen_t length = sizeof is_listening;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &length) == 0 && is_listening != 0;
}

bool fastcgi_is_under_mod_fcgid(int fd)
{
    struct sockaddr_un name = {0};
    socklen_t length = sizeof name - 1; /* a NUL stays behind it */
    long parent;
    int number, end = 0;

    if (getsockname(fd, (struct sockaddr *)&name, &length) != 0 || name.sun_family != AF_UNIX)
        return false;
    const char *slash = strrchr(name.sun_path, '/');
    return slash != NULL && sscanf(slash, "/%ld.%d%n", &parent, &number, &end) == 2 && slash[end] == '\0' &&
           parent == (long)getppid();
}

/* FCGX_Init() takes over signals whose handlers would make every later read fail. */
static int init_library(void)
{
    static const int signals[] = {SIGTERM, SIGUSR1};
    struct sigaction actions[ARRAY_LENGTH(signals)];

    for (size_t i = 0; i < ARRAY_LENGTH(signals); i++)
        sigaction(signals[i], NULL, &actions[i]);
    int error = FCGX_Init();
    for (size_t i = 0; i < ARRAY_LENGTH(signals); i++)
        sigaction(signals[i], &actions[i], NULL);
    signal(SIGPIPE, SIG_IGN); /* a web server that went away is an error of write(2) */
    return error;
}

static void woken(void *data)
{
    const struct fastcgi_options *options = &((struct responder *)data)->options;

    if (options->woken != NULL)
        options->woken(options->handler_data);
}

static void served(void *data)
{
    const struct fastcgi_options *options = &((struct responder *)data)->options;

    if (options->served != NULL)
        options->served(options->handler_data);
}

static void responder_free(struct responder *responder)
{
    while (responder->first_spare != NULL) {
        struct carrier *carrier = responder->first_spare;
        responder->first_spare = carrier->next_spare;
        carrier_free(carrier);
    }
    pthread_mutex_destroy(&responder->lock);
    free(responder);
}

int fastcgi_serve(const struct fastcgi_options *options)
{
    /* After SIGINT exchanges may still be out, and be finished by their owners: what they need stays. */
    static struct responder *first_left;

    int error = init_library();
    if (error != 0) {
        log_error("libfcgi-failed", "code=%d", error);
        return EXIT_FAILURE;
    }
    struct responder *responder = memory_get_zeroed(1, sizeof *responder);
    responder->options = *options;
    pthread_mutex_init(&responder->lock, NULL);
    responder->loop = loop_new(&(struct loop_options){
        .listen_fd = options->listen_fd,
        .read_timeout_ms = READ_TIMEOUT_MS,
        .write_timeout_ms = WRITE_TIMEOUT_MS,
        .ready = serve_connection,
        .woken = woken,
        .served = served,
        .data = responder,
    });
    int exit_code = responder->loop == NULL ? EXIT_FAILURE : loop_run(responder->loop);
    if (responder->loop == NULL || loop_free(responder->loop)) {
        responder_free(responder);
    } else {
        responder->next_left = first_left;
        first_left = responder;
    }
    return exit_code;
}
