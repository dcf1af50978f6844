/* SPDX-License-Identifier: MIT */
/* An exchange that a test makes and whose answer it can look at. */
#ifndef CATALOG_TESTS_UNIT_CATALOG_FIXTURE_H
#define CATALOG_TESTS_UNIT_CATALOG_FIXTURE_H

#include <string.h>

#include "fcgi-catalog/http/exchange.h"

static struct http_exchange exchange;
static int times_finished;

static void count_finish(struct http_exchange *finished)
{
    (void)finished;
    times_finished++;
}

/* Begins the exchange with these variables, ended by NULL. */
static void begin(const char *const *variables)
{
    arena_reset(&exchange.arena);
    times_finished = 0;
    exchange.finish = count_finish;
    http_exchange_begin(&exchange);
    static const struct http_mount mount = {.program = "catalog.fcgi"};
    enum http_request_status status = http_request_read(&exchange.request, variables, &mount, &exchange.arena);
    (void)status;
}

#define BEGIN(...) begin((const char *const[]){__VA_ARGS__, NULL})

static int release_exchange(void **state)
{
    (void)state;
    arena_release(&exchange.arena);
    return 0;
}

/* The body as a string, in the arena. */
static const char *body_text(void)
{
    return arena_copy(&exchange.arena, exchange.response.body, exchange.response.body_length);
}

static const char *head_text(void)
{
    size_t length;
    const char *head = http_exchange_head(&exchange, &length);
    return arena_copy(&exchange.arena, head, length);
}

#endif
