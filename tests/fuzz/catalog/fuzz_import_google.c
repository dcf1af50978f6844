/* SPDX-License-Identifier: MIT */
/* Google's feed, in text or XML: whatever comes, each row that is handed on is one, and what is wrong is told. */
#include <stdint.h>

#include "import_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_file(IMPORT_GOOGLE, data, size, size > 0 ? size : 1);
    check_file(IMPORT_GOOGLE, data, size, 7);
    return 0;
}
