/* SPDX-License-Identifier: MIT */
/* Errors as callers see them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fcgi-catalog/http/problem.h"
#include "tests/unit/catalog/fixture.h"

static void a_problem_is_json(void **state)
{
    (void)state;
    BEGIN("REQUEST_METHOD=GET");
    problem_set(&exchange, 400, "Customer ID is not a number.");
    assert_int_equal(exchange.response.status, 400);
    assert_string_equal(exchange.response.content_type, "application/problem+json");
    assert_string_equal(body_text(), "{\"type\":\"urn:catalog:problem:malformed-request\",\"title\":\"Bad Request\","
                                     "\"status\":400,\"detail\":\"Customer ID is not a number.\"}\n");
    assert_int_equal(times_finished, 0);
}

static void a_client_that_prefers_text_gets_text(void **state)
{
    (void)state;
    BEGIN("REQUEST_METHOD=GET", "HTTP_ACCEPT=text/plain");
    problem_set(&exchange, 400, "Customer ID is not a number.");
    assert_string_equal(exchange.response.content_type, "text/plain; charset=utf-8");
    assert_string_equal(body_text(), "Customer ID is not a number.\n");
}

static struct http_page print_page(void *data, struct http_exchange *told, const struct problem *problem)
{
    const char *body = arena_print(&told->arena, "<p>%s %d", (const char *)data, problem->status);

    return (struct http_page){
        .content_type = "text/html", .headers = "X-Page: yes\r\n", .body = body, .body_length = strlen(body)};
}

static void people_get_the_page_that_there_is_for_errors(void **state)
{
    (void)state;
    BEGIN("REQUEST_METHOD=GET", "HTTP_ACCEPT=text/html");
    exchange.error_page = print_page;
    exchange.error_data = (char[]){"oh"};
    problem_set(&exchange, 404, "No.");
    exchange.error_page = NULL;
    assert_string_equal(exchange.response.content_type, "text/html");
    assert_string_equal(body_text(), "<p>oh 404");
    assert_non_null(strstr(head_text(), "\r\nX-Page: yes\r\n"));
}

static void people_get_text_where_there_is_no_page(void **state)
{
    (void)state;
    BEGIN("REQUEST_METHOD=GET", "HTTP_ACCEPT=text/html");
    problem_set(&exchange, 404, "No.");
    assert_string_equal(exchange.response.content_type, "text/plain; charset=utf-8");
    assert_string_equal(body_text(), "No.\n");
}

static void a_client_that_takes_json_gets_json(void **state)
{
    static const char *const headers[] = {"HTTP_ACCEPT=application/json, text/plain, */*",
                                          "HTTP_ACCEPT=application/json, text/plain;q=0.5",
                                          "HTTP_ACCEPT=application/problem+json, text/plain;q=0.5", "HTTP_ACCEPT=*/*"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(headers); i++) {
        BEGIN("REQUEST_METHOD=GET", headers[i]);
        problem_set(&exchange, 404, "No.");
        assert_string_equal(exchange.response.content_type, "application/problem+json");
    }
}

static void a_detail_is_escaped_and_copied(void **state)
{
    char detail[] = "a \"quoted\" \x01 word";

    (void)state;
    BEGIN("REQUEST_METHOD=GET");
    problem_set(&exchange, 404, detail);
    memset(detail, 'x', sizeof detail - 1);
    assert_non_null(strstr(body_text(), "\"detail\":\"a \\\"quoted\\\" \\u0001 word\"}"));
}

static void a_detail_of_the_worst_bytes_fits(void **state)
{
    enum { LENGTH = 3000 };
    char *detail = malloc(LENGTH + 1);

    (void)state;
    memset(detail, '\x01', LENGTH);
    detail[LENGTH] = '\0';
    BEGIN("REQUEST_METHOD=GET");
    problem_set(&exchange, 400, detail);
    free(detail);
    assert_string_equal(exchange.response.content_type, "application/problem+json");
    assert_true(exchange.response.body_length > (size_t)LENGTH * 6);
}

static void a_problem_names_its_cause_and_what_would_be_right(void **state)
{
    const struct problem problem = {.status = 400,
                                    .cause = "wrong-parameter",
                                    .detail = "limit is 1 to 250.",
                                    .parameter = "limit",
                                    .allowed = "1 to 250"};

    (void)state;
    BEGIN("REQUEST_METHOD=GET");
    problem_fill(&exchange, &problem);
    assert_string_equal(body_text(), "{\"type\":\"urn:catalog:problem:wrong-parameter\",\"title\":\"Bad Request\","
                                     "\"status\":400,\"detail\":\"limit is 1 to 250.\",\"parameter\":\"limit\","
                                     "\"allowed\":\"1 to 250\"}\n");
    BEGIN("REQUEST_METHOD=GET", "HTTP_ACCEPT=text/plain");
    problem_fill(&exchange, &problem);
    assert_string_equal(body_text(), "limit is 1 to 250.\n");
}

static void nobody_may_keep_a_problem(void **state)
{
    (void)state;
    BEGIN("REQUEST_METHOD=GET");
    problem_fill(&exchange, &(struct problem){.status = 503, .detail = "No.", .retry_after_s = 7});
    assert_non_null(strstr(head_text(), "Status: 503 Service Unavailable\r\n"));
    assert_non_null(strstr(head_text(), "\r\nCache-Control: private, no-store\r\n"));
    assert_non_null(strstr(head_text(), "\r\nRetry-After: 7\r\n"));
    assert_non_null(strstr(body_text(), "urn:catalog:problem:unavailable"));
}

static void headers_that_were_set_stay(void **state)
{
    (void)state;
    BEGIN("REQUEST_METHOD=GET");
    http_response_add_header(&exchange, "Allow", "GET");
    problem_set(&exchange, 405, "No.");
    assert_non_null(strstr(head_text(), "Status: 405 Method Not Allowed\r\n"));
    assert_non_null(strstr(head_text(), "\r\nAllow: GET\r\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_is_json),
        cmocka_unit_test(a_client_that_prefers_text_gets_text),
        cmocka_unit_test(people_get_the_page_that_there_is_for_errors),
        cmocka_unit_test(people_get_text_where_there_is_no_page),
        cmocka_unit_test(a_client_that_takes_json_gets_json),
        cmocka_unit_test(a_detail_is_escaped_and_copied),
        cmocka_unit_test(a_detail_of_the_worst_bytes_fits),
        cmocka_unit_test(a_problem_names_its_cause_and_what_would_be_right),
        cmocka_unit_test(nobody_may_keep_a_problem),
        cmocka_unit_test(headers_that_were_set_stay),
    };
    return cmocka_run_group_tests(tests, NULL, release_exchange);
}
