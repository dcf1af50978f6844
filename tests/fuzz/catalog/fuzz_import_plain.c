/* SPDX-License-Identifier: MIT */
/* Exports of PrestaShop, Magento and others, known by their headers: whatever comes, each row that is handed on is
 * one, and what is wrong is told. */
#include <stdint.h>

#include "import_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_file(IMPORT_ANY, data, size, size > 0 ? size : 1);
    check_file(IMPORT_ANY, data, size, 7);
    check_file(IMPORT_MAPPED, data, size, 7);
    return 0;
}
