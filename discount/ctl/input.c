/* SPDX-License-Identifier: MIT */
/* Files in. */
#include "discount/ctl/input.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/ctl/command.h"
#include "common/zone.h"
#include "discount/ctl/display.h"
#include "discount/ctl/faults.h"

#define PIECE 65536
#define CATALOGCTL "catalogctl"

const char *input_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* ---- Streams ---- */

bool input_open(struct input *input, const char *path)
{
    *input = (struct input){.stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "re")};
    return input->stream != NULL;
}

/* "catalogctl" in this program's directory; false: it is not there. */
static bool find_beside(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - sizeof CATALOGCTL);

    if (length <= 0)
        return false;
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        return false;
    memcpy(slash + 1, CATALOGCTL, sizeof CATALOGCTL);
    return access(path, X_OK) == 0;
}

bool input_open_catalog(struct input *input, const char *database)
{
    char program[PATH_MAX];
    const char *const words[] = {CATALOGCTL, "export", "--format", "csv", "--", database, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2];

    *input = (struct input){0};
    if (!find_beside(program, sizeof program))
        memcpy(program, CATALOGCTL, sizeof CATALOGCTL);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    errno = posix_spawnp(&input->child, program, &actions, NULL, (char *const *)words, environ);
    int cause = errno;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    input->stream = cause == 0 ? fdopen(ends[0], "r") : NULL;
    if (input->stream == NULL)
        close(ends[0]);
    errno = cause;
    return input->stream != NULL;
}

bool input_close(struct input *input)
{
    int status = 0;

    if (input->stream != stdin)
        fclose(input->stream);
    if (input->child == 0)
        return true;
    while (waitpid(input->child, &status, 0) < 0 && errno == EINTR)
        continue;
    return status == 0;
}

/* ---- Whole files ---- */

/* All bytes of `in`, but not many more than `max`. False: errno says why. */
static bool read_stream(FILE *in, size_t max, struct buffer *buffer)
{
    size_t read;

    do {
        read = fread(buffer_reserve(buffer, PIECE), 1, PIECE, in);
        buffer->length += read;
    } while (read > 0 && buffer->length <= max);
    return !ferror(in);
}

static int tell_errno(const struct ctl_options *options, const char *path)
{
    display_error(options->name, "%s: %s", input_name(path), strerror(errno));
    return COMMAND_FAILED;
}

int input_read(const struct ctl_options *options, const char *path, size_t max, struct arena *arena, char **text,
               size_t *length)
{
    struct input input;
    struct buffer buffer = {.length = 0};

    if (!input_open(&input, path))
        return tell_errno(options, path);
    bool is_read = read_stream(input.stream, max, &buffer);
    int cause = errno;
    (void)!input_close(&input); /* it has no child */
    errno = cause;
    int code = is_read ? COMMAND_OK : tell_errno(options, path);
    if (is_read && buffer.length > max) {
        display_error(options->name, "%s: longer than the %zu bytes that are allowed", input_name(path), max);
        code = COMMAND_REFUSED;
    } else if (is_read) {
        *text = arena_copy(arena, buffer.bytes, buffer.length);
        *length = buffer.length;
    }
    buffer_release(&buffer);
    return code;
}

int input_rulefile(const struct ctl_options *options, const char *path, struct arena *arena, struct rulefile *rulefile)
{
    struct fault_list notes = {.arena = arena};
    char *text = NULL, zone[ZONE_NAME_MAX + 1];
    size_t length = 0;

    int code = options_zone(options, zone);
    if (code == COMMAND_OK)
        code = input_read(options, path, RULEFILE_SIZE_MAX, arena, &text, &length);
    if (code != COMMAND_OK)
        return code;
    if (rulefile_parse(text, length, zone, arena, rulefile, fault_notes_add_line, &notes))
        return COMMAND_OK;
    return fault_notes_tell(&notes, options, input_name(path));
}
