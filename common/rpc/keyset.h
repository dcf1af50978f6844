/* SPDX-License-Identifier: MIT */
/*
 * A keyset: the certificate, private key, certificate authority and revocation list that one side of a mutual TLS
 * connection uses, read from PEM files and checked before use. Needs OpenSSL but not gRPC, so a process that must not
 * start gRPC can check one.
 */
#ifndef COMMON_RPC_KEYSET_H
#define COMMON_RPC_KEYSET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/compiler.h"
#include "common/file.h"

/* Where the files are. An empty or NULL path means: none. A client may have no certificate (one-way TLS), a keyset need
 * not have a list. */
struct keyset_files {
    const char *ca;
    const char *certificate;
    const char *key;
    const char *revoked;
};

/* The contents, PEM text ended by NUL. Whoever loaded it releases it. Fields without a file are NULL. */
struct keyset {
    char *ca;
    char *certificate;
    char *key;
    char *revoked;
};

/* The versions of the files at one moment: cheap to take (a stat(2) each), to notice a change. */
struct keyset_stamp {
    struct file_stamp files[4];
};

/*
 * Reads the files and checks them as a set: each parses to its end, every certificate of a bundle or chain included;
 * the key belongs to the certificate, the certificate is valid today and was issued by the authority, the list was
 * signed by it. On true *keyset is filled. On false it is all NULL and `reason` names the file and what is wrong with
 * it.
 */
MUST_CHECK bool keyset_load(const struct keyset_files *files, struct keyset *keyset, char *reason, size_t reason_size);

/*
 * The same for a process that makes one call, where the checks would cost half as much as the handshake: faults that
 * make the handshake fail are not looked for. A keyset with a revocation list is checked, and so is a file with several
 * certificates, of which gRPC core would use those before the first that it cannot read. When no connection comes
 * about, keyset_load() says what is wrong.
 */
MUST_CHECK bool keyset_load_for_handshake(const struct keyset_files *files, struct keyset *keyset, char *reason,
                                          size_t reason_size);

void keyset_release(struct keyset *keyset);

struct keyset_stamp keyset_stamp(const struct keyset_files *files);
bool keyset_stamp_equal(const struct keyset_stamp *a, const struct keyset_stamp *b);

/* The days that are left until the first certificate in `pem` expires, 0 on its last day, negative after it; INT_MAX
 * when it cannot be read. */
int keyset_days_left(const char *pem);

/*
 * Logs certificate-expires for the certificate and the authority's when 30 days or fewer are left: a warning, and in
 * the last 24 hours and after the end an error; and keyset-refused when the files do not pass keyset_load(): the keyset
 * in use could not be replaced before it expires. For a program's start, and once a day.
 */
void keyset_warn(const struct keyset_files *files);

#endif
