/* SPDX-License-Identifier: MIT */
/* What preview and lint have in common: the rules as a rule file would make them, and products to look at them with. */
#ifndef DISCOUNT_CTL_WHAT_IF_H
#define DISCOUNT_CTL_WHAT_IF_H

#include "discount/ctl/changeset.h"
#include "discount/ctl/product_file.h"

/* Begins the structures of both commands' options. */
struct what_if_options {
    struct ctl_options ctl;
    bool is_pruning;
    struct product_source source;
    const char *at, *zone;
    int64_t limit;
};

#define WHAT_IF_ROWS 6
extern const struct argument_row what_if_rows[WHAT_IF_ROWS];

/* All that was read before the service is asked. All zero but the arena at first. */
struct what_if {
    struct arena *arena;
    struct rulefile rulefile;
    struct changeset set;
    struct product_file products;
    int64_t at;
};

/* Reads the rule file (NULL: none), the products and the instant. COMMAND_OK, or it was told. */
MUST_CHECK int what_if_read(struct what_if *what_if, const struct what_if_options *options, const char *path);

#endif
