/* SPDX-License-Identifier: MIT */
/*
 * Products with their list prices as CSV (RFC 4180), by libcsv: a header `id,slug,price,categories`, then a product a
 * line. Categories are separated by spaces or '|'; their column may be missing.
 */
#ifndef DISCOUNT_CTL_PRODUCT_FILE_H
#define DISCOUNT_CTL_PRODUCT_FILE_H

#include <stddef.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "discount/ctl/options.h"
#include "proto/discount_admin.pb-c.h"

#define PRODUCT_FILE_SIZE_MAX ((size_t)256 * 1024 * 1024)

struct product_file {
    Ecommerce__Product **products;
    size_t *sizes; /* packed, and what frames them in a message */
    size_t count, room;
};

/* Reads such a file into the arena. COMMAND_OK, or an exit code, everything that is wrong having been told. */
MUST_CHECK int product_file_read(const struct ctl_options *options, const char *path, struct arena *arena,
                                 struct product_file *file);

#endif
