/* SPDX-License-Identifier: MIT */
/*
 * hello: a responder that does nothing but answer, to hold the Catalog against. It sends the bytes of the file that
 * HELLO_BODY names, with the header lines of the one that HELLO_HEADERS names and the status HELLO_STATUS (200 when it
 * is not set), through the Catalog's own FastCGI loop, or as a plain CGI program.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/log.h"
#include "fcgi-catalog/http/cgi.h"
#include "fcgi-catalog/http/fastcgi.h"

#define FILE_MAX ((size_t)1024 * 1024)

struct hello {
    char *body, *headers;
    size_t length; /* of the body */
    int status;
};

static void answer(void *data, struct http_exchange *exchange)
{
    const struct hello *hello = data;

    exchange->response.status = hello->status;
    if (hello->status == 200)
        exchange->response.content_type = "application/json";
    exchange->response.headers = hello->headers;
    exchange->response.body = hello->body;
    exchange->response.body_length = hello->length;
    http_exchange_finish(exchange);
}

static int serve(struct hello *hello)
{
    bool is_finished;

    if (fastcgi_is_listening(STDIN_FILENO)) {
        return fastcgi_serve(&(struct fastcgi_options){
            .listen_fd = STDIN_FILENO,
            .answer_ms = 10000,
            .handler = answer,
            .handler_data = hello,
        });
    }
    cgi_serve(
        &(struct cgi_options){
            .variables = (const char *const *)environ,
            .body_max = FILE_MAX,
            .handler = answer,
            .handler_data = hello,
        },
        &is_finished);
    return EXIT_SUCCESS;
}

/* Reads the file that the environment names. */
static bool read_named(const char *variable, char **text, size_t *length)
{
    const char *path = getenv(variable);

    if (path != NULL && file_read(path, FILE_MAX, text, length))
        return true;
    fprintf(stderr, "hello: %s must name a file to send\n", variable);
    return false;
}

int main(void)
{
    const char *status = getenv("HELLO_STATUS");
    struct hello hello = {.status = status != NULL ? atoi(status) : 200};
    sigset_t signals;

    log_open("hello");
    if (!read_named("HELLO_BODY", &hello.body, &hello.length) || !read_named("HELLO_HEADERS", &hello.headers, NULL))
        return EXIT_FAILURE;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    int code = serve(&hello);
    free(hello.body);
    free(hello.headers);
    return code;
}
