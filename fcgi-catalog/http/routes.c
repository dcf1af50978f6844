/* SPDX-License-Identifier: MIT */
/* Which path is answered by whom. */
#include "fcgi-catalog/http/routes.h"

#include <string.h>

#include "fcgi-catalog/http/home.h"
#include "fcgi-catalog/http/problem.h"
#include "fcgi-catalog/http/products.h"

#define READ (1u << HTTP_GET | 1u << HTTP_HEAD | 1u << HTTP_OPTIONS)

static const struct route {
    const char *path;
    unsigned methods;  /* bits of enum http_method */
    const char *allow; /* the same for the Allow header */
    void (*handle)(struct site *site, struct http_exchange *exchange);
} routes[] = {
    {"/", READ, "GET, HEAD, OPTIONS", home_handle},
    {"/products", READ, "GET, HEAD, OPTIONS", products_handle},
};

static const struct route *route_find(const char *path)
{
    for (size_t i = 0; i < ARRAY_LENGTH(routes); i++) {
        if (strcmp(routes[i].path, path) == 0)
            return &routes[i];
    }
    return NULL;
}

void routes_handle(void *data, struct http_exchange *exchange)
{
    const struct route *route = route_find(exchange->request.path);

    if (route == NULL) {
        problem_set(exchange, 404, "There is nothing at this address.");
    } else if ((route->methods & 1u << exchange->request.method) == 0) {
        http_response_add_header(exchange, "Allow", route->allow);
        problem_set(exchange, 405, "This address does not take that method.");
    } else if (exchange->request.method == HTTP_OPTIONS) {
        http_response_add_header(exchange, "Allow", route->allow);
        exchange->response.status = 204;
    } else {
        route->handle(data, exchange);
        return;
    }
    http_exchange_finish(exchange);
}
