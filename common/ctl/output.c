/* SPDX-License-Identifier: MIT */
/* Files out. */
#include "common/ctl/output.h"

#include <errno.h>
#include <fcntl.h>
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

/* mkstemp(3) gives a file to its owner alone; this one gets the mode that any new file would. */
static void set_mode(int fd)
{
    mode_t mask = umask(0);

    umask(mask);
    if (fchmod(fd, 0666 & ~mask) != 0)
        return; /* it stays closed to others */
}

int output_open(struct output *output, const char *command, const char *path)
{
    static const char ending[] = ".XXXXXX";

    *output = (struct output){.command = command, .stream = stdout};
    if (path == NULL || strcmp(path, "-") == 0)
        return COMMAND_OK;
    output->path = path;
    size_t length = strlen(path);
    output->temporary = memory_get(length + sizeof ending);
    memcpy(output->temporary, path, length);
    memcpy(output->temporary + length, ending, sizeof ending);
    int fd = mkostemp(output->temporary, O_CLOEXEC);
    if (fd < 0) {
        int code = tell_errno(output);
        free(output->temporary);
        return code;
    }
    set_mode(fd);
    output->stream = fdopen(fd, "w");
    return COMMAND_OK;
}

int output_close(struct output *output, bool is_whole)
{
    int code = COMMAND_OK;

    if ((fflush(output->stream) != 0 || ferror(output->stream)) && is_whole)
        code = tell_errno(output);
    if (output->path == NULL)
        return code;
    if (code == COMMAND_OK && is_whole && fsync(fileno(output->stream)) != 0)
        code = tell_errno(output);
    if (fclose(output->stream) != 0 && code == COMMAND_OK && is_whole)
        code = tell_errno(output);
    if (code == COMMAND_OK && is_whole && rename(output->temporary, output->path) != 0)
        code = tell_errno(output);
    if (code != COMMAND_OK || !is_whole)
        unlink(output->temporary);
    free(output->temporary);
    return code;
}
