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

/* Bytes that the caller sent (and that the server is to see: see guard_hide()), or that the server sends, without TLS,
 * in pieces of any size. False: the connection is to
 * be cut; *reason, a constant, says why. Any thread. */
bool guard_take(struct guard *guard, uint8_t *bytes, size_t size, int64_t now_ns, const char **reason);
bool guard_send(struct guard *guard, const uint8_t *bytes, size_t size, const char **reason);

/* What all connections hold, in bytes. */
size_t guard_held(void);

/* From now on connections are accepted no faster than GUARD_ACCEPTS_PER_S, in this process. */
void guard_accepts(void);

/*
 * From now on the callers are to go to another server: each connection is told so (GOAWAY, RFC 9113, 6.8) behind the
 * next frames that are sent on it, and calls that come on it all the same are answered as before. Where somebody else
 * accepts from the same sockets (`is_handed_on`), this process accepts no more.
 */
void guard_leave(bool is_handed_on);

/*
 * From now on calls that come are hidden from gRPC core, which is about to shut down and would cancel them: their
 * frames become frames of a type that nobody knows, to be ignored (RFC 9113, 4.1). So the last GOAWAY does not count
 * them, and their callers know that nobody has looked at them and may ask another server.
 */
void guard_hide(void);

/* The frame that is to be sent right behind these bytes, which are about to be. False: none. */
#define GUARD_GOAWAY_SIZE 17
bool guard_goaway(struct guard *guard, const uint8_t *bytes, size_t size, uint8_t frame[GUARD_GOAWAY_SIZE]);

/* Whether no call is under way, and for `quiet_ns` no call and no connection has come. */
bool guard_is_quiet(int64_t now_ns, int64_t quiet_ns);

/* A connection has come. */
void guard_note_connection(int64_t now_ns);

#endif
