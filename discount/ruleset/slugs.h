/* SPDX-License-Identifier: MIT */
/*
 * Inside of a ruleset: the slugs of the products that rules may name. Pricing uses ids; slugs are for noticing that a
 * caller means another product by an id or a slug. They are 64-bit hashes here: a product takes 16 bytes.
 */
#ifndef DISCOUNT_RULESET_SLUGS_H
#define DISCOUNT_RULESET_SLUGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slug_entry {
    uint64_t hash; /* 0: the product is gone */
    int32_t id;
    uint32_t step; /* the last one of an id counts */
};

/* Frozen. All zero: nothing is known. */
struct slugs {
    int32_t *ids; /* ascending */
    uint64_t *hashes;
    size_t count;
    uint32_t *by_hash; /* places of those that are not gone, ascending by hash */
    size_t by_hash_count;
};

/* Never 0. */
uint64_t slug_hash(const char *slug);

/* Freezes entries, which are sorted in place. */
void slugs_freeze(struct slugs *slugs, struct slug_entry *entries, size_t count);
void slugs_release(struct slugs *slugs);

#endif
