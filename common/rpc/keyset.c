/* SPDX-License-Identifier: MIT */
/* Keysets: PEM files read, and checked as a set before anybody uses them. */
#include "common/rpc/keyset.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/rpc/pem.h"

#define KEYSET_FILE_MAX ((size_t)1024 * 1024)
#define DAYS_TO_WARN 30
#define DAYS_THAT_HURT 1

#define WHAT_SIZE 256 /* of what is wrong with a file */

/* The parsed form, for the time of the check. */
struct parsed {
    STACK_OF(X509) * authorities;
    STACK_OF(X509) * chain; /* the certificate, and behind it the intermediate ones */
    EVP_PKEY *key;
    X509_CRL *list;
};

static bool is_named(const char *path)
{
    return path != NULL && path[0] != '\0';
}

static bool explain(char *reason, size_t size, const char *path, const char *what)
{
    unsigned long cause = ERR_peek_last_error();

    if (cause != 0)
        snprintf(reason, size, "%s: %s (%s)", path, what, ERR_reason_error_string(cause));
    else
        snprintf(reason, size, "%s: %s", path, what);
    ERR_clear_error();
    return false;
}

static bool read_pem(const char *path, char **pem, char *reason, size_t size)
{
    if (!is_named(path))
        return true;
    size_t length;
    if (!file_read(path, KEYSET_FILE_MAX, pem, &length)) {
        snprintf(reason, size, "%s: %s", path, strerror(errno));
        return false;
    }
    return strlen(*pem) == length || explain(reason, size, path, "holds a NUL: it is no text in PEM form");
}

static BIO *open_pem(const char *pem)
{
    return BIO_new_mem_buf(pem, -1);
}

/* A password prompt would hang a daemon: encrypted keys are refused. */
static int refuse_password(char *buffer, int size, int writing, void *data)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)data;
    return -1;
}

static bool parse_certificates(const char *path, const char *pem, STACK_OF(X509) * *certificates, char *reason,
                               size_t size)
{
    char what[WHAT_SIZE];

    *certificates = pem_read_certificates(pem, what, sizeof what);
    return *certificates != NULL || explain(reason, size, path, what);
}

static bool parse_key(const struct keyset_files *files, const char *pem, struct parsed *parsed, char *reason,
                      size_t size)
{
    BIO *bio = open_pem(pem);
    parsed->key = PEM_read_bio_PrivateKey(bio, NULL, refuse_password, NULL);
    BIO_free(bio);
    if (parsed->key == NULL)
        return explain(reason, size, files->key, "holds no private key in unencrypted PEM form");
    if (X509_check_private_key(sk_X509_value(parsed->chain, 0), parsed->key) != 1) {
        ERR_clear_error();
        snprintf(reason, size, "%s: the key does not match the certificate in %s", files->key, files->certificate);
        return false;
    }
    return true;
}

static bool check_issued(const struct keyset_files *files, const struct parsed *parsed, char *reason, size_t size)
{
    X509_STORE_CTX *context = X509_STORE_CTX_new();

    X509_STORE_CTX_init(context, NULL, sk_X509_value(parsed->chain, 0), parsed->chain);
    X509_STORE_CTX_set0_trusted_stack(context, parsed->authorities);
    bool is_valid = X509_verify_cert(context) == 1;
    if (!is_valid)
        snprintf(reason, size, "%s: %s (checked against %s)", files->certificate,
                 X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)), files->ca);
    X509_STORE_CTX_free(context);
    ERR_clear_error();
    return is_valid;
}

static bool parse_list(const char *path, const char *pem, struct parsed *parsed, char *reason, size_t size)
{
    char what[WHAT_SIZE];

    parsed->list = pem_read_list(pem, what, sizeof what);
    if (parsed->list == NULL)
        return explain(reason, size, path, what);
    if (X509_CRL_verify(parsed->list, X509_get0_pubkey(sk_X509_value(parsed->authorities, 0))) == 1)
        return true;
    ERR_clear_error();
    return explain(reason, size, path, "the list was not signed by the certificate authority");
}

static void parsed_release(struct parsed *parsed)
{
    pem_free_certificates(parsed->authorities);
    pem_free_certificates(parsed->chain);
    EVP_PKEY_free(parsed->key);
    X509_CRL_free(parsed->list);
}

static bool read_all(const struct keyset_files *files, struct keyset *keyset, char *reason, size_t size)
{
    return read_pem(files->ca, &keyset->ca, reason, size) &&
           read_pem(files->certificate, &keyset->certificate, reason, size) &&
           read_pem(files->key, &keyset->key, reason, size) && read_pem(files->revoked, &keyset->revoked, reason, size);
}

