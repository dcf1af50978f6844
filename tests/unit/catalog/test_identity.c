/* SPDX-License-Identifier: MIT */
/* Who may name the customer, and what counts as a customer's number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fcgi-catalog/http/identity.h"

#define LOCAL "REMOTE_ADDR=127.0.0.1"
#define FAR "REMOTE_ADDR=203.0.113.9"

static int32_t id;

/* Reads the identity with a list of proxies; the variables end with NULL. */
static enum identity_status read_with(const char *list, const char *const *variables)
{
    struct http_request request;
    const char *wrong = NULL;
    struct identity_proxies *proxies = identity_proxies_new(list, &wrong);

    assert_non_null(proxies);
    http_request_read_variables(&request, variables);
    id = -99;
    const struct identity_policy policy = {.proxies = proxies, .is_local_trusted = true};
    enum identity_status status = identity_read(&request, &policy, &id);
    identity_proxies_free(proxies);
    return status;
}

#define READ_WITH(list, ...) read_with(list, (const char *const[]){__VA_ARGS__, NULL})
#define READ(...) READ_WITH("", __VA_ARGS__)

static void a_local_client_names_the_customer(void **state)
{
    static const char *const addresses[] = {LOCAL, "REMOTE_ADDR=127.255.0.7", "REMOTE_ADDR=::1",
                                            "REMOTE_ADDR=0:0:0:0:0:0:0:1", "REMOTE_ADDR=::ffff:127.0.0.1"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(addresses); i++) {
        assert_int_equal(READ(addresses[i], "HTTP_X_USER_ID=1"), IDENTITY_CUSTOMER);
        assert_int_equal(id, 1);
    }
}

static void anybody_else_is_anonymous(void **state)
{
    static const char *const addresses[] = {FAR,
                                            "REMOTE_ADDR=128.0.0.1",
                                            "REMOTE_ADDR=::2",
                                            "REMOTE_ADDR=::",
                                            "REMOTE_ADDR=::ffff:10.0.0.1",
                                            "REMOTE_ADDR=::127.0.0.1",
                                            "REMOTE_ADDR=localhost",
                                            "REMOTE_ADDR=",
                                            "REMOTE_ADDR=127.0.0.1 ",
                                            "REMOTE_ADDR=127.1",
                                            "REMOTE_HOST=127.0.0.1"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(addresses); i++)
        assert_int_equal(READ(addresses[i], "HTTP_X_USER_ID=1"), IDENTITY_ANONYMOUS);
    assert_int_equal(id, -99);
}

static void a_header_that_does_not_count_is_not_judged(void **state)
{
    (void)state;
    assert_int_equal(READ(FAR, "HTTP_X_USER_ID=x"), IDENTITY_ANONYMOUS);
    assert_int_equal(READ(FAR, "HTTP_X_USER_ID=99999999999"), IDENTITY_ANONYMOUS);
    assert_int_equal(READ(FAR, "HTTP_X_USER_ID=1", "HTTP_X_USER_ID=2"), IDENTITY_ANONYMOUS);
}

static void a_forwarded_request_is_not_local(void **state)
{
    (void)state;
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID=1", "HTTP_X_FORWARDED_FOR=203.0.113.9"), IDENTITY_ANONYMOUS);
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID=1", "HTTP_FORWARDED=for=203.0.113.9"), IDENTITY_ANONYMOUS);
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID=1", "HTTP_X_REAL_IP=203.0.113.9"), IDENTITY_ANONYMOUS);
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID=1", "HTTP_VIA=1.1 proxy"), IDENTITY_ANONYMOUS);
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID=1", "HTTP_VIA=", "HTTP_VIA=1.1 proxy"), IDENTITY_ANONYMOUS);
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID=1", "HTTP_X_FORWARDED_FOR="), IDENTITY_CUSTOMER);
}

static void a_listed_proxy_names_the_customer(void **state)
{
    (void)state;
    assert_int_equal(READ_WITH("203.0.113.9", FAR, "HTTP_X_USER_ID=1", "HTTP_X_FORWARDED_FOR=a"), IDENTITY_CUSTOMER);
    assert_int_equal(READ_WITH("10.0.0.0/8, 203.0.113.0/24", FAR, "HTTP_X_USER_ID=1"), IDENTITY_CUSTOMER);
    assert_int_equal(READ_WITH("2001:db8::/33", "REMOTE_ADDR=2001:db8:7fff::1", "HTTP_X_USER_ID=1"), IDENTITY_CUSTOMER);
    assert_int_equal(READ_WITH("203.0.113.9", "REMOTE_ADDR=::ffff:203.0.113.9", "HTTP_X_USER_ID=1"), IDENTITY_CUSTOMER);
    assert_int_equal(READ_WITH("::ffff:203.0.113.0/120", FAR, "HTTP_X_USER_ID=1"), IDENTITY_CUSTOMER);
    assert_int_equal(READ_WITH("0.0.0.0/0", FAR, "HTTP_X_USER_ID=1"), IDENTITY_CUSTOMER);
    assert_int_equal(READ_WITH("127.0.0.1", LOCAL, "HTTP_X_USER_ID=1", "HTTP_X_FORWARDED_FOR=a"), IDENTITY_CUSTOMER);
}

