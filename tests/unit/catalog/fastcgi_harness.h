/* SPDX-License-Identifier: MIT */
/* The FastCGI responder in a process of its own, and the web server that a test plays. */
#ifndef CATALOG_TESTS_UNIT_CATALOG_FASTCGI_HARNESS_H
#define CATALOG_TESTS_UNIT_CATALOG_FASTCGI_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "common/clock.h"
#include "fcgi-catalog/http/fastcgi.h"
#include "tests/unit/catalog/fastcgi_client.h"

#define ANSWER_MS 20000
#define HUGE_LENGTH ((size_t)8 * 1024 * 1024)
#define BIG_LENGTH 300000
#define SOON_MS 20000 /* what should come at once comes within this, however busy the machine is */

static char directory[] = "/tmp/test_fastcgi.XXXXXX";
static char socket_path[64];
static int listen_fd;
static pid_t responder;
static int release_pipe[2];  /* a byte into it: the answer that waits is finished */
static int finished_pipe[2]; /* a byte comes out of it when that has been done */
static char text[BIG_LENGTH + 4096];

/* ---- The responder's process ------------------------------------------------------------------------------------- */

static void *finish_later(void *data)
{
    struct http_exchange *exchange = data;
    char byte;

    if (read(release_pipe[0], &byte, 1) == 1) {
        http_exchange_finish(exchange);
        if (write(finished_pipe[1], "", 1) != 1)
            abort();
    }
    return NULL;
}

/* A body of as many pieces as the path says, /stream/N, of 40000 bytes each. With "broken" behind it, it breaks off
 * after them, with "more" it promises one byte less, with "less" one more. Its release makes a file beside the socket.
 */
#define PIECE_LENGTH 40000

struct test_stream {
    struct http_source source;
    int left;
    bool breaks_off;
};

static bool next_piece(struct http_source *source, struct http_piece *piece)
{
    struct test_stream *stream = (struct test_stream *)source;
    static char bytes[PIECE_LENGTH];

    memset(bytes, 'a' + stream->left % 26, sizeof bytes);
    *piece = (struct http_piece){.bytes = bytes, .length = stream->left > 0 ? sizeof bytes : 0};
    return stream->left-- > 0 || !stream->breaks_off;
}

static void release_stream(struct http_source *source)
{
    char name[128];

    snprintf(name, sizeof name, "%s.released", socket_path);
    FILE *file = fopen(name, "a");
    if (file != NULL && (fputc('x', file) == EOF || fclose(file) != 0))
        abort();
    free(source);
}

static void stream(struct http_exchange *exchange)
{
    struct test_stream *made = calloc(1, sizeof *made);

    made->source = (struct http_source){.next = next_piece, .release = release_stream};
    made->left = atoi(exchange->request.path + strlen("/stream/"));
    made->breaks_off = strstr(exchange->request.path, "broken") != NULL;
    made->source.left = (uint64_t)made->left * PIECE_LENGTH;
    made->source.left += made->breaks_off || strstr(exchange->request.path, "less") != NULL;
    made->source.left -= strstr(exchange->request.path, "more") != NULL;
    exchange->response.source = &made->source;
}

static void handle(void *data, struct http_exchange *exchange)
{
    static char big[HUGE_LENGTH];
    pthread_t thread;
    const char *path = exchange->request.path;

    (void)data;
    exchange->response.content_type = "text/plain";
    exchange->response.body = "hello";
    exchange->response.body_length = 5;
    if (strstr(path, "big") != NULL || strstr(path, "huge") != NULL) {
        exchange->response.body = memset(big, 'x', sizeof big);
        exchange->response.body_length = strstr(path, "huge") != NULL ? HUGE_LENGTH : BIG_LENGTH;
    }
    if (strncmp(path, "/stream/", 8) == 0)
        stream(exchange);
    if (strncmp(path, "/later", 6) == 0 && pthread_create(&thread, NULL, finish_later, exchange) == 0)
        pthread_detach(thread);
    else
        http_exchange_finish(exchange);
}

