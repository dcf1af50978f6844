/* SPDX-License-Identifier: MIT */
/* Keysets: what is loaded, what is refused with which words, and that a watched set follows its files. */
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "tests/unit/common/rpc_harness.h"

#include "common/rpc/keyset_watch.h"

static char live[64]; /* the keys of this test; it changes them */
static char other[64];
static struct key_files paths;
static struct keyset_files files;
static struct keyset keyset;
static char reason[512];

static int make_two_authorities(void **state)
{
    int result = make_keys(state);

    if (result == 0) {
        snprintf(live, sizeof live, "%s/live", keys_directory);
        snprintf(other, sizeof other, "%s/other", keys_directory);
        run_command("mkdir %s/set && mv %s/*.* %s/set", keys_directory, keys_directory, keys_directory);
        run_command("keys/ca make --dir %s >/dev/null", other);
        log_set_level(LOG_LEVEL_ERROR);
    }
    return result;
}

static int copy_keys(void **state)
{
    (void)state;
    run_command("rm -rf %s && cp -a %s/set %s", live, keys_directory, live);
    paths = name_keys(live, "discount");
    files = server_keys(&paths);
    reason[0] = '\0';
    return 0;
}

static void assert_refused(const char *file, const char *what)
{
    assert_false(keyset_load(&files, &keyset, reason, sizeof reason));
    if (strstr(reason, file) == NULL || strstr(reason, what) == NULL)
        fail_msg("\"%s\" does not say \"%s\" of \"%s\"", reason, what, file);
    assert_null(keyset.ca);
    assert_null(keyset.certificate);
    assert_null(keyset.key);
    assert_null(keyset.revoked);
}

/* What no handshake would find out. */
static void assert_refused_before_a_handshake(const char *file, const char *what)
{
    files.revoked = NULL;
    assert_false(keyset_load_for_handshake(&files, &keyset, reason, sizeof reason));
    assert_null(keyset.ca);
    assert_refused(file, what);
}

/* ---- Good sets ---- */

static void a_whole_set_is_loaded(void **state)
{
    (void)state;
    assert_true(keyset_load(&files, &keyset, reason, sizeof reason));
    assert_non_null(strstr(keyset.ca, "BEGIN CERTIFICATE"));
    assert_non_null(strstr(keyset.certificate, "BEGIN CERTIFICATE"));
    assert_non_null(strstr(keyset.key, "PRIVATE KEY"));
    assert_non_null(strstr(keyset.revoked, "BEGIN X509 CRL"));
    keyset_release(&keyset);
    keyset_release(&keyset); /* empty: nothing happens */
}

static void an_authority_alone_is_a_set(void **state)
{
    (void)state;
    files = (struct keyset_files){.ca = paths.ca, .certificate = "", .key = NULL, .revoked = ""};
    assert_true(keyset_load(&files, &keyset, reason, sizeof reason));
    assert_null(keyset.certificate);
    assert_null(keyset.key);
    assert_null(keyset.revoked);
    keyset_release(&keyset);
}

static void one_of_several_authorities_is_enough(void **state)
{
    (void)state;
    run_command("cat %s/set/ca.crt %s/ca.crt >%s", keys_directory, other, paths.ca);
    assert_true(keyset_load(&files, &keyset, reason, sizeof reason));
    keyset_release(&keyset);
}

static void text_between_certificates_is_allowed(void **state)
{
    (void)state;
    run_command("(echo 'Ours:'; cat %s/set/ca.crt; echo; echo 'Theirs:'; cat %s/ca.crt; echo end) | sed 's/$/\\r/' >%s",
                keys_directory, other, paths.ca);
    assert_true(keyset_load(&files, &keyset, reason, sizeof reason));
    keyset_release(&keyset);
}

/* ---- Bad sets ---- */

static void an_authority_must_be_named(void **state)
{
    (void)state;
    files.ca = "";
    assert_refused("", "no certificate authority");
}

static void a_certificate_and_its_key_go_together(void **state)
{
    (void)state;
    files.key = NULL;
    assert_refused("", "together");
    files.key = paths.key;
    files.certificate = "";
    assert_refused("", "together");
}

static void a_missing_file_is_named(void **state)
{
    const char *const all[] = {paths.ca, paths.certificate, paths.key, paths.revoked};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
        run_command("mv %s %s/away", all[i], live);
        assert_refused(all[i], "No such file");
        run_command("mv %s/away %s", live, all[i]);
    }
}

