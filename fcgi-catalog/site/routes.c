/* SPDX-License-Identifier: MIT */
/* Which address is answered by whom, and who gets in. */
#include "fcgi-catalog/site/routes.h"

#include <string.h>

#include "fcgi-catalog/catalog/percent.h"
#include "fcgi-catalog/http/accept.h"
#include "fcgi-catalog/openapi/openapi.h"
#include "fcgi-catalog/page/page.h"
#include "fcgi-catalog/site/handlers.h"
#include "fcgi-catalog/site/page.h"
#include "fcgi-catalog/site/request_context.h"

#define ALLOWED "GET, HEAD, OPTIONS" /* everywhere */
#define REPRESENTATIONS_MAX 4

#define JSON .type = "application/json", .content_type = "application/json"
#define TEXT .type = "text/plain", .content_type = "text/plain"
#define STYLE .type = "text/css", .content_type = "text/css; charset=utf-8"
#define PICTURE .type = "image/svg+xml", .content_type = "image/svg+xml"
#define PAGE .type = "text/html", .content_type = PAGE_TYPE, .headers = PAGE_HEADERS, .is_page = true
#define CSV .type = "text/csv", .content_type = "text/csv; charset=utf-8"
#define XML .type = "application/xml", .content_type = "application/xml"
#define DOCUMENT(name) .type = name, .content_type = name, .handle = openapi_handle, .is_sign_of_life = true

