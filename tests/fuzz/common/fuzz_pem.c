/* SPDX-License-Identifier: MIT */
/* Any bytes as a file of certificates, and as one with a revocation list: read whole, or refused with a reason. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/rpc/pem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool fact)
{
    if (!fact)
        abort();
}

static int count(const char *text, const char *part)
{
    int found = 0;

    for (; (text = strstr(text, part)) != NULL; text++)
        found++;
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), reason[256] = "";

    memcpy(text, data, size);
    text[size] = '\0';
    STACK_OF(X509) *certificates = pem_read_certificates(text, reason, sizeof reason);
    insist((certificates == NULL) == (reason[0] != '\0'));
    if (certificates != NULL) {
        insist(sk_X509_num(certificates) == count(text, "-----BEGIN "));
        insist(sk_X509_num(certificates) == count(text, "-----END "));
    }
    pem_free_certificates(certificates);
    reason[0] = '\0';
    X509_CRL *list = pem_read_list(text, reason, sizeof reason);
    insist((list == NULL) == (reason[0] != '\0'));
    X509_CRL_free(list);
    free(text);
    return 0;
}
