/* SPDX-License-Identifier: MIT */
/*
 * GET /products: the list, with what this customer pays.
 *
 *     anonymous, unknown customer ──> list prices
 *     customer ──> quotes_ask() ──> done(): their prices, or list prices marked degraded
 *
 * With explain=1 an administrator also sees which rules made each price.
 */
#include "fcgi-catalog/http/products.h"

#include <string.h>

#include "fcgi-catalog/http/problem.h"
#include "fcgi-catalog/http/query.h"

/* Every answer depends on the header, whatever it says. */
#define VARY "Vary: X-USER-ID\r\n"
#define HEADERS_PUBLIC VARY "Cache-Control: no-cache\r\n"
#define HEADERS_PRIVATE VARY "Cache-Control: private, no-store\r\n"
#define HEADERS_DEGRADED HEADERS_PRIVATE "X-Discount-Status: degraded\r\n"
#define HEADERS_ERROR VARY "Cache-Control: no-store\r\n"

/* A customer's answer that waits for its quotes; in the exchange's arena. */
struct pending_answer {
    struct http_exchange *exchange;
    struct shelf *shelf; /* one use of it */
    struct quote_ask ask;
};

static void answer(struct http_exchange *exchange, struct shelf_text list, const char *headers)
{
    exchange->response.content_type = "application/json";
    exchange->response.headers = headers;
    exchange->response.body = list.bytes;
    exchange->response.body_length = list.length;
    http_exchange_finish(exchange);
}

static void refuse(struct http_exchange *exchange, int status, const char *headers, const char *detail)
{
    exchange->response.headers = headers;
    problem_set(exchange, status, detail);
    http_exchange_finish(exchange);
}

/* On whichever thread has the quotes. */
static void finish_pending(struct quote_ask *ask, enum quotes_result result)
{
    struct pending_answer *pending = (struct pending_answer *)((char *)ask - offsetof(struct pending_answer, ask));
    struct http_exchange *exchange = pending->exchange;
    struct shelf *shelf = pending->shelf; /* pending is gone when the exchange is finished */

    if (result != QUOTES_OK)
        answer(exchange, shelf_list(shelf), HEADERS_DEGRADED);
    else if (ask->applied != NULL)
        answer(exchange, shelf_list_explained(shelf, ask->quotes, ask->applied, &exchange->arena), HEADERS_PRIVATE);
    else
        answer(exchange, shelf_list_quoted(shelf, ask->quotes, &exchange->arena), HEADERS_PRIVATE);
    shelf_drop(shelf);
}

static void ask_quotes(struct site *site, struct http_exchange *exchange, const struct customer *customer,
                       bool is_explained)
{
    struct arena *arena = &exchange->arena;
    struct pending_answer *pending = arena_get(arena, sizeof *pending);
    const struct product_list *products = shelf_products(site->shelf);

    *pending = (struct pending_answer){
        .exchange = exchange,
        .shelf = shelf_take(site->shelf),
        .ask =
            {
                .customer = *customer,
                .products = products,
                .deadline_ns = exchange->arrived_ns + site->deadline_ns,
                .quotes = arena_get(arena, products->count * sizeof(struct quote)),
                .applied = is_explained ? arena_get(arena, products->count * sizeof(struct applied_rules)) : NULL,
                .arena = arena,
                .done = finish_pending,
            },
    };
    quotes_ask(site->quotes, &pending->ask);
}

/* Nobody's prices cannot be explained. */
static void answer_nobody(struct site *site, struct http_exchange *exchange, bool is_explained)
{
    if (is_explained)
        refuse(exchange, 400, HEADERS_ERROR, "explain=1 needs a customer: X-USER-ID, the number of one that exists.");
    else
        answer(exchange, shelf_list(site->shelf), HEADERS_PUBLIC);
}

static void answer_customer(struct site *site, struct http_exchange *exchange, int32_t customer_id, bool is_explained)
{
    struct customer customer;

    switch (store_find_customer(site->store, customer_id, &exchange->arena, &customer)) {
    case STORE_OK:
        ask_quotes(site, exchange, &customer, is_explained);
        return;
    case STORE_NOT_FOUND:
        answer_nobody(site, exchange, is_explained);
        return;
    case STORE_BUSY:
    case STORE_FAILED:
        /* There may be such a customer: list prices, and a hint that they may not be theirs. */
        answer(exchange, shelf_list(site->shelf), HEADERS_DEGRADED);
        return;
    }
}

/* False: the query asks for it in a way that nobody understands. Other parameters say nothing to us. */
static bool read_explain(struct http_exchange *exchange, bool *is_explained)
{
    const char *at = exchange->request.query;
    struct query_parameter parameter;

    *is_explained = false;
    while (query_next(&at, &exchange->arena, &parameter)) {
        if (strcmp(parameter.name, "explain") != 0)
            continue;
        if (strcmp(parameter.value, "1") != 0)
            return false;
        *is_explained = true;
    }
    return true;
}

static void answer_identified(struct site *site, struct http_exchange *exchange, bool is_explained)
{
    int32_t customer_id = 0;
    enum identity_status identity = identity_read(&exchange->request, site->proxies, &customer_id);

    if (identity == IDENTITY_NOT_A_NUMBER)
        refuse(exchange, 400, HEADERS_ERROR, "Customer ID is not a number.");
    else if (identity == IDENTITY_OUT_OF_RANGE)
        refuse(exchange, 400, HEADERS_ERROR, "Customer ID is out of range: the largest is 2147483647.");
    else if (identity == IDENTITY_REPEATED)
        refuse(exchange, 400, HEADERS_ERROR, "Customer ID is given more than once.");
    else if (site->shelf == NULL)
        refuse(exchange, 503, HEADERS_ERROR "Retry-After: 1\r\n", "The catalog cannot be read right now.");
    else if (identity == IDENTITY_CUSTOMER)
        answer_customer(site, exchange, customer_id, is_explained);
    else
        answer_nobody(site, exchange, is_explained);
}

void products_handle(struct site *site, struct http_exchange *exchange)
{
    bool is_explained;

    if (!read_explain(exchange, &is_explained))
        refuse(exchange, 400, HEADERS_ERROR, "The parameter explain can only be 1: explain=1.");
    else if (is_explained && !identity_is_local(&exchange->request))
        refuse(exchange, 403, HEADERS_ERROR, "explain=1 is for administrators: for requests from this machine itself.");
    else
        answer_identified(site, exchange, is_explained);
}
