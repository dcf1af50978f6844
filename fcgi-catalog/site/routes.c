/* SPDX-License-Identifier: MIT */
/* Which address is answered by whom, and who gets in. */
#include "fcgi-catalog/site/routes.h"

#include <string.h>

#include "fcgi-catalog/http/percent.h"
#include "fcgi-catalog/openapi/openapi.h"
#include "fcgi-catalog/page/page.h"
#include "fcgi-catalog/site/categories.h"
#include "fcgi-catalog/site/download.h"
#include "fcgi-catalog/site/home.h"
#include "fcgi-catalog/site/openapi.h"
#include "fcgi-catalog/site/page.h"
#include "fcgi-catalog/site/product.h"
#include "fcgi-catalog/site/products.h"
#include "fcgi-catalog/site/visit.h"

#define READ (1u << HTTP_GET | 1u << HTTP_HEAD | 1u << HTTP_OPTIONS)
#define FORMS_MAX 4

#define JSON .type = "application/json", .content_type = "application/json"
#define TEXT .type = "text/plain", .content_type = "text/plain"
#define STYLE .type = "text/css", .content_type = "text/css; charset=utf-8"
#define PICTURE .type = "image/svg+xml", .content_type = "image/svg+xml"
#define PAGE .type = "text/html", .content_type = PAGE_TYPE, .headers = PAGE_HEADERS, .is_page = true
#define CSV .type = "text/csv", .content_type = "text/csv; charset=utf-8"
#define DOCUMENT(name) .type = name, .content_type = name, .handle = openapi_handle, .is_sign_of_life = true

/* Forms stand in the order of preference: the first is for callers that say nothing. */
static const struct route {
    const char *pattern; /* a name in braces at its end stands for the rest of one segment */
    unsigned methods;    /* bits of enum http_method */
    const char *allow;   /* the same for the Allow header */
    bool is_priced;      /* depends on the customer */
    struct form forms[FORMS_MAX];
} routes[] = {
    {"/",
     READ,
     "GET, HEAD, OPTIONS",
     false,
     {{TEXT, .handle = home_handle, .is_sign_of_life = true}, {PAGE, .handle = page_handle_home}}},
    {"/products",
     READ,
     "GET, HEAD, OPTIONS",
     true,
     {
         {JSON, .handle = products_handle, .print = view_print_json_list},
         {PAGE, .handle = products_handle, .print = page_print_view_list},
         {CSV, .handle = download_handle, .is_whole = true},
     }},
    {"/products.csv", READ, "GET, HEAD, OPTIONS", false, {{CSV, .handle = download_handle}}},
    {"/products/{slug}",
     READ,
     "GET, HEAD, OPTIONS",
     true,
     {
         {JSON, .handle = product_handle, .print = view_print_json_one},
         {PAGE, .handle = product_handle, .print = page_print_view_one},
     }},
    {"/categories",
     READ,
     "GET, HEAD, OPTIONS",
     false,
     {{JSON, .handle = categories_handle}, {PAGE, .handle = page_handle_categories}}},
    {"/categories/{slug}",
     READ,
     "GET, HEAD, OPTIONS",
     true,
     {
         {JSON, .handle = category_handle},
         {PAGE, .handle = products_handle, .print = page_print_view_list},
     }},
    {"/openapi.json",
     READ,
     "GET, HEAD, OPTIONS",
     false,
     {{DOCUMENT(OPENAPI_TYPE)}, {DOCUMENT(OPENAPI_TYPE_BEFORE)}, {DOCUMENT(OPENAPI_TYPE_JSON)}}},
    {"/style-{hash}", READ, "GET, HEAD, OPTIONS", false, {{STYLE, .handle = page_handle_asset}}},
    {"/pictures/{name}", READ, "GET, HEAD, OPTIONS", false, {{PICTURE, .handle = page_handle_asset}}},
};

/* ---- The address ---- */

