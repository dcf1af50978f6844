/* SPDX-License-Identifier: MIT */
/*
 * The FastCGI responder: the readiness loop lends a connection, libfcgi reads the request's head once it has come, and
 * the writer sends the answer.
 *
 * libfcgi is made to work on a connection that it did not accept by fields of FCGX_Request that its header calls
 * private (tests/unit/catalog/test_fastcgi.c would notice a change):
 *
 *     ipcFd           what a request's head is read from, -1 afterwards: no body is waited for
 *     keepConnection  what the web server asked for is read from here
 *     listen_sock     -1, so that FCGX_Accept_r() fails when ipcFd does, instead of accepting another connection
 *     detached        by FCGX_Detach(): where libfcgi closes after all, on errors, it closes at once
 *     in->rdNext…stop what of a body's record is in memory
 */
#include "fcgi-catalog/http/fastcgi.h"

#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "fcgi-catalog/http/cors.h"
#include "fcgi-catalog/http/head.h"
#include "fcgi-catalog/http/loop.h"
#include "fcgi-catalog/http/problem.h"
#include "fcgi-catalog/http/record.h"
#include "fcgi-catalog/http/writer.h"

#define ROLE_RESPONDER 1                    /* FastCGI specification, 8 */
#define HEAD_MS 5000                        /* how long a request's head may come */
#define ANSWER_STEP ((uint64_t)1024 * 1024) /* bytes; for each such part an answer gets its time again */
#define LINGER_MS 30000                     /* how long the rest of a body may come after its answer */
#define LINGER_BYTES (8 * 1024 * 1024)      /* … and how large the body may be */
#define SPARE_CARRIERS 64                   /* kept for later when they are not in use */

enum carrier_state {
    CARRIER_READS,   /* the request's head */
    CARRIER_ANSWERS, /* the answer is made or sent */
    CARRIER_LINGERS, /* the answer is out; the rest of the body is awaited */
};

/* Carries one exchange over FastCGI. */
struct carrier {
    struct http_exchange exchange;
    struct responder *responder;
    struct connection *connection;
    struct carrier *next_spare;
    struct head head;
    struct record_body body;
    struct writer writer;
    enum carrier_state state;
    int64_t began_ns; /* when the state began; CARRIER_READS: when the rest was first waited for, 0 before */
    int request_id;
    bool is_kept; /* the web server keeps the connection for another request */
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
    carrier->responder = responder;
    carrier->connection = connection;
    carrier->state = CARRIER_READS;
    carrier->began_ns = 0;
    carrier->exchange.finish = finish_exchange;
    return carrier;
}

static void carrier_free(struct carrier *carrier)
{
    writer_release(&carrier->writer);
    arena_release(&carrier->exchange.arena);
    free(carrier);
}

