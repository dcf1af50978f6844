/* SPDX-License-Identifier: MIT */
/* Any bytes as a list of products: refused with lines and reasons, or read as products that a message may have. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "discount/ctl/product_file.h"
#include "discount/rule/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool fact)
{
    if (!fact)
        abort();
}

static void check_product(const Ecommerce__Product *product, size_t size)
{
    insist(product->id >= 1 && product->price_in_cents >= 0);
    insist(rule_is_key(product->slug, RULE_SLUG_MAX));
    for (size_t i = 0; i < product->n_categories; i++) {
        insist(rule_is_key(product->categories[i], RULE_KEY_MAX));
        for (size_t k = 0; k < i; k++)
            insist(strcmp(product->categories[i], product->categories[k]) != 0);
    }
    insist(size >= ecommerce__product__get_packed_size(product));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct fault_list notes = {.arena = &arena};
    struct product_file file;
    FILE *in = size > 0 ? fmemopen((void *)data, size, "r") : fopen("/dev/null", "re");

    insist(in != NULL);
    product_file_parse(in, &arena, &file, &notes);
    fclose(in);
    insist(notes.count <= PRODUCT_FILE_FAULTS_MAX);
    for (size_t i = 0; i < notes.count; i++)
        insist(notes.items[i].message[0] != '\0' && (i == 0 || notes.items[i].place >= notes.items[i - 1].place));
    for (size_t i = 0; notes.count == 0 && i < file.count; i++)
        check_product(file.products[i], file.sizes[i]);
    arena_release(&arena);
    return 0;
}
