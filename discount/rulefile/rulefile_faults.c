/* SPDX-License-Identifier: MIT */
/* What is wrong with a file, gathered and told in the order of its lines. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#include "discount/rulefile/internal.h"

#define MESSAGE_SIZE 1024

struct told {
    size_t line, order;
    const char *message;
};

void fault_list_add(struct fault_list *list, size_t line, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list values;

    if (list->count++ >= RULEFILE_FAULTS_MAX)
        return;
    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    list->told = memory_grow(list->told, list->kept, 1, sizeof *list->told);
    list->told[list->kept] =
        (struct told){.line = line, .order = list->kept, .message = arena_copy(&list->arena, message, strlen(message))};
    list->kept++;
}

static int compare_told(const void *left, const void *right)
{
    const struct told *a = left, *b = right;

    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

void fault_list_tell(struct fault_list *list, rulefile_fault_f *fault, void *data)
{
    if (list->kept > 0)
        qsort(list->told, list->kept, sizeof *list->told, compare_told);
    for (size_t i = 0; i < list->kept; i++)
        fault(data, list->told[i].line, list->told[i].message);
    if (list->count > list->kept) {
        char message[80];
        snprintf(message, sizeof message, "and %zu more, which are not told", list->count - list->kept);
        fault(data, list->told[list->kept - 1].line, message);
    }
    free(list->told);
    arena_release(&list->arena);
    *list = (struct fault_list){0};
}
