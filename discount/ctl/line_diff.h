/* SPDX-License-Identifier: MIT */
/* What differs between two texts, line by line. */
#ifndef DISCOUNT_CTL_LINE_DIFF_H
#define DISCOUNT_CTL_LINE_DIFF_H

#include <stdbool.h>
#include <stdio.h>

#define LINE_DIFF_CONTEXT 3 /* unchanged lines around what changed */

/* Prints the lines of both, "-" before those of `before` alone, "+" before those of `after` alone, " " before those of
 * both that are near; "..." stands for what is left out between. */
void line_diff_print(FILE *out, const char *before, const char *after, bool has_colour);

#endif
