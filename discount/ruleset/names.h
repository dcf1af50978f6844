/* SPDX-License-Identifier: MIT */
/*
 * Inside of a ruleset's builder: a hash table from names to small numbers. It keeps hashes and numbers only; what a
 * number stands for, and whether it is the one looked for, the owner knows.
 */
#ifndef DISCOUNT_RULESET_NAMES_H
#define DISCOUNT_RULESET_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct name_slot {
    uint32_t hash;
    uint32_t number; /* plus one; 0: empty */
};

/* All zero is an empty table. */
struct names {
    struct name_slot *slots;
    size_t room; /* a power of two, or 0 */
    size_t count;
};

void names_add(struct names *names, uint64_t hash, uint32_t number);

/* The numbers that were added with this hash, one a call: *place begins at 0. False: there are no more. */
bool names_next(const struct names *names, uint64_t hash, size_t *place, uint32_t *number);

void names_release(struct names *names);

#endif