/* What the path has in the place of {slug}, "" where the pattern has none; NULL: it is another address. */
static const char *match(const char *pattern, const char *path)
{
    const char *brace = strchr(pattern, '{');

    if (brace == NULL)
        return strcmp(pattern, path) == 0 ? "" : NULL;
    size_t length = (size_t)(brace - pattern);
    if (strncmp(pattern, path, length) != 0 || path[length] == '\0' || strchr(path + length, '/') != NULL)
        return NULL;
    return path + length;
}

/* What is a page, too: people type its address, and other shops write it, with a slash too many at its end. */
static bool may_have_slash(const struct route *route)
{
    for (size_t i = 0; i < FORMS_MAX; i++) {
        if (route->forms[i].is_page)
            return true;
    }
    return false;
}

/* The path without a slash at its end, "" when it has none or is nothing else. */
static const char *without_slash(const char *path, struct arena *arena)
{
    size_t length = strlen(path);

    return length > 1 && path[length - 1] == '/' ? arena_copy(arena, path, length - 1) : "";
}

static const struct route *find_route(const char *path, const char **slug)
{
    for (size_t i = 0; i < ARRAY_LENGTH(routes); i++) {
        *slug = match(routes[i].pattern, path);
        if (*slug != NULL)
            return &routes[i];
    }
    return NULL;
}

/* ---- Who gets in ---- */