static bool check_all(const struct keyset_files *files, const struct keyset *keyset, char *reason, size_t size)
{
    struct parsed parsed = {0};

    bool is_good = parse_certificates(files->ca, keyset->ca, &parsed.authorities, reason, size);
    if (is_good && keyset->certificate != NULL)
        is_good = parse_certificates(files->certificate, keyset->certificate, &parsed.chain, reason, size) &&
                  parse_key(files, keyset->key, &parsed, reason, size) && check_issued(files, &parsed, reason, size);
    if (is_good && keyset->revoked != NULL)
        is_good = parse_list(files->revoked, keyset->revoked, &parsed, reason, size);
    parsed_release(&parsed);
    return is_good;
}

/* Whether any fault that check_all() would find makes the handshake fail. */
static bool can_be_left(const struct keyset *keyset)
{
    return keyset->revoked == NULL && pem_is_one_certificate(keyset->ca) &&
           (keyset->certificate == NULL || pem_is_one_certificate(keyset->certificate));
}

static bool load(const struct keyset_files *files, bool is_left_to_handshake, struct keyset *keyset, char *reason,
                 size_t reason_size)
{
    *keyset = (struct keyset){0};
    if (!is_named(files->ca)) {
        snprintf(reason, reason_size, "no certificate authority is named");
        return false;
    }
    if (is_named(files->certificate) != is_named(files->key)) {
        snprintf(reason, reason_size, "a certificate and its key must be named together");
        return false;
    }
    if (!read_all(files, keyset, reason, reason_size) ||
        (!(is_left_to_handshake && can_be_left(keyset)) && !check_all(files, keyset, reason, reason_size))) {
        keyset_release(keyset);
        return false;
    }
    return true;
}

bool keyset_load(const struct keyset_files *files, struct keyset *keyset, char *reason, size_t reason_size)
{
    return load(files, false, keyset, reason, reason_size);
}

bool keyset_load_for_handshake(const struct keyset_files *files, struct keyset *keyset, char *reason,
                               size_t reason_size)
{
    return load(files, true, keyset, reason, reason_size);
}

static void wipe(char **secret)
{
    if (*secret != NULL)
        OPENSSL_cleanse(*secret, strlen(*secret));
    free(*secret);
    *secret = NULL;
}

void keyset_release(struct keyset *keyset)
{
    free(keyset->ca);
    free(keyset->certificate);
    wipe(&keyset->key);
    free(keyset->revoked);
    *keyset = (struct keyset){0};
}

struct keyset_stamp keyset_stamp(const struct keyset_files *files)
{
    const char *const paths[] = {files->ca, files->certificate, files->key, files->revoked};
    struct keyset_stamp stamp = {0};

    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        if (is_named(paths[i]))
            stamp.files[i] = file_stamp(paths[i]);
    }
    return stamp;
}

bool keyset_stamp_equal(const struct keyset_stamp *a, const struct keyset_stamp *b)
{
    for (size_t i = 0; i < ARRAY_LENGTH(a->files); i++) {
        if (!file_stamp_equal(&a->files[i], &b->files[i]))
            return false;
    }
    return true;
}

int keyset_days_left(const char *pem)
{
    BIO *bio = open_pem(pem);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, refuse_password, NULL);
    int days, seconds, left = INT_MAX;

    if (certificate != NULL && ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(certificate)) == 1)
        left = seconds < 0 ? days - 1 : days;
    X509_free(certificate);
    BIO_free(bio);
    ERR_clear_error();
    return left;
}

static void warn_of(const char *path)
{
    char *pem;

    if (!is_named(path) || !file_read(path, KEYSET_FILE_MAX, &pem, NULL))
        return;
    int days_left = keyset_days_left(pem);
    free(pem);
    if (days_left <= DAYS_TO_WARN)
        log_event(days_left < DAYS_THAT_HURT ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "certificate-expires",
                  "file=%s days_left=%d", LOG_QUOTED(path), days_left);
}

void keyset_warn(const struct keyset_files *files)
{
    struct keyset keyset;
    char reason[512];

    warn_of(files->certificate);
    warn_of(files->ca);
    if (keyset_load(files, &keyset, reason, sizeof reason))
        keyset_release(&keyset);
    else
        log_warning("keyset-refused", "reason=%s in_use=old", LOG_QUOTED(reason));
}
