/* SPDX-License-Identifier: MIT */
/* Any bytes as a settings file: each is either read, in order and in clean pieces, or refused with a line and a reason.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/settings_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool fact)
{
    if (!fact)
        abort();
}

static bool check_setting(void *data, int line, const char *name, const char *value)
{
    int *last_line = data;

    insist(line > *last_line);
    *last_line = line;
    insist(strlen(name) > 0);
    insist(name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")] == '\0');
    insist(strlen(value) <= SETTINGS_LINE_MAX);
    insist(strpbrk(value, "\n\r\x01\x1b\x7f") == NULL);
    return line < 1000; /* a receiver may stop */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings_file_fault fault;
    int last_line = 0;

    if (settings_file_parse((const char *)data, size, check_setting, &last_line, &fault)) {
        insist(fault.line == 0);
    } else if (fault.line > 0) {
        insist(fault.line >= last_line);
        insist(fault.text != NULL);
    } else {
        insist(last_line >= 1000);
    }
    return 0;
}
