/* SPDX-License-Identifier: MIT */
/*
 * Strict reading of PEM text (RFC 7468): every block must be of the expected kind, to its last byte. OpenSSL's own
 * readers, and gRPC core with them, stop at the first block that they cannot read and skip unknown kinds, so a part of
 * a file would be used as if it were all of it. Text between blocks is allowed.
 */
#ifndef COMMON_RPC_PEM_H
#define COMMON_RPC_PEM_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/compiler.h"

/* All certificates, at least one; the caller frees them with pem_free_certificates(). NULL: `reason` says what is wrong
 * and where. */
MUST_CHECK STACK_OF(X509) * pem_read_certificates(const char *pem, char *reason, size_t reason_size);
void pem_free_certificates(STACK_OF(X509) * certificates); /* NULL is allowed */

/* Whether the text has the first and last line of one certificate, and no other PEM line: gRPC core then uses all of
 * it, or fails. */
bool pem_is_one_certificate(const char *pem);

/* The one revocation list; the caller frees it with X509_CRL_free(). NULL: `reason` says what is wrong and where. */
MUST_CHECK X509_CRL *pem_read_list(const char *pem, char *reason, size_t reason_size);

#endif