static void a_file_that_is_no_pem_is_named(void **state)
{
    const char *const all[] = {paths.ca, paths.certificate, paths.key, paths.revoked};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
        run_command("mv %s %s/away && echo nothing >%s", all[i], live, all[i]);
        assert_refused(all[i], "PEM form");
        run_command("mv %s/away %s", live, all[i]);
    }
}

static void an_empty_file_is_named(void **state)
{
    (void)state;
    run_command(": >%s", paths.certificate);
    assert_refused(paths.certificate, "PEM form");
}

static void a_directory_is_no_key(void **state)
{
    (void)state;
    files.key = live;
    assert_refused(live, "directory");
}

static void an_absurdly_large_file_is_refused(void **state)
{
    (void)state;
    run_command("truncate -s 2M %s", paths.ca);
    assert_refused(paths.ca, "large");
}

static void anothers_key_is_refused(void **state)
{
    (void)state;
    run_command("cp %s/catalog.key %s", live, paths.key);
    assert_refused(paths.key, "does not match the certificate");
}

/* What may be wrong with the second certificate of a file: commands that write it. */
static const char *const spoilings[] = {
    "sed 's/^MI/M!/'",                                              /* no base64 */
    "sed '3d'",                                                     /* a line is missing */
    "sed '$d'",                                                     /* it has no end */
    "sed '1d'",                                                     /* … no beginning */
    "sed '1s/CERTIFICATE/CERTIFICAT/; $s/CERTIFICATE/CERTIFICAT/'", /* nobody knows what it is */
    "sed '1s/^-//'",                                                /* its beginning is none */
    "sed '1s/-$//'",                                                /* … */
    "sed '1s/^/ /'",                                                /* … */
    "sed '$s/CERTIFICATE/X509 CRL/'",                               /* its end is another's */
    "(sed '$d'; printf 'AAAA\\n-----END CERTIFICATE-----\\n')",     /* something stands behind it */
    "openssl x509 -trustout -addtrust serverAuth",                  /* OpenSSL's own form, which means less */
    "openssl x509 -noout -pubkey",                                  /* something else */
    "tr -d '\\n'",                                                  /* no lines */
    "(head -c 40; printf '\\0'; cat)",                              /* the end, for who reads text */
    "sed '5q'",                                                     /* cut off */
};

/* Both a bundle of authorities and a certificate with its chain. */
static void a_file_with_one_certificate_that_cannot_be_read_is_refused_whole(void **state)
{
    const char *const all[] = {paths.ca, paths.certificate};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
        run_command("cp %s %s/away && cat %s/ca.crt >>%s", all[i], live, other, all[i]);
        if (!keyset_load(&files, &keyset, reason, sizeof reason))
            fail_msg("two good ones are refused: %s", reason);
        keyset_release(&keyset);
        for (size_t k = 0; k < ARRAY_LENGTH(spoilings); k++) {
            run_command("(cat %s/away; %s <%s/ca.crt; cat %s/ca.crt) >%s", live, spoilings[k], other, other, all[i]);
            assert_refused(all[i], "PEM form");
            run_command("(cat %s/away; %s <%s/ca.crt) >%s", live, spoilings[k], other, all[i]);
            assert_refused(all[i], "PEM form");
            run_command("(%s <%s/ca.crt; cat %s/away) >%s", spoilings[k], other, live, all[i]);
            assert_refused(all[i], "PEM form");
        }
        run_command("mv %s/away %s", live, all[i]);
    }
}

/* gRPC core would take the first certificate and say nothing of the second. */
static void so_it_is_before_a_handshake(void **state)
{
    const char *const all[] = {paths.ca, paths.certificate};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
        run_command("cp %s %s/away", all[i], live);
        for (size_t k = 0; k < ARRAY_LENGTH(spoilings); k++) {
            run_command("(cat %s/away; %s <%s/ca.crt) >%s", live, spoilings[k], other, all[i]);
            assert_refused_before_a_handshake(all[i], "PEM form");
            run_command("(%s <%s/ca.crt; cat %s/away) >%s", spoilings[k], other, live, all[i]);
            assert_refused_before_a_handshake(all[i], "PEM form");
        }
        run_command("mv %s/away %s", live, all[i]);
    }
}

static void what_fails_in_a_handshake_is_left_to_it(void **state)
{
    (void)state;
    files.revoked = NULL;
    run_command("sed -i 's/^MI/M!/' %s && cp %s/discount.key %s", paths.ca, other, paths.key);
    assert_true(keyset_load_for_handshake(&files, &keyset, reason, sizeof reason));
    assert_non_null(keyset.key);
    keyset_release(&keyset);
    assert_refused(paths.ca, "PEM form");
}

