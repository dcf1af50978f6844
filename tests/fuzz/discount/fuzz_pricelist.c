/* SPDX-License-Identifier: MIT */
/* Any bytes as a price list: refused with lines and reasons, or read; then what is written reads the same. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "discount/rulefile/pricelist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool fact)
{
    if (!fact)
        abort();
}

struct told {
    size_t count, last_line;
};

static void check_fault(void *data, size_t line, const char *message)
{
    struct told *told = data;

    insist(line >= 1 && line >= told->last_line);
    insist(message[0] != '\0' && strpbrk(message, "\n\r\x01\x1b\x7f") == NULL);
    told->last_line = line;
    insist(++told->count <= RULEFILE_FAULTS_MAX + 1);
}

static void check_round_trip(struct arena *arena, const struct rule_product *products, size_t count)
{
    struct rule_product *again;
    struct told told = {0};
    size_t again_count, length;
    char *text;
    FILE *out = open_memstream(&text, &length);

    insist(out != NULL && count > 0);
    pricelist_print(out, products, count);
    fclose(out);
    insist(pricelist_parse(text, length, arena, &again, &again_count, check_fault, &told));
    insist(again_count == count && told.count == 0);
    for (size_t i = 0; i < count; i++) {
        insist(rule_is_key(products[i].slug, RULE_SLUG_MAX) && strcmp(products[i].slug, again[i].slug) == 0);
        insist(products[i].price >= 0 && products[i].price <= RULE_MONEY_MAX && products[i].price == again[i].price);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct rule_product *products;
    struct told told = {0};
    size_t count;

    if (pricelist_parse((const char *)data, size, &arena, &products, &count, check_fault, &told))
        check_round_trip(&arena, products, count);
    else
        insist(told.count > 0);
    arena_release(&arena);
    return 0;
}
