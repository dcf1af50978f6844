/* SPDX-License-Identifier: MIT */
/* The web server's side of FastCGI, by hand, for the tests of the responder. */
#ifndef CATALOG_TESTS_UNIT_CATALOG_FASTCGI_CLIENT_H
#define CATALOG_TESTS_UNIT_CATALOG_FASTCGI_CLIENT_H

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    RECORD_BEGIN = 1,
    RECORD_END = 3,
    RECORD_PARAMS = 4,
    RECORD_STDIN = 5,
    RECORD_STDOUT = 6,
    RECORD_GET_VALUES = 9,
    RECORD_GET_VALUES_RESULT = 10
};
enum { ROLE_RESPONDER = 1, ROLE_AUTHORIZER = 2 };

/* Bytes on their way to the responder. */
struct message {
    unsigned char bytes[16384];
    size_t length;
};

static void add_record(struct message *message, int type, const void *content, size_t length)
{
    const unsigned char header[8] = {1, (unsigned char)type, 0, 1, (unsigned char)(length >> 8), (unsigned char)length};

    memcpy(message->bytes + message->length, header, sizeof header);
    message->length += sizeof header;
    if (length > 0)
        memcpy(message->bytes + message->length, content, length);
    message->length += length;
}

static void add_begin(struct message *message, int role, bool is_kept)
{
    const unsigned char body[8] = {0, (unsigned char)role, is_kept ? 1 : 0};
    add_record(message, RECORD_BEGIN, body, sizeof body);
}

/* `variables` are pairs of name and value, ended by NULL; each shorter than 128 bytes. */
static void add_params(struct message *message, const char *const *variables)
{
    char content[4096];
    size_t length = 0;

    for (; variables[0] != NULL; variables += 2) {
        size_t name_length = strlen(variables[0]), value_length = strlen(variables[1]);
        content[length++] = (char)name_length;
        content[length++] = (char)value_length;
        memcpy(content + length, variables[0], name_length);
        memcpy(content + length + name_length, variables[1], value_length);
        length += name_length + value_length;
    }
    if (length > 0)
        add_record(message, RECORD_PARAMS, content, length);
    add_record(message, RECORD_PARAMS, NULL, 0);
}

/* A whole request without a body. */
static struct message make_request(const char *method, const char *path, bool is_kept)
{
    struct message message = {.length = 0};

    add_begin(&message, ROLE_RESPONDER, is_kept);
    add_params(&message, (const char *const[]){"REQUEST_METHOD", method, "SCRIPT_NAME", path, NULL});
    add_record(&message, RECORD_STDIN, NULL, 0);
    return message;
}

static int client_connect(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool client_send(int fd, const struct message *message)
{
    return send(fd, message->bytes, message->length, MSG_NOSIGNAL) == (ssize_t)message->length;
}

/* Exactly `length` bytes, each within `wait_ms`. */
static bool client_read(int fd, void *bytes, size_t length, int wait_ms)
{
    for (size_t got = 0; got < length;) {
        struct pollfd input = {.fd = fd, .events = POLLIN};
        ssize_t count = poll(&input, 1, wait_ms) == 1 ? read(fd, (char *)bytes + got, length - got) : -1;
        if (count <= 0)
            return false;
        got += (size_t)count;
    }
    return true;
}

/* The whole answer up to its END_REQUEST; the first bytes of standard output are put into `text`. False: none came. */
static bool client_answer(int fd, char *text, size_t room, int wait_ms)
{
    unsigned char header[8], content[65536 + 256];
    size_t used = 0;

    text[0] = '\0';
    while (client_read(fd, header, sizeof header, wait_ms)) {
        size_t length = (size_t)header[4] << 8 | header[5];
        if (!client_read(fd, content, length + header[6], wait_ms))
            return false;
        if (header[1] == RECORD_END)
            return true;
        if (header[1] != RECORD_STDOUT)
            return false;
        size_t part = length < room - 1 - used ? length : room - 1 - used;
        memcpy(text + used, content, part);
        used += part;
        text[used] = '\0';
    }
    return false;
}

/* Whether the responder closes the connection, without a byte, within `wait_ms`. */
static bool client_sees_close(int fd, int wait_ms)
{
    struct pollfd input = {.fd = fd, .events = POLLIN};
    char byte;

    return poll(&input, 1, wait_ms) == 1 && read(fd, &byte, 1) <= 0;
}

#endif
