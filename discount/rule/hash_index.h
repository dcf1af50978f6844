/* SPDX-License-Identifier: MIT */
/*
 * A hash table from hashes to small numbers, places in an array of the owner's. It has no keys: the owner compares the
 * key of each number that a lookup returns.
 */
#ifndef DISCOUNT_RULE_HASH_INDEX_H
#define DISCOUNT_RULE_HASH_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every bit of the result depends on every bit of `value`. (The finalizer of MurmurHash3.) */
static inline uint64_t hash_mix(uint64_t value)
{
    value ^= value >> 33;
    value *= UINT64_C(0xff51afd7ed558ccd);
    value ^= value >> 33;
    value *= UINT64_C(0xc4ceb9fe1a85ec53);
    return value ^ value >> 33;
}

static inline uint64_t hash_text(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (; *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    return hash;
}

struct hash_slot {
    uint32_t hash;
    uint32_t number; /* plus one; 0: empty */
};

/* All zero is an empty table. */
struct hash_index {
    struct hash_slot *slots;
    size_t room; /* a power of two, or 0 */
    size_t count;
};

void hash_index_add(struct hash_index *index, uint64_t hash, uint32_t number);

/* The numbers that were added with the same lower 32 bits of the hash, one a call: *place begins at 0. False: there are
 * no more. */
bool hash_index_next(const struct hash_index *index, uint64_t hash, size_t *place, uint32_t *number);

void hash_index_release(struct hash_index *index);

#endif
