/* SPDX-License-Identifier: MIT */
/*
 * Who is trusted while connections last: a certificate's end, another authority and a revocation count with the next
 * call, and no TLS session is resumed.
 */
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "tests/unit/common/raw_client.h"
#include "tests/unit/common/rpc_echo.h"

static char live[64];    /* the keys of this test; it changes them */
static char other[64];   /* those of another authority */
static long brief_s = 5; /* how long a brief certificate is valid: longer, where an authority takes its time */

static int make_two_authorities(void **state)
{
    int result = make_keys(state);

    if (result == 0) {
        snprintf(live, sizeof live, "%s/live", keys_directory);
        snprintf(other, sizeof other, "%s/other", keys_directory);
        run_command("mkdir %s/set && mv %s/*.* %s/db %s/set", keys_directory, keys_directory, keys_directory,
                    keys_directory);
        int64_t from_ns = clock_now_ns();
        run_command("keys/ca make --dir %s >/dev/null", other);
        brief_s += 2 * (clock_now_ns() - from_ns) / CLOCK_NS_PER_S;
    }
    return result;
}

/* Keys that nobody uses yet. */
static int prepare_live(void **state)
{
    run_command("rm -rf %s && cp -a %s/set %s", live, keys_directory, live);
    prepare_echo(state);
    server.keys = name_keys(live, "discount");
    return 0;
}

static int start_live(void **state)
{
    prepare_live(state);
    start_echo_server();
    return 0;
}

static struct key_files client_files; /* a client keeps only pointers to its paths */

/* A client whose files nobody changes. */
static void start_client_of(const char *directory, const char *program)
{
    char own[64];

    snprintf(own, sizeof own, "%s/own", keys_directory);
    run_command("rm -rf %s && cp -a %s %s", own, directory, own);
    client_files = name_keys(own, program);
    const struct keyset_files keyset = client_keys(&client_files);
    client = client_new_with(server.address, &keyset);
    rpc_stub_init(&stub, client, &ecommerce__discount__descriptor);
    stub.deadline_ns = clock_now_ns() + PATIENCE_NS;
    stub.fail_fast = true;
}

/* ---- Certificates that keys/ca would not make ---- */

static void *read_pem_file(const char *directory, const char *name, bool is_key)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    void *read =
        is_key ? (void *)PEM_read_PrivateKey(file, NULL, NULL, NULL) : (void *)PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    assert_non_null(read);
    return read;
}

static void add_extension(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    assert_non_null(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

/* Writes NAME.key and NAME.crt of the live authority, valid for `seconds` from now. */
static void issue(const char *name, const char *usage, long seconds)
{
    EVP_PKEY *key = EVP_EC_gen("P-256"), *signer_key = read_pem_file(live, "ca.key", true);
    X509 *signer = read_pem_file(live, "ca.crt", false), *certificate = X509_new();
    char path[128], names[128];

    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), (long)(clock_now_ns() & INT32_MAX));
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, (const unsigned char *)name, -1,
                               -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(signer));
    X509_time_adj_ex(X509_getm_notBefore(certificate), 0, -60, NULL);
    X509_time_adj_ex(X509_getm_notAfter(certificate), 0, seconds, NULL);
    X509_set_pubkey(certificate, key);
    snprintf(names, sizeof names, "URI:spiffe://ecommerce/%s,DNS:localhost,IP:127.0.0.1", name);
    add_extension(certificate, NID_subject_alt_name, names);
    add_extension(certificate, NID_ext_key_usage, usage);
    X509_sign(certificate, signer_key, EVP_sha256());

    snprintf(path, sizeof path, "%s/%s.crt", live, name);
    FILE *file = fopen(path, "w");
    PEM_write_X509(file, certificate);
    fclose(file);
    snprintf(path, sizeof path, "%s/%s.key", live, name);
    file = fopen(path, "w");
    PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    fclose(file);
    X509_free(certificate);
    X509_free(signer);
    EVP_PKEY_free(key);
    EVP_PKEY_free(signer_key);
}

/* ---- Callers ---- */

static bool is_refused(void *data)
{
    struct outcome *ended = data;

    *ended = call_as(1, "").outcome;
    return ended->code != RPC_OK;
}

