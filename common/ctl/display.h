/* SPDX-License-Identifier: MIT */
/* What a terminal shows: text that cannot command it, and its width. */
#ifndef COMMON_CTL_DISPLAY_H
#define COMMON_CTL_DISPLAY_H

#include <stddef.h>
#include <stdio.h>

#include "common/arena.h"

/* `text` (NULL: "") as it may be shown: control characters, line separators and those that turn the direction of
 * writing become \u001b and the like, bytes that are not UTF-8 become U+FFFD. */
const char *display_text(struct arena *arena, const char *text);

/* The same, straight to `out`; the control characters of `allowed` stay. */
void display_put(FILE *out, const char *text, const char *allowed);

/* The same of several lines: newlines and tabs stay. */
void display_lines(FILE *out, const char *text);

/* open_memstream(3) that never is NULL: what is printed becomes *text (to be freed) of *length when it is closed. */
FILE *display_open_text(char **text, size_t *length);

/* Closes such a stream and moves its text, without newlines at its start, to the arena. */
const char *display_keep_text(struct arena *arena, FILE *out, char **text);

/* How many columns it takes; `text` is of display_text(). */
size_t display_width(const char *text);

#endif
