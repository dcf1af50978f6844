/* SPDX-License-Identifier: MIT */
/* The faults of a file: each is told, up to a number, and counted beyond it. */
#ifndef CATALOG_IMPORT_FAULTS_H
#define CATALOG_IMPORT_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/compiler.h"

/* Where something stands in the file, as in a fault. */
struct file_place {
    size_t line, column;
};

struct import_fault {
    size_t line;   /* from 1 */
    size_t column; /* CSV: the field's number, from 1; JSON Lines: the byte in the line, from 1; 0: the whole row, or
                      XML */
    const char *message; /* one line without an end: what is wrong, and what is allowed */
};

typedef void import_fault_f(void *data, const struct import_fault *fault);

/* All zero but `tell`, `data` and `most`: nothing is wrong. */
struct import_faults {
    import_fault_f *tell; /* the fault lives during the call */
    void *data;
    size_t most;        /* so many are told */
    bool hides_columns; /* the file has none */
    size_t count;       /* all faults, told or not */
};

void import_faults_add(struct import_faults *faults, size_t line, size_t column, const char *format, ...)
    PRINTF_LIKE(4, 5);

#endif