static void a_neighbour_of_a_listed_proxy_does_not(void **state)
{
    (void)state;
    assert_int_equal(READ_WITH("203.0.113.8", FAR, "HTTP_X_USER_ID=1"), IDENTITY_ANONYMOUS);
    assert_int_equal(READ_WITH("203.0.113.0/29", FAR, "HTTP_X_USER_ID=1"), IDENTITY_ANONYMOUS);
    assert_int_equal(READ_WITH("2001:db8::/33", "REMOTE_ADDR=2001:db8:8000::1", "HTTP_X_USER_ID=1"),
                     IDENTITY_ANONYMOUS);
    assert_int_equal(READ_WITH("::/0", FAR, "HTTP_X_USER_ID=1"), IDENTITY_ANONYMOUS);
    assert_int_equal(READ_WITH("203.0.113.9/32", "REMOTE_ADDR=cb00:7109::", "HTTP_X_USER_ID=1"), IDENTITY_ANONYMOUS);
}

static void a_list_with_a_wrong_entry_names_it(void **state)
{
    static const char *const lists[] = {
        "10.0.0.1, !x",  "!10.0.0", "!10.0.0.0/33", "!10.0.0.0/-1",
        "!10.0.0.0/",    "!::/129", "!10.0.0.1/8x", "::1 !fe80::1%eth0 ::2",
        "!10.0.0.0/8/8", "!/8",     "!localhost",   "!1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
        char list[128] = "";
        const char *mark = strchr(lists[i], '!'), *wrong = NULL;
        strncat(list, lists[i], (size_t)(mark - lists[i]));
        strcat(list, mark + 1);
        assert_null(identity_proxies_new(list, &wrong));
        assert_ptr_equal(wrong, list + (mark - lists[i]));
    }
}

static void an_empty_list_lists_nobody(void **state)
{
    (void)state;
    assert_int_equal(READ_WITH(" , ,", FAR, "HTTP_X_USER_ID=1"), IDENTITY_ANONYMOUS);
}

static void the_number_is_decimal_digits_alone(void **state)
{
    static const char *const wrong[] = {"x", "+1",  " 1",       "1 ", "1,1", "1e3", "0x1", "1.0",
                                        "-", "--1", "\xd9\xa1", "01", "007", "00",  "-0x", "-01"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        char variable[64] = "HTTP_X_USER_ID=";
        strcat(variable, wrong[i]);
        if (READ(LOCAL, variable) != IDENTITY_NOT_A_NUMBER)
            fail_msg("\"%s\"", wrong[i]);
    }
}

static void the_number_is_an_int32(void **state)
{
    (void)state;
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID=2147483647"), IDENTITY_CUSTOMER);
    assert_int_equal(id, INT32_MAX);
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID=-2147483648"), IDENTITY_CUSTOMER);
    assert_int_equal(id, INT32_MIN);
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID=0"), IDENTITY_CUSTOMER);
    assert_int_equal(id, 0);
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID=2147483648"), IDENTITY_OUT_OF_RANGE);
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID=-2147483649"), IDENTITY_OUT_OF_RANGE);
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID=99999999999999999999999"), IDENTITY_OUT_OF_RANGE);
}

static void an_empty_or_absent_header_is_nobody(void **state)
{
    (void)state;
    assert_int_equal(READ(LOCAL), IDENTITY_ANONYMOUS);
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID="), IDENTITY_ANONYMOUS);
}

static void a_repeated_header_is_refused(void **state)
{
    (void)state;
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID=1", "HTTP_X_USER_ID=1"), IDENTITY_REPEATED);
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID=", "HTTP_X_USER_ID=1"), IDENTITY_REPEATED);
    assert_int_equal(READ(LOCAL, "HTTP_X_USER_ID=x", "A=b", "HTTP_X_USER_ID=1"), IDENTITY_REPEATED);
}

static bool is_local(const char *const *variables)
{
    struct http_request request;

    http_request_read_variables(&request, variables);
    return identity_is_local(&request, &(struct identity_policy){.is_local_trusted = true});
}

