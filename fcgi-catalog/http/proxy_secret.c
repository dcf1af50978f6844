/* SPDX-License-Identifier: MIT */
/* What a trusted proxy proves itself with. */
#include "fcgi-catalog/http/proxy_secret.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/memory.h"

struct proxy_secret {
    char *lines; /* each ended by NUL, the last one by two */
};

static struct proxy_secret *refuse(const char *path, const char *why, char *reason, size_t reason_size)
{
    snprintf(reason, reason_size, "proxy secret file %s: %s", path, why);
    return NULL;
}

/* Ends each line with a NUL. False: one is no secret, or there is none. */
static bool split_lines(char *text, size_t length)
{
    size_t start = 0;

    for (size_t i = 0; i <= length; i++) {
        if (i < length && text[i] != '\n') {
            if (text[i] <= ' ' || text[i] > '~')
                return false;
            continue;
        }
        if (i == length && i == start)
            return i > 0; /* the last line was ended */
        if (i - start < PROXY_SECRET_LENGTH_MIN)
            return false;
        text[i] = '\0';
        start = i + 1;
    }
    return true;
}

struct proxy_secret *proxy_secret_read(const char *path, char *reason, size_t reason_size)
{
    struct stat status;
    char *text;
    size_t length;

    if (!file_read(path, PROXY_SECRET_FILE_MAX, &text, &length))
        return refuse(path, errno == EFBIG ? "it is larger than 4 KiB" : strerror(errno), reason, reason_size);
    struct proxy_secret *secret = memory_get_zeroed(1, sizeof *secret);
    secret->lines = memory_get_zeroed(1, length + 2);
    memcpy(secret->lines, text, length);
    free(text);
    if (stat(path, &status) != 0 || (status.st_mode & S_IRWXO) != 0)
        refuse(path, "everybody may read it; allowed is a mode such as 0400 or 0640", reason, reason_size);
    else if (!split_lines(secret->lines, length))
        refuse(path, "allowed is one secret a line, of at least 16 visible ASCII characters without spaces", reason,
               reason_size);
    else
        return secret;
    proxy_secret_free(secret);
    return NULL;
}

void proxy_secret_free(struct proxy_secret *secret)
{
    if (secret == NULL)
        return;
    free(secret->lines);
    free(secret);
}

/* volatile: so that no compiler finds a way to stop early. */
static bool is_same(const char *line, size_t line_length, const char *text, size_t length)
{
    volatile unsigned char difference = line_length != length;

    for (size_t i = 0; i < length; i++)
        difference |= (unsigned char)(text[i] ^ line[i % line_length]);
    return difference == 0;
}

bool proxy_secret_is(const struct proxy_secret *secret, const char *text)
{
    size_t length = strlen(text);
    bool is_one = false;

    for (const char *line = secret->lines; *line != '\0'; line += strlen(line) + 1)
        is_one |= is_same(line, strlen(line), text, length);
    return is_one;
}
