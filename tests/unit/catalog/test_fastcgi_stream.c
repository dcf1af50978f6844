/* SPDX-License-Identifier: MIT */
/* Bodies that the FastCGI responder makes while it sends them. */
#include "tests/unit/catalog/fastcgi_harness.h"

#include <fcntl.h>
#include <sys/stat.h>

#define MANY 200 /* pieces: more than any socket buffer takes */

/* ---- What was released ---- */

static const char *released_path(void)
{
    static char name[128];

    snprintf(name, sizeof name, "%s.released", socket_path);
    return name;
}

static long released(void)
{
    struct stat status;

    return stat(released_path(), &status) == 0 ? (long)status.st_size : 0;
}

static void assert_released(long count)
{
    int64_t until_ns = clock_now_ns() + SOON_MS * CLOCK_NS_PER_MS;

    while (released() < count && clock_now_ns() < until_ns)
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    assert_int_equal(released(), count);
}

static int stop_and_forget(void **state)
{
    int result = stop(state);

    unlink(released_path());
    return result;
}

/* ---- What came ---- */

/* Reads an answer to its end: the bytes of its body, 0 when it has none. False: it broke off. */
static bool read_whole(int fd, size_t *body_length, bool is_right[1])
{
    unsigned char header[8];
    static unsigned char content[65536 + 256];
    size_t total = 0, head_length = 0;
    int newlines = 0;

    is_right[0] = true;
    while (client_read(fd, header, sizeof header, SOON_MS)) {
        size_t length = (size_t)header[4] << 8 | header[5];
        if (!client_read(fd, content, length + header[6], SOON_MS))
            return false;
        if (header[1] == RECORD_END) {
            *body_length = total - head_length;
            return true;
        }
        for (size_t i = 0; i < length; i++, total++) {
            if (newlines == 2 &&
                content[i] != (unsigned char)('a' + (MANY - (total - head_length) / PIECE_LENGTH) % 26))
                is_right[0] = false;
            if (newlines < 2 && content[i] != '\r') {
                newlines = content[i] == '\n' ? newlines + 1 : 0;
                head_length = total + 1;
            }
        }
    }
    return false;
}

#define STREAM_MANY "/stream/200"

/* ---- Tests ---- */

static void a_body_is_streamed_whole(void **state)
{
    size_t length;
    bool is_right;

    (void)state;
    int fd = asked("GET", STREAM_MANY, false);
    assert_true(read_whole(fd, &length, &is_right));
    assert_int_equal(length, (size_t)MANY * PIECE_LENGTH);
    assert_true(is_right);
    assert_true(client_sees_close(fd, SOON_MS));
    assert_released(1);
    close(fd);
}

static void a_kept_connection_serves_again_after_a_stream(void **state)
{
    struct message again = make_request("GET", "/", true);
    size_t length;
    bool is_right;

    (void)state;
    int fd = asked("GET", "/stream/3", true);
    assert_true(read_whole(fd, &length, &is_right));
    assert_int_equal(length, 3 * PIECE_LENGTH);
    assert_true(client_send(fd, &again));
    assert_answered(fd, "hello");
    assert_released(1);
    close(fd);
}

static void an_empty_stream_is_an_answer(void **state)
{
    (void)state;
    int fd = asked("GET", "/stream/0", false);
    assert_answered(fd,
                    "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n" HTTP_HEADERS_ALWAYS "\r\n");
    assert_released(1);
    close(fd);
}

static void whoever_does_not_read_holds_up_nobody(void **state)
{
    size_t length;
    bool is_right;
    int fds[5];

    (void)state;
    int64_t quiet_ns = time_serving();
    for (size_t i = 0; i < ARRAY_LENGTH(fds); i++)
        fds[i] = asked("GET", STREAM_MANY, false);
    assert_nobody_held_up(quiet_ns);
    assert_int_equal(released(), 0);
    for (size_t i = 0; i < ARRAY_LENGTH(fds); i++) {
        assert_true(read_whole(fds[i], &length, &is_right));
        assert_int_equal(length, (size_t)MANY * PIECE_LENGTH);
        assert_true(is_right);
        close(fds[i]);
    }
    assert_released(ARRAY_LENGTH(fds));
}

