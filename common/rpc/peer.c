/* SPDX-License-Identifier: MIT */
/* The peers at the other end: certificates read and verified once, and cached. */
#include "common/rpc/peer.h"

#include <grpc/grpc_security.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/memory.h"
#include "common/rpc/pem.h"

#define ENTRIES 64 /* certificates that are cached; more at a time only cost time */

struct entry {
    char *pem;
    size_t pem_length;
    char *identity;
    char *common_name;
    bool is_trusted; /* the authority issued it, for a client */
    bool is_revoked;
    int64_t begins_s, ends_s; /* when it and all those above it are valid, seconds since 1970 */
    struct rpc_peer peer;
};

struct peer_book {
    STACK_OF(X509) * authorities;
    X509_CRL *revoked;
    X509_CRL *next_revoked; /* signed by an authority that is not in use yet; NULL: none */
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
    pem_free_certificates(book->authorities);
    X509_CRL_free(book->revoked);
    X509_CRL_free(book->next_revoked);
    free(book);
}

/*
 * The authority and the list come from files of their own and may change one after the other. A list takes effect with
 * the authority that signed it; until that is in use, the old list stays in use.
 */
static void settle(struct peer_book *book)
{
    X509 *signer = sk_X509_value(book->authorities, 0);

    if (book->next_revoked != NULL && signer != NULL &&
        X509_CRL_verify(book->next_revoked, X509_get0_pubkey(signer)) == 1) {
        X509_CRL_free(book->revoked);
        book->revoked = book->next_revoked;
        book->next_revoked = NULL;
    }
    ERR_clear_error();
    forget_all(book);
}

void peer_book_set_authority(struct peer_book *book, const char *pem)
{
    char reason[256];

    pem_free_certificates(book->authorities);
    book->authorities = pem_read_certificates(pem, reason, sizeof reason);
    settle(book);
}

void peer_book_set_revoked(struct peer_book *book, const char *pem)
{
    char reason[256];

    X509_CRL_free(book->next_revoked);
    book->next_revoked = pem != NULL ? pem_read_list(pem, reason, sizeof reason) : NULL;
    if (pem == NULL) {
        X509_CRL_free(book->revoked);
        book->revoked = NULL;
    }
    settle(book);
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

/* ---- Judging ---- */

static int64_t seconds_of(const ASN1_TIME *time)
{
    struct tm tm;

    return ASN1_TIME_to_tm(time, &tm) == 1 ? (int64_t)timegm(&tm) : INT64_MIN;
}

static int64_t first_end_s(STACK_OF(X509) * certificates)
{
    int64_t first_s = INT64_MAX;

    for (int i = 0; i < sk_X509_num(certificates); i++) {
        int64_t ends_s = seconds_of(X509_get0_notAfter(sk_X509_value(certificates, i)));
        first_s = ends_s < first_s ? ends_s : first_s;
    }
    return first_s;
}

/* What the chain of certificates from the peer's up to the authority's says. */
static void judge_chain(const struct peer_book *book, STACK_OF(X509) * chain, struct entry *entry)
{
    entry->begins_s = INT64_MIN;
    entry->ends_s = first_end_s(chain);
    for (int i = 0; i < sk_X509_num(chain); i++) {
        X509 *certificate = sk_X509_value(chain, i);
        int64_t begins_s = seconds_of(X509_get0_notBefore(certificate));
        X509_REVOKED *revoked;

        entry->begins_s = begins_s > entry->begins_s ? begins_s : entry->begins_s;
        if (book->revoked != NULL && X509_CRL_get0_by_cert(book->revoked, &revoked, certificate) == 1)
            entry->is_revoked = true;
    }
}

/* Dates are checked with each call, not here. */
static void judge(const struct peer_book *book, X509 *certificate, STACK_OF(X509) * between, struct entry *entry)
{
    X509_STORE_CTX *context = X509_STORE_CTX_new();

    X509_STORE_CTX_init(context, NULL, certificate, between);
    X509_STORE_CTX_set0_trusted_stack(context, book->authorities);
    X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT);
    X509_STORE_CTX_set_flags(context, X509_V_FLAG_NO_CHECK_TIME);
    entry->is_trusted = X509_verify_cert(context) == 1;
    judge_chain(book, X509_STORE_CTX_get0_chain(context), entry);
    X509_STORE_CTX_free(context);
    ERR_clear_error();
}

/* ---- Remembering ---- */