#define IS_LOCAL(...) is_local((const char *const[]){__VA_ARGS__, NULL})

static void a_request_of_this_machine_itself_is_local(void **state)
{
    (void)state;
    assert_true(IS_LOCAL(LOCAL));
    assert_true(IS_LOCAL("REMOTE_ADDR=127.9.8.7", "HTTP_X_USER_ID=x"));
    assert_true(IS_LOCAL("REMOTE_ADDR=::1", "HTTP_VIA="));
    assert_true(IS_LOCAL("REMOTE_ADDR=::ffff:127.0.0.1"));
    assert_false(IS_LOCAL(FAR));
    assert_false(IS_LOCAL("REMOTE_ADDR=::ffff:203.0.113.9"));
    assert_false(IS_LOCAL("REMOTE_ADDR="));
    assert_false(IS_LOCAL("REMOTE_ADDR=localhost"));
    assert_false(IS_LOCAL("A=b"));
}

static void a_request_for_somebody_else_is_not_local(void **state)
{
    static const char *const headers[] = {"HTTP_FORWARDED=for=203.0.113.9",    "HTTP_X_FORWARDED_FOR=127.0.0.1",
                                          "HTTP_X_REAL_IP=203.0.113.9",        "HTTP_VIA=1.1 proxy",
                                          "HTTP_X_FORWARDED_PROTO=https",      "HTTP_X_FORWARDED_HOST=shop.example",
                                          "HTTP_X_FORWARDED_ANYTHING=1",       "HTTP_TRUE_CLIENT_IP=203.0.113.9",
                                          "HTTP_CF_CONNECTING_IP=203.0.113.9", "HTTP_CLIENT_IP=203.0.113.9",
                                          "HTTP_X_CLIENT_IP=203.0.113.9",      "HTTP_X_CLUSTER_CLIENT_IP=203.0.113.9",
                                          "HTTP_FASTLY_CLIENT_IP=192.0.2.1",   "HTTP_CDN_LOOP=cloudflare"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(headers); i++)
        assert_false(IS_LOCAL(LOCAL, headers[i]));
}

static void this_machine_is_nobody_unless_the_owner_says_so(void **state)
{
    static const struct identity_policy nobody;
    const char *const variables[] = {LOCAL, "HTTP_X_USER_ID=1", NULL};
    struct http_request request;

    (void)state;
    http_request_read_variables(&request, variables);
    assert_false(identity_is_local(&request, &nobody));
    assert_int_equal(identity_read(&request, &nobody, &id), IDENTITY_ANONYMOUS);
}

/* ---- The secret of a proxy ---- */

#define SECRET_1 "correct-horse-battery"
#define SECRET_2 "another~secret!!"

static char secret_path[] = "/tmp/test-identity-XXXXXX";

/* Reads a secret file of these bytes and this mode; NULL: refused, and the reason names the file and nothing in it. */
static struct proxy_secret *read_secret(const char *text, mode_t mode)
{
    char reason[512] = "";
    FILE *file = fopen(secret_path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(secret_path, mode), 0);
    struct proxy_secret *secret = proxy_secret_read(secret_path, reason, sizeof reason);
    if (secret == NULL) {
        assert_non_null(strstr(reason, secret_path));
        assert_true(text[0] == '\0' || strstr(reason, text) == NULL);
    }
    return secret;
}

static enum identity_status read_with_secret(const char *file, const char *const *variables)
{
    struct http_request request;
    const char *wrong;
    struct identity_proxies *proxies = identity_proxies_new("203.0.113.9", &wrong);
    struct proxy_secret *secret = read_secret(file, 0400);

    assert_non_null(secret);
    http_request_read_variables(&request, variables);
    const struct identity_policy policy = {.proxies = proxies, .secret = secret, .is_local_trusted = true};
    enum identity_status status = identity_read(&request, &policy, &id);
    proxy_secret_free(secret);
    identity_proxies_free(proxies);
    return status;
}

#define READ_SECRET(file, ...) read_with_secret(file, (const char *const[]){"HTTP_X_USER_ID=1", __VA_ARGS__, NULL})

static void a_listed_proxy_names_the_customer_with_the_secret_alone(void **state)
{
    static const char *const wrong[] = {"",
                                        "correct-horse-batter",
                                        "correct-horse-batterY",
                                        "correct-horse-battery ",
                                        "correct-horse-batterycorrect-horse-battery",
                                        SECRET_1 "\n" SECRET_2};

    (void)state;
    assert_int_equal(READ_SECRET(SECRET_1 "\n", FAR, "HTTP_X_CATALOG_SECRET=" SECRET_1), IDENTITY_CUSTOMER);
    assert_int_equal(READ_SECRET(SECRET_1, FAR), IDENTITY_ANONYMOUS);
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        char variable[128] = "HTTP_X_CATALOG_SECRET=";
        strcat(variable, wrong[i]);
        assert_int_equal(READ_SECRET(SECRET_1, FAR, variable), IDENTITY_ANONYMOUS);
    }
}