static void a_certificate_that_cannot_be_read_is_found_by_its_line(void **state)
{
    (void)state;
    run_command("(echo; cat %s/set/ca.crt; sed 's/^MI/M!/' %s/ca.crt) >%s", keys_directory, other, paths.ca);
    run_command("grep -n BEGIN %s | tail -n 1 | cut -d: -f1 >%s/line", paths.ca, live);
    char path[96], line[32], *text;
    snprintf(path, sizeof path, "%s/line", live);
    assert_true(file_read(path, 100, &text, NULL));
    snprintf(line, sizeof line, "line %d ", atoi(text));
    free(text);
    assert_refused(paths.ca, line);
}

static void two_certificates_without_a_line_between_them_are_refused(void **state)
{
    (void)state;
    run_command("(printf %%s \"$(cat %s/set/ca.crt)\"; cat %s/ca.crt) >%s", keys_directory, other, paths.ca);
    assert_refused(paths.ca, "PEM form");
}

static void a_list_with_something_behind_it_is_refused(void **state)
{
    (void)state;
    run_command("sed 's/^MI/M!/' %s/ca.crl >>%s", other, paths.revoked);
    assert_refused(paths.revoked, "PEM form");
}

static void a_key_with_a_password_is_refused_and_nobody_is_asked_for_it(void **state)
{
    (void)state;
    run_command("openssl ec -in %s -aes128 -passout pass:secret -out %s/locked 2>/dev/null && mv %s/locked %s",
                paths.key, live, live, paths.key);
    assert_refused(paths.key, "unencrypted");
}

static void another_authoritys_certificate_is_refused(void **state)
{
    (void)state;
    run_command("cp %s/discount.crt %s/discount.key %s", other, other, live);
    assert_refused(paths.certificate, paths.ca);
}

static void another_authoritys_list_is_refused(void **state)
{
    (void)state;
    run_command("cp %s/ca.crl %s", other, paths.revoked);
    assert_refused(paths.revoked, "not signed");
}

static void two_lists_in_one_file_are_refused(void **state)
{
    (void)state;
    run_command("cat %s/ca.crl >>%s", other, paths.revoked);
    assert_refused(paths.revoked, "more than one");
}

/* Its own authority, as keys/ca makes none: valid for `days` from now on, or up to then. */
static X509 *make_certificate(EVP_PKEY *key, int from_days, int days)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);

    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_time_adj_ex(X509_getm_notBefore(certificate), from_days, 0, NULL);
    X509_time_adj_ex(X509_getm_notAfter(certificate), days, 60, NULL);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    return certificate;
}

static void write_self_signed(int from_days, int days)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = make_certificate(key, from_days, days);
    FILE *file = fopen(paths.certificate, "w");

    PEM_write_X509(file, certificate);
    fclose(file);
    file = fopen(paths.key, "w");
    PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    fclose(file);
    run_command("cp %s %s", paths.certificate, paths.ca);
    files.revoked = NULL;
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static void a_certificate_of_today_is_good(void **state)
{
    (void)state;
    write_self_signed(-1, 1);
    assert_true(keyset_load(&files, &keyset, reason, sizeof reason));
    keyset_release(&keyset);
}

static void an_expired_certificate_is_refused(void **state)
{
    (void)state;
    write_self_signed(-10, -1);
    assert_refused(paths.certificate, "expired");
}

static void a_certificate_of_tomorrow_is_refused(void **state)
{
    (void)state;
    write_self_signed(1, 10);
    assert_refused(paths.certificate, "not yet valid");
}

/* ---- Days ---- */

static int days_left_of(int days)
{
    write_self_signed(-20, days);
    char *pem = NULL;
    assert_true(file_read(paths.certificate, 10000, &pem, NULL));
    int left = keyset_days_left(pem);
    free(pem);
    return left;
}

static void days_left_count_down_to_zero_and_below(void **state)
{
    (void)state;
    assert_int_equal(days_left_of(89), 89);
    assert_int_equal(days_left_of(1), 1);
    assert_int_equal(days_left_of(0), 0);
    assert_int_equal(days_left_of(-1), -1);
    assert_int_equal(days_left_of(-10), -10);
    assert_int_equal(keyset_days_left("nothing"), INT_MAX);
}

