/* SPDX-License-Identifier: MIT */
/* A file that an import reads. */
#include "fcgi-catalog/ctl/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"

#define CHUNK_SIZE ((size_t)64 * 1024)

static bool is_standard_input(const char *path)
{
    return strcmp(path, "-") == 0;
}

const char *input_name(const char *path)
{
    return is_standard_input(path) ? "standard input" : path;
}

bool input_open(struct input *input, const char *command, const char *path)
{
    struct stat state;

    *input = (struct input){.command = command, .name = input_name(path)};
    input->fd = is_standard_input(path) ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (input->fd < 0 || fstat(input->fd, &state) != 0) {
        fprintf(stderr, "%s: %s: %s\n", command, input->name, strerror(errno));
        return false;
    }
    if (S_ISREG(state.st_mode) && state.st_size > 0)
        input->size = (uint64_t)state.st_size;
    return true;
}

void input_close(struct input *input)
{
    if (input->fd != STDIN_FILENO)
        close(input->fd);
}

bool input_feed(struct input *input, bool (*take)(void *data, const char *bytes, size_t length), void *data, int *cause)
{
    char *chunk = memory_get(CHUNK_SIZE);
    ssize_t length;

    for (;;) {
        do
            length = read(input->fd, chunk, CHUNK_SIZE);
        while (length < 0 && errno == EINTR);
        if (length <= 0)
            break;
        input->bytes_read += (uint64_t)length;
        if (!take(data, chunk, (size_t)length))
            break;
    }
    *cause = errno;
    free(chunk);
    return length >= 0;
}
