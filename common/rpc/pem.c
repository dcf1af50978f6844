/* SPDX-License-Identifier: MIT */
/* Strict reading of PEM text. */
#include "common/rpc/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define BEGIN "-----BEGIN "
#define END "-----END "

/* A kind of blocks: its name, its labels, and take(data, der, length), which is false when the content is of no such
 * kind. */
struct kind {
    const char *name, *labels[2];
    bool (*take)(void *data, const unsigned char *der, long length);
};

static bool is_labelled(const struct kind *kind, const char *label)
{
    return strcmp(label, kind->labels[0]) == 0 || strcmp(label, kind->labels[1]) == 0;
}

/* Takes the one block that `text` begins with. */
static bool read_block(const struct kind *kind, const char *text, size_t length, void *data)
{
    BIO *bio = BIO_new_mem_buf(text, (int)length);
    char *label = NULL, *header = NULL;
    unsigned char *der = NULL;
    long der_length = 0;

    ERR_clear_error();
    bool is_good = PEM_read_bio(bio, &label, &header, &der, &der_length) == 1 && is_labelled(kind, label) &&
                   header[0] == '\0' && kind->take(data, der, der_length);
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_free(der);
    BIO_free(bio);
    return is_good;
}

static size_t line_of(const char *pem, const char *place)
{
    size_t line = 1;

    for (const char *c = pem; c < place; c++)
        line += *c == '\n';
    return line;
}

static bool refuse(const struct kind *kind, const char *pem, const char *place, char *reason, size_t reason_size)
{
    unsigned long cause = ERR_peek_last_error();
    const char *words = cause != 0 ? ERR_reason_error_string(cause) : NULL;

    snprintf(reason, reason_size, "what stands at line %zu is not a %s in PEM form%s%s%s", line_of(pem, place),
             kind->name, words != NULL ? " (" : "", words != NULL ? words : "", words != NULL ? ")" : "");
    ERR_clear_error();
    return false;
}

/* Reads block after block: each reaches from its first line to the next block's, with one END line in between. */
static bool read_blocks(const struct kind *kind, const char *pem, void *data, char *reason, size_t reason_size)
{
    const char *begin = strstr(pem, BEGIN), *stray = strstr(pem, END);

    ERR_clear_error();
    if (begin == NULL && stray == NULL) {
        snprintf(reason, reason_size, "holds no %s in PEM form", kind->name);
        return false;
    }
    if (begin == NULL || stray < begin)
        return refuse(kind, pem, stray, reason, reason_size);
    while (begin != NULL) {
        const char *next = strstr(begin + 1, BEGIN);
        const char *end = strstr(begin, END);
        size_t length = next != NULL ? (size_t)(next - begin) : strlen(begin);

        if ((begin > pem && begin[-1] != '\n') || !read_block(kind, begin, length, data))
            return refuse(kind, pem, begin, reason, reason_size);
        stray = strstr(end + 1, END);
        if (stray != NULL && stray < begin + length)
            return refuse(kind, pem, stray, reason, reason_size);
        begin = next;
    }
    return true;
}

/* Whether the first place of `kind` in the text is a `text`, and there is no second place. */
static bool is_once(const char *pem, const char *text, const char *kind)
{
    const char *found = strstr(pem, kind);

    return found != NULL && strncmp(found, text, strlen(text)) == 0 && strstr(found + 1, kind) == NULL;
}

bool pem_is_one_certificate(const char *pem)
{
    return is_once(pem, BEGIN "CERTIFICATE-----", BEGIN) && is_once(pem, END "CERTIFICATE-----", END);
}

static bool take_certificate(void *data, const unsigned char *der, long length)
{
    STACK_OF(X509) *certificates = data;
    const unsigned char *end = der;
    X509 *certificate = d2i_X509(NULL, &end, length);

    if (certificate != NULL && end == der + length && sk_X509_push(certificates, certificate) > 0)
        return true;
    X509_free(certificate);
    return false;
}

STACK_OF(X509) * pem_read_certificates(const char *pem, char *reason, size_t reason_size)
{
    static const struct kind kind = {"certificate", {"CERTIFICATE", "X509 CERTIFICATE"}, take_certificate};
    STACK_OF(X509) *certificates = sk_X509_new_null();

    if (read_blocks(&kind, pem, certificates, reason, reason_size))
        return certificates;
    pem_free_certificates(certificates);
    return NULL;
}

void pem_free_certificates(STACK_OF(X509) * certificates)
{
    sk_X509_pop_free(certificates, X509_free);
}

static bool take_list(void *data, const unsigned char *der, long length)
{
    STACK_OF(X509_CRL) *lists = data;
    const unsigned char *end = der;
    X509_CRL *list = d2i_X509_CRL(NULL, &end, length);

    if (list != NULL && end == der + length && sk_X509_CRL_push(lists, list) > 0)
        return true;
    X509_CRL_free(list);
    return false;
}

X509_CRL *pem_read_list(const char *pem, char *reason, size_t reason_size)
{
    static const struct kind kind = {"certificate revocation list", {"X509 CRL", "X509 CRL"}, take_list};
    STACK_OF(X509_CRL) *lists = sk_X509_CRL_new_null();
    X509_CRL *list = NULL;

    if (read_blocks(&kind, pem, lists, reason, reason_size)) {
        if (sk_X509_CRL_num(lists) == 1)
            list = sk_X509_CRL_pop(lists);
        else /* the second would revoke nobody */
            snprintf(reason, reason_size, "holds more than one certificate revocation list");
    }
    sk_X509_CRL_pop_free(lists, X509_CRL_free);
    return list;
}