static void run_responder(rlim_t files, int answer_ms)
{
    sigset_t signals;
    struct rlimit limit = {.rlim_cur = files, .rlim_max = files};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    setrlimit(RLIMIT_NOFILE, &limit);
    int code =
        fastcgi_serve(&(struct fastcgi_options){.listen_fd = listen_fd, .answer_ms = answer_ms, .handler = handle});
    exit(code); /* with what a leak checker does there */
}

static void start_responder(rlim_t files, int answer_ms)
{
    assert_int_equal(pipe(release_pipe) | pipe(finished_pipe), 0);
    fflush(NULL);
    responder = fork();
    if (responder == 0)
        run_responder(files, answer_ms);
    assert_true(responder > 0);
}

static int start(void **state)
{
    (void)state;
    start_responder(1024, ANSWER_MS);
    return 0;
}

/* Its exit status when it ends within the bound, else -1. */
static int end_status(int wait_ms)
{
    int64_t until_ns = clock_now_ns() + wait_ms * CLOCK_NS_PER_MS;
    int status;

    do {
        if (waitpid(responder, &status, WNOHANG) == responder) {
            responder = 0;
            return status;
        }
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    } while (clock_now_ns() < until_ns);
    return -1;
}

static int stop(void **state)
{
    int status = 0;

    (void)state;
    if (responder > 0) {
        kill(responder, SIGTERM);
        status = end_status(5000);
        if (status == -1) {
            kill(responder, SIGKILL);
            waitpid(responder, NULL, 0);
        }
    }
    close(release_pipe[0]);
    close(release_pipe[1]);
    close(finished_pipe[0]);
    close(finished_pipe[1]);
    return status;
}

static int open_socket(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(socket_path, sizeof socket_path, "%s/socket", directory);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
    listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return bind(listen_fd, (struct sockaddr *)&address, sizeof address) | listen(listen_fd, 128);
}

static int close_socket(void **state)
{
    (void)state;
    close(listen_fd);
    unlink(socket_path);
    return rmdir(directory);
}

/* ---- The web server ---------------------------------------------------------------------------------------------- */

static int connected(void)
{
    int fd = client_connect(socket_path);
    assert_true(fd >= 0);
    return fd;
}

static int asked(const char *method, const char *path, bool is_kept)
{
    struct message message = make_request(method, path, is_kept);
    int fd = connected();

    assert_true(client_send(fd, &message));
    return fd;
}

/* A POST that says it has `said` bytes and sends `sent` of them, then ends its body or does not. */
static inline int posted(const char *said, size_t sent, bool is_ended, bool is_kept)
{
    static const char body[8192];
    struct message message = {.length = 0};
    int fd = connected();

    add_begin(&message, ROLE_RESPONDER, is_kept);
    add_params(&message, (const char *const[]){"REQUEST_METHOD", "POST", "CONTENT_LENGTH", said, NULL});
    add_record(&message, RECORD_STDIN, body, sent);
    if (is_ended)
        add_record(&message, RECORD_STDIN, NULL, 0);
    assert_true(client_send(fd, &message));
    return fd;
}

static void assert_answered(int fd, const char *part)
{
    assert_true(client_answer(fd, text, sizeof text, SOON_MS));
    if (strstr(text, part) == NULL)
        fail_msg("no %s in %.200s", part, text);
}

/* The responder lives and answers. */
static void assert_serving(void)
{
    int fd = asked("GET", "/", false);
    assert_answered(fd, "hello");
    close(fd);
}

/* How long fifty answers take: what is quiet is measured before something that should hold up nobody. */
static inline int64_t time_serving(void)
{
    int64_t began_ns = clock_now_ns();

    for (int i = 0; i < 50; i++)
        assert_serving();
    return clock_now_ns() - began_ns;
}

static inline void assert_nobody_held_up(int64_t quiet_ns)
{
    assert_true(time_serving() < 10 * quiet_ns + CLOCK_NS_PER_S);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

#endif
