/* SPDX-License-Identifier: MIT */
/* What is wrong with a file. */
#include "fcgi-catalog/import/faults.h"

#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_SIZE 512

void import_faults_add(struct import_faults *faults, size_t line, size_t column, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list values;

    if (faults->count++ >= faults->most || faults->tell == NULL)
        return;
    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    faults->tell(faults->data, &(struct import_fault){
                                   .line = line, .column = faults->hides_columns ? 0 : column, .message = message});
}
