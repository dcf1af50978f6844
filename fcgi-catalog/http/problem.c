/* SPDX-License-Identifier: MIT */
/* Errors as callers see them. */
#include "fcgi-catalog/http/problem.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "fcgi-catalog/http/accept.h"
#include "fcgi-catalog/http/conditional.h"
#include "fcgi-catalog/http/status.h"

#define PROBLEM_TYPE "application/problem+json"
#define TEXT_TYPE "text/plain"
#define RETRY_AFTER_S 1 /* of a 503 that names no other time */

/* The cause of an error that names none. */
static const char *find_cause(int status)
{
    static const struct {
        int status;
        const char *cause;
    } rows[] = {
        {400, "malformed-request"},  {403, "not-allowed"},      {404, "not-found"},
        {405, "method-not-allowed"}, {406, "not-acceptable"},   {412, "precondition-failed"},
        {414, "address-too-long"},   {431, "header-too-large"}, {500, "not-set-up"},
        {503, "unavailable"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        if (rows[i].status == status)
            return rows[i].cause;
    }
    return "unknown";
}

static bool add_text(cJSON *object, const char *name, const char *text)
{
    return text == NULL || cJSON_AddStringToObject(object, name, text) != NULL;
}

/* The problem and a newline, in the exchange's arena; NULL when cJSON has no memory. */
static char *print_problem(struct http_exchange *exchange, const struct problem *problem)
{
    const char *cause = problem->cause != NULL ? problem->cause : find_cause(problem->status);
    const char *type = arena_print(&exchange->arena, PROBLEM_URN "%s", cause);
    cJSON *object = cJSON_CreateObject();

    bool is_made = add_text(object, "type", type) && add_text(object, "title", http_status_title(problem->status)) &&
                   cJSON_AddNumberToObject(object, "status", problem->status) != NULL &&
                   add_text(object, "detail", problem->detail) && add_text(object, "parameter", problem->parameter) &&
                   add_text(object, "allowed", problem->allowed);
    char *printed = is_made ? cJSON_PrintUnformatted(object) : NULL;
    char *text = printed != NULL ? arena_print(&exchange->arena, "%s\n", printed) : NULL;
    cJSON_free(printed);
    cJSON_Delete(object);
    return text;
}

/* In which representation; a client that takes any JSON takes a problem too. */
enum problem_representation { REPRESENTATION_PROBLEM, REPRESENTATION_JSON, REPRESENTATION_TEXT, REPRESENTATION_PAGE };

static enum problem_representation choose_representation(struct http_exchange *exchange)
{
    static const char *const types[] = {PROBLEM_TYPE, "application/json", TEXT_TYPE, "text/html"};
    const char *accept = http_request_list(&exchange->request, CGI_HTTP_ACCEPT, &exchange->arena);
    int chosen = accept_choose(accept, types, ARRAY_LENGTH(types));

    return chosen > 0 ? (enum problem_representation)chosen : REPRESENTATION_PROBLEM;
}

static void fill_page(struct http_exchange *exchange, const struct problem *problem)
{
    struct http_response *response = &exchange->response;
    const struct http_page page =
        problem->page != NULL ? *problem->page : exchange->error_page(exchange->error_data, exchange, problem);

    response->content_type = page.content_type;
    response->body = page.body;
    response->body_length = page.body_length;
    /* The headers are there already when the representation asked for is a page. */
    if (strstr(response->headers, page.headers) == NULL)
        http_response_add_headers(exchange, page.headers);
}

static void fill_text(struct http_exchange *exchange, const struct problem *problem, bool is_plain)
{
    struct http_response *response = &exchange->response;
    char *body = is_plain ? NULL : print_problem(exchange, problem);

    response->content_type = body == NULL ? TEXT_TYPE "; charset=utf-8" : PROBLEM_TYPE;
    response->body = body == NULL ? arena_print(&exchange->arena, "%s\n", problem->detail) : body;
    response->body_length = strlen(response->body);
}

void problem_fill(struct http_exchange *exchange, const struct problem *problem)
{
    int retry_after_s = problem->retry_after_s > 0 ? problem->retry_after_s : RETRY_AFTER_S;
    enum problem_representation form = choose_representation(exchange);

    if (form == REPRESENTATION_PAGE && (problem->page != NULL || exchange->error_page != NULL))
        fill_page(exchange, problem);
    else
        fill_text(exchange, problem, form == REPRESENTATION_TEXT || form == REPRESENTATION_PAGE);
    exchange->response.status = problem->status;
    conditional_apply_none(exchange);
    if (problem->status == 503)
        http_response_add_header(exchange, "Retry-After", arena_print(&exchange->arena, "%d", retry_after_s));
}

void problem_set(struct http_exchange *exchange, int status, const char *detail)
{
    problem_fill(exchange, &(struct problem){.status = status, .detail = detail});
}
