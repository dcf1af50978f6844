/* SPDX-License-Identifier: MIT */
/* The description of the program's HTTP, built in. */
#include "fcgi-catalog/openapi/openapi.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>

#define HASH_BYTES 16 /* of SHA-256 */

static const char document[] =
#include "fcgi-catalog/openapi/openapi.json.inc"
    ;

static char hash_text[HASH_BYTES * 2 + 1];
static pthread_once_t hash_once = PTHREAD_ONCE_INIT;

static void make_hash(void)
{
    unsigned char hash[EVP_MAX_MD_SIZE] = {0};

    /* It does not fail; if it did, a cache could keep a document that is a version old. */
    (void)EVP_Digest(document, sizeof document - 1, hash, NULL, EVP_sha256(), NULL);
    for (size_t i = 0; i < HASH_BYTES; i++)
        sprintf(hash_text + i * 2, "%02x", hash[i]);
}

struct openapi_document openapi_document(void)
{
    pthread_once(&hash_once, make_hash);
    return (struct openapi_document){.bytes = document, .length = sizeof document - 1, .hash = hash_text};
}
