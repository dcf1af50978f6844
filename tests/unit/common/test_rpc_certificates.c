/* SPDX-License-Identifier: MIT */
/* Certificates while servers and clients run: required, verified, replaced, revoked. */
#include "tests/unit/common/raw_client.h"
#include "tests/unit/common/rpc_echo.h"

static char live[64];  /* the keys of this test; it changes them */
static char other[64]; /* those of another authority */

static int make_two_authorities(void **state)
{
    int result = make_keys(state);

    if (result == 0) {
        snprintf(live, sizeof live, "%s/live", keys_directory);
        snprintf(other, sizeof other, "%s/other", keys_directory);
        run_command("mkdir %s/set && mv %s/*.* %s/db %s/set", keys_directory, keys_directory, keys_directory,
                    keys_directory);
        run_command("keys/ca make --dir %s >/dev/null", other);
    }
    return result;
}

/* A server that runs with the live keys. */
static int start_live(void **state)
{
    run_command("rm -rf %s && cp -a %s/set %s", live, keys_directory, live);
    prepare_echo(state);
    server.keys = name_keys(live, "discount");
    start_echo_server();
    return 0;
}

static struct key_files client_files; /* a client keeps only pointers to its paths */

static void start_client_of(const char *directory, const char *program)
{
    client_files = name_keys(directory, program);
    const struct keyset_files keyset = client_keys(&client_files);
    client = client_new_with(server.address, &keyset);
    rpc_stub_init(&stub, client, &ecommerce__discount__descriptor);
    stub.deadline_ns = clock_now_ns() + PATIENCE_NS;
}

/* ---- Who is let in ---- */

static bool raw_is_let_in(const struct key_files *keys, int version)
{
    struct raw_client raw;
    bool is_in = raw_connect(&raw, &server.port, keys, version);

    if (is_in)
        is_in = raw_is_accepted(&raw);
    raw_close(&raw);
    return is_in;
}

static void the_authoritys_client_is_let_in(void **state)
{
    struct key_files keys = name_keys(live, "catalog");

    (void)state;
    assert_true(raw_is_let_in(&keys, 0));
}

static void a_client_without_a_certificate_is_not_let_in(void **state)
{
    (void)state;
    assert_false(raw_is_let_in(NULL, TLS1_3_VERSION));
    assert_false(raw_is_let_in(NULL, TLS1_2_VERSION));
}

static void another_authoritys_client_is_not_let_in(void **state)
{
    struct key_files keys = name_keys(other, "catalog");

    (void)state;
    assert_false(raw_is_let_in(&keys, TLS1_3_VERSION));
    assert_false(raw_is_let_in(&keys, TLS1_2_VERSION));
}

static void a_servers_certificate_is_none_for_a_client(void **state)
{
    struct key_files keys = name_keys(live, "discount");

    (void)state;
    assert_false(raw_is_let_in(&keys, 0));
}

static void tls_is_1_3_when_both_can_and_never_below_1_2(void **state)
{
    struct key_files keys = name_keys(live, "catalog");
    struct raw_client raw;

    (void)state;
    assert_true(raw_connect(&raw, &server.port, &keys, 0));
    assert_int_equal(SSL_version(raw.ssl), TLS1_3_VERSION);
    raw_close(&raw);
    assert_true(raw_is_let_in(&keys, TLS1_2_VERSION));
    assert_false(raw_is_let_in(&keys, TLS1_1_VERSION));
}

/* ---- Whom a client trusts ---- */

static struct outcome call_once(void)
{
    stub.fail_fast = true;
    return call_as(1, "").outcome;
}

static void a_client_names_why_it_does_not_trust_a_server(void **state)
{
    (void)state;
    start_client_of(other, "catalog");
    struct outcome ended = call_once();
    assert_int_equal(ended.code, RPC_UNAVAILABLE);
    if (strstr(ended.message, "certificate verify failed") == NULL)
        fail_msg("%s", ended.message);
}

static void a_client_does_not_trust_a_server_of_another_name(void **state)
{
    char elsewhere[32];
    const char *addresses[] = {server.address, elsewhere};

    (void)state;
    snprintf(elsewhere, sizeof elsewhere, "127.0.0.2%s", strchr(server.address, ':'));
    server_stop(&server, 0);
    server.options.addresses = addresses;
    server.options.address_count = 2;
    start_echo_server();
    start_client_of(live, "catalog");
    assert_int_equal(call_once().code, RPC_OK);
    rpc_client_free(client);
    server.address = elsewhere;
    start_client_of(live, "catalog");
    assert_int_equal(call_once().code, RPC_UNAVAILABLE);
    server_stop(&server, 0);
}

/* ---- A server's certificate is replaced ---- */

/* The serial number of the certificate that a new connection is served with, in hexadecimal. */
static void read_served_serial(char serial[64])
{
    struct key_files keys = name_keys(live, "catalog");
    struct raw_client raw;

    assert_true(raw_connect(&raw, &server.port, &keys, 0));
    assert_true(raw_is_accepted(&raw));
    X509 *certificate = SSL_get1_peer_certificate(raw.ssl);
    const ASN1_INTEGER *number = X509_get0_serialNumber(certificate);
    serial[0] = '\0';
    for (int i = 0; i < number->length && i < 31; i++)
        snprintf(serial + (size_t)i * 2, 3, "%02x", number->data[i]);
    X509_free(certificate);
    raw_close(&raw);
}

static void a_replaced_pair_serves_new_connections_and_keeps_the_old(void **state)
{
    char before[64], after[64];

    (void)state;
    start_client_of(live, "catalog");
    assert_int_equal(call_as(1, "").value, 1);
    read_served_serial(before);
    run_command("keys/ca renew discount --dir %s >/dev/null", live);
    read_served_serial(after);
    assert_string_not_equal(before, after);
    assert_int_equal(call_as(2, "").value, 2);
    assert_int_equal(count_connections(&server.port), 1);
}