static void whoever_goes_away_leaves_nothing_behind(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        int fd = asked("GET", STREAM_MANY, false);
        char byte;
        if (i % 2 == 0)
            assert_int_equal(read(fd, &byte, 1), 1);
        close(fd);
    }
    assert_released(20);
    assert_serving();
}

static void head_of_a_stream_has_no_body(void **state)
{
    (void)state;
    int fd = asked("HEAD", STREAM_MANY, false);
    assert_answered(fd, "Content-Length: 8000000\r\n");
    assert_released(1);
    close(fd);
}

static void a_stream_that_breaks_off_has_no_end(void **state)
{
    size_t length;
    bool is_right;

    (void)state;
    int fd = asked("GET", "/stream/2broken", true);
    assert_false(read_whole(fd, &length, &is_right));
    assert_released(1);
    assert_serving();
    close(fd);
}

static void a_stream_of_another_length_than_was_promised_has_no_end(void **state)
{
    static const char *const paths[] = {"/stream/2less", "/stream/2more", "/stream/1more"};
    size_t length;
    bool is_right;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        int fd = asked("GET", paths[i], true);
        assert_false(read_whole(fd, &length, &is_right));
        assert_released((long)i + 1);
        close(fd);
    }
    assert_serving();
}

/* lighttpd 1.4.69, when it compresses, corrupts a body that comes in a later record than its head. */
static void the_head_of_a_stream_leaves_with_its_first_piece(void **state)
{
    unsigned char header[8];
    static char content[65536];

    (void)state;
    int fd = asked("GET", STREAM_MANY, false);
    assert_true(client_read(fd, header, sizeof header, SOON_MS));
    size_t length = (size_t)header[4] << 8 | header[5];
    assert_true(client_read(fd, content, length, SOON_MS));
    content[length] = '\0';
    const char *body = strstr(content, "\r\n\r\n");
    assert_non_null(body);
    assert_int_equal(strlen(body + 4), PIECE_LENGTH);
    close(fd);
}

/* More than a socket buffer takes, but no more: who is to end waits two seconds for whoever reads, and a busy machine
 * may not let them. */
static void a_stream_is_finished_before_the_end(void **state)
{
    size_t length;
    bool is_right;

    (void)state;
    int fd = asked("GET", "/stream/12", false);
    char byte;
    assert_int_equal(recv(fd, &byte, 1, MSG_PEEK), 1);
    assert_int_equal(released(), 0);
    assert_int_equal(kill(responder, SIGTERM), 0);
    assert_true(read_whole(fd, &length, &is_right));
    assert_int_equal(length, 12 * PIECE_LENGTH);
    assert_int_equal(end_status(SOON_MS), 0);
    close(fd);
}

static void whoever_does_not_read_is_not_waited_for_at_the_end(void **state)
{
    (void)state;
    int fd = asked("GET", STREAM_MANY, false);
    char byte;
    assert_int_equal(recv(fd, &byte, 1, MSG_PEEK), 1);
    assert_int_equal(kill(responder, SIGTERM), 0);
    assert_int_equal(end_status(5000), 0);
    assert_released(1);
    close(fd);
}

#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop_and_forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_body_is_streamed_whole),
        TEST(a_kept_connection_serves_again_after_a_stream),
        TEST(an_empty_stream_is_an_answer),
        TEST(whoever_does_not_read_holds_up_nobody),
        TEST(whoever_goes_away_leaves_nothing_behind),
        TEST(head_of_a_stream_has_no_body),
        TEST(a_stream_that_breaks_off_has_no_end),
        TEST(a_stream_of_another_length_than_was_promised_has_no_end),
        TEST(the_head_of_a_stream_leaves_with_its_first_piece),
        TEST(a_stream_is_finished_before_the_end),
        TEST(whoever_does_not_read_is_not_waited_for_at_the_end),
    };
    return cmocka_run_group_tests(tests, open_socket, close_socket);
}