static X509 *read_certificate(const char *pem, size_t length)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)length);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);

    BIO_free(bio);
    ERR_clear_error();
    return certificate;
}

/* Caches a certificate. `chain` is the PEM text of those that the peer showed, itself included or not; NULL: none. */
static struct entry *remember(struct peer_book *book, const char *pem, size_t length, const char *chain)
{
    char reason[256];
    X509 *certificate = read_certificate(pem, length);
    if (certificate == NULL)
        return NULL;

    STACK_OF(X509) *between = chain != NULL ? pem_read_certificates(chain, reason, sizeof reason) : NULL;
    struct entry *entry = &book->entries[book->next];
    book->next = (book->next + 1) % ENTRIES;
    entry_release(entry);
    entry->pem = memory_get(length);
    memcpy(entry->pem, pem, length);
    entry->pem_length = length;
    entry->identity = copy_identity(certificate);
    entry->common_name = copy_common_name(certificate);
    judge(book, certificate, between, entry);
    entry->peer = (struct rpc_peer){.identity = entry->identity, .common_name = entry->common_name};
    pem_free_certificates(between);
    X509_free(certificate);
    return entry;
}

static struct entry *find(const struct peer_book *book, const char *pem, size_t length)
{
    for (size_t i = 0; i < ENTRIES && book->entries[i].pem != NULL; i++) {
        const struct entry *entry = &book->entries[i];
        if (entry->pem_length == length && memcmp(entry->pem, pem, length) == 0)
            return (struct entry *)entry;
    }
    return NULL;
}

static const grpc_auth_property *find_property(grpc_auth_context *context, const char *name)
{
    grpc_auth_property_iterator properties = grpc_auth_context_find_properties_by_name(context, name);

    return grpc_auth_property_iterator_next(&properties);
}

static struct entry *find_or_remember(struct peer_book *book, grpc_auth_context *context)
{
    const grpc_auth_property *pem = find_property(context, GRPC_X509_PEM_CERT_PROPERTY_NAME);
    if (pem == NULL || !grpc_auth_context_peer_is_authenticated(context))
        return NULL;
    struct entry *entry = find(book, pem->value, pem->value_length);
    if (entry == NULL) {
        const grpc_auth_property *chain = find_property(context, GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME);
        entry = remember(book, pem->value, pem->value_length, chain != NULL ? chain->value : NULL);
    }
    return entry;
}

enum peer_verdict peer_book_find(struct peer_book *book, grpc_call *call, int64_t now_s, const struct rpc_peer **peer)
{
    grpc_auth_context *context = grpc_call_auth_context(call);
    struct entry *entry = context != NULL ? find_or_remember(book, context) : NULL;

    grpc_auth_context_release(context);
    if (entry == NULL)
        return PEER_UNREADABLE;
    *peer = &entry->peer;
    if (!entry->is_trusted)
        return PEER_UNTRUSTED;
    if (entry->is_revoked)
        return PEER_REVOKED;
    if (now_s > entry->ends_s)
        return PEER_ENDED;
    return now_s < entry->begins_s ? PEER_EARLY : PEER_GOOD;
}

/* ---- Servers ---- */

void peer_server_note(struct peer_server *server, grpc_call *call)
{
    grpc_auth_context *context = grpc_call_auth_context(call);
    if (context == NULL)
        return;
    const grpc_auth_property *pem = find_property(context, GRPC_X509_PEM_CERT_PROPERTY_NAME);
    if (pem != NULL &&
        (pem->value_length != server->pem_length || memcmp(pem->value, server->pem, pem->value_length) != 0)) {
        const grpc_auth_property *chain = find_property(context, GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME);
        peer_server_release(server);
        server->pem = memory_get(pem->value_length);
        memcpy(server->pem, pem->value, pem->value_length);
        server->pem_length = pem->value_length;
        server->shown = memory_copy_text(chain != NULL ? chain->value : pem->value);
    }
    grpc_auth_context_release(context);
}

int64_t peer_server_end_s(struct peer_server *server)
{
    char reason[256];

    if (server->shown != NULL) {
        STACK_OF(X509) *shown = pem_read_certificates(server->shown, reason, sizeof reason);
        server->ends_s = first_end_s(shown);
        pem_free_certificates(shown);
        free(server->shown);
        server->shown = NULL;
    }
    return server->pem != NULL ? server->ends_s : INT64_MAX;
}

void peer_server_release(struct peer_server *server)
{
    free(server->pem);
    free(server->shown);
    *server = (struct peer_server){0};
}
