/* SPDX-License-Identifier: MIT */
/* The bound of what an import takes away. */
#include "fcgi-catalog/import/leaving.h"

bool leaving_is_allowed(size_t leaving, size_t before, int64_t most, const char *nouns, const char *which,
                        const char *option, struct import_faults *faults)
{
    size_t fifth = before / 5, bound = most >= 0 ? (size_t)most : fifth > 9 ? fifth : 9;

    if (leaving <= bound)
        return true;
    import_faults_add(faults, 1, 0, "%zu of the %zu %s that are there are %s, more than %zu; %s %zu allows it", leaving,
                      before, nouns, which, bound, option, leaving);
    return false;
}
