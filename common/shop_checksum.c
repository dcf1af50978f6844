/* SPDX-License-Identifier: MIT */
/* SHA-256 over a line for each product. A struct shop_checksum is OpenSSL's EVP_MD_CTX. */
#include "common/shop_checksum.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* OpenSSL fails here for want of memory only: then the process ends, as everywhere. */
static void must(int result)
{
    if (result != 1)
        abort();
}

struct shop_checksum *shop_checksum_new(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    must(context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL));
    return (struct shop_checksum *)context;
}

void shop_checksum_add(struct shop_checksum *checksum, int32_t id, const char *slug, int32_t price,
                       const char *categories)
{
    EVP_MD_CTX *context = (EVP_MD_CTX *)checksum;
    char number[16];

    must(EVP_DigestUpdate(context, number, (size_t)snprintf(number, sizeof number, "%" PRId32 " ", id)));
    must(EVP_DigestUpdate(context, slug, strlen(slug)));
    must(EVP_DigestUpdate(context, number, (size_t)snprintf(number, sizeof number, " %" PRId32 " ", price)));
    must(EVP_DigestUpdate(context, categories, strlen(categories)));
    must(EVP_DigestUpdate(context, "\n", 1));
}

void shop_checksum_finish(struct shop_checksum *checksum, uint8_t digest[SHOP_CHECKSUM_SIZE])
{
    EVP_MD_CTX *context = (EVP_MD_CTX *)checksum;

    must(EVP_DigestFinal_ex(context, digest, NULL));
    EVP_MD_CTX_free(context);
}