static void a_bad_pair_leaves_the_old_in_use_until_it_is_mended(void **state)
{
    char before[64], after[64];

    (void)state;
    log_set_level(LOG_LEVEL_ERROR);
    read_served_serial(before);
    run_command("mv %s/discount.key %s/away", live, live);
    read_served_serial(after);
    assert_string_equal(before, after);
    run_command("cp %s/catalog.key %s/discount.key", live, live);
    read_served_serial(after);
    assert_string_equal(before, after);
    run_command("echo nothing >%s/discount.crt", live);
    read_served_serial(after);
    assert_string_equal(before, after);
    run_command("cp %s/discount.crt %s/discount.key %s", other, other, live);
    read_served_serial(after);
    assert_string_equal(before, after);
    run_command("cp %s/set/discount.crt %s && mv %s/away %s/discount.key", keys_directory, live, live, live);
    run_command("keys/ca renew discount --dir %s >/dev/null", live);
    read_served_serial(after);
    assert_string_not_equal(before, after);
}

/* ---- A client's certificate is replaced ---- */

static bool calls_as_admin(void *data)
{
    (void)data;
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    return strcmp(echo.identity, "spiffe://ecommerce/admin") == 0;
}

static void a_client_takes_its_new_certificate(void **state)
{
    (void)state;
    start_client_of(live, "catalog");
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    assert_string_equal(echo.identity, "spiffe://ecommerce/catalog");
    run_command("cd %s && mv admin.key catalog.key && mv admin.crt catalog.crt", live);
    const struct stopwatch watch = stopwatch_start();
    assert_true(wait_for(calls_as_admin, NULL));
    assert_true(stopwatch_ms(&watch) < 3000);
}

static void a_client_keeps_its_certificate_when_the_new_is_no_good(void **state)
{
    (void)state;
    start_client_of(live, "catalog");
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    run_command("cd %s && mv admin.key catalog.key", live);
    int64_t until_ns = clock_now_ns() + 1200 * CLOCK_NS_PER_MS; /* longer than a client looks away */
    while (clock_now_ns() < until_ns) {
        assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
        pause_briefly();
    }
    rpc_client_reconnect(client);
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    assert_string_equal(echo.identity, "spiffe://ecommerce/catalog");
}

/* ---- Revocation ---- */

static bool is_refused(void *data)
{
    struct outcome *ended = data;

    *ended = call_as(1, "").outcome;
    return ended->code != RPC_OK;
}

static void a_revoked_client_is_refused_on_its_connection(void **state)
{
    struct outcome ended;

    (void)state;
    start_client_of(live, "catalog");
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
    run_command("keys/ca revoke catalog --dir %s >/dev/null", live);
    const struct stopwatch watch = stopwatch_start();
    assert_true(wait_for(is_refused, &ended));
    assert_true(stopwatch_ms(&watch) < 2500);
    assert_int_equal(ended.code, RPC_UNAUTHENTICATED);
    assert_non_null(strstr(ended.message, "revoked"));
    assert_int_equal(count_connections(&server.port), 1);
}

static void a_client_that_was_revoked_before_the_start_is_refused(void **state)
{
    (void)state;
    server_stop(&server, 0);
    run_command("keys/ca revoke catalog --dir %s >/dev/null", live);
    start_echo_server();
    start_client_of(live, "catalog");
    assert_int_equal(call_as(1, "").outcome.code, RPC_UNAUTHENTICATED);
    rpc_client_free(client);
    start_client_of(live, "admin");
    assert_int_equal(call_as(1, "").outcome.code, RPC_OK);
}

static void a_bad_list_leaves_the_old_in_use(void **state)
{
    (void)state;
    server_stop(&server, 0);
    run_command("keys/ca revoke catalog --dir %s >/dev/null", live);
    start_echo_server();
    start_client_of(live, "catalog");
    assert_int_equal(call_as(1, "").outcome.code, RPC_UNAUTHENTICATED);
    run_command("cp %s/ca.crl %s", other, live);
    int64_t until_ns = clock_now_ns() + 1200 * CLOCK_NS_PER_MS; /* longer than a server looks away */
    while (clock_now_ns() < until_ns) {
        assert_int_equal(call_as(1, "").outcome.code, RPC_UNAUTHENTICATED);
        pause_briefly();
    }
}

#define LIVE_TEST(test) cmocka_unit_test_setup_teardown(test, start_live, end_echo)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIVE_TEST(the_authoritys_client_is_let_in),
        LIVE_TEST(a_client_without_a_certificate_is_not_let_in),
        LIVE_TEST(another_authoritys_client_is_not_let_in),
        LIVE_TEST(a_servers_certificate_is_none_for_a_client),
        LIVE_TEST(tls_is_1_3_when_both_can_and_never_below_1_2),
        LIVE_TEST(a_client_names_why_it_does_not_trust_a_server),
        LIVE_TEST(a_client_does_not_trust_a_server_of_another_name),
        LIVE_TEST(a_replaced_pair_serves_new_connections_and_keeps_the_old),
        LIVE_TEST(a_bad_pair_leaves_the_old_in_use_until_it_is_mended),
        LIVE_TEST(a_client_takes_its_new_certificate),
        LIVE_TEST(a_client_keeps_its_certificate_when_the_new_is_no_good),
        LIVE_TEST(a_revoked_client_is_refused_on_its_connection),
        LIVE_TEST(a_client_that_was_revoked_before_the_start_is_refused),
        LIVE_TEST(a_bad_list_leaves_the_old_in_use),
    };

    return cmocka_run_group_tests(tests, make_two_authorities, remove_keys);
}
