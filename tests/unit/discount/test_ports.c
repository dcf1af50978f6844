/* SPDX-License-Identifier: MIT */
/* The addresses that the master holds: found free, bound, never listening. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/log.h"

#include "discount/master/ports.h"

static struct ports ports;
static char reason[512];

static int release_ports(void **state)
{
    (void)state;
    ports_release(&ports);
    return 0;
}

static enum ports_status reserve(const char *listen, const char *port)
{
    reason[0] = '\0';
    return ports_reserve(&ports, listen, port, reason, sizeof reason);
}

static int port_of(const char *address)
{
    return atoi(strrchr(address, ':') + 1);
}

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* What somebody else does; the socket, or -1 and errno. */
static int listen_on(int port, int option)
{
    struct sockaddr_in at = loopback(port);
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

    if (option != 0)
        setsockopt(fd, SOL_SOCKET, option, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 64) == 0)
        return fd;
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

static int port_of_socket(int fd)
{
    struct sockaddr_in at;
    socklen_t size = sizeof at;

    getsockname(fd, (struct sockaddr *)&at, &size);
    return ntohs(at.sin_port);
}

static int connect_to(int port)
{
    struct sockaddr_in at = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int result = connect(fd, (struct sockaddr *)&at, sizeof at);
    int cause = errno;

    close(fd);
    errno = cause;
    return result;
}

/* ---- What is held ---- */

static void nothing_said_means_this_machine_at_the_port(void **state)
{
    (void)state;
    assert_int_equal(reserve("", "0"), PORTS_OK);
    assert_true(ports.count == 1 || ports.count == 2); /* not every machine has IPv6 */
    assert_memory_equal(ports.addresses[0], "127.0.0.1:", 10);
    assert_true(port_of(ports.addresses[0]) > 0);
    if (ports.count == 2) {
        assert_memory_equal(ports.addresses[1], "[::1]:", 6);
        assert_int_equal(port_of(ports.addresses[1]), port_of(ports.addresses[0]));
    }
}

static void every_listed_address_is_held(void **state)
{
    (void)state;
    assert_int_equal(reserve("127.0.0.1:0, 127.0.0.2:0,127.0.0.3:0", "1"), PORTS_OK);
    assert_int_equal(ports.count, 3);
    assert_memory_equal(ports.addresses[0], "127.0.0.1:", 10);
    assert_memory_equal(ports.addresses[1], "127.0.0.2:", 10);
    assert_memory_equal(ports.addresses[2], "127.0.0.3:", 10);
}

static void a_name_becomes_numbers(void **state)
{
    (void)state;
    assert_int_equal(reserve("localhost:0", "1"), PORTS_OK);
    for (size_t i = 0; i < ports.count; i++)
        assert_true(strncmp(ports.addresses[i], "127.", 4) == 0 || strncmp(ports.addresses[i], "[::1]", 5) == 0);
}

static void a_held_port_takes_no_connection(void **state)
{
    (void)state;
    assert_int_equal(reserve("127.0.0.1:0", "1"), PORTS_OK);
    assert_int_equal(connect_to(port_of(ports.addresses[0])), -1);
    assert_int_equal(errno, ECONNREFUSED);
}

static void a_held_port_is_nobody_elses(void **state)
{
    (void)state;
    assert_int_equal(reserve("127.0.0.1:0", "1"), PORTS_OK);
    assert_int_equal(listen_on(port_of(ports.addresses[0]), 0), -1);
    assert_int_equal(listen_on(port_of(ports.addresses[0]), SO_REUSEADDR), -1);
}

