/* SPDX-License-Identifier: MIT */
/* How the FastCGI responder answers, right requests and wrong ones. */
#include "tests/unit/catalog/fastcgi_harness.h"

static void send_again(int fd, const char *path)
{
    struct message message = make_request("GET", path, true);
    assert_true(client_send(fd, &message));
}

/* ---- Answers ----------------------------------------------------------------------------------------------------- */

static void a_request_is_answered_and_its_connection_closed(void **state)
{
    (void)state;
    int fd = asked("GET", "/", false);
    assert_answered(fd, "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n" HTTP_HEADERS_ALWAYS
                        "\r\nhello");
    assert_true(client_sees_close(fd, SOON_MS));
    close(fd);
}

static void an_answer_larger_than_every_buffer_is_whole(void **state)
{
    (void)state;
    int fd = asked("GET", "/big", false);
    assert_answered(fd, "Content-Length: 300000\r\n" HTTP_HEADERS_ALWAYS "\r\n");
    assert_int_equal(strspn(strstr(text, "\r\n\r\n") + 4, "x"), BIG_LENGTH);
    close(fd);
}

static void head_has_no_body(void **state)
{
    (void)state;
    int fd = asked("HEAD", "/", false);
    assert_answered(fd, "Content-Length: 5\r\n" HTTP_HEADERS_ALWAYS "\r\n");
    assert_null(strstr(text, "hello"));
    close(fd);
}

static void a_kept_connection_serves_again(void **state)
{
    (void)state;
    int fd = asked("GET", "/", true);
    for (int i = 0; i < 50; i++) {
        assert_answered(fd, "hello");
        send_again(fd, "/");
    }
    assert_answered(fd, "hello");
    close(fd);
}

static void idle_kept_connections_starve_nobody(void **state)
{
    enum { COUNT = 40 };
    int idle[COUNT];

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        idle[i] = i % 2 == 0 ? asked("GET", "/", true) : connected();
        if (i % 2 == 0)
            assert_answered(idle[i], "hello");
    }
    assert_serving();
    for (int i = 0; i < COUNT; i++) {
        send_again(idle[i], "/");
        assert_answered(idle[i], "hello");
        close(idle[i]);
    }
}

static void an_answer_that_waits_holds_up_nobody(void **state)
{
    (void)state;
    int fd = asked("GET", "/later", true);
    assert_serving();
    assert_int_equal(write(release_pipe[1], "", 1), 1);
    assert_answered(fd, "hello");
    /* Finished by another thread, the connection is back in the loop. */
    send_again(fd, "/");
    assert_answered(fd, "hello");
    close(fd);
}

static void a_client_that_went_away_harms_nobody(void **state)
{
    (void)state;
    close(asked("GET", "/big", false));
    int fd = asked("GET", "/later", false);
    close(fd);
    assert_int_equal(write(release_pipe[1], "", 1), 1);
    assert_serving();
}

/* ---- Who does not read ------------------------------------------------------------------------------------------- */

static void an_answer_that_is_not_read_holds_up_nobody(void **state)
{
    int fds[20];

    (void)state;
    int64_t quiet_ns = time_serving();
    for (size_t i = 0; i < ARRAY_LENGTH(fds); i++)
        fds[i] = asked("GET", "/big", true);
    assert_nobody_held_up(quiet_ns);
    for (size_t i = 0; i < ARRAY_LENGTH(fds); i++) {
        assert_answered(fds[i], "Content-Length: 300000\r\n");
        assert_int_equal(strspn(strstr(text, "\r\n\r\n") + 4, "x"), BIG_LENGTH);
        send_again(fds[i], "/");
        assert_answered(fds[i], "hello");
        close(fds[i]);
    }
}

static void whoever_finishes_an_answer_does_not_wait_for_its_reader(void **state)
{
    struct pollfd finished = {.fd = finished_pipe[0], .events = POLLIN};

    (void)state;
    int fd = asked("GET", "/later/big", true);
    assert_int_equal(write(release_pipe[1], "", 1), 1);
    assert_int_equal(poll(&finished, 1, SOON_MS), 1);
    assert_answered(fd, "Content-Length: 300000\r\n");
    assert_int_equal(strspn(strstr(text, "\r\n\r\n") + 4, "x"), BIG_LENGTH);
    close(fd);
}

