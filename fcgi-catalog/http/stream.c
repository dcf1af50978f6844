/* SPDX-License-Identifier: MIT */
/* A streamed answer on a FastCGI connection. */
#include "fcgi-catalog/http/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/memory.h"

/* FastCGI specification, 8. */
#define VERSION 1
#define TYPE_END_REQUEST 3
#define TYPE_STDOUT 6
#define HEADER_LENGTH 8
#define CONTENT_MAX 65535

static void append(struct stream *stream, const void *bytes, size_t length)
{
    if (stream->room - stream->length < length) {
        stream->room = (stream->length + length) * 2;
        stream->records = memory_resize(stream->records, stream->room);
    }
    memcpy(stream->records + stream->length, bytes, length);
    stream->length += length;
}

static void append_record(struct stream *stream, int type, const char *content, size_t length)
{
    const unsigned char header[HEADER_LENGTH] = {
        VERSION,
        (unsigned char)type,
        (unsigned char)(stream->request_id >> 8),
        (unsigned char)stream->request_id,
        (unsigned char)(length >> 8),
        (unsigned char)length,
    };

    append(stream, header, sizeof header);
    append(stream, content, length);
}

/* An empty record would end the stream. */
static void append_output(struct stream *stream, const char *bytes, size_t length)
{
    while (length > 0) {
        size_t part = length < CONTENT_MAX ? length : CONTENT_MAX;
        append_record(stream, TYPE_STDOUT, bytes, part);
        bytes += part;
        length -= part;
    }
}

static void append_end(struct stream *stream)
{
    static const char request_complete[HEADER_LENGTH] = {0}; /* with application status 0 */

    append_record(stream, TYPE_STDOUT, "", 0);
    append_record(stream, TYPE_END_REQUEST, request_complete, sizeof request_complete);
    stream->is_whole = true;
}

void stream_begin(struct stream *stream, int fd, int request_id, struct http_source *source, const char *head,
                  size_t head_length)
{
    *stream = (struct stream){.source = source, .fd = fd, .request_id = request_id};
    append_output(stream, head, head_length);
}

static bool is_sent(const struct stream *stream)
{
    return stream->sent == stream->length;
}

/* False: the web server has gone. */
static bool send_records(struct stream *stream)
{
    while (!is_sent(stream)) {
        ssize_t count = send(stream->fd, stream->records + stream->sent, stream->length - stream->sent,
                             MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR)
            return errno == EAGAIN;
        if (count > 0)
            stream->sent += (size_t)count;
    }
    return true;
}

/* The next piece in the place of the last. False: it broke off. */
static bool take_piece(struct stream *stream)
{
    struct http_piece piece;

    if (!stream->source->next(stream->source, &piece))
        return false;
    stream->sent = stream->length = 0;
    append_output(stream, piece.bytes, piece.length);
    if (piece.length == 0)
        append_end(stream);
    return true;
}

enum stream_status stream_write(struct stream *stream)
{
    if (!send_records(stream))
        return STREAM_BROKEN;
    if (is_sent(stream) && !stream->is_whole && (!take_piece(stream) || !send_records(stream)))
        return STREAM_BROKEN;
    return is_sent(stream) && stream->is_whole ? STREAM_DONE : STREAM_MORE;
}

void stream_end(struct stream *stream)
{
    stream->source->release(stream->source);
    free(stream->records);
    *stream = (struct stream){0};
}
