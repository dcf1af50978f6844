/* SPDX-License-Identifier: MIT */
/* cors.h: which pages of other origins may know an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi-catalog/http/conditional.h"
#include "fcgi-catalog/http/cors.h"
#include "fcgi-catalog/http/problem.h"
#include "tests/unit/catalog/fixture.h"

#define LISTED "https://a.example, http://127.0.0.1:8080"
#define ORIGIN "HTTP_ORIGIN=https://a.example"
#define PREFLIGHT "REQUEST_METHOD=OPTIONS", "SCRIPT_NAME=/nothing", "HTTP_ACCESS_CONTROL_REQUEST_METHOD=GET"

static void assert_has(const char *line)
{
    if (strstr(head_text(), line) == NULL)
        fail_msg("no \"%s\" in\n%s", line, head_text());
}

static void assert_has_no(const char *text)
{
    if (strstr(head_text(), text) != NULL)
        fail_msg("\"%s\" in\n%s", text, head_text());
}

static void a_listed_origin_may_know_everything(void **state)
{
    (void)state;
    BEGIN("REQUEST_METHOD=GET", ORIGIN, "HTTP_X_USER_ID=1", "HTTP_AUTHORIZATION=Basic eDp5");
    assert_false(cors_apply(&exchange, LISTED));
    assert_has("Access-Control-Allow-Origin: https://a.example\r\n");
    assert_has("Access-Control-Allow-Credentials: true\r\n");
    assert_has("Access-Control-Expose-Headers: Link, ETag, X-Total-Count, X-Searched-For, X-Rules-Revision, ");
    problem_set(&exchange, 404, "There is nothing.");
    assert_non_null(strstr(body_text(), "There is nothing."));
    assert_has("Access-Control-Allow-Origin: https://a.example\r\n");
    assert_has("Vary: Accept, X-USER-ID, Origin\r\n");
}

static void another_origin_may_know_nothing_and_its_answer_is_no_other_ones(void **state)
{
    static const char *const origins[] = {"HTTP_ORIGIN=https://b.example",
                                          "HTTP_ORIGIN=https://a.example:8443",
                                          "HTTP_ORIGIN=http://a.example",
                                          "HTTP_ORIGIN=https://a.example.evil",
                                          "HTTP_ORIGIN=https://a.exampl",
                                          "HTTP_ORIGIN=null",
                                          "HTTP_ORIGIN=https://a.example, htt",
                                          "HTTP_ORIGIN=",
                                          "HTTP_ORIGIN=,",
                                          "SCRIPT_NAME=/"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(origins); i++) {
        BEGIN("REQUEST_METHOD=GET", origins[i]);
        assert_false(cors_apply(&exchange, LISTED));
        conditional_tell(&exchange, &(struct conditional){.sharing = SHARING_PUBLIC});
        assert_has_no("Access-Control");
        assert_has("Vary: Origin\r\n");
        BEGIN(PREFLIGHT, origins[i]);
        assert_false(cors_apply(&exchange, LISTED));
        assert_has_no("Access-Control");
    }
}

static void every_origin_may_know_what_is_everybodys(void **state)
{
    static const char *const somebodys[] = {"HTTP_X_USER_ID=1", "HTTP_AUTHORIZATION=Basic eDp5", "REMOTE_USER=jo"};

    (void)state;
    BEGIN("REQUEST_METHOD=GET"); /* as one that is kept for a page's */
    assert_false(cors_apply(&exchange, "*"));
    conditional_apply_none(&exchange);
    assert_has("Access-Control-Allow-Origin: *\r\n");
    assert_has("Vary: Accept, X-USER-ID\r\n");
    assert_has_no("Credentials");
    for (size_t i = 0; i < ARRAY_LENGTH(somebodys); i++) {
        BEGIN("REQUEST_METHOD=GET", ORIGIN, somebodys[i]);
        assert_false(cors_apply(&exchange, "*"));
        assert_has_no("Access-Control");
    }
}

static void a_preflight_is_answered_at_every_address(void **state)
{
    (void)state;
    BEGIN(PREFLIGHT, ORIGIN);
    assert_true(cors_apply(&exchange, LISTED));
    assert_has("Status: 204 No Content\r\n");
    assert_has("Access-Control-Allow-Methods: GET, HEAD\r\n");
    assert_has("Access-Control-Allow-Headers: Accept, If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since, "
               "X-USER-ID, Authorization\r\n");
    assert_has("Access-Control-Allow-Credentials: true\r\n");
    assert_has("Vary: Origin\r\n");
    BEGIN(PREFLIGHT, ORIGIN);
    assert_true(cors_apply(&exchange, "*"));
    assert_has("Access-Control-Allow-Origin: *\r\n");
    assert_has_no("X-USER-ID");
    assert_has_no("Credentials");
    BEGIN("REQUEST_METHOD=OPTIONS", ORIGIN);
    assert_false(cors_apply(&exchange, LISTED)); /* no preflight */
}

static void without_the_setting_nothing_is_said(void **state)
{
    (void)state;
    BEGIN(PREFLIGHT, ORIGIN);
    assert_false(cors_apply(&exchange, ""));
    assert_false(cors_apply(&exchange, NULL));
    conditional_apply_none(&exchange);
    assert_has_no("Access-Control");
    assert_has_no("Origin");
}

static void the_setting_has_origins_as_browsers_send_them(void **state)
{
    static const char *const good[] = {"", "*", "https://a.example", "http://localhost:8080 https://[::1]:8443",
                                       "https://a.example,\thttp://b.example"};
    static const char *const wrong[] = {"a.example",
                                        "https://",
                                        "https://a.example/",
                                        "https://A.example",
                                        "https://a.example:443",
                                        "http://b.example:80",
                                        "* https://a.example",
                                        "null",
                                        "https://*.example",
                                        "ftp://a.example",
                                        "https://a\r\nX: y"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(good); i++)
        assert_true(cors_is_origins(good[i]));
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        if (cors_is_origins(wrong[i]))
            fail_msg("%s", wrong[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_listed_origin_may_know_everything, release_exchange),
        cmocka_unit_test_teardown(another_origin_may_know_nothing_and_its_answer_is_no_other_ones, release_exchange),
        cmocka_unit_test_teardown(every_origin_may_know_what_is_everybodys, release_exchange),
        cmocka_unit_test_teardown(a_preflight_is_answered_at_every_address, release_exchange),
        cmocka_unit_test_teardown(without_the_setting_nothing_is_said, release_exchange),
        cmocka_unit_test_teardown(the_setting_has_origins_as_browsers_send_them, release_exchange),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