/* Reads some bytes now and then. True: the answer was cut off. */
static bool is_cut_off(int fd, int wait_ms)
{
    int64_t until_ns = clock_now_ns() + wait_ms * CLOCK_NS_PER_MS;
    char bytes[4000];

    while (clock_now_ns() < until_ns) {
        if (read(fd, bytes, sizeof bytes) <= 0)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    return false;
}

static void an_answer_that_is_read_too_slowly_is_cut_off(void **state)
{
    (void)state;
    start_responder(1024, 200);
    int fd = asked("GET", "/huge", true);
    assert_true(is_cut_off(fd, 10000));
    assert_serving();
    close(fd);
}

static void answers_that_wait_take_a_bounded_memory(void **state)
{
    enum { COUNT = 10 }; /* of 8 MiB each, where 64 may wait */
    int fds[COUNT], cut = 0;

    (void)state;
    for (int i = 0; i < COUNT; i++)
        fds[i] = asked("GET", "/huge", true);
    assert_serving();
    for (int i = 0; i < COUNT; i++) {
        bool is_whole = client_answer(fds[i], text, sizeof text, SOON_MS);
        cut += !is_whole;
        assert_true(is_whole || i <= 2); /* the oldest goes first */
        close(fds[i]);
    }
    assert_true(cut == 2 || cut == 3);
    assert_serving();
}

/* ---- Bodies ------------------------------------------------------------------------------------------------------ */

static void a_body_is_read_away_and_the_connection_kept(void **state)
{
    (void)state;
    int fd = posted("1000", 1000, true, true);
    assert_answered(fd, "hello");
    send_again(fd, "/");
    assert_answered(fd, "hello");
    close(fd);
}

static void a_body_that_is_cut_short_is_refused(void **state)
{
    (void)state;
    int fd = posted("1000", 999, true, true);
    assert_answered(fd, "Status: 400 Bad Request");
    close(fd);
}

static void rest(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

static void whoever_goes_on_sending_keeps_the_answer(void **state)
{
    struct message more = {.length = 0};

    (void)state;
    add_record(&more, RECORD_STDIN, (const char[1000]){0}, 1000);
    int fd = posted("100000", 8000, false, false);
    assert_answered(fd, "hello");
    assert_true(client_sees_close(fd, SOON_MS));
    for (int i = 0; i < 5; i++) {
        rest(); /* time for the responder to do the wrong thing */
        assert_true(client_send(fd, &more));
    }
    assert_serving();
    close(fd);
}

static void whoever_never_stops_sending_is_cut_off(void **state)
{
    struct message more = {.length = 0};
    size_t sent = 0;

    (void)state;
    add_record(&more, RECORD_STDIN, (const char[8192]){0}, 8192);
    int fd = posted("1000000000", 8000, false, true);
    while (sent < (size_t)100 * 1024 * 1024 && client_send(fd, &more))
        sent += more.length;
    assert_true(sent < (size_t)100 * 1024 * 1024);
    assert_serving();
    close(fd);
}

static void a_body_that_does_not_come_is_not_waited_for(void **state)
{
    (void)state;
    int fd = posted("1000", 10, false, true);
    assert_answered(fd, "hello");
    assert_serving();
    close(fd);
}

static void half_sent_bodies_hold_up_nobody(void **state)
{
    int fds[200];

    (void)state;
    int64_t quiet_ns = time_serving();
    for (size_t i = 0; i < ARRAY_LENGTH(fds); i++)
        fds[i] = posted("100000", 1, false, true);
    assert_nobody_held_up(quiet_ns);
    for (size_t i = 0; i < ARRAY_LENGTH(fds); i++) {
        assert_answered(fds[i], "hello");
        close(fds[i]);
    }
}

static void a_kept_connection_serves_again_behind_the_rest_of_a_body(void **state)
{
    struct message rest = {.length = 0};

    (void)state;
    int fd = posted("10000", 8000, false, true);
    assert_answered(fd, "hello");
    add_record(&rest, RECORD_STDIN, (const char[2000]){0}, 2000);
    for (size_t i = 0; i < rest.length; i += 500)
        assert_int_equal(write(fd, rest.bytes + i, rest.length - i < 500 ? rest.length - i : 500),
                         rest.length - i < 500 ? rest.length - i : 500);
    struct message end = {.length = 0};
    add_record(&end, RECORD_STDIN, NULL, 0);
    assert_true(client_send(fd, &end));
    send_again(fd, "/");
    assert_answered(fd, "hello");
    close(fd);
}

/* mod_proxy_fcgi has its answer, leaves the rest of the body, and uses the connection for somebody else. */
static void a_request_in_the_place_of_a_bodys_rest_is_answered(void **state)
{
    (void)state;
    for (int i = 0; i < 500; i++) {
        int fd = posted("10000", 8000, false, true);
        assert_answered(fd, "hello");
        send_again(fd, "/");
        assert_answered(fd, "hello");
        close(fd);
    }
}

/* ---- Heads that come in parts ------------------------------------------------------------------------------------ */

static void send_part(int fd, const struct message *message, size_t begin, size_t end)
{
    assert_int_equal(send(fd, message->bytes + begin, end - begin, MSG_NOSIGNAL), end - begin);
}

static void half_sent_heads_hold_up_nobody(void **state)
{
    struct message message = make_request("GET", "/", false);
    size_t half = message.length - 20;
    int fds[200];

    (void)state;
    int64_t quiet_ns = time_serving();
    for (size_t i = 0; i < ARRAY_LENGTH(fds); i++) {
        fds[i] = connected();
        send_part(fds[i], &message, 0, half);
    }
    assert_nobody_held_up(quiet_ns);
    for (size_t i = 0; i < ARRAY_LENGTH(fds); i++)
        close(fds[i]);
}

static void a_head_in_two_parts_is_answered_wherever_it_is_cut(void **state)
{
    struct message message = make_request("GET", "/", true);

    (void)state;
    int fd = connected();
    for (size_t cut = 1; cut < message.length; cut++) {
        send_part(fd, &message, 0, cut);
        rest(); /* time for the responder to look at the first part */
        send_part(fd, &message, cut, message.length);
        assert_answered(fd, "hello");
    }
    close(fd);
}

static void a_body_behind_a_head_in_parts_is_read_away(void **state)
{
    struct message message = {.length = 0};
    static const char body[5000];

    (void)state;
    add_begin(&message, ROLE_RESPONDER, true);
    add_params(&message, (const char *const[]){"REQUEST_METHOD", "POST", "CONTENT_LENGTH", "5000", NULL});
    add_record(&message, RECORD_STDIN, body, sizeof body);
    add_record(&message, RECORD_STDIN, NULL, 0);
    int fd = connected();
    for (int i = 0; i < 3; i++) {
        send_part(fd, &message, 0, 30);
        rest();
        send_part(fd, &message, 30, message.length);
        assert_answered(fd, "hello");
    }
    close(fd);
}

static void the_padding_of_the_last_record_is_no_body(void **state)
{
    struct message message = {.length = 0};

    (void)state;
    add_begin(&message, ROLE_RESPONDER, true);
    add_params(&message, (const char *const[]){"REQUEST_METHOD", "GET", NULL});
    message.bytes[message.length - 2] = 5; /* of the header that add_params() ended with */
    memset(message.bytes + message.length, 1, 5);
    message.length += 5;
    add_record(&message, RECORD_STDIN, NULL, 0);
    int fd = connected();
    for (size_t cut = message.length; cut > message.length - 20; cut--) {
        send_part(fd, &message, 0, cut);
        if (cut < message.length)
            rest();
        send_part(fd, &message, cut, message.length);
        assert_answered(fd, "hello");
    }
    close(fd);
}

static void a_head_larger_than_every_buffer_is_read(void **state)
{
    struct message begin = {.length = 0}, part = {.length = 0}, end = {.length = 0};
    char pair[8000] = {'\1', (char)0x80, 0, (char)(7994 >> 8), (char)(7994 & 0xff), 'X'};

    (void)state;
    add_begin(&begin, ROLE_RESPONDER, false);
    add_record(&part, RECORD_PARAMS, pair, sizeof pair);
    add_params(&end, (const char *const[]){"REQUEST_METHOD", "GET", NULL});
    add_record(&end, RECORD_STDIN, NULL, 0);
    memset(pair + 6, 'x', sizeof pair - 6);
    int fd = connected();
    assert_true(client_send(fd, &begin));
    for (int i = 0; i < 100; i++)
        assert_true(client_send(fd, &part));
    assert_true(client_send(fd, &end));
    assert_answered(fd, "hello");
    close(fd);
}

static void a_head_without_end_is_cut_off(void **state)
{
    struct message message = {.length = 0};
    size_t sent = 0;

    (void)state;
    int fd = connected();
    add_begin(&message, ROLE_RESPONDER, false);
    assert_true(client_send(fd, &message));
    message.length = 0;
    add_record(&message, RECORD_PARAMS, (const char[8192]){0}, 8192);
    while (sent < (size_t)16 * 1024 * 1024 && client_send(fd, &message))
        sent += message.length;
    assert_true(sent < (size_t)16 * 1024 * 1024);
    assert_serving();
    close(fd);
}

/* read(2) with a time limit is interrupted by that, though nobody handles a signal. */
static void a_head_that_comes_while_the_process_is_stopped_is_answered(void **state)
{
    struct message message = make_request("GET", "/", false);
    int status;

    (void)state;
    int fd = connected();
    send_part(fd, &message, 0, message.length / 2);
    rest();
    kill(responder, SIGSTOP);
    assert_int_equal(waitpid(responder, &status, WUNTRACED), responder);
    kill(responder, SIGCONT);
    rest();
    send_part(fd, &message, message.length / 2, message.length);
    assert_answered(fd, "hello");
    close(fd);
}

/* As libfcgi does. */
static void what_is_asked_of_a_responder_beside_a_request_is_answered(void **state)
{
    static const char asked_for[] = "\17\0FCGI_MPXS_CONNS";
    struct message message = {.length = 0}, request = make_request("GET", "/", false);
    unsigned char told[8 + 24];

    (void)state;
    add_record(&message, RECORD_GET_VALUES, asked_for, sizeof asked_for - 1);
    message.bytes[3] = 0; /* a management record: of no request */
    memcpy(message.bytes + message.length, request.bytes, request.length);
    message.length += request.length;
    int fd = connected();
    assert_true(client_send(fd, &message));
    assert_true(client_read(fd, told, sizeof told, SOON_MS));
    assert_int_equal(told[1], RECORD_GET_VALUES_RESULT);
    assert_memory_equal(told + 8, "\17\1FCGI_MPXS_CONNS0", 18);
    assert_answered(fd, "hello");
    close(fd);
}

/* ---- What no web server sends ------------------------------------------------------------------------------------ */

static void a_half_sent_request_is_given_up(void **state)
{
    struct message message = make_request("GET", "/", false);

    (void)state;
    message.length -= 20;
    int fd = connected();
    assert_true(client_send(fd, &message));
    assert_true(client_sees_close(fd, SOON_MS));
    assert_serving();
    close(fd);
}

static void half_a_record_is_given_up(void **state)
{
    (void)state;
    int fd = connected();
    assert_int_equal(write(fd, "\1\1\0", 3), 3);
    assert_true(client_sees_close(fd, SOON_MS));
    assert_serving();
    close(fd);
}

static void garbage_is_not_answered(void **state)
{
    (void)state;
    int fd = connected();
    assert_int_equal(write(fd, "GET / HTTP/1.1\r\n\r\n", 18), 18);
    assert_true(client_sees_close(fd, SOON_MS));
    assert_serving();
    close(fd);
}

static void broken_parameters_are_not_answered(void **state)
{
    struct message cut = {.length = 0}, unended = {.length = 0};
    const struct message *const messages[] = {&cut, &unended};

    (void)state;
    add_begin(&cut, ROLE_RESPONDER, false);
    add_record(&cut, RECORD_PARAMS, "\16\3REQUEST_METHODGET\13\1SCRIPT", 26);
    add_record(&cut, RECORD_STDIN, NULL, 0);
    /* libfcgi calls this a request. */
    add_begin(&unended, ROLE_RESPONDER, false);
    add_record(&unended, RECORD_PARAMS, "\16\3REQUEST_METHODGET", 19);
    add_record(&unended, RECORD_STDIN, NULL, 0);
    for (size_t i = 0; i < ARRAY_LENGTH(messages); i++) {
        int fd = connected();
        assert_true(client_send(fd, messages[i]));
        assert_true(client_sees_close(fd, SOON_MS));
        close(fd);
    }
    assert_serving();
}

static void a_request_without_a_method_is_refused(void **state)
{
    struct message message = {.length = 0};

    (void)state;
    add_begin(&message, ROLE_RESPONDER, false);
    add_params(&message, (const char *const[]){"SCRIPT_NAME", "/", NULL});
    add_record(&message, RECORD_STDIN, NULL, 0);
    int fd = connected();
    assert_true(client_send(fd, &message));
    assert_answered(fd, "Status: 400 Bad Request");
    close(fd);
}

/* An answer of 200 would let everybody in. */
static void an_authorizer_is_not_answered(void **state)
{
    struct message message = {.length = 0};

    (void)state;
    add_begin(&message, ROLE_AUTHORIZER, false);
    add_params(&message, (const char *const[]){"REQUEST_METHOD", "GET", "SCRIPT_NAME", "/", NULL});
    int fd = connected();
    assert_true(client_send(fd, &message));
    assert_true(client_sees_close(fd, SOON_MS));
    close(fd);
}

static void a_listening_socket_is_told_from_others(void **state)
{
    int fds[2];

    (void)state;
    assert_true(fastcgi_is_listening(listen_fd));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_false(fastcgi_is_listening(fds[0]));
    close(fds[0]);
    assert_false(fastcgi_is_listening(fds[0]));
    close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_is_answered_and_its_connection_closed),
        TEST(an_answer_larger_than_every_buffer_is_whole),
        TEST(head_has_no_body),
        TEST(a_kept_connection_serves_again),
        TEST(idle_kept_connections_starve_nobody),
        TEST(an_answer_that_waits_holds_up_nobody),
        TEST(a_client_that_went_away_harms_nobody),
        TEST(an_answer_that_is_not_read_holds_up_nobody),
        TEST(whoever_finishes_an_answer_does_not_wait_for_its_reader),
        cmocka_unit_test_teardown(an_answer_that_is_read_too_slowly_is_cut_off, stop),
        TEST(answers_that_wait_take_a_bounded_memory),
        TEST(a_body_is_read_away_and_the_connection_kept),
        TEST(a_body_that_is_cut_short_is_refused),
        TEST(whoever_goes_on_sending_keeps_the_answer),
        TEST(whoever_never_stops_sending_is_cut_off),
        TEST(a_body_that_does_not_come_is_not_waited_for),
        TEST(half_sent_bodies_hold_up_nobody),
        TEST(a_kept_connection_serves_again_behind_the_rest_of_a_body),
        TEST(a_request_in_the_place_of_a_bodys_rest_is_answered),
        TEST(half_sent_heads_hold_up_nobody),
        TEST(a_head_in_two_parts_is_answered_wherever_it_is_cut),
        TEST(a_body_behind_a_head_in_parts_is_read_away),
        TEST(the_padding_of_the_last_record_is_no_body),
        TEST(a_head_larger_than_every_buffer_is_read),
        TEST(a_head_without_end_is_cut_off),
        TEST(a_head_that_comes_while_the_process_is_stopped_is_answered),
        TEST(what_is_asked_of_a_responder_beside_a_request_is_answered),
        TEST(a_half_sent_request_is_given_up),
        TEST(half_a_record_is_given_up),
        TEST(garbage_is_not_answered),
        TEST(broken_parameters_are_not_answered),
        TEST(a_request_without_a_method_is_refused),
        TEST(an_authorizer_is_not_answered),
        cmocka_unit_test(a_listening_socket_is_told_from_others),
    };
    return cmocka_run_group_tests(tests, open_socket, close_socket);
}
