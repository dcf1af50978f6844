/* SPDX-License-Identifier: MIT */
/* gRPC core's listen(2) and shutdown(2), of a socket that is given to it. */
#include "common/rpc/listen.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/rpc/interpose.h"

DECLARE_INTERPOSED(int, listen, int fd, int backlog);
DECLARE_INTERPOSED(int, shutdown, int fd, int how);

static _Thread_local int given = -1;
static atomic_bool has_taken; /* what listens in this process is somebody else's, too */

void listen_on(int fd)
{
    given = fd;
}

static bool are_of_one_address(int one, int other)
{
    struct sockaddr_storage addresses[2] = {0};
    socklen_t sizes[2] = {sizeof addresses[0], sizeof addresses[1]};

    return getsockname(one, (struct sockaddr *)&addresses[0], &sizes[0]) == 0 &&
           getsockname(other, (struct sockaddr *)&addresses[1], &sizes[1]) == 0 && sizes[0] == sizes[1] &&
           memcmp(&addresses[0], &addresses[1], sizes[0]) == 0;
}

int INTERPOSED(listen)(int fd, int backlog)
{
    if (given >= 0 && are_of_one_address(fd, given)) {
        if (dup3(given, fd, O_CLOEXEC) < 0)
            return -1;
        atomic_store(&has_taken, true);
    }
    return NEXT(listen)(fd, backlog);
}

/* gRPC core shuts down what it is about to close. A socket that listens would do so in no process any more. */
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
