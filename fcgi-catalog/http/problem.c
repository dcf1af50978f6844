/* SPDX-License-Identifier: MIT */
/* Errors as callers see them. */
#include "fcgi-catalog/http/problem.h"

#include <cjson/cJSON.h>
#include <string.h>

#define PROBLEM_TYPE "application/problem+json"
#define TEXT_TYPE "text/plain"

const char *problem_title(int status)
{
    static const struct {
        int status;
        const char *title;
    } titles[] = {
        {200, "OK"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {413, "Content Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(titles); i++) {
        if (titles[i].status == status)
            return titles[i].title;
    }
    return "Unknown";
}

/* The problem and a newline, in the exchange's arena; NULL when cJSON has no memory. */
static char *print_problem(struct http_exchange *exchange, int status, const char *detail)
{
    /* A byte becomes six at most (\u001f); the rest is names and a title. cJSON wants a few bytes to spare. */
    size_t room = strlen(detail) * 6 + 256;
    char *text = arena_get(&exchange->arena, room);
    cJSON *problem = cJSON_CreateObject();

    bool is_printed = cJSON_AddStringToObject(problem, "type", "about:blank") != NULL &&
                      cJSON_AddStringToObject(problem, "title", problem_title(status)) != NULL &&
                      cJSON_AddNumberToObject(problem, "status", status) != NULL &&
                      cJSON_AddStringToObject(problem, "detail", detail) != NULL &&
                      cJSON_PrintPreallocated(problem, text, (int)room - 1, false);
    cJSON_Delete(problem);
    if (!is_printed)
        return NULL;
    strcat(text, "\n");
    return text;
}

/* A client that takes any JSON takes a problem too. */
static bool wants_text(const struct http_request *request)
{
    return http_request_prefers(request, TEXT_TYPE, PROBLEM_TYPE) &&
           http_request_prefers(request, TEXT_TYPE, "application/json");
}

void problem_set(struct http_exchange *exchange, int status, const char *detail)
{
    struct http_response *response = &exchange->response;
    char *body = wants_text(&exchange->request) ? NULL : print_problem(exchange, status, detail);

    response->status = status;
    response->content_type = body == NULL ? TEXT_TYPE : PROBLEM_TYPE;
    response->body = body == NULL ? arena_print(&exchange->arena, "%s\n", detail) : body;
    response->body_length = strlen(response->body);
}