/* What a program says of its files: the first line. */
static const char *first_warning(int *lines)
{
    static char line[LOG_LINE_MAX];
    int kept = dup(STDERR_FILENO);
    FILE *log = tmpfile();

    log_set_level(LOG_LEVEL_INFO);
    dup2(fileno(log), STDERR_FILENO);
    keyset_warn(&files);
    dup2(kept, STDERR_FILENO);
    close(kept);
    log_set_level(LOG_LEVEL_ERROR);
    rewind(log);
    line[0] = '\0';
    *lines = 0;
    for (char other_line[LOG_LINE_MAX]; fgets(*lines == 0 ? line : other_line, LOG_LINE_MAX, log) != NULL;)
        ++*lines;
    fclose(log);
    return line;
}

/* … of a certificate, its own authority, that ends in so many days. */
static const char *warning_of(int days)
{
    int lines;

    write_self_signed(-20, days);
    const char *line = first_warning(&lines);
    /* The certificate, and the authority's; and that it is no set any more. */
    assert_int_equal(lines, days > 30 ? 0 : days < 0 ? 3 : 2);
    return line;
}

static void a_certificates_end_is_warned_of_from_thirty_days_on(void **state)
{
    static const int warned[] = {30, 7, 1}, told_as_errors[] = {0, -1, -10};

    (void)state;
    assert_string_equal(warning_of(31), "");
    for (size_t i = 0; i < ARRAY_LENGTH(warned); i++) {
        char left[32];
        snprintf(left, sizeof left, "days_left=%d\n", warned[i]);
        const char *line = warning_of(warned[i]);
        assert_non_null(strstr(line, "Z warning "));
        assert_non_null(strstr(line, " certificate-expires file="));
        assert_non_null(strstr(line, paths.certificate));
        assert_non_null(strstr(line, left));
        assert_non_null(strstr(warning_of(told_as_errors[i]), "Z error "));
    }
}

/* Or nobody hears again of files that were renewed in vain, while the certificate in use comes to its end. */
static void files_that_are_no_set_are_told_each_day(void **state)
{
    int lines;

    (void)state;
    run_command("cp %s/discount.key %s", other, paths.key);
    for (int day = 0; day < 2; day++) {
        const char *line = first_warning(&lines);
        assert_int_equal(lines, 1);
        assert_non_null(strstr(line, " keyset-refused reason="));
        assert_non_null(strstr(line, paths.key));
    }
}

/* ---- Watching ---- */

static char *seen; /* the certificate of the keyset that was used last */

static void note_certificate(void *data, const struct keyset *used)
{
    int *times = data;

    ++*times;
    free(seen);
    seen = strdup(used->certificate);
}

static int forget_seen(void **state)
{
    (void)state;
    free(seen);
    seen = NULL;
    return 0;
}

static void a_stamp_tells_versions_apart(void **state)
{
    (void)state;
    struct keyset_stamp before = keyset_stamp(&files);
    struct keyset_stamp again = keyset_stamp(&files);
    assert_true(keyset_stamp_equal(&before, &again));
    run_command("cp %s %s/copy && mv %s/copy %s", paths.revoked, live, live, paths.revoked);
    again = keyset_stamp(&files);
    assert_false(keyset_stamp_equal(&before, &again));
}

static void a_watch_follows_its_files(void **state)
{
    uint64_t generation = 0;
    int used = 0;

    (void)state;
    struct keyset_watch *watch = keyset_watch_new(&files, reason, sizeof reason);
    assert_non_null(watch);
    assert_true(keyset_watch_refresh(watch, 0, &generation, note_certificate, &used));
    assert_false(keyset_watch_refresh(watch, 0, &generation, note_certificate, &used));
    char *before = strdup(seen);
    run_command("cd %s && mv catalog.key discount.key && mv catalog.crt discount.crt", live);
    assert_false(keyset_watch_refresh(watch, CLOCK_NS_PER_S * 1000, &generation, note_certificate, &used));
    assert_true(keyset_watch_refresh(watch, 0, &generation, note_certificate, &used));
    assert_string_not_equal(seen, before);
    assert_int_equal(used, 2);
    free(before);
    keyset_watch_free(watch);
    keyset_watch_free(NULL);
}

static void everybody_who_uses_a_watch_is_told(void **state)
{
    uint64_t mine = 0, yours = 0;
    int used = 0;

    (void)state;
    struct keyset_watch *watch = keyset_watch_new(&files, reason, sizeof reason);
    assert_non_null(watch);
    assert_true(keyset_watch_refresh(watch, 0, &mine, note_certificate, &used));
    assert_true(keyset_watch_refresh(watch, 0, &yours, note_certificate, &used));
    run_command("cd %s && mv catalog.key discount.key && mv catalog.crt discount.crt", live);
    assert_true(keyset_watch_refresh(watch, 0, &mine, note_certificate, &used));
    assert_true(keyset_watch_refresh(watch, 0, &yours, note_certificate, &used));
    assert_int_equal(used, 4);
    keyset_watch_free(watch);
}

