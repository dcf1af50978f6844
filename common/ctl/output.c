/* SPDX-License-Identifier: MIT */
/* Output files. */
#include "common/ctl/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/ctl/command.h"
#include "common/memory.h"

static int tell_errno(const struct output *output)
{
    fprintf(stderr, "%s: %s: %s\n", output->command, output->path != NULL ? output->path : "standard output",
            strerror(errno));
    return COMMAND_FAILED;
}

/* Gives the new file the mode of the file that it replaces, and its owner where this user may; else those of any new
 * file. */
static void set_mode(int fd, const struct stat *old)
{
    mode_t mask = umask(0);

    umask(mask);
    if (old != NULL && fchown(fd, old->st_uid, old->st_gid) != 0)
        errno = 0; /* the file belongs to this user then */
    if (fchmod(fd, old != NULL ? old->st_mode & 07777 : 0666 & ~mask) != 0)
        errno = 0; /* the file stays closed to others, as mkstemp(3) made it */
}

/* Makes a file beside `path`, which it will replace. */
static int open_beside(struct output *output, const char *path, const struct stat *old)
{
    static const char ending[] = ".XXXXXX";
    size_t length = strlen(path);

    output->place = memory_copy_text(path);
    output->temporary = memory_get(length + sizeof ending);
    memcpy(output->temporary, path, length);
    memcpy(output->temporary + length, ending, sizeof ending);
    int fd = mkostemp(output->temporary, O_CLOEXEC);
    if (fd >= 0)
        set_mode(fd, old);
    return fd;
}

static bool is_stdout(const struct stat *file)
{
    struct stat own;

    return fstat(STDOUT_FILENO, &own) == 0 && own.st_dev == file->st_dev && own.st_ino == file->st_ino;
}

/* Follows links. Only a regular file is replaced: a device, a FIFO or a socket is written directly, and so is the
 * target of a link that does not exist yet. */
static int open_path(struct output *output)
{
    struct stat file;
    char *target;

    if (stat(output->path, &file) != 0)
        return lstat(output->path, &file) == 0 ? open(output->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666)
                                               : open_beside(output, output->path, NULL);
    if (!S_ISREG(file.st_mode))
        return open(output->path, O_WRONLY | O_CLOEXEC);
    target = realpath(output->path, NULL);
    int fd = target != NULL ? open_beside(output, target, &file) : -1;
    free(target);
    return fd;
}

int output_open(struct output *output, const char *command, const char *path)
{
    struct stat file;

    *output = (struct output){.command = command, .stream = stdout};
    if (path == NULL || strcmp(path, "-") == 0 || (stat(path, &file) == 0 && is_stdout(&file)))
        return COMMAND_OK;
    output->path = path;
    int fd = open_path(output);
    if (fd >= 0) {
        output->stream = fdopen(fd, "w");
        return COMMAND_OK;
    }
    int code = tell_errno(output);
    free(output->temporary);
    free(output->place);
    return code;
}

int output_close(struct output *output, bool is_whole)
{
    bool is_replacing = output->temporary != NULL;
    int code = COMMAND_OK;

    if ((fflush(output->stream) != 0 || ferror(output->stream)) && is_whole)
        code = tell_errno(output);
    if (output->path == NULL) {
        if (code != COMMAND_OK) { /* reported already: not again at exit */
            __fpurge(stdout);
            clearerr(stdout);
        }
        return code;
    }
    if (code == COMMAND_OK && is_whole && is_replacing && fsync(fileno(output->stream)) != 0)
        code = tell_errno(output);
    if (fclose(output->stream) != 0 && code == COMMAND_OK && is_whole)
        code = tell_errno(output);
    if (code == COMMAND_OK && is_whole && is_replacing && rename(output->temporary, output->place) != 0)
        code = tell_errno(output);
    if (is_replacing && (code != COMMAND_OK || !is_whole))
        unlink(output->temporary);
    free(output->temporary);
    free(output->place);
    return code;
}
