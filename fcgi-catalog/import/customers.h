/* SPDX-License-Identifier: MIT */
/*
 * Customers of a CSV file into the catalog: rows as rows.h reads them, with headings in any case and order, and blanks
 * or underscores within them:
 *
 *     id,login,email,first_name,last_name
 *
 * and `spreadsheet` as in catalog/csv.h. One of the first three is required; other columns are passed over. Blanks at
 * the ends of a cell are part of names only; an empty cell says that there is none. What is wrong with a row is a fault
 * of the file, and reading goes on.
 *
 *     begin() -> customer_importer_new -> customer_importer_feed … -> customer_importer_finish -> commit() or
 *     roll_back()
 */
#ifndef CATALOG_IMPORT_CUSTOMERS_H
#define CATALOG_IMPORT_CUSTOMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"
#include "fcgi-catalog/import/importer.h"

struct customer_importer_setup {
    struct import *import; /* in its transaction; borrowed */
    struct import_faults *faults;
    bool is_pruning;   /* deletes customers that the file does not name */
    int64_t prune_max; /* at most so many, or nothing is committed; -1: a fifth of all, but at least nine */
};

struct customer_importer;

/* The setup is copied. */
struct customer_importer *customer_importer_new(const struct customer_importer_setup *setup);
void customer_importer_free(struct customer_importer *importer); /* NULL is allowed */

/* The next bytes of the file. False: reading on makes no sense; customer_importer_finish() says why. */
MUST_CHECK bool customer_importer_feed(struct customer_importer *importer, const char *bytes, size_t length);

/* Ends the file. */
MUST_CHECK enum importer_status customer_importer_finish(struct customer_importer *importer);

/* Rows, customers that were changed and deleted: read, inserted, updated, unchanged and deleted; the others are 0. */
struct importer_counts customer_importer_counts(const struct customer_importer *importer);

/* A column that was passed over, from 0 on; NULL: there are no more. */
const char *customer_importer_passed_over(const struct customer_importer *importer, size_t index);

#endif
