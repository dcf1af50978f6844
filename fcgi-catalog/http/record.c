/* SPDX-License-Identifier: MIT */
/* FastCGI's records: skipping a body. */
#include "fcgi-catalog/http/record.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define READS_MAX 32 /* in one turn */

static void take_header(struct record_body *body)
{
    const unsigned char *header = body->header;
    size_t length = (size_t)header[4] << 8 | header[5];

    body->header_length = 0;
    body->is_wrong = header[0] != RECORD_VERSION;
    body->left = length + header[6];
    if (header[1] != RECORD_STDIN)
        return;
    body->length += length;
    body->is_ended = length == 0;
}

/* How many bytes of the record that comes may be read at once. */
static size_t wanted(const struct record_body *body)
{
    return body->left > 0 ? body->left : RECORD_HEADER_LENGTH - body->header_length;
}

/* Takes `length` bytes, at most wanted(). */
static void take(struct record_body *body, const void *bytes, size_t length)
{
    if (body->left > 0) {
        body->left -= length;
        return;
    }
    memcpy(body->header + body->header_length, bytes, length);
    body->header_length += length;
    if (body->header_length == RECORD_HEADER_LENGTH)
        take_header(body);
}

bool record_body_is_whole(const struct record_body *body)
{
    return body->is_ended && body->left == 0;
}

void record_body_feed(struct record_body *body, const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length > 0 && !body->is_wrong && !record_body_is_whole(body)) {
        size_t part = length < wanted(body) ? length : wanted(body);
        take(body, at, part);
        at += part;
        length -= part;
    }
}

/* Receives the next part of the body; returns what recv(2) does. A record's header is peeked at first, and left where
 * it begins the next request; *is_next says so. */
static ssize_t receive(const struct record_body *body, int fd, char *bytes, size_t room, bool *is_next)
{
    size_t most = wanted(body) < room ? wanted(body) : room;

    *is_next = false;
    if (body->left == 0 && body->header_length == 0) {
        ssize_t count = recv(fd, bytes, most, MSG_PEEK | MSG_DONTWAIT);
        *is_next = count > 1 && bytes[0] == RECORD_VERSION && bytes[1] == RECORD_BEGIN_REQUEST;
        if (count <= 0 || *is_next)
            return count;
    }
    return recv(fd, bytes, most, MSG_DONTWAIT);
}

enum record_skip record_body_skip(struct record_body *body, int fd)
{
    char bytes[16384];
    bool is_next = false;

    for (int i = 0; i < READS_MAX && !body->is_wrong && !record_body_is_whole(body); i++) {
        ssize_t count = receive(body, fd, bytes, sizeof bytes, &is_next);
        if (is_next)
            return RECORD_SKIP_WHOLE;
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            return RECORD_SKIP_MORE;
        if (count <= 0)
            return RECORD_SKIP_BROKEN;
        take(body, bytes, (size_t)count);
    }
    if (body->is_wrong)
        return RECORD_SKIP_BROKEN;
    return record_body_is_whole(body) ? RECORD_SKIP_WHOLE : RECORD_SKIP_MORE;
}
