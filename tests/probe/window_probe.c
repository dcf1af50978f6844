/* SPDX-License-Identifier: MIT */
/*
 * Lets a test read and write the instants of windows. Each line of standard input is
 *
 *     TEXT ZONE start|end                  2026-11-27 Europe/Berlin end
 *
 * and is answered with a line of JSON: {"instant":…,"text":…}, text being the instant written again, or {"reason":…}.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "discount/window/window.h"

#include "tests/probe/answer.h"

static void answer(const char *line)
{
    char text[200], zone[200], side[8], reason[512], again[WINDOW_TEXT_SIZE];
    int64_t instant;
    if (sscanf(line, "%199s %199s %7s", text, zone, side) != 3) {
        fprintf(stderr, "window_probe: not understood: %s\n", line);
        exit(64);
    }
    bool is_end = strcmp(side, "end") == 0;
    if (window_parse(text, zone, is_end, &instant, reason, sizeof reason)) {
        printf("{\"instant\":%" PRId64 ",\"text\":", instant);
        print_text(window_print(instant, zone, is_end, again));
    } else {
        fputs("{\"reason\":", stdout);
        print_text(reason);
    }
    puts("}");
    fflush(stdout);
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0)
        answer(line);
    free(line);
    return 0;
}
