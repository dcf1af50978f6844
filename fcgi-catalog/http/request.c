/* SPDX-License-Identifier: MIT */
/* An HTTP request as CGI variables tell it. */
#include "fcgi-catalog/http/request.h"

#include <string.h>

#include "common/number.h"
#include "fcgi-catalog/http/identity.h"
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
    const char *last = NULL;

    for (const char *const *variable = request->variables; *variable != NULL; variable++) {
        const char *value = value_of(*variable, name, length);
        if (value != NULL)
            last = value;
    }
    return last;
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

const char *http_request_list(const struct http_request *request, const char *name, struct arena *arena)
{
    size_t length = strlen(name), room = 1;

    for (const char *const *variable = request->variables; *variable != NULL; variable++) {
        const char *value = value_of(*variable, name, length);
        room += value != NULL && value[0] != '\0' ? strlen(value) + 2 : 0;
    }
    if (room == 1)
        return NULL;
    char *list = arena_get(arena, room), *end = list;
    for (const char *const *variable = request->variables; *variable != NULL; variable++) {
        const char *value = value_of(*variable, name, length);
        if (value != NULL && value[0] != '\0')
            end = stpcpy(stpcpy(end, end == list ? "" : ", "), value);
    }
    return list;
}

const char *http_request_value(const struct http_request *request, const char *name)
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

/* QUERY_STRING, or what became of it when Apache called a script in the place of a file that is not there. */
static const char *read_query(const struct http_request *request, bool is_of_uri)
{
    const char *query = http_request_value(request, "QUERY_STRING");

    return query[0] == '\0' && is_of_uri ? http_request_value(request, "REDIRECT_QUERY_STRING") : query;
}

/* Where a proxy says that clients find it; NULL: nobody said so who may. */
static const char *forwarded_base(const struct http_request *request, const struct identity_proxies *proxies,
                                  struct arena *arena)
{
    const char *prefix = http_request_variable(request, "HTTP_X_FORWARDED_PREFIX");

    if (prefix == NULL || http_request_variable_count(request, "HTTP_X_FORWARDED_PREFIX") > 1 ||
        !identity_is_proxy(request, proxies))
        return NULL;
    return path_read_base(prefix, arena);
}

static bool is_authenticated(const struct http_request *request)
{
    return http_request_value(request, "HTTP_AUTHORIZATION")[0] != '\0' ||
           http_request_value(request, "REMOTE_USER")[0] != '\0';
}

enum http_request_status http_request_read(struct http_request *request, const char *const *variables,
                                           const struct http_mount *mount, struct arena *arena)
{
    *request = (struct http_request){
        .method = HTTP_OTHER,
        .path = "/",
        .query = "",
        .base = "",
        .content_length = -1,
        .variables = variables,
    };
    const char *method = http_request_value(request, "REQUEST_METHOD");
    if (method[0] == '\0')
        return HTTP_REQUEST_INCOMPLETE;
    request->method = method_named(method);

    const char *base = http_request_value(request, "CATALOG_BASE_PATH");
    const struct path_source source = {
        .script_name = http_request_value(request, "SCRIPT_NAME"),
        .path_info = http_request_value(request, "PATH_INFO"),
        .request_uri = http_request_value(request, "REQUEST_URI"),
        .script_filename = http_request_value(request, "SCRIPT_FILENAME"),
        .program = mount->program != NULL ? mount->program : "",
        .base = base[0] == '\0' && mount->base != NULL ? mount->base : base,
    };
    request->query = read_query(request, path_is_from_uri(&source, arena));
    const char *forwarded = source.base[0] == '\0' ? forwarded_base(request, mount->proxies, arena) : NULL;
    request->base = forwarded != NULL ? forwarded : path_base(&source, arena);
    request->is_personal = forwarded != NULL || is_authenticated(request);
    const char *length = http_request_value(request, "CONTENT_LENGTH");
    if (length[0] != '\0' && number_parse(length, 0, INT64_MAX, &request->content_length) != NUMBER_OK)
        return HTTP_REQUEST_MALFORMED;
    const char *path = path_resolve(&source, arena);
    if (path == NULL)
        return HTTP_REQUEST_MALFORMED;
    request->path = path;
    return HTTP_REQUEST_OK;
}
