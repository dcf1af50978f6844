/* SPDX-License-Identifier: MIT */
/* gRPC core's listen(2) and shutdown(2), replaced so that it listens on a given socket. */
#include "common/rpc/listen.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/rpc/interpose.h"

DECLARE_INTERPOSED(int, listen, int fd, int backlog);
DECLARE_INTERPOSED(int, shutdown, int fd, int how);

static _Thread_local int given = -1;
static _Thread_local bool is_taken; /* `given` was used */
static atomic_bool has_taken;       /* a listening socket here may be shared with other processes */

void listen_on(int fd)
{
    given = fd;
    is_taken = false;
}

bool listen_is_taken(void)
{
    return is_taken;
}

/* A socket's address as an IPv6 address; IPv4 is mapped, as gRPC core does it (RFC 4291, 2.5.5.2). */
static bool find_address(int fd, struct sockaddr_in6 *address)
{
    union {
        struct sockaddr any;
        struct sockaddr_in ip4;
        struct sockaddr_in6 ip6;
    } name = {0};
    socklen_t size = sizeof name;

    if (getsockname(fd, &name.any, &size) != 0)
        return false;
    *address = name.ip6;
    if (name.any.sa_family != AF_INET)
        return name.any.sa_family == AF_INET6;
    *address = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = name.ip4.sin_port};
    address->sin6_addr.s6_addr[10] = address->sin6_addr.s6_addr[11] = 0xff;
    memcpy(address->sin6_addr.s6_addr + 12, &name.ip4.sin_addr, 4);
    return true;
}

static bool are_of_one_address(int one, int other)
{
    struct sockaddr_in6 addresses[2];

    return find_address(one, &addresses[0]) && find_address(other, &addresses[1]) &&
           addresses[0].sin6_port == addresses[1].sin6_port &&
           memcmp(&addresses[0].sin6_addr, &addresses[1].sin6_addr, sizeof addresses[0].sin6_addr) == 0;
}

int INTERPOSED(listen)(int fd, int backlog)
{
    if (given >= 0 && are_of_one_address(fd, given)) {
        if (dup3(given, fd, O_CLOEXEC) < 0)
            return -1;
        atomic_store(&has_taken, true);
        is_taken = true;
    }
    return NEXT(listen)(fd, backlog);
}

/* gRPC core shuts sockets down before it closes them. A shared listening socket would then listen in no process any
 * more. */
int INTERPOSED(shutdown)(int fd, int how)
{
    int is_listening = 0;
    socklen_t size = sizeof is_listening;

    if (atomic_load(&has_taken) && getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) == 0 && is_listening)
        return 0;
    return NEXT(shutdown)(fd, how);
}

void interpose_listen(void)
{
}
