/* SPDX-License-Identifier: MIT */
/* The head of an answer, and when its body stays away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/catalog/fixture.h"

static void set_body(const char *type, const char *body)
{
    exchange.response.content_type = type;
    exchange.response.body = body;
    exchange.response.body_length = strlen(body);
}

static void a_head_names_status_type_and_length(void **state)
{
    (void)state;
    BEGIN("REQUEST_METHOD=GET");
    set_body("text/plain", "It is working.");
    assert_string_equal(
        head_text(), "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n" HTTP_HEADERS_ALWAYS "\r\n");
    assert_int_equal(http_exchange_body_length(&exchange), 14);
}

static void headers_stand_in_the_order_they_were_added(void **state)
{
    (void)state;
    BEGIN("REQUEST_METHOD=GET");
    exchange.response.status = 404;
    set_body("text/plain", "");
    http_response_add_header(&exchange, "Vary", "X-USER-ID");
    http_response_add_header(&exchange, "Allow", "GET, HEAD");
    assert_string_equal(head_text(),
                        "Status: 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n" HTTP_HEADERS_ALWAYS
                        "Vary: X-USER-ID\r\nAllow: GET, HEAD\r\n\r\n");
}

static void an_answer_to_head_has_the_length_and_no_body(void **state)
{
    (void)state;
    BEGIN("REQUEST_METHOD=HEAD");
    set_body("text/plain", "It is working.");
    assert_non_null(strstr(head_text(), "Content-Length: 14\r\n" HTTP_HEADERS_ALWAYS));
    assert_int_equal(http_exchange_body_length(&exchange), 0);
}

static void no_content_and_not_modified_have_no_length(void **state)
{
    static const int statuses[] = {204, 304};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(statuses); i++) {
        BEGIN("REQUEST_METHOD=GET");
        set_body("text/plain", "x");
        exchange.response.status = statuses[i];
        assert_null(strstr(head_text(), "\r\nContent-"));
        assert_int_equal(http_exchange_body_length(&exchange), 0);
    }
}

static void an_answer_without_a_type_is_empty(void **state)
{
    (void)state;
    BEGIN("REQUEST_METHOD=GET");
    assert_string_equal(head_text(), "Status: 200 OK\r\nContent-Length: 0\r\n" HTTP_HEADERS_ALWAYS "\r\n");
    assert_int_equal(http_exchange_body_length(&exchange), 0);
}

/* ---- Bodies that are made while they are sent ---- */

static int times_released;

/* Pieces of five bytes; without end. */
static bool next_piece(struct http_source *source, struct http_piece *piece)
{
    (void)source;
    *piece = (struct http_piece){.bytes = "piece", .length = 5};
    return true;
}

static bool no_piece(struct http_source *source, struct http_piece *piece)
{
    (void)source;
    *piece = (struct http_piece){0};
    return true;
}

static void count_release(struct http_source *source)
{
    (void)source;
    times_released++;
}

static struct http_source source = {.left = 10, .next = next_piece, .release = count_release};

static void the_length_of_a_source_is_in_the_head(void **state)
{
    (void)state;
    times_released = 0;
    BEGIN("REQUEST_METHOD=GET");
    exchange.response.content_type = "text/csv";
    exchange.response.source = &source;
    assert_string_equal(
        head_text(), "Status: 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 10\r\n" HTTP_HEADERS_ALWAYS "\r\n");
    assert_int_equal(http_exchange_body_length(&exchange), 0);
    assert_ptr_equal(http_exchange_take_source(&exchange), &source);
    assert_int_equal(times_released, 0);
}

static void a_source_gives_what_it_promised(void **state)
{
    struct http_source made = {.left = 10, .next = next_piece};
    struct http_piece piece;

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_true(http_source_next(&made, &piece));
        assert_int_equal(piece.length, 5);
    }
    assert_int_equal(made.left, 0);
    assert_true(http_source_next(&made, &piece));
    assert_int_equal(piece.length, 0);
    assert_false(made.is_wrong);
}

static void a_source_that_gives_more_or_less_is_wrong(void **state)
{
    struct http_source longer = {.left = 4, .next = next_piece}, shorter = {.left = 5, .next = no_piece};
    struct http_piece piece;

    (void)state;
    assert_false(http_source_next(&longer, &piece));
    assert_true(longer.is_wrong);
    assert_false(http_source_next(&shorter, &piece));
    assert_true(shorter.is_wrong);
}

static void a_source_that_nobody_wants_is_released(void **state)
{
    (void)state;
    times_released = 0;
    BEGIN("REQUEST_METHOD=HEAD");
    exchange.response.content_type = "text/csv";
    exchange.response.source = &source;
    assert_null(http_exchange_take_source(&exchange));
    assert_int_equal(times_released, 1);
    BEGIN("REQUEST_METHOD=GET");
    assert_null(http_exchange_take_source(&exchange));
}

static void finishing_sends_once(void **state)
{
    (void)state;
    BEGIN("REQUEST_METHOD=GET");
    http_exchange_finish(&exchange);
    assert_int_equal(times_finished, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_names_status_type_and_length),
        cmocka_unit_test(headers_stand_in_the_order_they_were_added),
        cmocka_unit_test(an_answer_to_head_has_the_length_and_no_body),
        cmocka_unit_test(no_content_and_not_modified_have_no_length),
        cmocka_unit_test(an_answer_without_a_type_is_empty),
        cmocka_unit_test(the_length_of_a_source_is_in_the_head),
        cmocka_unit_test(a_source_gives_what_it_promised),
        cmocka_unit_test(a_source_that_gives_more_or_less_is_wrong),
        cmocka_unit_test(a_source_that_nobody_wants_is_released),
        cmocka_unit_test(finishing_sends_once),
    };
    (void)body_text;
    return cmocka_run_group_tests(tests, NULL, release_exchange);
}
