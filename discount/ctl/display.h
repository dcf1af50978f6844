/* SPDX-License-Identifier: MIT */
/* What a terminal shows: text that cannot command it, its width, and colour. */
#ifndef DISCOUNT_CTL_DISPLAY_H
#define DISCOUNT_CTL_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "discount/ctl/options.h"

/* `text` (NULL: "") as it may be shown: control characters, line separators and those that turn the direction of
 * writing become \u001b and the like, bytes that are not UTF-8 become U+FFFD. */
const char *display_text(struct arena *arena, const char *text);

/* The same for text of several lines, straight to `out`; newlines and tabs stay. */
void display_lines(FILE *out, const char *text);

/* open_memstream(3) that never is NULL: what is printed becomes *text (to be freed) of *length when it is closed. */
FILE *display_open_text(char **text, size_t *length);

/* Closes such a stream and moves its text, without newlines at its start, to the arena. */
const char *display_keep_text(struct arena *arena, FILE *out, char **text);

/* How many columns it takes; `text` is of display_text(). */
size_t display_width(const char *text);

/* Whether `out` is a terminal that shows colours, and nobody wants none (--no-colour, NO_COLOR, TERM=dumb). */
bool display_has_colour(FILE *out, const struct ctl_options *options);

#define COLOUR_BOLD "\033[1m"
#define COLOUR_DIM "\033[2m"
#define COLOUR_RED "\033[31m"
#define COLOUR_GREEN "\033[32m"
#define COLOUR_CYAN "\033[36m"
#define COLOUR_OFF "\033[0m"

/* One line on standard error, "NAME: …", whatever is in it made safe. */
void display_error(const char *name, const char *format, ...) PRINTF_LIKE(2, 3);

/* "12.5 %" of hundredths of a percent. */
const char *display_percent(struct arena *arena, int64_t hundredths);

#endif
