/* SPDX-License-Identifier: MIT */
/* One request and its answer. */
#include "fcgi-catalog/http/exchange.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "fcgi-catalog/http/status.h"

void http_exchange_begin(struct http_exchange *exchange)
{
    exchange->response = (struct http_response){.status = 200, .headers = ""};
    exchange->also_varies = NULL;
    exchange->arrived_ns = clock_now_ns();
}

void http_exchange_finish(struct http_exchange *exchange)
{
    exchange->finish(exchange);
}

/* RFC 9110, 15.3.5 and 15.4.5. */
static bool may_have_body(int status)
{
    return status != 204 && status != 304;
}

static bool sends_body(const struct http_exchange *exchange)
{
    const struct http_response *response = &exchange->response;

    return exchange->request.method != HTTP_HEAD && response->content_type != NULL && may_have_body(response->status);
}

size_t http_exchange_body_length(const struct http_exchange *exchange)
{
    const struct http_response *response = &exchange->response;

    return sends_body(exchange) && response->source == NULL ? response->body_length : 0;
}

struct http_source *http_exchange_take_source(struct http_exchange *exchange)
{
    struct http_source *source = exchange->response.source;

    if (source == NULL || sends_body(exchange))
        return source;
    source->release(source);
    return NULL;
}

bool http_source_next(struct http_source *source, struct http_piece *piece)
{
    *piece = (struct http_piece){0};
    if (source->left == 0)
        return true;
    if (!source->next(source, piece))
        return false;
    source->is_wrong = piece->length == 0 || piece->length > source->left;
    if (source->is_wrong)
        log_error("answer-wrong-length", "left=%" PRIu64 " piece=%zu", source->left, piece->length);
    else
        source->left -= piece->length;
    return !source->is_wrong;
}

const char *http_exchange_head(struct http_exchange *exchange, size_t *length)
{
    const struct http_response *response = &exchange->response;
    const char *type = response->content_type;
    const char *title = http_status_title(response->status);
    size_t room = 128 + strlen(title) + strlen(HTTP_HEADERS_ALWAYS) + strlen(response->headers) +
                  (type == NULL ? 0 : strlen(type));
    char *head = arena_get(&exchange->arena, room);
    int used;

    if (!may_have_body(response->status))
        used = snprintf(head, room, "Status: %d %s\r\n" HTTP_HEADERS_ALWAYS "%s\r\n", response->status, title,
                        response->headers);
    else if (type == NULL)
        used = snprintf(head, room, "Status: %d %s\r\nContent-Length: 0\r\n" HTTP_HEADERS_ALWAYS "%s\r\n",
                        response->status, title, response->headers);
    else
        used = snprintf(head, room,
                        "Status: %d %s\r\nContent-Type: %s\r\nContent-Length: %" PRIu64 "\r\n" HTTP_HEADERS_ALWAYS
                        "%s\r\n",
                        response->status, title, type,
                        response->source != NULL ? response->source->left : response->body_length, response->headers);
    assert(used > 0 && (size_t)used < room);
    *length = (size_t)used;
    return head;
}

void http_response_add_headers(struct http_exchange *exchange, const char *lines)
{
    const char *before = exchange->response.headers;

    exchange->response.headers = before[0] == '\0' ? lines : arena_print(&exchange->arena, "%s%s", before, lines);
}

static bool has_control_characters(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    }
    return false;
}

void http_response_add_header(struct http_exchange *exchange, const char *name, const char *value)
{
    assert(!has_control_characters(name) && !has_control_characters(value));
    const char *before = exchange->response.headers;
    char *headers = arena_get(&exchange->arena, strlen(before) + strlen(name) + strlen(value) + sizeof ": \r\n");
    /* Faster than printf(3): every answer has half a dozen header lines. */
    stpcpy(stpcpy(stpcpy(stpcpy(stpcpy(headers, before), name), ": "), value), "\r\n");
    exchange->response.headers = headers;
}
