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

static uint64_t read_word(const uint8_t bytes[8])
{
    uint64_t word = 0;

    for (int i = 0; i < 8; i++)
        word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

static void hash_begin(struct hash *hash, const uint8_t key[16])
{
    const uint64_t k[2] = {read_word(key), read_word(key + 8)};

    *hash = (struct hash){.v = {k[0] ^ 0x736f6d6570736575, k[1] ^ 0x646f72616e646f6d ^ 0xee, k[0] ^ 0x6c7967656e657261,
                                k[1] ^ 0x7465646279746573}};
}

static void hash_word(struct hash *hash, uint64_t word)
{
    hash->v[3] ^= word;
    mix(hash->v, 2);
    hash->v[0] ^= word;
}

/* With its NUL, so that "ab", "c" and "a", "bc" differ. */
static void hash_text(struct hash *hash, const char *text)
{
    for (size_t i = 0, length = strlen(text) + 1; i < length; i++) {
        hash->word |= (uint64_t)(unsigned char)text[i] << (hash->length % 8 * 8);
        if (++hash->length % 8 == 0) {
            hash_word(hash, hash->word);
            hash->word = 0;
        }
    }
}

/* As eight bytes, the low one first on every machine: machines that share a database make the same tags. */
static void hash_number(struct hash *hash, uint64_t number)
{
    unsigned shift = hash->length % 8 * 8;

    hash->length += 8;
    hash_word(hash, hash->word | number << shift);
    hash->word = shift > 0 ? number >> (64 - shift) : 0;
}

static void hash_quote(struct hash *hash, const struct quote *quote)
{
    uint32_t pct;

    memcpy(&pct, &quote->pct, sizeof pct);
    hash_number(hash, (uint64_t)pct << 32 | (uint32_t)quote->value_cents);
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
    hash_text(&hash, PROGRAM_VERSION); /* another version may print something else of the same data */
    hash_number(&hash, (uint64_t)basis->shop_revision);
    hash_number(&hash, (uint64_t)basis->rules_revision);
    hash_number(&hash, (uint32_t)basis->customer_id);
    hash_text(&hash, basis->type);
    hash_text(&hash, basis->key);
    /* The prices themselves, too: a service of an older contract tells no revision. */
    for (size_t i = 0; i < basis->quote_count; i++)
        hash_quote(&hash, &basis->quotes[i]);
    hash_end(&hash, result);
    return arena_print(arena, "\"%016" PRIx64 "%016" PRIx64 "\"", result[0], result[1]);
}
