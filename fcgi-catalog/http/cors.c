/* SPDX-License-Identifier: MIT */
/* Pages of other origins that ask from a browser. */
#include "fcgi-catalog/http/cors.h"

#include <string.h>

#define EXPOSED "Link, ETag, X-Total-Count, X-Searched-For, X-Rules-Revision, X-Discount-Status, Retry-After"
#define CONDITIONS "Accept, If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since"
#define IDENTITIES "X-USER-ID, Authorization"
#define PREFLIGHT_MAX_AGE_S "600"

static const char separators[] = ", \t";

static bool is_everybody(const char *origins)
{
    return strcmp(origins, "*") == 0;
}

/* ---- The setting ---- */

/* "https://shop.example:8443": lower case, and no port that is the scheme's default. */
static bool is_origin(const char *text, size_t length)
{
    static const struct {
        const char *scheme, *port;
    } schemes[] = {{"http://", ":80"}, {"https://", ":443"}};

    for (size_t i = 0; i < ARRAY_LENGTH(schemes); i++) {
        size_t scheme_length = strlen(schemes[i].scheme), port_length = strlen(schemes[i].port);
        if (length <= scheme_length || strncmp(text, schemes[i].scheme, scheme_length) != 0)
            continue;
        bool has_port = length > port_length && strncmp(text + length - port_length, schemes[i].port, port_length) == 0;
        return !has_port &&
               strspn(text + scheme_length, "abcdefghijklmnopqrstuvwxyz0123456789.-_:[]") >= length - scheme_length;
    }
    return false;
}

bool cors_is_origins(const char *text)
{
    if (is_everybody(text))
        return true;
    for (const char *at = text + strspn(text, separators); *at != '\0'; at += strspn(at, separators)) {
        size_t length = strcspn(at, separators);
        if (!is_origin(at, length))
            return false;
        at += length;
    }
    return true;
}

/* ---- A request ---- */

static bool is_listed(const char *origin, const char *origins)
{
    size_t origin_length = strlen(origin);

    for (const char *at = origins + strspn(origins, separators); *at != '\0'; at += strspn(at, separators)) {
        size_t length = strcspn(at, separators);
        if (length == origin_length && memcmp(at, origin, length) == 0)
            return true;
        at += length;
    }
    return false;
}

/* Whether the request names a customer or user, trusted or not. */
static bool is_somebodys(const struct http_exchange *exchange)
{
    return http_request_value(&exchange->request, CGI_HTTP_X_USER_ID)[0] != '\0' ||
           http_request_value(&exchange->request, CGI_HTTP_AUTHORIZATION)[0] != '\0' ||
           http_request_value(&exchange->request, CGI_REMOTE_USER)[0] != '\0';
}

/* False: the page may not read the answer. */
static bool add_origin(struct http_exchange *exchange, const char *origins)
{
    const char *origin = http_request_value(&exchange->request, CGI_HTTP_ORIGIN);

    if (is_everybody(origins)) {
        /* Also without an Origin: the answer does not depend on it. */
        if (!is_somebodys(exchange))
            http_response_add_header(exchange, "Access-Control-Allow-Origin", "*");
        return !is_somebodys(exchange);
    }
    exchange->also_varies = "Origin";
    if (!is_listed(origin, origins))
        return false;
    http_response_add_header(exchange, "Access-Control-Allow-Origin", origin);
    http_response_add_header(exchange, "Access-Control-Allow-Credentials", "true");
    return true;
}

static bool is_preflight(const struct http_exchange *exchange)
{
    return exchange->request.method == HTTP_OPTIONS &&
           http_request_value(&exchange->request, CGI_HTTP_ORIGIN)[0] != '\0' &&
           http_request_value(&exchange->request, CGI_HTTP_ACCESS_CONTROL_REQUEST_METHOD)[0] != '\0';
}

bool cors_apply(struct http_exchange *exchange, const char *origins)
{
    if (origins == NULL || origins[0] == '\0' || !add_origin(exchange, origins))
        return false;
    if (!is_preflight(exchange)) {
        http_response_add_header(exchange, "Access-Control-Expose-Headers", EXPOSED);
        return false;
    }
    http_response_add_header(exchange, "Access-Control-Allow-Methods", "GET, HEAD");
    http_response_add_header(exchange, "Access-Control-Allow-Headers",
                             is_everybody(origins) ? CONDITIONS : CONDITIONS ", " IDENTITIES);
    http_response_add_header(exchange, "Access-Control-Max-Age", PREFLIGHT_MAX_AGE_S);
    if (exchange->also_varies != NULL)
        http_response_add_header(exchange, "Vary", exchange->also_varies);
    exchange->response.status = 204;
    return true;
}
