/* SPDX-License-Identifier: MIT */
/* An HTTP request as CGI variables tell it. */
#include "fcgi-catalog/http/request.h"

#include <string.h>

#include "common/number.h"
#include "fcgi-catalog/http/path.h"

/* The value when `variable` has this name, else NULL. */
static const char *value_of(const char *variable, const char *name, size_t length)
{
    if (variable[0] != name[0] || strncmp(variable, name, length) != 0 || variable[length] != '=')
        return NULL;
    return variable + length + 1;
}

const char *http_request_variable(const struct http_request *request, const char *name)
{
    size_t length = strlen(name);

    for (const char *const *variable = request->variables; *variable != NULL; variable++) {
        const char *value = value_of(*variable, name, length);
        if (value != NULL)
            return value;
    }
    return NULL;
}

size_t http_request_variable_count(const struct http_request *request, const char *name)
{
    size_t count = 0, length = strlen(name);

    for (const char *const *variable = request->variables; *variable != NULL; variable++) {
        if (value_of(*variable, name, length) != NULL)
            count++;
    }
    return count;
}

static const char *variable_or_empty(const struct http_request *request, const char *name)
{
    const char *value = http_request_variable(request, name);
    return value == NULL ? "" : value;
}

static enum http_method method_named(const char *name)
{
    static const char *const names[] = {
        [HTTP_GET] = "GET", [HTTP_HEAD] = "HEAD",   [HTTP_OPTIONS] = "OPTIONS", [HTTP_POST] = "POST",
        [HTTP_PUT] = "PUT", [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
    };

    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        if (strcmp(name, names[i]) == 0)
            return (enum http_method)i;
    }
    return HTTP_OTHER;
}

static const char *read_path(const struct http_request *request, struct arena *arena)
{
    struct path_source source = {
        .script_name = variable_or_empty(request, "SCRIPT_NAME"),
        .path_info = variable_or_empty(request, "PATH_INFO"),
        .request_uri = variable_or_empty(request, "REQUEST_URI"),
        .base = request->mount,
    };
    return path_resolve(&source, arena);
}

const char *http_request_base(const struct http_request *request, struct arena *arena)
{
    return path_base(variable_or_empty(request, "REQUEST_URI"), request->path, request->mount, arena);
}

enum http_request_status http_request_read(struct http_request *request, const char *const *variables, const char *base,
                                           struct arena *arena)
{
    *request = (struct http_request){
        .method = HTTP_OTHER,
        .path = "/",
        .mount = "",
        .query = "",
        .content_length = -1,
        .variables = variables,
    };
    const char *method = variable_or_empty(request, "REQUEST_METHOD");
    if (method[0] == '\0')
        return HTTP_REQUEST_INCOMPLETE;
    request->method = method_named(method);
    request->query = variable_or_empty(request, "QUERY_STRING");

    request->mount = variable_or_empty(request, "CATALOG_BASE_PATH");
    if (request->mount[0] == '\0' && base != NULL)
        request->mount = base;
    const char *length = variable_or_empty(request, "CONTENT_LENGTH");
    if (length[0] != '\0' && number_parse(length, 0, INT64_MAX, &request->content_length) != NUMBER_OK)
        return HTTP_REQUEST_MALFORMED;
    const char *path = read_path(request, arena);
    if (path == NULL)
        return HTTP_REQUEST_MALFORMED;
    request->path = path;
    return HTTP_REQUEST_OK;
}