static void a_secret_that_came_twice_is_none(void **state)
{
    (void)state;
    assert_int_equal(READ_SECRET(SECRET_1, FAR, "HTTP_X_CATALOG_SECRET=" SECRET_1, "HTTP_X_CATALOG_SECRET=" SECRET_1),
                     IDENTITY_ANONYMOUS);
}

static void whoever_has_the_secret_and_is_not_listed_is_nobody(void **state)
{
    (void)state;
    assert_int_equal(READ_SECRET(SECRET_1, "REMOTE_ADDR=203.0.113.8", "HTTP_X_CATALOG_SECRET=" SECRET_1),
                     IDENTITY_ANONYMOUS);
}

static void this_machine_needs_no_secret(void **state)
{
    (void)state;
    assert_int_equal(READ_SECRET(SECRET_1, LOCAL), IDENTITY_CUSTOMER);
}

static void a_second_line_lets_a_new_secret_in_beside_the_old_one(void **state)
{
    (void)state;
    assert_int_equal(READ_SECRET(SECRET_1 "\n" SECRET_2 "\n", FAR, "HTTP_X_CATALOG_SECRET=" SECRET_1),
                     IDENTITY_CUSTOMER);
    assert_int_equal(READ_SECRET(SECRET_1 "\n" SECRET_2, FAR, "HTTP_X_CATALOG_SECRET=" SECRET_2), IDENTITY_CUSTOMER);
}

static void a_file_that_holds_no_secret_is_refused(void **state)
{
    static const char *const files[] = {"",
                                        "\n",
                                        "fifteen-letters",
                                        "fifteen-letters\n" SECRET_1 "\n",
                                        SECRET_1 "\n\n",
                                        SECRET_1 "\r\n",
                                        "with spaces between words",
                                        "caf\xc3\xa9-caf\xc3\xa9-caf\xc3\xa9"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
        assert_null(read_secret(files[i], 0400));
}

static void a_secret_that_everybody_may_read_is_refused(void **state)
{
    char reason[512];

    (void)state;
    assert_null(read_secret(SECRET_1, 0644));
    assert_null(read_secret(SECRET_1, 0602));
    struct proxy_secret *secret = read_secret(SECRET_1, 0640);
    assert_non_null(secret);
    proxy_secret_free(secret);
    assert_null(proxy_secret_read("/nonexistent/secret", reason, sizeof reason));
    assert_non_null(strstr(reason, "/nonexistent/secret: No such file"));
}

int main(void)
{
    int descriptor = mkstemp(secret_path);

    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_local_client_names_the_customer),
        cmocka_unit_test(anybody_else_is_anonymous),
        cmocka_unit_test(a_header_that_does_not_count_is_not_judged),
        cmocka_unit_test(a_forwarded_request_is_not_local),
        cmocka_unit_test(a_listed_proxy_names_the_customer),
        cmocka_unit_test(a_neighbour_of_a_listed_proxy_does_not),
        cmocka_unit_test(a_list_with_a_wrong_entry_names_it),
        cmocka_unit_test(an_empty_list_lists_nobody),
        cmocka_unit_test(the_number_is_decimal_digits_alone),
        cmocka_unit_test(the_number_is_an_int32),
        cmocka_unit_test(an_empty_or_absent_header_is_nobody),
        cmocka_unit_test(a_repeated_header_is_refused),
        cmocka_unit_test(a_request_of_this_machine_itself_is_local),
        cmocka_unit_test(a_request_for_somebody_else_is_not_local),
        cmocka_unit_test(this_machine_is_nobody_unless_the_owner_says_so),
        cmocka_unit_test(a_listed_proxy_names_the_customer_with_the_secret_alone),
        cmocka_unit_test(a_secret_that_came_twice_is_none),
        cmocka_unit_test(whoever_has_the_secret_and_is_not_listed_is_nobody),
        cmocka_unit_test(this_machine_needs_no_secret),
        cmocka_unit_test(a_second_line_lets_a_new_secret_in_beside_the_old_one),
        cmocka_unit_test(a_file_that_holds_no_secret_is_refused),
        cmocka_unit_test(a_secret_that_everybody_may_read_is_refused),
    };
    if (descriptor < 0)
        return 1;
    close(descriptor);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(secret_path);
    return failed;
}
