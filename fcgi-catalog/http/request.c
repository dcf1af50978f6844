/* SPDX-License-Identifier: MIT */
/* An HTTP request as CGI variables tell it. */
#include "fcgi-catalog/http/request.h"

#include <string.h>

#include "common/number.h"
#include "fcgi-catalog/http/identity.h"
#include "fcgi-catalog/http/path.h"

#define NAME_ITEM(name) {#name, sizeof #name - 1},
static const struct {
    const char *text;
    size_t length;
} variable_names[CGI_COUNT] = {HTTP_VARIABLES(NAME_ITEM)};

/* Of the name in front of the value; 0: there is none. */
static size_t name_length(const char *variable)
{
    const char *equals = strchr(variable, '=');

    return equals != NULL ? (size_t)(equals - variable) : 0;
}

/* The value when `variable` has this name, else NULL. */
static const char *value_of(const char *variable, size_t length, enum http_variable name)
{
    if (length != variable_names[name].length || memcmp(variable, variable_names[name].text, length) != 0)
        return NULL;
    return variable + length + 1;
}

static void read_variable(struct http_request *request, const char *variable)
{
    size_t length = name_length(variable);

    for (enum http_variable name = 0; name < CGI_COUNT; name++) {
        const char *value = value_of(variable, length, name);
        if (value != NULL) {
            request->read[name].value = value;
            request->read[name].count++;
            return;
        }
    }
}

void http_request_read_variables(struct http_request *request, const char *const *variables)
{
    request->variables = variables;
    memset(request->read, 0, sizeof request->read);
    for (; *variables != NULL; variables++)
        read_variable(request, *variables);
}

const char *http_request_variable(const struct http_request *request, enum http_variable name)
{
    return request->read[name].value;
}

size_t http_request_count(const struct http_request *request, enum http_variable name)
{
    return request->read[name].count;
}

const char *http_request_value(const struct http_request *request, enum http_variable name)
{
    const char *value = request->read[name].value;
    return value == NULL ? "" : value;
}

/* Joins the values of a header that came several times. */
static const char *join(const struct http_request *request, enum http_variable name, struct arena *arena)
{
    size_t room = 1;

    for (const char *const *variable = request->variables; *variable != NULL; variable++)
        room += strlen(*variable) + 2;
    char *list = arena_get(arena, room), *end = list;
    *end = '\0';
    for (const char *const *variable = request->variables; *variable != NULL; variable++) {
        const char *value = value_of(*variable, name_length(*variable), name);
        if (value != NULL && value[0] != '\0')
            end = stpcpy(stpcpy(end, end == list ? "" : ", "), value);
    }
    return list;
}

const char *http_request_list(const struct http_request *request, enum http_variable name, struct arena *arena)
{
    const char *list = request->read[name].count > 1 ? join(request, name, arena) : request->read[name].value;

    return list != NULL && list[0] != '\0' ? list : NULL;
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

/* QUERY_STRING, or REDIRECT_QUERY_STRING, its name when Apache called a script for a missing file. */
static const char *read_query(const struct http_request *request, bool is_of_uri)
{
    const char *query = http_request_value(request, CGI_QUERY_STRING);

    return query[0] == '\0' && is_of_uri ? http_request_value(request, CGI_REDIRECT_QUERY_STRING) : query;
}

/* The base that a trusted proxy sent; NULL: none. */
static const char *forwarded_base(const struct http_request *request, const struct identity_proxies *proxies,
                                  struct arena *arena)
{
    const char *prefix = http_request_variable(request, CGI_HTTP_X_FORWARDED_PREFIX);

    if (prefix == NULL || http_request_count(request, CGI_HTTP_X_FORWARDED_PREFIX) > 1 ||
        !identity_is_proxy(request, proxies))
        return NULL;
    return path_read_base(prefix, arena);
}

static bool is_authenticated(const struct http_request *request)
{
    return http_request_value(request, CGI_HTTP_AUTHORIZATION)[0] != '\0' ||
           http_request_value(request, CGI_REMOTE_USER)[0] != '\0';
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
    };
    http_request_read_variables(request, variables);
    const char *method = http_request_value(request, CGI_REQUEST_METHOD);
    if (method[0] == '\0')
        return HTTP_REQUEST_INCOMPLETE;
    request->method = method_named(method);

    const char *base = http_request_value(request, CGI_CATALOG_BASE_PATH);
    const struct path_source source = {
        .script_name = http_request_value(request, CGI_SCRIPT_NAME),
        .path_info = http_request_value(request, CGI_PATH_INFO),
        .request_uri = http_request_value(request, CGI_REQUEST_URI),
        .script_filename = http_request_value(request, CGI_SCRIPT_FILENAME),
        .program = mount->program != NULL ? mount->program : "",
        .base = base[0] == '\0' && mount->base != NULL ? mount->base : base,
    };
    request->query = read_query(request, path_is_from_uri(&source, arena));
    const char *forwarded = source.base[0] == '\0' ? forwarded_base(request, mount->proxies, arena) : NULL;
    request->base = forwarded != NULL ? forwarded : path_base(&source, arena);
    request->is_personal = forwarded != NULL || is_authenticated(request);
    const char *length = http_request_value(request, CGI_CONTENT_LENGTH);
    if (length[0] != '\0' && number_parse(length, 0, INT64_MAX, &request->content_length) != NUMBER_OK)
        return HTTP_REQUEST_MALFORMED;
    const char *path = path_resolve(&source, arena);
    if (path == NULL)
        return HTTP_REQUEST_MALFORMED;
    request->path = path;
    return HTTP_REQUEST_OK;
}
