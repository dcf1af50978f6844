/* SPDX-License-Identifier: MIT */
/* Colour, errors and percentages on a terminal. */
#include "discount/ctl/display.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool display_has_colour(FILE *out, const struct ctl_options *options)
{
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");

    if (options->is_plain || options->is_json || (no_colour != NULL && no_colour[0] != '\0'))
        return false;
    if (terminal == NULL || strcmp(terminal, "dumb") == 0)
        return false;
    return isatty(fileno(out)) == 1;
}

void display_error(const char *name, const char *format, ...)
{
    va_list values;
    char *line;

    va_start(values, format);
    if (vasprintf(&line, format, values) < 0)
        line = NULL;
    va_end(values);
    fflush(stdout);
    fprintf(stderr, "%s: ", name);
    display_put(stderr, line != NULL ? line : "out of memory", "");
    fputc('\n', stderr);
    free(line);
}

const char *display_percent(struct arena *arena, int64_t hundredths)
{
    if (hundredths % 100 == 0)
        return arena_print(arena, "%" PRId64 " %%", hundredths / 100);
    if (hundredths % 10 == 0)
        return arena_print(arena, "%" PRId64 ".%" PRId64 " %%", hundredths / 100, hundredths % 100 / 10);
    return arena_print(arena, "%" PRId64 ".%02" PRId64 " %%", hundredths / 100, hundredths % 100);
}
