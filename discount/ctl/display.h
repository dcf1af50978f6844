/* SPDX-License-Identifier: MIT */
/* Colour, errors and percentages on a terminal. */
#ifndef DISCOUNT_CTL_DISPLAY_H
#define DISCOUNT_CTL_DISPLAY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "common/ctl/display.h"
#include "discount/ctl/options.h"

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
