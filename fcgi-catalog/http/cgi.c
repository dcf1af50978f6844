/* SPDX-License-Identifier: MIT */
/* Plain CGI: one request from the environment, one answer to standard output. */
#include "fcgi-catalog/http/cgi.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common/clock.h"
#include "fcgi-catalog/http/cors.h"
#include "fcgi-catalog/http/problem.h"

#define BODY_TIMEOUT_MS 500 /* how long the body may take */

/* Carries the one exchange over CGI. */
static struct {
    struct http_exchange exchange;
    bool *is_finished;
} carrier;

/* Waits until standard output takes more: it may be non-blocking. */
static bool await_room(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&output, 1, -1) >= 0 || errno == EINTR;
}

/* False: the web server has gone away. */
static bool write_parts(struct iovec *parts, int count)
{
    while (count > 0) {
        ssize_t written = writev(STDOUT_FILENO, parts, count);
        if (written < 0 && (errno == EINTR || (errno == EAGAIN && await_room())))
            continue;
        if (written < 0)
            return false;
        while (count > 0 && (size_t)written >= parts->iov_len) {
            written -= (ssize_t)parts->iov_len;
            parts++;
            count--;
        }
        if (count > 0) {
            parts->iov_base = (char *)parts->iov_base + written;
            parts->iov_len -= (size_t)written;
        }
    }
    return true;
}

static bool write_piece(const struct http_piece *piece)
{
    struct iovec part = {.iov_base = (void *)(uintptr_t)piece->bytes, .iov_len = piece->length};

    return write_parts(&part, 1);
}

static void finish_exchange(struct http_exchange *exchange)
{
    size_t head_length;
    const char *head = http_exchange_head(exchange, &head_length);
    struct http_piece piece = {.bytes = exchange->response.body, .length = http_exchange_body_length(exchange)};
    struct http_source *source = http_exchange_take_source(exchange);

    /* The head and the beginning of the body leave together: some web servers send on each write by itself. */
    bool is_good = source == NULL || http_source_next(source, &piece);
    struct iovec parts[] = {
        {.iov_base = (void *)(uintptr_t)head, .iov_len = head_length},
        {.iov_base = (void *)(uintptr_t)piece.bytes, .iov_len = piece.length},
    };
    is_good = is_good && write_parts(parts, ARRAY_LENGTH(parts));
    while (is_good && source != NULL && source->left > 0)
        is_good = http_source_next(source, &piece) && write_piece(&piece);
    if (source != NULL)
        source->release(source);
    arena_release(&exchange->arena);
    *carrier.is_finished = true;
}

/* The length of the body on standard input. Without a length (a chunked body under mod_cgid) the body reaches to the
 * end of input; where no body is announced nothing may be read, for the input may never end. */
static int64_t body_length(const struct http_request *request)
{
    if (request->content_length >= 0)
        return request->content_length;
    return http_request_variable(request, CGI_HTTP_TRANSFER_ENCODING) != NULL ? INT64_MAX : 0;
}

/* Reads the body away, so that the web server can send all of it; what is over body_max, or comes too late, stays. */
static void drain_input(int64_t length, size_t body_max)
{
    char scratch[8192];
    int64_t deadline_ns = clock_now_ns() + BODY_TIMEOUT_MS * CLOCK_NS_PER_MS;
    int64_t left = (uint64_t)length < body_max ? length : (int64_t)body_max;

    while (left > 0) {
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
        int64_t wait_ns = deadline_ns - clock_now_ns();
        if (wait_ns <= 0 || poll(&input, 1, (int)(wait_ns / CLOCK_NS_PER_MS)) <= 0)
            return;
        ssize_t count = read(STDIN_FILENO, scratch, left < (int64_t)sizeof scratch ? (size_t)left : sizeof scratch);
        if (count <= 0)
            return;
        left -= count;
    }
}

static void refuse(struct http_exchange *exchange, int status, const char *detail)
{
    problem_set(exchange, status, detail);
    http_exchange_finish(exchange);
}

/* Begins the exchange: reads the request, and its body away, up to options->body_max. */
static enum http_request_status begin(const struct cgi_options *options, bool *is_finished)
{
    struct http_exchange *exchange = &carrier.exchange;

    *is_finished = false;
    carrier.is_finished = is_finished;
    exchange->finish = finish_exchange;
    signal(SIGPIPE, SIG_IGN); /* a web server that went away is an error of write(2) */
    http_exchange_begin(exchange);
    enum http_request_status status =
        http_request_read(&exchange->request, options->variables, &options->mount, &exchange->arena);
    exchange->error_page = options->error_page;
    exchange->error_data = options->handler_data;
    drain_input(body_length(&exchange->request), options->body_max);
    return status;
}

void cgi_serve(const struct cgi_options *options, bool *is_finished)
{
    enum http_request_status status = begin(options, is_finished);

    if (cors_apply(&carrier.exchange, options->cors_origins)) {
        http_exchange_finish(&carrier.exchange);
        return;
    }
    switch (status) {
    case HTTP_REQUEST_OK:
        options->handler(options->handler_data, &carrier.exchange);
        return;
    case HTTP_REQUEST_INCOMPLETE:
        refuse(&carrier.exchange, 400, "The web server named no method.");
        return;
    case HTTP_REQUEST_MALFORMED:
        refuse(&carrier.exchange, 400, "The address or the length of the request is malformed.");
        return;
    }
}

void cgi_refuse(const struct cgi_options *options, int status, const char *detail)
{
    bool is_finished;

    /* Whatever else is wrong with the request, this is the answer. */
    (void)!begin(options, &is_finished);
    if (cors_apply(&carrier.exchange, options->cors_origins))
        http_exchange_finish(&carrier.exchange);
    else
        refuse(&carrier.exchange, status, detail);
}
