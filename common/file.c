/* SPDX-License-Identifier: MIT */
/* Small files: read whole, and noticed when they change. */
#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"

static bool read_whole(int fd, size_t max, char **text, size_t *length)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return false;
    if (!S_ISREG(st.st_mode)) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
        return false;
    }
    if ((uint64_t)st.st_size > max) {
        errno = EFBIG;
        return false;
    }
    size_t size = (size_t)st.st_size, filled = 0;
    char *bytes = memory_get(size + 1);
    while (filled < size) {
        ssize_t n = read(fd, bytes + filled, size - filled);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            free(bytes);
            return false;
        }
        if (n == 0)
            break;
        filled += (size_t)n;
    }
    bytes[filled] = '\0';
    *text = bytes;
    if (length != NULL)
        *length = filled;
    return true;
}

bool file_read(const char *path, size_t max, char **text, size_t *length)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool done = read_whole(fd, max, text, length);
    int cause = errno;
    close(fd);
    errno = cause;
    return done;
}

struct file_stamp file_stamp(const char *path)
{
    struct stat st;
    struct file_stamp stamp = {0};

    if (stat(path, &st) == 0) {
        stamp.device = st.st_dev;
        stamp.inode = st.st_ino;
        stamp.size = (uint64_t)st.st_size;
        stamp.changed_ns = (int64_t)st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec;
    }
    return stamp;
}

bool file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size && a->changed_ns == b->changed_ns;
}

char *file_join(const char *directory, const char *name)
{
    if (name[0] == '/' || directory == NULL || directory[0] == '\0')
        return memory_copy_text(name);
    size_t room = strlen(directory) + strlen(name) + 2;
    char *path = memory_get(room);
    snprintf(path, room, "%s/%s", directory, name);
    return path;
}

char *file_program_directory(void)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);

    if (length <= 0)
        return memory_copy_text(".");
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    slash[slash == path ? 1 : 0] = '\0';
    return memory_copy_text(path);
}
