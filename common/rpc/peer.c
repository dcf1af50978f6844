/* SPDX-License-Identifier: MIT */
/* The peers that are calling: certificates read once and remembered. */
#include "common/rpc/peer.h"

#include <grpc/grpc_security.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define ENTRIES 64 /* more different certificates at a time than this only cost time */

struct entry {
    char *pem;
    size_t pem_length;
    char *identity;
    char *common_name;
    bool is_revoked;
    struct rpc_peer peer;
};

struct peer_book {
    X509_CRL *revoked;
    struct entry entries[ENTRIES];
    size_t next; /* the entry that is overwritten next */
};

static void entry_release(struct entry *entry)
{
    free(entry->pem);
    free(entry->identity);
    free(entry->common_name);
    *entry = (struct entry){0};
}

struct peer_book *peer_book_new(void)
{
    return memory_get_zeroed(1, sizeof(struct peer_book));
}

static void forget_all(struct peer_book *book)
{
    for (size_t i = 0; i < ENTRIES; i++)
        entry_release(&book->entries[i]);
    book->next = 0;
}

void peer_book_free(struct peer_book *book)
{
    if (book == NULL)
        return;
    forget_all(book);
    X509_CRL_free(book->revoked);
    free(book);
}

void peer_book_set_revoked(struct peer_book *book, const char *pem)
{
    X509_CRL_free(book->revoked);
    book->revoked = NULL;
    if (pem != NULL) {
        BIO *bio = BIO_new_mem_buf(pem, -1);
        book->revoked = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
        BIO_free(bio);
    }
    forget_all(book);
}

static char *copy_asn1_text(const ASN1_STRING *text)
{
    const unsigned char *bytes = ASN1_STRING_get0_data(text);
    size_t length = (size_t)ASN1_STRING_length(text);

    /* A NUL inside would make two different names look the same. */
    if (memchr(bytes, '\0', length) != NULL)
        return memory_copy_text("");
    char *copy = memory_get(length + 1);
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

/* The one URI among the subject's alternative names. A certificate that has several has no identity (SPIFFE X509-SVID,
 * 2). */
static char *copy_identity(X509 *certificate)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    const ASN1_STRING *uri = NULL;
    int uris = 0;

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_URI) {
            uri = name->d.uniformResourceIdentifier;
            uris++;
        }
    }
    char *identity = uris == 1 ? copy_asn1_text(uri) : memory_copy_text("");
    GENERAL_NAMES_free(names);
    return identity;
}

static char *copy_common_name(X509 *certificate)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);

    if (index < 0)
        return memory_copy_text("");
    return copy_asn1_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
}

static struct entry *remember(struct peer_book *book, const char *pem, size_t length)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)length);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    if (certificate == NULL) {
        ERR_clear_error();
        return NULL;
    }

    struct entry *entry = &book->entries[book->next];
    book->next = (book->next + 1) % ENTRIES;
    entry_release(entry);
    entry->pem = memory_get(length);
    memcpy(entry->pem, pem, length);
    entry->pem_length = length;
    entry->identity = copy_identity(certificate);
    entry->common_name = copy_common_name(certificate);
    X509_REVOKED *revoked;
    entry->is_revoked = book->revoked != NULL && X509_CRL_get0_by_cert(book->revoked, &revoked, certificate) == 1;
    entry->peer = (struct rpc_peer){.identity = entry->identity, .common_name = entry->common_name};
    X509_free(certificate);
    return entry;
}

static struct entry *find(struct peer_book *book, const char *pem, size_t length)
{
    for (size_t i = 0; i < ENTRIES && book->entries[i].pem != NULL; i++) {
        struct entry *entry = &book->entries[i];
        if (entry->pem_length == length && memcmp(entry->pem, pem, length) == 0)
            return entry;
    }
    return remember(book, pem, length);
}

const struct rpc_peer *peer_book_find(struct peer_book *book, grpc_call *call, bool *is_revoked)
{
    grpc_auth_context *context = grpc_call_auth_context(call);
    if (context == NULL)
        return NULL;

    struct entry *entry = NULL;
    grpc_auth_property_iterator properties =
        grpc_auth_context_find_properties_by_name(context, GRPC_X509_PEM_CERT_PROPERTY_NAME);
    const grpc_auth_property *pem = grpc_auth_property_iterator_next(&properties);
    if (pem != NULL && grpc_auth_context_peer_is_authenticated(context))
        entry = find(book, pem->value, pem->value_length);
    grpc_auth_context_release(context);
    if (entry == NULL)
        return NULL;
    *is_revoked = entry->is_revoked;
    return &entry->peer;
}