/* Calls until one fails, and says why; all on one connection. */
static void assert_becomes_unauthenticated(const char *word)
{
    struct outcome ended;

    assert_true(wait_for(is_refused, &ended));
    assert_int_equal(ended.code, RPC_UNAUTHENTICATED);
    if (strstr(ended.message, word) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", ended.message, word);
    assert_int_equal(count_connections(&server.port), 1);
    int handled = atomic_load(&echo.handled);
    assert_int_equal(call_as(1, "").outcome.code, RPC_UNAUTHENTICATED);
    assert_int_equal(atomic_load(&echo.handled), handled);
}

static void assert_goes_on(enum rpc_code code)
{
    int64_t until_ns = clock_now_ns() + 1200 * CLOCK_NS_PER_MS; /* longer than a server looks away */

    while (clock_now_ns() < until_ns) {
        assert_int_equal(call_as(1, "").outcome.code, code);
        pause_briefly();
    }
}

static void a_callers_certificate_ends_on_its_connection(void **state)
{
    (void)state;
    issue("brief", "clientAuth", brief_s);
    start_client_of(live, "brief");
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    assert_becomes_unauthenticated("expired");
}

static void another_authority_ends_what_the_old_one_issued_on_its_connection(void **state)
{
    (void)state;
    start_client_of(live, "admin");
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    run_command("keys/ca make --force --dir %s >/dev/null", live);
    assert_becomes_unauthenticated("authority");
}

static void a_renewed_set_of_the_same_authority_ends_nothing(void **state)
{
    (void)state;
    start_client_of(live, "admin");
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    run_command("keys/ca renew --dir %s >/dev/null", live);
    assert_goes_on(RPC_OK);
}

/* The authority is in use only with a pair of its own: whoever copies file after file is not cut off half-way. And what
 * was revoked stays revoked until then, though the new authority's list is good beside the new authority. */
static void an_authority_without_a_pair_of_its_own_changes_nothing(void **state)
{
    struct outcome ended;

    (void)state;
    start_client_of(live, "catalog");
    run_command("keys/ca revoke catalog --dir %s >/dev/null", live);
    assert_true(wait_for(is_refused, &ended));
    run_command("cp %s/ca.crt %s/ca.crl %s", other, other, live);
    assert_goes_on(RPC_UNAUTHENTICATED);
    rpc_client_free(client);
    char set[64];
    snprintf(set, sizeof set, "%s/set", keys_directory);
    start_client_of(set, "admin");
    assert_goes_on(RPC_OK);
    run_command("cp %s/discount.key %s/discount.crt %s", other, other, live);
    assert_becomes_unauthenticated("authority");
}

/* ---- Sessions ---- */

struct visit {
    SSL_SESSION *session; /* for the next visit */
    bool is_let_in, is_resumed;
};

static SSL_SESSION *last_session;

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    SSL_SESSION_free(last_session);
    last_session = session;
    return 1;
}

/* Connects, resuming `session` if the server likes it. */
static struct visit visit(const struct key_files *keys, int version, SSL_SESSION *session)
{
    struct visit visit = {0};
    struct raw_client raw;

    last_session = NULL;
    raw_prepare(&raw, &server.port, keys, version);
    SSL_CTX_set_session_cache_mode(raw.context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(raw.context, keep_session);
    if (session != NULL)
        SSL_set_session(raw.ssl, session);
    visit.is_let_in = SSL_connect(raw.ssl) == 1 && raw_is_accepted(&raw);
    visit.is_resumed = SSL_session_reused(raw.ssl) == 1;
    visit.session = last_session != NULL ? last_session : SSL_get1_session(raw.ssl);
    SSL_set_shutdown(raw.ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); /* or the session counts as broken */
    raw_close(&raw);
    return visit;
}

/* A session that is resumed shows no certificates: it would outlive their end and whoever is trusted, and a caller
 * whose certificate has others between it and the authority's could not be told from one that nobody knows. */
static void no_session_is_resumed(void **state)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

    (void)state;
    struct key_files keys = name_keys(live, "catalog");
    for (size_t i = 0; i < ARRAY_LENGTH(versions); i++) {
        struct visit first = visit(&keys, versions[i], NULL);
        assert_true(first.is_let_in);
        struct visit again = visit(&keys, versions[i], first.session);
        assert_true(again.is_let_in && !again.is_resumed);
        SSL_SESSION_free(again.session);
        SSL_SESSION_free(first.session);
    }
}

/* ---- Servers ---- */

static bool is_on_another_connection(void *data)
{
    unsigned from = *(const unsigned *)data, now = 0;

    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    return find_connections(&server.port, &now) == 1 && now != from;
}

static void a_client_leaves_a_server_whose_certificate_ends_for_its_new_one(void **state)
{
    unsigned from = 0;

    (void)state;
    issue("discount", "serverAuth", brief_s);
    start_echo_server();
    start_client_of(live, "catalog");
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    assert_int_equal(find_connections(&server.port, &from), 1);
    run_command("keys/ca renew discount --dir %s >/dev/null", live);
    assert_true(wait_for(is_on_another_connection, &from));
}

static void a_client_asks_no_server_whose_certificate_has_ended(void **state)
{
    struct outcome ended;

    (void)state;
    issue("discount", "serverAuth", brief_s);
    start_echo_server();
    start_client_of(live, "catalog");
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    assert_true(wait_for(is_refused, &ended));
    assert_int_equal(ended.code, RPC_UNAVAILABLE);
    assert_non_null(strstr(ended.message, "certificate verify failed"));
}

#define LIVE_TEST(test) cmocka_unit_test_setup_teardown(test, start_live, end_echo)
#define KEYS_TEST(test) cmocka_unit_test_setup_teardown(test, prepare_live, end_echo)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIVE_TEST(a_callers_certificate_ends_on_its_connection),
        LIVE_TEST(another_authority_ends_what_the_old_one_issued_on_its_connection),
        LIVE_TEST(a_renewed_set_of_the_same_authority_ends_nothing),
        LIVE_TEST(an_authority_without_a_pair_of_its_own_changes_nothing),
        LIVE_TEST(no_session_is_resumed),
        KEYS_TEST(a_client_leaves_a_server_whose_certificate_ends_for_its_new_one),
        KEYS_TEST(a_client_asks_no_server_whose_certificate_has_ended),
    };

    return cmocka_run_group_tests(tests, make_two_authorities, remove_keys);
}
