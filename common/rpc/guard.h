/* SPDX-License-Identifier: MIT */
/*
 * What the callers of a server may make it hold, whatever they send. gRPC core 1.51 keeps requests that are still
 * coming, streams that were reset (CVE-2023-44487) and those of a caller that never acknowledges its limits, without a
 * bound; it makes handshakes as fast as they are asked for. The guard stands between TLS and gRPC core
 * (common/rpc/interpose.h): it reads the frame headers of HTTP/2 (RFC 9113, 4.1) on their way in and out, and counts,
 * for each connection,
 *
 *     streams     from HEADERS until the server ends them or the caller resets them, GUARD_STREAM_BYTES each
 *     DATA        that came on them
 *     resets      what was reset stays counted for a while: GUARD_RESET_BYTES_PER_S are forgotten
 *
 * A connection that passes a limit is cut: TLS fails, and gRPC core closes it and frees what it held. When all of them
 * together hold GUARD_ALL_BYTES, the one that holds most is cut, and whoever adds to a large request. A connection on
 * which no call was answered with a message yet may hold less, and is cut when many were refused.
 * Connections above GUARD_ACCEPTS_PER_S are closed before their handshake.
 */
#ifndef COMMON_RPC_GUARD_H
#define COMMON_RPC_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUARD_STREAMS 100            /* open at a time, which RFC 9113, 6.5.2 recommends as the least */
#define GUARD_STREAM_BYTES 16384     /* what gRPC core needs for a stream, more or less */
#define GUARD_NEW_BYTES (6 << 20)    /* a connection that was not answered yet: the largest message, and some streams */
#define GUARD_KNOWN_BYTES (12 << 20) /* one that was */
#define GUARD_ALL_BYTES (24 << 20)   /* all of them */
#define GUARD_SMALL_BYTES (256 << 10) /* who holds less is not cut for what others hold */
#define GUARD_REFUSALS 100            /* of a connection that was not answered yet */
#define GUARD_RESET_BYTES_PER_S (2 << 20)
#define GUARD_CONNECTIONS 512 /* at a time */
#define GUARD_ACCEPTS_PER_S 100
#define GUARD_ACCEPTS_AT_ONCE 24

/* One connection. For a server's use: guard.c makes one for each of gRPC core's. */
struct guard;

struct guard *guard_new(void);
void guard_free(struct guard *guard); /* NULL is allowed */

/* Bytes that the caller sent, or that the server sends, without TLS, in pieces of any size. False: the connection is to
 * be cut; *reason, a constant, says why. Any thread. */
bool guard_take(struct guard *guard, const uint8_t *bytes, size_t size, int64_t now_ns, const char **reason);
bool guard_send(struct guard *guard, const uint8_t *bytes, size_t size, const char **reason);

/* What all connections hold, in bytes. */
size_t guard_held(void);

/* From now on connections are accepted no faster than GUARD_ACCEPTS_PER_S, in this process. */
void guard_accepts(void);

#endif
