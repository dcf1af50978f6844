/* SPDX-License-Identifier: MIT */
/* Plain CGI: one request from the environment, one answer to standard output. Each in a process of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fcgi-catalog/http/cgi.h"

#define BODY_MAX 100000
#define LARGE 300000 /* bytes, more than a pipe takes */

static struct http_exchange *waiting;
static char answer[4096];

static void finish_now(void *data, struct http_exchange *exchange)
{
    (void)data;
    exchange->response.content_type = "text/plain";
    exchange->response.body = "hello";
    exchange->response.body_length = 5;
    http_exchange_finish(exchange);
}

static void finish_later(void *data, struct http_exchange *exchange)
{
    (void)data;
    waiting = exchange;
}

/* In the child: the exit code tells whether is_finished was true when, and only when, the answer was out. */
static int serve(http_handler *handler, const char *const *variables)
{
    bool is_finished = true;

    cgi_serve(&(struct cgi_options){.variables = variables, .body_max = BODY_MAX, .handler = handler}, &is_finished);
    if (waiting != NULL) {
        if (is_finished)
            return EXIT_FAILURE;
        finish_now(NULL, waiting);
    }
    return is_finished ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Runs a CGI process whose standard input is `input`; what it writes is put into `answer`. */
static void run(http_handler *handler, int input, const char *const *variables)
{
    int output[2], status;
    size_t used = 0;
    ssize_t count;

    assert_int_equal(pipe(output), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(100);
        dup2(input, STDIN_FILENO);
        dup2(output[1], STDOUT_FILENO);
        _exit(serve(handler, variables));
    }
    close(output[1]);
    while ((count = read(output[0], answer + used, sizeof answer - 1 - used)) > 0)
        used += (size_t)count;
    answer[used] = '\0';
    close(output[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

#define RUN(handler, input, ...) run(handler, input, (const char *const[]){__VA_ARGS__, NULL})

/* A pipe that stays open, as the standard input of a request without a body may; [1] is the writing end. */
static int input[2];

static int open_input(void **state)
{
    (void)state;
    return pipe(input);
}

static int close_input(void **state)
{
    (void)state;
    close(input[0]);
    return close(input[1]);
}

static void a_request_is_answered_on_standard_output(void **state)
{
    (void)state;
    RUN(finish_now, input[0], "REQUEST_METHOD=GET", "SCRIPT_NAME=/");
    assert_string_equal(
        answer, "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n" HTTP_HEADERS_ALWAYS "\r\nhello");
}

static void an_answer_may_come_later(void **state)
{
    (void)state;
    RUN(finish_later, input[0], "REQUEST_METHOD=GET", "SCRIPT_NAME=/");
    assert_string_equal(
        answer, "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n" HTTP_HEADERS_ALWAYS "\r\nhello");
}

static void head_has_no_body(void **state)
{
    (void)state;
    RUN(finish_now, input[0], "REQUEST_METHOD=HEAD", "SCRIPT_NAME=/");
    assert_string_equal(
        answer, "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n" HTTP_HEADERS_ALWAYS "\r\n");
}

static void a_malformed_request_is_refused(void **state)
{
    (void)state;
    RUN(finish_now, input[0], "REQUEST_METHOD=GET", "SCRIPT_NAME=/../x");
    assert_non_null(strstr(answer, "Status: 400 Bad Request\r\n"));
    RUN(finish_now, input[0], "SCRIPT_NAME=/");
    assert_non_null(strstr(answer, "Status: 400 Bad Request\r\n"));
}

static void finish_large(void *data, struct http_exchange *exchange)
{
    static char body[LARGE];

    (void)data;
    exchange->response.content_type = "text/plain";
    exchange->response.body = memset(body, 'x', sizeof body);
    exchange->response.body_length = sizeof body;
    http_exchange_finish(exchange);
}

/* Five bytes, of which it promised six. */
static bool next_piece(struct http_source *source, struct http_piece *piece)
{
    *piece = (struct http_piece){.bytes = "hello", .length = source->left == 6 ? 5 : 0};
    return true;
}

static void release_source(struct http_source *source)
{
    source->left = 0;
}

static void finish_short(void *data, struct http_exchange *exchange)
{
    static struct http_source source = {.left = 6, .next = next_piece, .release = release_source};

    (void)data;
    exchange->response.content_type = "text/plain";
    exchange->response.source = &source;
    http_exchange_finish(exchange);
}

static void a_body_that_broke_off_is_shorter_than_it_promised(void **state)
{
    (void)state;
    RUN(finish_short, input[0], "REQUEST_METHOD=GET", "SCRIPT_NAME=/");
    assert_string_equal(
        answer, "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n" HTTP_HEADERS_ALWAYS "\r\nhello");
}

static void an_answer_is_whole_though_standard_output_is_non_blocking(void **state)
{
    static char bytes[65536];
    int output[2], status, waiting_bytes = 0;
    size_t length = 0;
    ssize_t count;

    (void)state;
    assert_int_equal(pipe2(output, O_NONBLOCK), 0);
    int room = fcntl(output[1], F_GETPIPE_SZ);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(100);
        dup2(output[1], STDOUT_FILENO);
        close(output[0]);
        _exit(serve(finish_large, (const char *const[]){"REQUEST_METHOD=GET", "SCRIPT_NAME=/", NULL}));
    }
    close(output[1]);
    while (waiting_bytes < room - 4096 && ioctl(output[0], FIONREAD, &waiting_bytes) == 0)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    fcntl(output[0], F_SETFL, 0);
    while ((count = read(output[0], bytes, sizeof bytes)) > 0)
        length += (size_t)count;
    close(output[0]);
    assert_true(length > LARGE);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* How many bytes are still in the pipe. */
static size_t bytes_left(void)
{
    static char bytes[65536];
    size_t left = 0;
    ssize_t count;

    close(input[1]);
    while ((count = read(input[0], bytes, sizeof bytes)) > 0)
        left += (size_t)count;
    assert_int_equal(pipe(input), 0);
    return left;
}

static void a_body_is_read_away_up_to_its_length(void **state)
{
    static const char body[1000];

    (void)state;
    assert_int_equal(write(input[1], body, sizeof body), sizeof body);
    RUN(finish_now, input[0], "REQUEST_METHOD=POST", "CONTENT_LENGTH=900");
    assert_non_null(strstr(answer, "hello"));
    assert_int_equal(bytes_left(), 100);
}

static void a_chunked_body_is_read_to_its_end(void **state)
{
    static const char body[1000];

    (void)state;
    assert_int_equal(write(input[1], body, sizeof body), sizeof body);
    RUN(finish_now, input[0], "REQUEST_METHOD=POST", "HTTP_TRANSFER_ENCODING=chunked");
    assert_non_null(strstr(answer, "hello"));
    assert_int_equal(bytes_left(), 0);
}

static void a_body_that_does_not_come_is_not_waited_for(void **state)
{
    (void)state;
    RUN(finish_now, input[0], "REQUEST_METHOD=POST", "CONTENT_LENGTH=1000");
    assert_non_null(strstr(answer, "hello"));
}

static void a_program_that_cannot_serve_says_so(void **state)
{
    int output[2], status;

    (void)state;
    assert_int_equal(pipe(output), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(input[0], STDIN_FILENO);
        dup2(output[1], STDOUT_FILENO);
        cgi_refuse(
            &(struct cgi_options){.variables = (const char *const[]){"REQUEST_METHOD=GET", "SCRIPT_NAME=/../x", NULL}},
            503, "Not now.");
        _exit(0);
    }
    close(output[1]);
    ssize_t count = read(output[0], answer, sizeof answer - 1);
    assert_true(count > 0);
    answer[count] = '\0';
    close(output[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_ptr_equal(strstr(answer, "Status: 503 Service Unavailable\r\n"), answer);
    assert_non_null(strstr(answer, "\"detail\":\"Not now.\""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_input, close_input)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_is_answered_on_standard_output),
        TEST(an_answer_may_come_later),
        TEST(head_has_no_body),
        TEST(a_body_that_broke_off_is_shorter_than_it_promised),
        TEST(an_answer_is_whole_though_standard_output_is_non_blocking),
        TEST(a_malformed_request_is_refused),
        TEST(a_body_is_read_away_up_to_its_length),
        TEST(a_chunked_body_is_read_to_its_end),
        TEST(a_body_that_does_not_come_is_not_waited_for),
        TEST(a_program_that_cannot_serve_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