/* How many lines with `event` a refresh leaves in the log. */
static int refresh_and_count(struct keyset_watch *watch, uint64_t *generation, const char *event)
{
    int used = 0, lines = 0, kept = dup(STDERR_FILENO);
    char line[LOG_LINE_MAX];
    FILE *log = tmpfile();

    log_set_level(LOG_LEVEL_INFO);
    dup2(fileno(log), STDERR_FILENO);
    bool is_new = keyset_watch_refresh(watch, 0, generation, note_certificate, &used);
    dup2(kept, STDERR_FILENO);
    close(kept);
    log_set_level(LOG_LEVEL_ERROR);
    assert_int_equal(is_new, strcmp(event, "keyset-replaced") == 0);
    rewind(log);
    while (fgets(line, sizeof line, log) != NULL)
        lines += strstr(line, event) != NULL;
    fclose(log);
    return lines;
}

static void a_bad_set_is_told_once_and_the_old_stays(void **state)
{
    uint64_t generation = 0;
    int used = 0;

    (void)state;
    struct keyset_watch *watch = keyset_watch_new(&files, reason, sizeof reason);
    assert_non_null(watch);
    assert_true(keyset_watch_refresh(watch, 0, &generation, note_certificate, &used));
    run_command("cd %s && mv discount.key away && cp catalog.key discount.key", live);
    assert_int_equal(refresh_and_count(watch, &generation, "keyset-refused"), 1);
    assert_int_equal(refresh_and_count(watch, &generation, "keyset-refused"), 0);
    run_command("mv %s/away %s/discount.key", live, live);
    assert_int_equal(refresh_and_count(watch, &generation, "keyset-replaced"), 1);
    keyset_watch_free(watch);
}

#define KEYS_TEST(test) cmocka_unit_test_setup_teardown(test, copy_keys, forget_seen)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEYS_TEST(a_whole_set_is_loaded),
        KEYS_TEST(an_authority_alone_is_a_set),
        KEYS_TEST(one_of_several_authorities_is_enough),
        KEYS_TEST(text_between_certificates_is_allowed),
        KEYS_TEST(an_authority_must_be_named),
        KEYS_TEST(a_certificate_and_its_key_go_together),
        KEYS_TEST(a_missing_file_is_named),
        KEYS_TEST(a_file_that_is_no_pem_is_named),
        KEYS_TEST(an_empty_file_is_named),
        KEYS_TEST(a_directory_is_no_key),
        KEYS_TEST(an_absurdly_large_file_is_refused),
        KEYS_TEST(anothers_key_is_refused),
        KEYS_TEST(a_key_with_a_password_is_refused_and_nobody_is_asked_for_it),
        KEYS_TEST(another_authoritys_certificate_is_refused),
        KEYS_TEST(another_authoritys_list_is_refused),
        KEYS_TEST(two_lists_in_one_file_are_refused),
        KEYS_TEST(a_file_with_one_certificate_that_cannot_be_read_is_refused_whole),
        KEYS_TEST(so_it_is_before_a_handshake),
        KEYS_TEST(what_fails_in_a_handshake_is_left_to_it),
        KEYS_TEST(a_certificate_that_cannot_be_read_is_found_by_its_line),
        KEYS_TEST(two_certificates_without_a_line_between_them_are_refused),
        KEYS_TEST(a_list_with_something_behind_it_is_refused),
        KEYS_TEST(a_certificate_of_today_is_good),
        KEYS_TEST(an_expired_certificate_is_refused),
        KEYS_TEST(a_certificate_of_tomorrow_is_refused),
        KEYS_TEST(days_left_count_down_to_zero_and_below),
        KEYS_TEST(a_certificates_end_is_warned_of_from_thirty_days_on),
        KEYS_TEST(files_that_are_no_set_are_told_each_day),
        KEYS_TEST(a_stamp_tells_versions_apart),
        KEYS_TEST(a_watch_follows_its_files),
        KEYS_TEST(everybody_who_uses_a_watch_is_told),
        KEYS_TEST(a_bad_set_is_told_once_and_the_old_stays),
    };

    return cmocka_run_group_tests(tests, make_two_authorities, remove_keys);
}
