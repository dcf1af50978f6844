/* SPDX-License-Identifier: MIT */
/* Cursors: packed, signed by the shop's secret, and as base64url. */
#include "fcgi-catalog/catalog/cursor.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#define VERSION 1
#define HEAD_SIZE (1 + 8 + 4)
#define TAG_SIZE 16
#define PACKED_MAX (HEAD_SIZE + POSITION_TEXT_MAX + TAG_SIZE)

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* ---- base64url (RFC 4648, 5) ---- */

static const char *encode(const uint8_t *bytes, size_t size, struct arena *arena)
{
    char *text = arena_get(arena, size * 4 / 3 + 2), *at = text;
    unsigned held = 0;
    int bits = 0;

    for (size_t i = 0; i < size; i++) {
        held = (held << 8 | bytes[i]) & 0xffff;
        for (bits += 8; bits >= 6; bits -= 6)
            *at++ = digits[held >> (bits - 6) & 63];
    }
    if (bits > 0)
        *at++ = digits[held << (6 - bits) & 63];
    *at = '\0';
    return text;
}

/* Decodes the text and returns how many bytes it stands for; 0: none, too many, or it is not their canonical text. */
static size_t decode(const char *text, uint8_t bytes[PACKED_MAX])
{
    size_t size = 0;
    unsigned held = 0;
    int bits = 0;

    for (; *text != '\0'; text++) {
        const char *digit = strchr(digits, *text);
        if (digit == NULL)
            return 0;
        held = (held << 6 | (unsigned)(digit - digits)) & 0xffff;
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        if (size == PACKED_MAX)
            return 0;
        bytes[size++] = (uint8_t)(held >> bits);
    }
    return bits < 6 && (held & ((1u << bits) - 1)) == 0 ? size : 0;
}

/* ---- The tag ---- */

/* Signs the size of the packed position, the position and the scope: the size in front tells the two apart. */
static void sign(const uint8_t *packed, size_t size, const char *scope, const struct cursor_secret *secret,
                 struct arena *arena, uint8_t tag[TAG_SIZE])
{
    size_t scope_size = strlen(scope);
    uint8_t *message = arena_get(arena, 2 + size + scope_size), whole[EVP_MAX_MD_SIZE];

    message[0] = (uint8_t)(size >> 8);
    message[1] = (uint8_t)size;
    memcpy(message + 2, packed, size);
    memcpy(message + 2 + size, scope, scope_size);
    if (HMAC(EVP_sha256(), secret->bytes, CURSOR_SECRET_SIZE, message, 2 + size + scope_size, whole, NULL) == NULL)
        abort(); /* OpenSSL without SHA-256 */
    memcpy(tag, whole, TAG_SIZE);
}

/* ---- Positions ---- */

static uint8_t *put_number(uint8_t *at, uint64_t number, int size)
{
    for (int i = size - 1; i >= 0; i--)
        *at++ = (uint8_t)(number >> (8 * i));
    return at;
}

static uint64_t get_number(const uint8_t *at, int size)
{
    uint64_t number = 0;

    for (int i = 0; i < size; i++)
        number = number << 8 | at[i];
    return number;
}

const char *cursor_print(const struct position *position, const char *scope, const struct cursor_secret *secret,
                         struct arena *arena)
{
    uint8_t packed[PACKED_MAX], *at = packed;
    const char *text = position->text != NULL ? position->text : "";
    size_t length = strnlen(text, POSITION_TEXT_MAX);

    *at++ = VERSION;
    at = put_number(at, (uint64_t)position->number, 8);
    at = put_number(at, (uint32_t)position->id, 4);
    memcpy(at, text, length);
    at += length;
    sign(packed, (size_t)(at - packed), scope, secret, arena, at);
    return encode(packed, (size_t)(at - packed) + TAG_SIZE, arena);
}

enum cursor_status cursor_read(const char *text, const char *scope, const struct cursor_secret *secret,
                               struct arena *arena, struct position *position)
{
    uint8_t packed[PACKED_MAX], tag[TAG_SIZE];
    size_t size = decode(text, packed);

    if (size < HEAD_SIZE + TAG_SIZE || packed[0] != VERSION)
        return CURSOR_MALFORMED;
    size -= TAG_SIZE;
    sign(packed, size, scope, secret, arena, tag);
    if (CRYPTO_memcmp(tag, packed + size, TAG_SIZE) != 0)
        return CURSOR_OF_ANOTHER_QUERY;
    *position = (struct position){
        .is_set = true,
        .number = (int64_t)get_number(packed + 1, 8),
        .id = (int32_t)get_number(packed + 9, 4),
        .text = arena_copy(arena, (const char *)packed + HEAD_SIZE, size - HEAD_SIZE),
    };
    return CURSOR_OK;
}