static void a_worker_listens_beside_the_held_port(void **state)
{
    (void)state;
    assert_int_equal(reserve("127.0.0.1:0", "1"), PORTS_OK);
    int port = port_of(ports.addresses[0]);
    int first = listen_on(port, SO_REUSEPORT), second = listen_on(port, SO_REUSEPORT);
    assert_true(first >= 0 && second >= 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(connect_to(port), 0);
    close(first);
    close(second);
}

static void a_released_port_is_free(void **state)
{
    (void)state;
    assert_int_equal(reserve("127.0.0.1:0", "1"), PORTS_OK);
    int port = port_of(ports.addresses[0]);
    ports_release(&ports);
    assert_int_equal(ports.count, 0);
    int fd = listen_on(port, 0);
    assert_true(fd >= 0);
    close(fd);
    ports_release(&ports); /* empty: nothing happens */
}

/* ---- What is refused ---- */

static void assert_taken(int option)
{
    char address[32];
    int fd = listen_on(0, option);

    assert_true(fd >= 0);
    snprintf(address, sizeof address, "127.0.0.1:%d", port_of_socket(fd));
    assert_int_equal(reserve(address, "1"), PORTS_TAKEN);
    assert_non_null(strstr(reason, strchr(address, ':') + 1));
    assert_int_equal(ports.count, 0);
    close(fd);
}

static void a_port_that_somebody_listens_on_is_taken(void **state)
{
    (void)state;
    assert_taken(0);
    assert_taken(SO_REUSEADDR);
}

static void a_port_that_somebody_shares_is_taken_all_the_same(void **state)
{
    (void)state;
    assert_taken(SO_REUSEPORT);
}

static void a_port_that_another_master_holds_is_taken(void **state)
{
    struct ports others;

    (void)state;
    assert_int_equal(ports_reserve(&others, "127.0.0.1:0", "1", reason, sizeof reason), PORTS_OK);
    assert_int_equal(reserve(others.addresses[0], "1"), PORTS_TAKEN);
    ports_release(&others);
}

static void one_taken_address_lets_go_of_the_others(void **state)
{
    char listed[64];
    int free_fd = listen_on(0, 0), taken_fd = listen_on(0, 0);

    (void)state;
    int free_port = port_of_socket(free_fd);
    close(free_fd);
    snprintf(listed, sizeof listed, "127.0.0.1:%d,127.0.0.1:%d", free_port, port_of_socket(taken_fd));
    assert_int_equal(reserve(listed, "1"), PORTS_TAKEN);
    free_fd = listen_on(free_port, 0);
    assert_true(free_fd >= 0);
    close(free_fd);
    close(taken_fd);
}

static void an_address_that_is_none_is_named(void **state)
{
    static const char *const wrong[] = {"127.0.0.1",       "127.0.0.1:",    ":1",           "127.0.0.1:x",
                                        "127.0.0.1:65536", "127.0.0.1:-1",  "127.0.0.1: 1", "[::1:1",
                                        "[::1]",           "[::1]1",        "::1:1",        "[]:1",
                                        "127.0.0.1:1x",    "127.0.0.256:1", "[127.0.0.1:",  "no.such.invalid:1"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        if (reserve(wrong[i], "1") != PORTS_WRONG || reason[0] == '\0')
            fail_msg("\"%s\" is taken for an address: %s", wrong[i], reason);
    }
}

static void a_list_that_names_no_address_is_wrong(void **state)
{
    (void)state;
    assert_int_equal(reserve(",", "1"), PORTS_WRONG);
    assert_int_equal(reserve(" ", "1"), PORTS_WRONG);
    assert_non_null(strstr(reason, "DISCOUNT_LISTEN"));
}

static void a_port_that_is_none_is_wrong(void **state)
{
    static const char *const wrong[] = {"", "x", "-1", "65536", "1x", "+1", "99999999999999999999"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        assert_int_equal(reserve("", wrong[i]), PORTS_WRONG);
        assert_non_null(strstr(reason, "65535"));
    }
}

static void an_address_of_another_machine_is_wrong(void **state)
{
    (void)state;
    assert_int_equal(reserve("192.0.2.1:0", "1"), PORTS_WRONG); /* TEST-NET-1: nobody's */
    assert_non_null(strstr(reason, "192.0.2.1"));
}

static int be_quiet(void **state)
{
    (void)state;
    log_open("test");
    log_set_level(LOG_LEVEL_ERROR);
    return 0;
}

#define PORTS_TEST(test) cmocka_unit_test_teardown(test, release_ports)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PORTS_TEST(nothing_said_means_this_machine_at_the_port),
        PORTS_TEST(every_listed_address_is_held),
        PORTS_TEST(a_name_becomes_numbers),
        PORTS_TEST(a_held_port_takes_no_connection),
        PORTS_TEST(a_held_port_is_nobody_elses),
        PORTS_TEST(a_worker_listens_beside_the_held_port),
        PORTS_TEST(a_released_port_is_free),
        PORTS_TEST(a_port_that_somebody_listens_on_is_taken),
        PORTS_TEST(a_port_that_somebody_shares_is_taken_all_the_same),
        PORTS_TEST(a_port_that_another_master_holds_is_taken),
        PORTS_TEST(one_taken_address_lets_go_of_the_others),
        PORTS_TEST(an_address_that_is_none_is_named),
        PORTS_TEST(a_list_that_names_no_address_is_wrong),
        PORTS_TEST(a_port_that_is_none_is_wrong),
        PORTS_TEST(an_address_of_another_machine_is_wrong),
    };

    return cmocka_run_group_tests(tests, be_quiet, NULL);
}