/* The name, for people, of a header that is read here and is too long; NULL: none is. */
static const char *find_long_header(const struct http_request *request)
{
    static const struct {
        const char *variable, *name;
    } headers[] = {
        {"HTTP_ACCEPT", "Accept"},
        {"HTTP_X_USER_ID", "X-USER-ID"},
        {"HTTP_X_CATALOG_SECRET", "X-Catalog-Secret"},
        {"HTTP_IF_MATCH", "If-Match"},
        {"HTTP_IF_UNMODIFIED_SINCE", "If-Unmodified-Since"},
        {"HTTP_IF_NONE_MATCH", "If-None-Match"},
        {"HTTP_IF_MODIFIED_SINCE", "If-Modified-Since"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(headers); i++) {
        const char *value = http_request_variable(request, headers[i].variable);
        if (value != NULL && strnlen(value, ROUTES_HEADER_MAX + 1) > ROUTES_HEADER_MAX)
            return headers[i].name;
    }
    return NULL;
}

static bool admit_size(struct visit *visit)
{
    const struct http_request *request = &visit->exchange->request;
    const char *header = find_long_header(request);

    if (strnlen(request->path, ROUTES_PATH_MAX + 1) > ROUTES_PATH_MAX)
        visit_refuse(visit, &(struct problem){.status = 414,
                                              .detail = "The path is longer than 2048 bytes.",
                                              .allowed = "at most 2048 bytes"});
    else if (strnlen(request->query, QUERY_STRING_MAX + 1) > QUERY_STRING_MAX)
        visit_refuse(visit, &(struct problem){.status = 414,
                                              .detail = "The query is longer than 4096 bytes.",
                                              .allowed = "at most 4096 bytes"});
    else if (header != NULL)
        visit_refuse(visit, &(struct problem){.status = 431,
                                              .detail = "A header is longer than 8192 bytes.",
                                              .parameter = header,
                                              .allowed = "at most 8192 bytes"});
    else
        return true;
    return false;
}

static bool admit_method(struct visit *visit, const struct route *route)
{
    struct http_exchange *exchange = visit->exchange;
    enum http_method method = exchange->request.method;
    bool is_allowed = (route->methods & 1u << method) != 0;

    if (is_allowed && method != HTTP_OPTIONS)
        return true;
    http_response_add_header(exchange, "Allow", route->allow);
    if (is_allowed)
        exchange->response.status = 204;
    else
        problem_fill(exchange, &(struct problem){.status = 405,
                                                 .detail = "This address does not take that method.",
                                                 .allowed = route->allow});
    http_exchange_finish(exchange);
    return false;
}

static bool refuse_customer(struct visit *visit, const char *detail, const char *allowed)
{
    visit_refuse(
        visit,
        &(struct problem){
            .status = 400, .cause = "wrong-customer", .detail = detail, .parameter = "X-USER-ID", .allowed = allowed});
    return false;
}

static bool admit_customer(struct visit *visit)
{
    const struct http_request *request = &visit->exchange->request;
    const char *named = http_request_variable(request, "HTTP_X_USER_ID");

    visit->is_named = named != NULL && named[0] != '\0';
    switch (identity_read(request, &visit->site->identity, &visit->customer_id)) {
    case IDENTITY_NOT_A_NUMBER:
        return refuse_customer(visit, "Customer ID is not a number.", "1 to 2147483647");
    case IDENTITY_OUT_OF_RANGE:
        return refuse_customer(visit, "Customer ID is out of range: the largest is 2147483647.", "1 to 2147483647");
    case IDENTITY_REPEATED:
        return refuse_customer(visit, "Customer ID is given more than once.", "once");
    case IDENTITY_ANONYMOUS:
        visit->customer_id = 0;
        return true;
    case IDENTITY_CUSTOMER:
        return true;
    }
    return false;
}

/* The form that the caller would rather have; the first, for errors, when they take none. */
static void choose_form(struct visit *visit, const struct route *route)
{
    const struct form *forms[FORMS_MAX] = {route->forms};
    const char *types[FORMS_MAX] = {route->forms[0].type};
    struct arena *arena = &visit->exchange->arena;
    const struct form *whole = NULL; /* that there would be without a query */
    size_t count = 0;

    for (const struct form *form = route->forms; form < route->forms + FORMS_MAX && form->type != NULL; form++) {
        if (form->is_whole && visit->exchange->request.query[0] != '\0') {
            whole = form;
            continue;
        }
        types[count] = form->type;
        forms[count++] = form;
    }
    int chosen = http_request_choose(&visit->exchange->request, types, count);
    visit->form = forms[chosen >= 0 ? chosen : 0];
    if (visit->form->headers != NULL)
        http_response_add_headers(visit->exchange, visit->form->headers);
    if (chosen >= 0 || visit->form->is_sign_of_life)
        return;
    if (whole != NULL && http_request_choose(&visit->exchange->request, &whole->type, 1) == 0)
        visit->whole = whole->type;
    visit->offered = types[0];
    for (size_t i = 1; i < count; i++)
        visit->offered = arena_print(arena, "%s, %s", visit->offered, types[i]);
}

static bool admit_shop(struct visit *visit)
{
    if (visit->site->has_shop || visit->form->is_sign_of_life)
        return true;
    visit_refuse_for_store(visit);
    return false;
}

static void handle(struct visit *visit, const struct route *route, const char *moved)
{
    struct arena *arena = &visit->exchange->arena;

    if (moved[0] != '\0') {
        visit_redirect(visit, 301, percent_print(moved, strlen(moved), arena),
                       percent_print_query(visit->exchange->request.query, arena));
        return;
    }
    choose_form(visit, route);
    if (admit_shop(visit))
        visit->form->handle(visit);
}

bool routes_will_ask(const struct site *site, const struct http_request *request)
{
    const char *slug;
    const struct route *route = find_route(request->path, &slug);
    int32_t customer_id;

    return route != NULL && route->is_priced && (request->method == HTTP_GET || request->method == HTTP_HEAD) &&
           identity_read(request, &site->identity, &customer_id) == IDENTITY_CUSTOMER;
}

void routes_handle(void *data, struct http_exchange *exchange)
{
    struct visit *visit = arena_get(&exchange->arena, sizeof *visit);

    *visit = (struct visit){.site = data, .exchange = exchange};
    if (!admit_size(visit))
        return;
    const char *moved = without_slash(exchange->request.path, &exchange->arena);
    const struct route *route = find_route(moved[0] != '\0' ? moved : exchange->request.path, &visit->slug);
    if (route == NULL || (moved[0] != '\0' && !may_have_slash(route)))
        visit_refuse(visit, &(struct problem){.status = 404, .detail = "There is nothing at this address."});
    else if (admit_method(visit, route) && (!route->is_priced || admit_customer(visit)))
        handle(visit, route, moved);
}
