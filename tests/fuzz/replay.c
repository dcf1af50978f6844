/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over the files that are named: what was found once is tested for ever, without a fuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/file.h"

#define INPUT_MAX ((size_t)16 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *bytes;
        size_t length;
        if (!file_read(argv[i], INPUT_MAX, &bytes, &length)) {
            perror(argv[i]);
            return EXIT_FAILURE;
        }
        /* A copy of exactly the right size: a read past the end is a read past the block. */
        uint8_t *exact = malloc(length > 0 ? length : 1);
        for (size_t j = 0; j < length; j++)
            exact[j] = (uint8_t)bytes[j];
        free(bytes);
        LLVMFuzzerTestOneInput(exact, length);
        free(exact);
    }
    printf("%s: %d inputs\n", argv[0], argc - 1);
    return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
