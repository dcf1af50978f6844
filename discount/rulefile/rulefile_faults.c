/* SPDX-License-Identifier: MIT */
/* What is wrong with a file, gathered and told in the order of its lines. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "discount/rulefile/internal.h"

#define MESSAGE_SIZE 1024

void line_faults_add(struct line_faults *faults, size_t line, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list values;

    if (faults->count++ >= RULEFILE_FAULTS_MAX)
        return;
    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    faults->kept.arena = &faults->arena;
    fault_list_add(&faults->kept, line, "", "", message);
}

void line_faults_tell(struct line_faults *faults, rulefile_fault_f *fault, void *data)
{
    const struct fault_list *kept = &faults->kept;

    fault_list_sort(&faults->kept);
    for (size_t i = 0; i < kept->count; i++)
        fault(data, kept->items[i].place, kept->items[i].message);
    if (faults->count > kept->count) {
        char message[80];
        snprintf(message, sizeof message, "and %zu more, which are not told", faults->count - kept->count);
        fault(data, kept->items[kept->count - 1].place, message);
    }
    arena_release(&faults->arena);
    *faults = (struct line_faults){.count = 0};
}
