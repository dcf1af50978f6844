/* SPDX-License-Identifier: MIT */
/*
 * Lets a test see every result of price_after_percent(). Each line of standard input is
 *
 *     ROUNDING PERCENT FIRST COUNT         down 1000 99999 2
 *
 * and is answered, on standard output, with what prices FIRST, FIRST + 1, … come to: COUNT numbers of 32 bits as the
 * machine has them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#include "discount/rule/price.h"

_Noreturn static void give_up(const char *line)
{
    fprintf(stderr, "exact_probe: not understood: %s\n", line);
    exit(64);
}

static enum price_rounding find_rounding(const char *name, const char *line)
{
    for (size_t i = 0; price_rounding_names[i] != NULL; i++)
        if (strcmp(name, price_rounding_names[i]) == 0)
            return (enum price_rounding)i;
    give_up(line);
}

static void answer(const char *line)
{
    char name[16];
    int32_t percent;
    int64_t first, count;
    if (sscanf(line, "%15s %" SCNd32 " %" SCNd64 " %" SCNd64, name, &percent, &first, &count) != 4 || percent < 0 ||
        percent > PRICE_PERCENT_MAX || first < 0 || count < 1 || count > INT64_C(1) + INT32_MAX - first)
        give_up(line);
    enum price_rounding rounding = find_rounding(name, line);
    int32_t *results = memory_get((size_t)count * sizeof *results);
    for (int64_t i = 0; i < count; i++)
        results[i] = price_after_percent((int32_t)(first + i), percent, rounding);
    fwrite(results, sizeof *results, (size_t)count, stdout);
    fflush(stdout);
    free(results);
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0)
        answer(line);
    free(line);
    return 0;
}
