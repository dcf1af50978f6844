/* SPDX-License-Identifier: MIT */
/* Strong entity tags: SipHash-2-4 with 128 bits (Aumasson, Bernstein: SipHash: a fast short-input PRF). */
#include "fcgi-catalog/site/tag.h"

#include <inttypes.h>
#include <string.h>

#include "common/program.h"

/* ---- The hash ---- */

struct hash {
    uint64_t v[4];
    uint64_t word;   /* bytes that are no whole word yet */
    uint64_t length; /* of all bytes */
};

static uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static void mix(uint64_t v[4], int rounds)
{
    for (; rounds > 0; rounds--) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] = rotate(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] = rotate(v[2], 32);
    }
}

static void hash_begin(struct hash *hash, const uint8_t key[16])
{
    uint64_t k[2];

    memcpy(k, key, sizeof k);
    *hash = (struct hash){.v = {k[0] ^ 0x736f6d6570736575, k[1] ^ 0x646f72616e646f6d ^ 0xee, k[0] ^ 0x6c7967656e657261,
                                k[1] ^ 0x7465646279746573}};
}

static void hash_word(struct hash *hash, uint64_t word)
{
    hash->v[3] ^= word;
    mix(hash->v, 2);
    hash->v[0] ^= word;
}

static void hash_bytes(struct hash *hash, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < length; i++) {
        hash->word |= (uint64_t)at[i] << (hash->length % 8 * 8);
        if (++hash->length % 8 == 0) {
            hash_word(hash, hash->word);
            hash->word = 0;
        }
    }
}

/* With its NUL: two texts in a row are not another two. */
static void hash_text(struct hash *hash, const char *text)
{
    hash_bytes(hash, text, strlen(text) + 1);
}

static void hash_end(struct hash *hash, uint64_t result[2])
{
    uint64_t *v = hash->v;

    hash_word(hash, hash->word | hash->length << 56);
    v[2] ^= 0xee;
    mix(v, 4);
    result[0] = v[0] ^ v[1] ^ v[2] ^ v[3];
    v[1] ^= 0xdd;
    mix(v, 4);
    result[1] = v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- Making ---- */

const char *tag_print(const struct tag_basis *basis, struct arena *arena)
{
    struct hash hash;
    uint64_t result[2];

    hash_begin(&hash, basis->secret->bytes);
    hash_text(&hash, PROGRAM_VERSION); /* the next one may print something else of the same data */
    hash_bytes(&hash, &basis->shop_revision, sizeof basis->shop_revision);
    hash_bytes(&hash, &basis->rules_revision, sizeof basis->rules_revision);
    hash_bytes(&hash, &basis->customer_id, sizeof basis->customer_id);
    hash_text(&hash, basis->type);
    hash_text(&hash, basis->key);
    /* The prices themselves, too: a service of an older contract tells no revision. */
    hash_bytes(&hash, basis->quotes, basis->quote_count * sizeof *basis->quotes);
    hash_end(&hash, result);
    return arena_print(arena, "\"%016" PRIx64 "%016" PRIx64 "\"", result[0], result[1]);
}