/* Representations stand in the order of preference: the first is for callers that say nothing. */
static const struct route {
    const char *pattern; /* a name in braces at its end stands for the rest of one segment */
    bool is_priced;      /* depends on the customer, in every form */
    struct representation representations[REPRESENTATIONS_MAX];
} routes[] = {
    {"/",
     false,
     {{TEXT, .handle = home_handle, .is_sign_of_life = true},
      {PAGE, .handle = home_handle_page, .print = page_print_view_home}}},
    {"/products",
     true,
     {
         {JSON, .handle = products_handle, .print = view_print_json_list},
         {PAGE, .handle = products_handle, .print = page_print_view_list},
         {CSV, .handle = csv_handle, .is_whole = true},
     }},
    {"/products.csv", false, {{CSV, .handle = csv_handle}}},
    {"/products/{slug}",
     true,
     {
         {JSON, .handle = product_handle, .print = view_print_json_one},
         {PAGE, .handle = product_handle, .print = page_print_view_one},
     }},
    {"/categories", false, {{JSON, .handle = categories_handle}, {PAGE, .handle = page_handle_categories}}},
    {"/categories/{slug}",
     true,
     {
         {JSON, .handle = category_handle},
         {PAGE, .handle = products_handle, .print = page_print_view_list},
     }},
    {"/openapi.json",
     false,
     {{DOCUMENT(OPENAPI_TYPE)}, {DOCUMENT(OPENAPI_TYPE_BEFORE)}, {DOCUMENT(OPENAPI_TYPE_JSON)}}},
    {"/robots.txt", false, {{TEXT, .handle = robots_handle, .is_sign_of_life = true}}},
    {"/sitemap.xml", false, {{XML, .handle = sitemap_handle}}},
    {"/sitemap-{part}", false, {{XML, .handle = sitemap_handle_part}}},
    {"/style-{hash}", false, {{STYLE, .handle = page_handle_asset}}},
    {"/pictures/{name}", false, {{PICTURE, .handle = page_handle_asset}}},
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

/* Whether the route has a page: people type its address, and other shops link to such addresses, with a slash at the
 * end. */
static bool may_have_slash(const struct route *route)
{
    for (size_t i = 0; i < REPRESENTATIONS_MAX; i++) {
        if (route->representations[i].is_page)
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
        enum http_variable variable;
        const char *name;
    } headers[] = {
        {CGI_HTTP_ACCEPT, "Accept"},
        {CGI_HTTP_ACCEPT_LANGUAGE, "Accept-Language"},
        {CGI_HTTP_X_USER_ID, "X-USER-ID"},
        {CGI_HTTP_X_CATALOG_SECRET, "X-Catalog-Secret"},
        {CGI_HTTP_IF_MATCH, "If-Match"},
        {CGI_HTTP_IF_UNMODIFIED_SINCE, "If-Unmodified-Since"},
        {CGI_HTTP_IF_NONE_MATCH, "If-None-Match"},
        {CGI_HTTP_IF_MODIFIED_SINCE, "If-Modified-Since"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(headers); i++) {
        const char *value = http_request_variable(request, headers[i].variable);
        if (value != NULL && strnlen(value, ROUTES_HEADER_MAX + 1) > ROUTES_HEADER_MAX)
            return headers[i].name;
    }
    return NULL;
}

static bool admit_size(struct request_context *context)
{
    const struct http_request *request = &context->exchange->request;
    const char *header = find_long_header(request);

    if (strnlen(request->path, ROUTES_PATH_MAX + 1) > ROUTES_PATH_MAX)
        context_refuse(context, &(struct problem){.status = 414,
                                                  .detail = "The path is longer than 2048 bytes.",
                                                  .allowed = "at most 2048 bytes"});
    else if (strnlen(request->query, QUERY_STRING_MAX + 1) > QUERY_STRING_MAX)
        context_refuse(context, &(struct problem){.status = 414,
                                                  .detail = "The query is longer than 4096 bytes.",
                                                  .allowed = "at most 4096 bytes"});
    else if (header != NULL)
        context_refuse(context, &(struct problem){.status = 431,
                                                  .detail = "A header is longer than 8192 bytes.",
                                                  .parameter = header,
                                                  .allowed = "at most 8192 bytes"});
    else
        return true;
    return false;
}

static bool admit_method(struct request_context *context)
{
    struct http_exchange *exchange = context->exchange;
    enum http_method method = exchange->request.method;

    if (method == HTTP_GET || method == HTTP_HEAD)
        return true;
    http_response_add_header(exchange, "Allow", ALLOWED);
    if (method == HTTP_OPTIONS)
        exchange->response.status = 204;
    else
        problem_fill(
            exchange,
            &(struct problem){.status = 405, .detail = "This address does not take that method.", .allowed = ALLOWED});
    http_exchange_finish(exchange);
    return false;
}

static bool refuse_customer(struct request_context *context, const char *detail, const char *allowed)
{
    context_refuse(
        context,
        &(struct problem){
            .status = 400, .cause = "wrong-customer", .detail = detail, .parameter = "X-USER-ID", .allowed = allowed});
    return false;
}

static bool admit_customer(struct request_context *context)
{
    const struct http_request *request = &context->exchange->request;
    const char *named = http_request_variable(request, CGI_HTTP_X_USER_ID);

    context->is_named = named != NULL && named[0] != '\0';
    switch (identity_read(request, &context->site->identity, &context->customer_id)) {
    case IDENTITY_NOT_A_NUMBER:
        return refuse_customer(context, "Customer ID is not a number.", "1 to 2147483647");
    case IDENTITY_OUT_OF_RANGE:
        return refuse_customer(context, "Customer ID is out of range: the largest is 2147483647.", "1 to 2147483647");
    case IDENTITY_REPEATED:
        return refuse_customer(context, "Customer ID is given more than once.", "once");
    case IDENTITY_ANONYMOUS:
        context->customer_id = 0;
        return true;
    case IDENTITY_CUSTOMER:
        return true;
    }
    return false;
}

/* The representation that the client prefers; the first, for errors, when it takes none. */
static void choose_representation(struct request_context *context, const struct route *route)
{
    const struct representation *representations[REPRESENTATIONS_MAX] = {route->representations};
    const char *types[REPRESENTATIONS_MAX] = {route->representations[0].type};
    struct arena *arena = &context->exchange->arena;
    const struct representation *whole = NULL; /* that there would be without a query */
    size_t count = 0;

    for (const struct representation *representation = route->representations;
         representation < route->representations + REPRESENTATIONS_MAX && representation->type != NULL;
         representation++) {
        if (representation->is_whole && context->exchange->request.query[0] != '\0') {
            whole = representation;
            continue;
        }
        types[count] = representation->type;
        representations[count++] = representation;
    }
    const char *accept = http_request_list(&context->exchange->request, CGI_HTTP_ACCEPT, arena);
    int chosen = accept_choose(accept, types, count);
    context->representation = representations[chosen >= 0 ? chosen : 0];
    if (context->representation->is_page)
        context->language = page_language(context->site, context->exchange);
    if (context->representation->headers != NULL)
        http_response_add_headers(context->exchange, context->representation->headers);
    if (chosen >= 0 || context->representation->is_sign_of_life)
        return;
    if (whole != NULL && accept_choose(accept, &whole->type, 1) == 0)
        context->whole = whole->type;
    context->offered = types[0];
    for (size_t i = 1; i < count; i++)
        context->offered = arena_print(arena, "%s, %s", context->offered, types[i]);
}

static bool admit_shop(struct request_context *context)
{
    if (context->site->has_shop || context->representation->is_sign_of_life)
        return true;
    context_refuse_for_store(context);
    return false;
}

static void handle(struct request_context *context, const struct route *route, const char *moved)
{
    struct arena *arena = &context->exchange->arena;

    if (moved[0] != '\0') {
        context_redirect(context, 301, percent_print(moved, PERCENT_PATH, arena),
                         percent_print(context->exchange->request.query, PERCENT_QUERY, arena));
        return;
    }
    choose_representation(context, route);
    if (!route->is_priced && context->representation->print != NULL && !admit_customer(context))
        return;
    if (admit_shop(context))
        context->representation->handle(context);
}

/* Whether a representation of the route has prices. */
static bool has_prices(const struct route *route)
{
    bool has = route->is_priced;

    for (size_t i = 0; i < REPRESENTATIONS_MAX; i++)
        has |= route->representations[i].print != NULL;
    return has;
}

bool routes_will_ask(const struct site *site, const struct http_request *request)
{
    const char *slug;
    const struct route *route = find_route(request->path, &slug);
    int32_t customer_id;

    return route != NULL && has_prices(route) && (request->method == HTTP_GET || request->method == HTTP_HEAD) &&
           identity_read(request, &site->identity, &customer_id) == IDENTITY_CUSTOMER;
}

void routes_handle(void *data, struct http_exchange *exchange)
{
    struct request_context *context = arena_get(&exchange->arena, sizeof *context);

    *context = (struct request_context){.site = data, .exchange = exchange};
    if (!admit_size(context))
        return;
    const char *moved = without_slash(exchange->request.path, &exchange->arena);
    const struct route *route = find_route(moved[0] != '\0' ? moved : exchange->request.path, &context->slug);
    if (route == NULL || (moved[0] != '\0' && !may_have_slash(route)))
        context_refuse(context, &(struct problem){.status = 404, .detail = "There is nothing at this address."});
    else if (admit_method(context) && (!route->is_priced || admit_customer(context)))
        handle(context, route, moved);
}
