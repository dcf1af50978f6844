/* SPDX-License-Identifier: MIT */
/* The addresses that discountd serves, found free and held. */
#include "discount/master/ports.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"
#include "common/memory.h"
#include "common/number.h"

#define ADDRESS_MAX 300

/* `is_of_both`: an IPv6 socket takes IPv4 as well. */
static int bind_socket(const struct sockaddr *address, socklen_t size, int option, bool is_of_both)
{
    int on = 1, only_6 = !is_of_both;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    if (address->sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_6, sizeof only_6);
    if (setsockopt(fd, SOL_SOCKET, option, &on, sizeof on) == 0 && bind(fd, address, size) == 0)
        return fd;
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

/* Another server that binds with SO_REUSEPORT, too, would not be noticed, and the two would split the callers. A bind
 * without SO_REUSEPORT finds out. */
static bool is_free(const struct addrinfo *address)
{
    int probe = bind_socket(address->ai_addr, address->ai_addrlen, SO_REUSEADDR, false);

    if (probe < 0)
        return false;
    close(probe);
    return true;
}

static char *name_socket(int fd)
{
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    char host[NI_MAXHOST], port[NI_MAXSERV], name[ADDRESS_MAX];

    if (getsockname(fd, (struct sockaddr *)&bound, &size) != 0 ||
        getnameinfo((struct sockaddr *)&bound, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return NULL;
    snprintf(name, sizeof name, bound.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
    return memory_copy_text(name);
}

static bool hold(struct ports *ports, const struct addrinfo *address)
{
    if (!is_free(address))
        return false;
    int fd = bind_socket(address->ai_addr, address->ai_addrlen, SO_REUSEPORT, false);
    if (fd < 0)
        return false;
    char *name = name_socket(fd);
    if (name == NULL) {
        close(fd);
        return false;
    }
    ports->addresses = memory_resize(ports->addresses, (ports->count + 1) * sizeof *ports->addresses);
    ports->sockets = memory_resize(ports->sockets, (ports->count + 1) * sizeof *ports->sockets);
    ports->addresses[ports->count] = name;
    ports->sockets[ports->count++] = fd;
    return true;
}

static bool hold_host(struct ports *ports, const char *host, const char *port, char *reason, size_t reason_size)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found;
    int64_t number;

    if (number_parse(port, 0, 65535, &number) != NUMBER_OK) {
        snprintf(reason, reason_size, "\"%s\" is no port; allowed is a number from 0 to 65535", port);
        return false;
    }
    int error = getaddrinfo(host, port, &hints, &found);
    if (error != 0) {
        snprintf(reason, reason_size, "%s: %s", host, gai_strerror(error));
        return false;
    }
    bool is_held = true;
    for (const struct addrinfo *address = found; is_held && address != NULL; address = address->ai_next) {
        is_held = hold(ports, address);
        if (!is_held)
            snprintf(reason, reason_size, "cannot listen on %s port %s: %s", host, port, strerror(errno));
    }
    error = errno;
    freeaddrinfo(found);
    errno = error;
    return is_held;
}

/* Splits host:port or [host]:port in place. */
static bool split_address(char *text, char **host, char **port)
{
    char *colon = strrchr(text, ':');

    if (colon == NULL || colon == text)
        return false;
    *colon = '\0';
    *host = text;
    *port = colon + 1;
    if (text[0] == '[') {
        if (colon[-1] != ']')
            return false;
        colon[-1] = '\0';
        (*host)++;
        return true;
    }
    return strchr(text, ':') == NULL;
}

static bool hold_listed(struct ports *ports, const char *listen, char *reason, size_t reason_size)
{
    char *list = memory_copy_text(listen);
    char *rest = list, *entry, *host, *port;
    bool is_held = true;

    while (is_held && (entry = strtok_r(rest, ", ", &rest)) != NULL) {
        char whole[ADDRESS_MAX];
        snprintf(whole, sizeof whole, "%s", entry);
        is_held = split_address(entry, &host, &port);
        if (!is_held)
            snprintf(reason, reason_size, "DISCOUNT_LISTEN has \"%s\"; allowed is host:port or [host]:port", whole);
        else
            is_held = hold_host(ports, host, port, reason, reason_size);
    }
    if (is_held && ports->count == 0) {
        snprintf(reason, reason_size, "DISCOUNT_LISTEN has \"%s\", which names no address", listen);
        is_held = false;
    }
    int cause = errno;
    free(list);
    errno = cause;
    return is_held;
}

static bool hold_loopback(struct ports *ports, const char *port, char *reason, size_t reason_size)
{
    if (!hold_host(ports, "127.0.0.1", port, reason, reason_size))
        return false;
    /* With port 0 the second address takes the port that the first one got. */
    const char *got = strrchr(ports->addresses[0], ':') + 1;
    if (hold_host(ports, "::1", got, reason, reason_size))
        return true;
    if (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL)
        return false;
    log_info("no-ipv6", "address=::1");
    return true;
}

enum ports_status ports_reserve(struct ports *ports, const char *listen, const char *port, char *reason,
                                size_t reason_size)
{
    *ports = (struct ports){0};
    errno = 0;
    bool is_held = listen[0] != '\0' ? hold_listed(ports, listen, reason, reason_size)
                                     : hold_loopback(ports, port, reason, reason_size);
    if (is_held)
        return PORTS_OK;
    enum ports_status status = errno == EADDRINUSE ? PORTS_TAKEN : PORTS_WRONG;
    ports_release(ports);
    return status;
}

/* ---- Slots ---- */

/* Whether the address is 0.0.0.0 or [::]; *both is [::] with the same port, for both families. */
static bool is_any(const struct sockaddr_storage *address, struct sockaddr_in6 *both)
{
    const struct sockaddr_in *ip4 = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *ip6 = (const struct sockaddr_in6 *)address;
    bool is_ip4 = address->ss_family == AF_INET;

    *both = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = is_ip4 ? ip4->sin_port : ip6->sin6_port};
    return is_ip4 ? ip4->sin_addr.s_addr == htonl(INADDR_ANY) : IN6_IS_ADDR_UNSPECIFIED(&ip6->sin6_addr);
}

/* Binds another socket to the address of `held`, as gRPC core would make it: 0.0.0.0 is of both families. */
static int bind_beside(int held)
{
    struct sockaddr_storage address;
    struct sockaddr_in6 both;
    socklen_t size = sizeof address;
    int fd = -1, on = 1;

    if (getsockname(held, (struct sockaddr *)&address, &size) != 0)
        return -1;
    if (is_any(&address, &both))
        fd = bind_socket((const struct sockaddr *)&both, sizeof both, SO_REUSEPORT, true);
    if (fd < 0)
        fd = bind_socket((const struct sockaddr *)&address, size, SO_REUSEPORT, false);
    /* Connections inherit SO_REUSEADDR: workers that drain without a master do not keep a new master from binding. */
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return fd;
}

bool ports_slot(struct ports *ports, size_t slots)
{
    ports->slots = memory_get(slots * ports->count * sizeof *ports->slots);
    for (size_t i = 0; i < slots * ports->count; i++)
        ports->slots[i] = -1;
    ports->slot_count = slots;
    for (size_t i = 0; i < slots * ports->count; i++) {
        ports->slots[i] = bind_beside(ports->sockets[i % ports->count]);
        if (ports->slots[i] < 0)
            return false;
    }
    return true;
}

void ports_pause(const struct ports *ports, size_t slot)
{
    for (size_t i = 0; i < ports->count; i++)
        shutdown(ports->slots[slot * ports->count + i], SHUT_RD); /* a listening socket stops listening */
}

static void close_all(int *sockets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sockets[i] >= 0)
            close(sockets[i]);
        sockets[i] = -1;
    }
}

void ports_leave(struct ports *ports)
{
    close_all(ports->sockets, ports->count);
    close_all(ports->slots, ports->slot_count * ports->count);
}

void ports_release(struct ports *ports)
{
    ports_leave(ports);
    for (size_t i = 0; i < ports->count; i++)
        free(ports->addresses[i]);
    free(ports->addresses);
    free(ports->sockets);
    free(ports->slots);
    *ports = (struct ports){0};
}
