/* SPDX-License-Identifier: MIT */
/* A table for people: aligned columns below a header, on a terminal and in a pipe. */
#ifndef DISCOUNT_CTL_TABLE_H
#define DISCOUNT_CTL_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "discount/ctl/options.h"

struct table;

struct table_column {
    const char *title;
    bool is_number; /* to the right */
};

enum table_style { TABLE_PLAIN, TABLE_DIM, TABLE_GOOD, TABLE_BAD };

/* The columns must live as long as the table, which lives in the arena. */
struct table *table_new(struct arena *arena, const struct table_column *columns, size_t count);

/* Adds a row: a cell for each column (NULL: empty), which is copied and made safe to show (display.h). */
void table_add(struct table *table, enum table_style style, const char *const *cells);

/* Prints header and rows; without rows, nothing. */
void table_print(const struct table *table, FILE *out, const struct ctl_options *options);

#endif