static void carrier_put(struct carrier *carrier)
{
    struct responder *responder = carrier->responder;

    head_release(&carrier->head);
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

/* The exchange is over. */
static void let_go(struct carrier *carrier, bool is_kept)
{
    struct connection *connection = carrier->connection;

    writer_end(&carrier->writer);
    carrier_put(carrier); /* before the connection: when the last one is gone, so is the responder */
    if (is_kept)
        connection_keep(connection);
    else
        connection_close(connection);
}

/*
 * The answer is out. The rest of the body is skipped as it comes: closing a connection on which a web server still
 * sends might take the answer from it, and a kept connection may be in use for the next request.
 */
static void linger(struct carrier *carrier)
{
    int fd = connection_fd(carrier->connection);

    if (carrier->state != CARRIER_LINGERS) {
        writer_end(&carrier->writer);
        carrier->state = CARRIER_LINGERS;
        carrier->began_ns = clock_now_ns();
        if (!carrier->is_kept && !record_body_is_whole(&carrier->body))
            shutdown(fd, SHUT_WR);
    }
    enum record_skip skip = record_body_skip(&carrier->body, fd);
    int64_t deadline_ns = carrier->began_ns + LINGER_MS * CLOCK_NS_PER_MS;
    if (skip != RECORD_SKIP_MORE || carrier->body.length > LINGER_BYTES)
        let_go(carrier, carrier->is_kept && skip == RECORD_SKIP_WHOLE);
    else if (!connection_await(carrier->connection, CONNECTION_INPUT, carrier, deadline_ns, 0))
        let_go(carrier, false);
}

static int64_t answer_deadline_ns(const struct carrier *carrier)
{
    int64_t steps = 1 + (int64_t)(carrier->writer.taken / ANSWER_STEP);

    return carrier->began_ns + steps * carrier->responder->options.answer_ms * CLOCK_NS_PER_MS;
}

/* Sends a part of an answer; the next part leaves when the connection takes more. */
static void go_on(struct carrier *carrier)
{
    struct writer *writer = &carrier->writer;

    switch (writer_send(writer)) {
    case WRITER_MORE:
        if (!connection_await(carrier->connection, CONNECTION_ROOM, carrier, answer_deadline_ns(carrier),
                              writer_waiting(writer)))
            let_go(carrier, false);
        return;
    case WRITER_DONE:
        linger(carrier);
        return;
    case WRITER_BROKEN:
        let_go(carrier, false);
        return;
    }
}

static void finish_exchange(struct http_exchange *exchange)
{
    struct carrier *carrier = (struct carrier *)exchange; /* its first member */
    int fd = connection_fd(carrier->connection);

    carrier->began_ns = clock_now_ns();
    bool is_begun = writer_begin(&carrier->writer, fd, carrier->request_id, exchange);
    arena_reset(&exchange->arena);
    if (is_begun)
        go_on(carrier);
    else
        let_go(carrier, false);
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

/* Reads the whole head in `fd`. False: libfcgi refused it, and has closed `fd`. */
static bool accept_from(FCGX_Request *fcgi, int fd)
{
    FCGX_InitRequest(fcgi, -1, 0);
    fcgi->ipcFd = fd;
    fcgi->keepConnection = 1;
    FCGX_Detach(fcgi);
    memory_scratch_open();
    bool is_accepted = FCGX_Accept_r(fcgi) == 0;
    memory_scratch_close();
    if (!is_accepted)
        return false;
    fcgi->ipcFd = -1;
    return true;
}

static const char *const *copy_variables(char **envp, struct arena *arena)
{
    size_t count = 0;

    while (envp[count] != NULL)
        count++;
    const char **variables = arena_get(arena, (count + 1) * sizeof *variables);
    for (size_t i = 0; i < count; i++)
        variables[i] = arena_copy(arena, envp[i], strlen(envp[i]));
    variables[count] = NULL;
    return variables;
}

/* Skips what libfcgi has in memory of the body, which is all of it for most requests. No handler wants a body, and none
 * is waited for: see linger(). */
static void skip_body(struct carrier *carrier, FCGX_Stream *in)
{
    const unsigned char *begin = in->rdNext;

    while (FCGX_GetChar(in) != EOF)
        in->rdNext = in->stop;
    carrier->body = (struct record_body){.left = carrier->head.padding};
    record_body_feed(&carrier->body, begin, (size_t)(in->rdNext - begin));
}

/* Takes all that is wanted from libfcgi and frees its memory at once: the next request gets the same, still in the
 * processor's cache. */
static const char *const *take_request(struct carrier *carrier, FCGX_Request *fcgi)
{
    const char *const *variables = copy_variables(fcgi->envp, &carrier->exchange.arena);

    carrier->request_id = fcgi->requestId;
    carrier->is_kept = fcgi->keepConnection != 0;
    skip_body(carrier, fcgi->in);
    FCGX_Free(fcgi, 0);
    head_release(&carrier->head);
    return variables;
}

/* The variables of the request whose head has come; they are in the exchange's arena. NULL: the request is not for a
 * responder, and the carrier is gone. */
static const char *const *read_request(struct carrier *carrier)
{
    struct connection *connection = carrier->connection;
    bool is_taken_out = carrier->head.length > 0;
    int fd = is_taken_out ? head_open(&carrier->head) : connection_fd(connection);
    FCGX_Request fcgi;

    if (!accept_from(&fcgi, fd)) {
        carrier_put(carrier);
        if (is_taken_out)
            connection_close(connection);
        else
            connection_forget(connection);
        return NULL;
    }
    if (is_taken_out)
        close(fd);
    /* After an error in its parameters libfcgi delivers a request with those that came before it. */
    bool is_good = FCGX_GetError(fcgi.in) == 0 && fcgi.role == ROLE_RESPONDER;
    const char *const *variables = take_request(carrier, &fcgi);
    if (is_good)
        return variables;
    let_go(carrier, false); /* the web server reports a dead responder */
    return NULL;
}

static void refuse(struct http_exchange *exchange, const char *detail)
{
    problem_set(exchange, 400, detail);
    http_exchange_finish(exchange);
}

static bool is_cut_short(const struct record_body *body, int64_t said)
{
    return body->is_ended && said > 0 && body->length < (uint64_t)said;
}

static void serve(struct carrier *carrier)
{
    const struct fastcgi_options *options = &carrier->responder->options;
    struct http_exchange *exchange = &carrier->exchange;

    const char *const *variables = read_request(carrier);
    if (variables == NULL)
        return;
    carrier->state = CARRIER_ANSWERS;
    http_exchange_begin(exchange);
    enum http_request_status status =
        http_request_read(&exchange->request, variables, &options->mount, &exchange->arena);
    exchange->error_page = options->error_page;
    exchange->error_data = options->handler_data;

    if (status == HTTP_REQUEST_INCOMPLETE)
        refuse(exchange, "The web server named no method.");
    else if (cors_apply(exchange, options->cors_origins))
        http_exchange_finish(exchange);
    else if (status == HTTP_REQUEST_MALFORMED)
        refuse(exchange, "The address or the length of the request is malformed.");
    else if (is_cut_short(&carrier->body, exchange->request.content_length))
        refuse(exchange, "The request's body is shorter than its length.");
    else
        options->handler(options->handler_data, exchange);
}

/* Waits for the rest of a head. */
static void await_head(struct carrier *carrier)
{
    if (carrier->began_ns == 0)
        carrier->began_ns = clock_now_ns();
    int64_t deadline_ns = carrier->began_ns + HEAD_MS * CLOCK_NS_PER_MS;
    if (!connection_await(carrier->connection, CONNECTION_INPUT, carrier, deadline_ns, carrier->head.room))
        let_go(carrier, false);
}

static void receive(struct carrier *carrier)
{
    switch (head_read(&carrier->head, connection_fd(carrier->connection))) {
    case HEAD_MORE:
        await_head(carrier);
        return;
    case HEAD_WHOLE:
        serve(carrier);
        return;
    case HEAD_BROKEN:
        let_go(carrier, false);
        return;
    }
}

/* The loop lends a connection. */
static void serve_connection(void *data, struct connection *connection)
{
    struct carrier *carrier = connection_context(connection);

    if (carrier == NULL)
        carrier = carrier_take(data, connection);
    switch (carrier->state) {
    case CARRIER_READS:
        receive(carrier);
        return;
    case CARRIER_ANSWERS:
        go_on(carrier);
        return;
    case CARRIER_LINGERS:
        linger(carrier);
        return;
    }
}

/* ---- Serving ----------------------------------------------------------------------------------------------------- */

bool fastcgi_is_listening(int fd)
{
    int is_listening = 0;
    socklen_t length = sizeof is_listening;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &length) == 0 && is_listening != 0;
}

/* The path of a unix socket; false: it is none. */
static bool socket_path(int fd, struct sockaddr_un *name)
{
    socklen_t length = sizeof *name - 1; /* a NUL stays behind it */

    *name = (struct sockaddr_un){0};
    return getsockname(fd, (struct sockaddr *)name, &length) == 0 && name->sun_family == AF_UNIX;
}

void fastcgi_remove_socket(int fd)
{
    struct sockaddr_un name;

    if (socket_path(fd, &name))
        unlink(name.sun_path);
}

bool fastcgi_is_under_mod_fcgid(int fd)
{
    struct sockaddr_un name;
    long parent;
    int number, end = 0;

    if (!socket_path(fd, &name))
        return false;
    const char *slash = strrchr(name.sun_path, '/');
    return slash != NULL && sscanf(slash, "/%ld.%d%n", &parent, &number, &end) == 2 && slash[end] == '\0' &&
           parent == (long)getppid();
}

/* FCGX_Init() sets signal handlers that would make every later read fail: the old ones are put back. */
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
    /* After SIGINT other threads may still finish exchanges: the responder that these need is not freed. */
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
        .ready = serve_connection,
        .event_fd = options->event_fd,
        .woken = woken,
        .served = served,
        .data = responder,
    });
    if (responder->loop != NULL && options->ready != NULL)
        options->ready();
    int exit_code = responder->loop == NULL ? EXIT_FAILURE : loop_run(responder->loop);
    if (responder->loop == NULL || loop_free(responder->loop)) {
        responder_free(responder);
    } else {
        responder->next_left = first_left;
        first_left = responder;
    }
    return exit_code;
}
