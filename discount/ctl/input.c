/* SPDX-License-Identifier: MIT */
/* Files in. */
#include "discount/ctl/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/ctl/command.h"
#include "common/memory.h"
#include "discount/ctl/display.h"
#include "discount/ctl/faults.h"

#define FIRST_ROOM 65536

const char *input_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* All bytes of `in`, but no more than max + 1. False: errno says why. */
static bool read_stream(FILE *in, size_t max, char **text, size_t *length)
{
    size_t room = FIRST_ROOM, filled = 0;
    char *bytes = memory_get(room);

    while (filled <= max) {
        size_t n = fread(bytes + filled, 1, room - filled - 1, in);
        filled += n;
        if (n == 0)
            break;
        if (filled + 1 == room) {
            room *= 2;
            bytes = memory_resize(bytes, room);
        }
    }
    if (ferror(in)) {
        free(bytes);
        return false;
    }
    bytes[filled] = '\0';
    *text = bytes;
    *length = filled;
    return true;
}

static int tell_errno(const struct ctl_options *options, const char *path)
{
    display_error(options->name, "%s: %s", input_name(path), strerror(errno));
    return COMMAND_FAILED;
}

int input_read(const struct ctl_options *options, const char *path, size_t max, struct arena *arena, char **text,
               size_t *length)
{
    bool is_standard = strcmp(path, "-") == 0;
    FILE *in = is_standard ? stdin : fopen(path, "re");
    char *bytes;

    if (in == NULL)
        return tell_errno(options, path);
    bool is_read = read_stream(in, max, &bytes, length);
    int cause = errno;
    if (!is_standard)
        fclose(in);
    errno = cause;
    if (!is_read)
        return tell_errno(options, path);
    int code = COMMAND_OK;
    if (*length > max) {
        display_error(options->name, "%s: longer than the %zu bytes that are allowed", input_name(path), max);
        code = COMMAND_REFUSED;
    } else {
        *text = arena_copy(arena, bytes, *length);
    }
    free(bytes);
    return code;
}

int input_rulefile(const struct ctl_options *options, const char *path, struct arena *arena, struct rulefile *rulefile)
{
    struct fault_notes notes = {.arena = arena};
    char *text = NULL;
    size_t length = 0;

    int code = input_read(options, path, RULEFILE_SIZE_MAX, arena, &text, &length);
    if (code != COMMAND_OK)
        return code;
    if (rulefile_parse(text, length, arena, rulefile, fault_notes_add_line, &notes))
        return COMMAND_OK;
    return fault_notes_tell(&notes, options, input_name(path));
}
